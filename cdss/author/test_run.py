"""One run of many cases: file by file, on as many cores as there are.

A file of cases stands by itself, so that files can run side by side and the report is the same. Few cases, one core,
or a system that cannot copy a process run one after the other.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import Final

from cdss.author.cases import Case, read_cases
from cdss.author.checking import near
from cdss.author.short_run import nothing_collected
from cdss.author.testing import Report, Rulesets, run_cases, run_files
from cdss.errors import Problem

MANY: Final = 200
"""From so many cases on, a second process is worth what it costs to begin."""

_File = tuple[Sequence[Case], Sequence[Problem]]


def run_all(paths: Sequence[Path], executor: str, after_some: Callable[[int, int], None]) -> Report:
    """What became of all cases of these files. `after_some` hears how many are done, and how many there are."""
    with nothing_collected():
        files = [read_cases(path, near(path)) for path in paths]
        total = sum(len(cases) for cases, _ in files)
        cores = min(len(files), len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
        if cores < 2 or total < MANY or "fork" not in get_all_start_methods():
            return run_files(paths, executor, after_some)
        return _side_by_side(files, executor, cores, total, after_some)


def _side_by_side(
    files: Sequence[_File], executor: str, cores: int, total: int, after_some: Callable[[int, int], None]
) -> Report:
    """The largest files begin first; the report stands in the order of the files."""
    reports: dict[int, Report] = {}
    done = 0
    with ProcessPoolExecutor(cores, mp_context=get_context("fork"), initializer=gc.disable) as pool:
        order = sorted(range(len(files)), key=lambda place: -len(files[place][0]))
        running = {pool.submit(_of_file, files[place][0], executor): place for place in order}
        for finished in as_completed(running):
            place = running[finished]
            reports[place] = finished.result()
            done += len(files[place][0])
            after_some(done, total)
    whole = Report()
    for place, (_, problems) in enumerate(files):
        whole.problems += problems
        whole.add(reports[place])
    return whole


_RULESETS: dict[str, Rulesets] = {}
"""In a process of its own: loaded at its first file, and kept for the next."""


def _of_file(cases: Sequence[Case], executor: str) -> Report:
    rulesets = _RULESETS.setdefault(executor, Rulesets(executor))
    return run_cases(cases, rulesets, lambda: None)
