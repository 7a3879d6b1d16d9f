"""Report what CORE rules cost on a laboratory domain, beside the reference engine.

    PYTHONPATH=. python tests/benchmarks/core_benchmark.py FOLDER [--rows 500000]
        [--rules CORE-000023,...] [--engine PYTHON --cache FOLDER --seconds 420]

FOLDER holds lb.xpt and dm.xpt; LB is repeated until it has that many rows, and written as a
transport file that both sides read. Without --engine only ours is measured. Wall-clock seconds of
each rule, each side in a process of its own, one after the other. Linux only, for the peak of
memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
from trialport.rules.core.guide import Guide
from trialport.rules.core.reference import engine_results
from trialport.rules.core.run import run_core
from trialport.rules.core.shipped import core_rules_of
from trialport.rules.core.study import CoreStudy
from trialport.rules.folder import load_folder
from trialport.standard.load import load_standard
from trialport.templates import shipped
from trialport.xport import write_xpt

from tests.benchmarks.core_comparison import STANDARD

RULES = "CORE-000023,CORE-000107,CORE-000356,CORE-000542"


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--rules", default=RULES)
    parser.add_argument("--engine", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--seconds", type=float, default=420)
    parser.add_argument("--ours", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.ours:
        measure_ours(args.folder)
        return 0
    rules: list[str] = args.rules.split(",")
    with tempfile.TemporaryDirectory() as folder:
        files = enlarged(args.folder, Path(folder), args.rows)
        command = [sys.executable, __file__, folder, "--ours"]
        ours = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        theirs: dict[str, float] = {}
        if args.engine is not None and args.engine.exists():
            found = engine_results(args.engine, args.cache, rules, files, seconds=args.seconds)
            theirs = {each["rule"]: each["seconds"] for each in found}
    sys.stdout.write(table(rules, ours, theirs))
    return 0


def enlarged(source: Path, folder: Path, rows: int) -> list[Path]:
    """Write LB with so many rows, and DM as it is, into a folder."""
    found = next(each for each in (source, source / "sdtm") if (each / "lb.xpt").is_file())
    loaded = load_folder(found)
    made: list[Path] = []
    for name in ("DM", "LB"):
        records = loaded.tables[name]
        if name == "LB":
            times = rows // records.num_rows + 1
            records = pa.concat_tables([records] * times).slice(0, rows)
        path = folder / f"{name.lower()}.xpt"
        labels = {
            each.name: each.label
            for dataset in loaded.datasets
            if dataset.name == name
            for each in dataset.variables
        }
        write_xpt(records, path, name=name, labels=labels)
        made.append(path)
    return made


def measure_ours(folder: Path) -> None:
    """Print the seconds of reading and of every rule, and the peak of memory, as JSON."""
    started = time.perf_counter()
    loaded = load_folder(folder)
    with duckdb.connect() as connection:
        for name, records in loaded.tables.items():
            connection.register(name, records)
        guide = Guide(load_standard(shipped() / "standard", *STANDARD))
        study = CoreStudy(loaded.datasets, connection, guide)
        reading = time.perf_counter() - started
        seconds: dict[str, float] = {}
        for rule in core_rules_of(*STANDARD):
            begun = time.perf_counter()
            result = run_core([rule], study)
            if result.ran:
                seconds[rule.id] = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"reading": reading, "rules": seconds, "peak": peak}))


def table(rules: list[str], ours: Mapping[str, object], theirs: Mapping[str, float]) -> str:
    """Return the rules with the seconds of each side, and the sums of ours below."""
    seconds = ours["rules"]
    assert isinstance(seconds, dict)
    mine: dict[str, float] = seconds
    lines = ["| rule | ours, s | engine, s | ratio |", "|---|---|---|---|"]
    for rule in rules:
        one, other = mine.get(rule), theirs.get(rule)
        told = [f"{each:.3g}" if each is not None else "not run" for each in (one, other)]
        ratio = f"{other / one:.0f}" if one and other else ""
        lines.append(f"| {rule} | {told[0]} | {told[1]} | {ratio} |")
    slowest = sorted(mine.items(), key=lambda each: -each[1])[:5]
    lines += [
        "",
        f"ours: reading {ours['reading']:.1f} s, {len(mine)} rules {sum(mine.values()):.1f} s, "
        f"peak {ours['peak']:.0f} MiB",
        "slowest: " + ", ".join(f"{rule} {took:.2f} s" for rule, took in slowest),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
