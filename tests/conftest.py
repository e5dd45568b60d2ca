"""What all tests share: `--update` writes golden files anew; the diff is then read as text.

`--hypothesis-profile=steady` tries the same examples every time, so that a change is judged by what it changes: what
`tests/all.py` and CI do. Without it each run tries other examples, which is how new counter-examples are found.
"""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("steady", derandomize=True, database=None, deadline=None, print_blob=True)
settings.register_profile("search", deadline=None, print_blob=True)
settings.load_profile("search")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update", action="store_true", help="write golden files anew instead of comparing with them"
    )


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written anew."""
    return bool(request.config.getoption("--update"))
