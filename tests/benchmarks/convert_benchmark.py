"""How long a whole study takes to convert: `python -m tests.benchmarks.convert_benchmark`.

Reported are seconds on the clock, seconds of processor time, which other work on the machine
changes less, and the most memory held: of `trialport convert` of the shipped study, a process of
its own that imports, plans, reads, makes and writes everything (datasets, Define-XML, resources,
rules, findings), on one thread and on two, run in turns. With --subjects the same study is made
larger first. The best of some runs counts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "msc_gvhd"

_PROGRAM = "import sys; from trialport.cli import main; sys.exit(main())"  # as `trialport` does


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds on the clock and of the processor, and the most memory held, in MiB."""

    clock: float
    processor: float
    memory: float

    def __str__(self) -> str:
        """Return all three."""
        return (
            f"{self.clock:.1f} s on the clock, {self.processor:.1f} s of processor time, "
            f"{self.memory:.0f} MiB"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured")
    parser.add_argument("--subjects", type=int, help="randomised subjects (default: the sample)")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="numbers to try")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as work:
        raw = SAMPLE / "raw"
        if options.subjects is not None:
            raw = larger(Path(work), options.subjects)
        taken: dict[int, list[Taken]] = {each: [] for each in options.threads}
        for _ in range(options.runs):
            for threads, found in taken.items():
                found.append(convert(raw, Path(work) / "out", threads))
    for threads, found in taken.items():
        best = min(found, key=lambda each: each.clock)
        print(f"trialport convert msc_gvhd --threads {threads}: {best}")  # noqa: T201 - the report
    return 0


def larger(work: Path, subjects: int) -> Path:
    """Write the raw tables of so many subjects, and return their folder."""
    raw = work / "raw"
    command = [sys.executable, str(SAMPLE / "generate.py"), "--out", str(raw)]
    subprocess.run([*command, "--subjects", str(subjects)], check=True)
    return raw


def convert(raw: Path, out: Path, threads: int) -> Taken:
    """Convert the study once in a process of its own.

    Raises:
        RuntimeError: the conversion could not be done.
    """
    command = ["convert", "msc_gvhd", "--raw", str(raw), "--out", str(out), "--force"]
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, *command, "--threads", str(threads)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:  # 1: converted, with findings of severity error
        message = f"the conversion ended with {process.returncode}"
        raise RuntimeError(message)
    clock = time.perf_counter() - started
    return Taken(clock, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


if __name__ == "__main__":
    sys.exit(main())
