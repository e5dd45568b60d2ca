"""Everything that must hold before a change lands, in one command: `python tests/all.py`.

This is what CI runs. Every check runs, also after one that failed, so that one run shows everything.
Words after the command go to pytest: `python tests/all.py -k dates`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

CHECKS: tuple[tuple[str, ...], ...] = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy", "--strict"),
    ("lint-imports",),
    ("cdss", "check", "guidelines"),
    ("cdss", "test", "guidelines"),
    ("pytest", "-n", "auto", "--hypothesis-profile=steady"),
)
"""The commands as a person would type them. pytest comes last, so that its count closes the output."""

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """0 when every check passed, else 1."""
    scripts = sysconfig.get_path("scripts")  # of the Python that runs this, whether or not it is activated
    missing = sorted({tool for tool, *_ in CHECKS if shutil.which(tool, path=scripts) is None})
    if missing:
        print(f"not installed: {', '.join(missing)}; write: {sys.executable} -m pip install -e '.[dev]'")
        return 1
    failed = []
    for tool, *arguments in CHECKS:
        if tool == "pytest":
            arguments += sys.argv[1:]
        written = " ".join([tool, *arguments])
        print(f"── {written}", flush=True)
        started = time.monotonic()
        program = shutil.which(tool, path=scripts)
        assert program is not None
        done = subprocess.run([program, *arguments], cwd=ROOT, check=False)
        outcome = "failed" if done.returncode else "passed"
        print(f"   {outcome} in {time.monotonic() - started:.1f} s: {written}\n", flush=True)
        if done.returncode:
            failed.append(written)
    print(f"failed: {'; '.join(failed)}" if failed else f"all {len(CHECKS)} checks passed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
