"""Report what CORE rules cost on a laboratory domain, beside the reference engine.

    PYTHONPATH=. python tests/benchmarks/core_benchmark.py FOLDER [--rows 500000]
        [--rules CORE-000023,...] [--engine PYTHON --cache FOLDER --limit 180]

FOLDER holds lb.xpt and dm.xpt; LB is repeated until it has that many rows, and written as a
transport file that both sides read. Asked are the rules of SDTMIG 3.4 that are about LB and that
both sides run, or those named. Each side has a process of its own that reads the files once and
then asks rule after rule: ours, the engine, ours again; of our two the slower is told. Seconds are
those of the clock. Without --engine only ours is measured. Linux only, for the peak of memory.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from trialport.rules.core.guide import Guide
from trialport.rules.core.model import CoreRule
from trialport.rules.core.reference import engine_results
from trialport.rules.core.run import run_core
from trialport.rules.core.scope import is_about
from trialport.rules.core.shipped import core_rules_of
from trialport.rules.core.study import CoreStudy
from trialport.rules.folder import judged_folder
from trialport.standard.load import load_standard
from trialport.templates import shipped
from trialport.xport import read_xpt_arrow, write_xpt

from tests.benchmarks.core_comparison import STANDARD

WANTED = 100
"""How many times as fast as the engine we want to be."""

Record = tuple[str, int]


@dataclass(frozen=True)
class Measured:
    """What one side took: for reading, for each rule that ran, in memory; and what it flagged."""

    reading: float
    seconds: Mapping[str, float]
    flagged: Mapping[str, frozenset[Record]]
    peak: float
    unfinished: frozenset[str] = frozenset()

    def whole(self, rules: Sequence[str]) -> float:
        """Return the seconds of reading and of these rules."""
        return self.reading + sum(self.seconds[each] for each in rules)


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--rules", default="")
    parser.add_argument("--engine", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument(
        "--limit", type=float, default=180, help="seconds the engine has for a rule"
    )
    parser.add_argument("--seconds", type=float, default=7200, help="and for all of them")
    parser.add_argument("--ours", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.ours:
        sys.stdout.write(json.dumps(measured(args.folder, args.rules)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        files = enlarged(args.folder, Path(folder), args.rows)
        before = ours(Path(folder), args.rules)
        theirs = None
        if args.engine is not None and args.engine.exists():
            found = engine_results(
                args.engine,
                args.cache,
                list(before.seconds),
                files,
                seconds=args.seconds,
                limit=args.limit,
            )
            theirs = of_engine(found)
        after = ours(Path(folder), args.rules)
    slower = {each: max(took, after.seconds[each]) for each, took in before.seconds.items()}
    reading, peak = max(before.reading, after.reading), max(before.peak, after.peak)
    mine = Measured(reading, slower, before.flagged, peak)
    sys.stdout.write("\n".join(table(mine, theirs, args.rows, args.limit)) + "\n")
    return 0


def enlarged(source: Path, folder: Path, rows: int) -> list[Path]:
    """Write LB with so many rows, and DM as it is, into a folder."""
    found = next(each for each in (source, source / "sdtm") if (each / "lb.xpt").is_file())
    made: list[Path] = []
    for name in ("dm", "lb"):
        records = read_xpt_arrow(found / f"{name}.xpt")
        if name == "lb":
            times = rows // records.num_rows + 1
            records = pa.concat_tables([records] * times).slice(0, rows)
        made.append(folder / f"{name}.xpt")
        write_xpt(records, made[-1], name=name.upper())
    return made


def ours(folder: Path, rules: str) -> Measured:
    """Return what we take, measured in a process of its own."""
    command = [sys.executable, __file__, str(folder), "--ours", "--rules", rules]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    flagged = {
        rule: frozenset((str(name), int(row)) for name, row in records)
        for rule, records in told["flagged"].items()
    }
    return Measured(told["reading"], told["seconds"], flagged, told["peak"])


def measured(folder: Path, rules: str) -> dict[str, Any]:
    """Return the seconds of reading and of every rule, the peak of memory, and what is flagged."""
    started = time.perf_counter()
    with judged_folder(folder) as (loaded, connection):
        guide = Guide(load_standard(shipped() / "standard", *STANDARD))
        study = CoreStudy(loaded.datasets, connection, guide)
        reading = time.perf_counter() - started
        seconds: dict[str, float] = {}
        asked = [each for each in core_rules_of(*STANDARD) if _is_wanted(each, study, rules)]
        for rule in asked:
            begun = time.perf_counter()
            if run_core([rule], study).ran:
                seconds[rule.id] = time.perf_counter() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found: dict[str, set[Record]] = {each: set() for each in seconds}
        for each in run_core(
            [each for each in asked if each.id in seconds], study, most=None
        ).findings:
            found[each.rule].add((each.dataset.upper(), each.row))
    flagged = {rule: sorted(records) for rule, records in found.items()}
    return {"reading": reading, "seconds": seconds, "peak": peak, "flagged": flagged}


def _is_wanted(rule: CoreRule, study: CoreStudy, rules: str) -> bool:
    if rules:
        return rule.id in rules.split(",")
    lb = study.named("LB")
    return lb is not None and rule.type != "Domain Presence Check" and is_about(rule, lb, study)


def of_engine(found: Sequence[Mapping[str, Any]]) -> Measured:
    """Return what the engine told of each rule."""
    last = found[-1]
    return Measured(
        last["reading"],
        {each["rule"]: each["seconds"] for each in found if each["ran"]},
        {
            each["rule"]: frozenset((str(name), int(row)) for name, row, _ in each["findings"])
            for each in found
        },
        last["peak"],
        frozenset(each["rule"] for each in found if "not finished" in each["status"]),
    )


def table(mine: Measured, theirs: Measured | None, rows: int, limit: float) -> Iterator[str]:
    """Yield the rules with the seconds of each side, and the sums below."""
    yield f"{rows} rows of LB, {os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d}"
    yield ""
    if theirs is None:
        yield "| rule | trialport, s | records flagged |"
        yield "|---|---|---|"
        for rule, took in sorted(mine.seconds.items()):
            yield f"| {rule} | {took:.3f} | {len(mine.flagged[rule])} |"
        yield ""
        yield from _sums("trialport", mine, list(mine.seconds))
        return
    yield "| rule | engine, s | trialport, s | ratio | flagged by engine | by trialport | same |"
    yield "|---|---|---|---|---|---|---|"
    both = sorted(set(mine.seconds) & set(theirs.seconds))
    for rule in sorted({*both, *theirs.unfinished}):
        yield _row(rule, mine, theirs, limit)
    yield ""
    yield from _sums("engine", theirs, both)
    yield from _sums("trialport", mine, both)
    ratio = theirs.whole(both) / mine.whole(both)
    fast = [each for each in both if theirs.seconds[each] >= WANTED * mine.seconds[each]]
    same = [each for each in both if theirs.flagged[each] == mine.flagged[each]]
    yield f"- with the reading, trialport is {ratio:.0f} times as fast"
    yield f"- {len(fast)} of {len(both)} rules are at least {WANTED} times as fast"
    yield f"- {len(same)} of {len(both)} flag the same records"


def _row(rule: str, mine: Measured, theirs: Measured, limit: float) -> str:
    took, flagged = mine.seconds[rule], mine.flagged[rule]
    if rule in theirs.unfinished:
        told = [f"not finished in {limit:.0f}", f"{took:.4f}", f"> {limit / took:.0f}"]
        return " | ".join([f"| {rule}", *told, "", str(len(flagged)), " |"])
    ratio = theirs.seconds[rule] / took
    found = theirs.flagged[rule]
    counts = [str(len(found)), str(len(flagged)), "yes" if found == flagged else "no"]
    cells = [rule, f"{theirs.seconds[rule]:.2f}", f"{took:.4f}", f"{ratio:.0f}", *counts]
    return "| " + " | ".join(cells) + " |"


def _sums(side: str, found: Measured, rules: Sequence[str]) -> Iterator[str]:
    """Yield what a side took in all for some rules."""
    yield (
        f"- {side}: reading {found.reading:.1f} s, {len(rules)} rules "
        f"{found.whole(rules) - found.reading:.1f} s, together {found.whole(rules):.1f} s, "
        f"peak of memory {found.peak:.0f} MiB"
    )


if __name__ == "__main__":
    sys.exit(main())
