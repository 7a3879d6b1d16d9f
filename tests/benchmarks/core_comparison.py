"""Compare our findings of CORE rules with the reference engine's on the same transport files.

    python tests/benchmarks/core_comparison.py ENGINE_PYTHON CACHE FOLDER [--seconds 900]

ENGINE_PYTHON is a Python that has cdisc-rules-engine, CACHE the folder of the engine's pickles,
FOLDER the transport files. Printed is a table of the rules that one of the two has findings of:
how many (dataset, record) each flags, and how many only one of them flags.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from trialport.rules.core.guide import Guide
from trialport.rules.core.run import run_core
from trialport.rules.core.shipped import core_rules_of
from trialport.rules.core.study import CoreStudy
from trialport.rules.folder import load_folder
from trialport.standard.load import load_standard
from trialport.templates import shipped

STANDARD = ("SDTMIG", "3.4")
_ENGINE = Path(__file__).with_name("core_engine.py")

Record = tuple[str, int]


@dataclass(frozen=True)
class Compared:
    """A rule with what each side flags; `ran` tells which sides could ask it."""

    rule: str
    ours: frozenset[Record]
    theirs: frozenset[Record]
    ran: tuple[bool, bool]


def main() -> int:
    """Compare, print the table, and return 1 where a rule differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("engine_python", type=Path)
    parser.add_argument("cache", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=900, help="what the engine may take")
    args = parser.parse_args()
    missing = [each for each in vars(args).values() if isinstance(each, Path) and not each.exists()]
    if missing:
        sys.stderr.write(f"not there, so nothing is compared: {missing[0]}\n")
        return 0
    rules = [each.id for each in core_rules_of(*STANDARD)]
    files = sorted(args.folder.glob("*.xpt"))
    theirs = {
        each["rule"]: each
        for each in engine_results(args.engine_python, args.cache, rules, files, args.seconds)
    }
    compared = list(compare(args.folder, theirs))
    sys.stdout.write(table(compared))
    return int(any(each.ours != each.theirs for each in compared))


def engine_results(
    python: Path, cache: Path, rules: Sequence[str], files: Sequence[Path], seconds: float
) -> Iterator[Mapping[str, Any]]:
    """Yield what the reference engine says of each rule that it got to within a time."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "engine.jsonl"
        command = [python, _ENGINE, cache, out, ",".join(rules), *files]
        try:
            subprocess.run(
                [str(each) for each in command], check=True, capture_output=True, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            sys.stderr.write(f"the engine was ended after {seconds:.0f} s\n")
        if out.exists():
            lines = out.read_text(encoding="utf-8").splitlines()
            yield from (json.loads(each) for each in lines if each.endswith("}"))


def compare(folder: Path, theirs: Mapping[str, Mapping[str, Any]]) -> Iterator[Compared]:
    """Yield each rule that both were asked, with the records that each flags."""
    loaded = load_folder(folder)
    with duckdb.connect() as connection:
        for name, records in loaded.tables.items():
            connection.register(name, records)
        guide = Guide(load_standard(shipped() / "standard", *STANDARD))
        study = CoreStudy(
            [each for each in loaded.datasets if each.name in loaded.tables], connection, guide
        )
        rules = [each for each in core_rules_of(*STANDARD) if each.id in theirs]
        result = run_core(rules, study, most=None)
    ours: dict[str, set[Record]] = {}
    for each in result.findings:
        ours.setdefault(each.rule, set()).add((each.dataset.upper(), each.row))
    for rule in rules:
        there = theirs[rule.id]
        flagged = frozenset((str(name), int(row)) for name, row, _ in there["findings"])
        ran = (rule.id in result.ran, bool(there["ran"]))
        yield Compared(rule.id, frozenset(ours.get(rule.id, ())), flagged, ran)


def table(compared: Sequence[Compared]) -> str:
    """Return the rules with findings as a table, and the sums below it."""
    lines = ["| rule | ours | engine | only ours | only the engine |", "|---|---|---|---|---|"]
    for each in compared:
        if each.ours or each.theirs:
            only = (len(each.ours - each.theirs), len(each.theirs - each.ours))
            cells = (each.rule, len(each.ours), len(each.theirs), *only)
            lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    equal = sum(each.ours == each.theirs for each in compared)
    both = sum(each.ran == (True, True) for each in compared)
    lines += [
        "",
        f"{len(compared)} rules, {both} run by both; {equal} with the same records flagged; "
        f"{sum(each.ran == (True, False) for each in compared)} run by us alone, "
        f"{sum(each.ran == (False, True) for each in compared)} by the engine alone",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
