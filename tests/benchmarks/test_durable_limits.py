"""The reasons not to run patients through durable_rules by default can be seen, each in a process of its own."""

from __future__ import annotations

import sys

import pytest

from benchmarks.durable_limits import REASONS, Reason, look, main

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="durable_rules cannot be imported on Python 3.13 and newer"
)


@pytest.mark.parametrize(
    "reason", [pytest.param(reason, id=reason.name) for reason in REASONS if reason.quick]
)
def test_the_reason_is_seen(reason: Reason) -> None:
    seen = look(reason)

    assert seen.shown, seen.what


def test_a_reason_that_is_not_seen_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = next(reason for reason in REASONS if reason.name == "cut-texts")
    expected_to_crash = Reason(quiet.name, quiet.title, quiet.show, "crash")

    seen = look(expected_to_crash)

    assert not seen.shown
    assert "65,537" in seen.what


def test_a_name_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nothing"]) == 2
    assert "choose from" in capsys.readouterr().out
