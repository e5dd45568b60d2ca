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

from cdss.author.cases import read_cases
from cdss.author.checking import near
from cdss.author.short_run import nothing_collected
from cdss.author.testing import Report, Rulesets, run_cases, run_files

MUCH: Final = 100_000
"""From so many bytes of cases on, a second process is worth what it costs to begin."""


def run_all(paths: Sequence[Path], executor: str, after_some: Callable[[int, int], None]) -> Report:
    """What became of all cases of these files. `after_some` hears how many are done, and how many there are: 0 where
    that is not known yet."""
    with nothing_collected():
        sizes = [path.stat().st_size for path in paths]
        cores = min(len(paths), _cores())
        if cores < 2 or sum(sizes) < MUCH or "fork" not in get_all_start_methods():
            return run_files(paths, executor, after_some)
        order = sorted(range(len(paths)), key=lambda place: -sizes[place])
        return _side_by_side(paths, order, executor, cores, after_some)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _side_by_side(
    paths: Sequence[Path],
    order: Sequence[int],
    executor: str,
    cores: int,
    after_some: Callable[[int, int], None],
) -> Report:
    """The files begin in this order; the report stands in the order of the paths."""
    reports: dict[int, Report] = {}
    done = 0
    with ProcessPoolExecutor(cores, mp_context=get_context("fork"), initializer=gc.disable) as pool:
        running = {pool.submit(_of_file, paths[place], executor): place for place in order}
        for finished in as_completed(running):
            found = reports[running[finished]] = finished.result()
            done += len(found.results)
            after_some(done, 0)
    whole = Report()
    for place in range(len(paths)):
        whole.add(reports[place])
    return whole


_RULESETS: dict[str, Rulesets] = {}
"""In a process of its own: loaded at its first file, and kept for the next."""


def _of_file(path: Path, executor: str) -> Report:
    cases, problems = read_cases(path, near(path))
    report = Report(problems=list(problems))
    report.add(run_cases(cases, _RULESETS.setdefault(executor, Rulesets(executor)), lambda: None))
    return report
