"""How long a specification takes to check: `python -m tests.benchmarks.check_benchmark`.

Reported are seconds of processor time, which other work on the machine hardly changes, and
seconds on the clock: of `trialport check` of the shipped study, a process of its own with all that
it imports, and of compiling a study of sixty datasets, the shipped ones and copies of them as
split datasets (LBAA, RSAA ...).
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from string import ascii_uppercase

from trialport.study import PlannedStudy, plan_study

from tests.mutants.study import Study, shipped_study

DATASETS = 60
LIMIT = 2.0
"""Seconds of processor time within which the shipped study is to be checked."""

_COPIED = ("lb", "rs", "fa", "ce", "mb", "sc")
_PROGRAM = "import sys; from trialport.cli import main; sys.exit(main())"  # as `trialport` does


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds of the processor, and on the clock."""

    processor: float
    clock: float

    def __str__(self) -> str:
        """Return both."""
        return f"{self.processor:.2f} s of processor time, {self.clock:.2f} s on the clock"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was measured, the best of some runs; return 1 above the limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--runs", type=int, default=3, help="how often each is measured")
    options = parser.parse_args(arguments)
    checked = best(_check, options.runs)
    print(f"trialport check msc_gvhd: {checked}")  # noqa: T201 - the report
    with tempfile.TemporaryDirectory() as work:
        folder = write_study(many_datasets(shipped_study(), DATASETS), Path(work))
        gc.set_threshold(1_000_000, 20, 100)  # as the command line does
        planned = _planned(folder)
        compiled = best(lambda: _compile(folder), options.runs)
    print(f"compiling {len(_datasets(planned))} datasets: {compiled}")  # noqa: T201
    return 0 if checked.processor < LIMIT else 1


def many_datasets(study: Study, number: int) -> Study:
    """Return the study with copies of some datasets under further names, `number` in all."""
    files = dict(study.files)
    have = {Path(each).name for each in files if "sdtm/" in each or "adam/" in each}
    names = (f"A{letter}" for letter in ascii_uppercase)
    suffix = next(names)
    for count, domain in enumerate(cycle(_COPIED)):
        if len(have) == number:
            return Study(dict(sorted(files.items())))
        if count and count % len(_COPIED) == 0:
            suffix = next(names)
        name = f"{domain}{suffix.lower()}"
        text = files[f"sdtm/{domain}.yaml"]
        head = f"dataset: {name.upper()}\nlabel: Copy"
        own = re.sub(r"^dataset: .*$", head, text, count=1, flags=re.MULTILINE)
        files[f"sdtm/{name}.yaml"] = own
        have.add(f"{name}.yaml")
    raise AssertionError


def write_study(study: Study, work: Path) -> Path:
    """Write a study and its templates, and return its folder."""
    folder = work / "study"
    for name, text in study.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder


def best(work: Callable[[], Taken], runs: int) -> Taken:
    """Return the fastest of some runs."""
    return min((work() for _ in range(runs)), key=lambda each: each.processor)


def _check() -> Taken:
    started, before = time.perf_counter(), os.times()
    command = [sys.executable, "-c", _PROGRAM, "check", "msc_gvhd"]
    subprocess.run(command, check=True, capture_output=True)
    after = os.times()
    spent = after.children_user - before.children_user
    spent += after.children_system - before.children_system
    return Taken(spent, time.perf_counter() - started)


def _compile(folder: Path) -> Taken:
    started, before = time.perf_counter(), time.process_time()
    _planned(folder)
    return Taken(time.process_time() - before, time.perf_counter() - started)


def _planned(folder: Path) -> PlannedStudy:
    planned, found = plan_study(folder)
    assert planned is not None, found
    return planned


def _datasets(planned: PlannedStudy) -> list[str]:
    return [each.name for each in planned.plan.steps if not each.name.startswith("SUPP")]


if __name__ == "__main__":
    sys.exit(main())
