"""Everything that docs/performance.md gives figures for, measured side by side in one run: `python -m benchmarks`.

It takes about two minutes. Times are processor time of the process, so that other work on the machine counts little;
ratios count more than either. Engines that are not installed are left out, and it says so.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Sequence

from benchmarks import contenders, shipped
from benchmarks.workload import workload


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--patients", type=int, default=120, help="patients of the generated workload")
    parser.add_argument("--only", choices=("engines", "shipped"), help="leave out the other half")
    chosen = parser.parse_args(arguments)
    started = time.perf_counter()
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, load {_load()}; times are processor time\n{_yardstick()}\n"
    )
    try:
        if chosen.only != "shipped":
            work = workload(chosen.patients)
            found, absent = contenders.contenders(work)
            contenders.race(found)
            print(contenders.report(work, found, absent), flush=True)
    except contenders.Wrong as error:
        print(f"not timed: {error}")
        return 1
    if chosen.only != "engines":
        print("\nThe shipped guidelines")
        for what, figure, budget in shipped.lines():
            print(f"  {what:<68}{figure:>12}   {budget}", flush=True)
    print(f"\n{_yardstick()}; it took {time.perf_counter() - started:.0f} s, load {_load()}")
    return 0


def _yardstick() -> str:
    """How fast this machine is just now: with this figure, times of two runs can be laid side by side."""
    started = time.process_time()
    total = 0
    for number in range(2_000_000):
        total += number
    return f"yardstick: two million additions in {(time.process_time() - started) * 1000:.0f} ms"


def _load() -> str:
    """How busy the machine was in the last minute, where that can be known."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "not known"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
