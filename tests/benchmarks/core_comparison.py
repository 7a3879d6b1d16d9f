"""Compare our findings of CORE rules with the reference engine's on the same transport files.

    python tests/benchmarks/core_comparison.py ENGINE_PYTHON CACHE FOLDER [--seconds 900]

ENGINE_PYTHON is a Python that has cdisc-rules-engine, CACHE the folder of the engine's pickles,
FOLDER the transport files. Printed is a table of the rules that one of the two has findings of:
how many (dataset, record) each flags, and how many only one of them flags.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from trialport.rules.core.reference import Compared, compare, engine_results
from trialport.rules.core.shipped import core_rules_of
from trialport.rules.folder import judged_folder

STANDARD = ("SDTMIG", "3.4")


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
    define = args.folder / "define.xml"
    theirs = engine_results(
        args.engine_python,
        args.cache,
        rules,
        files,
        define=define if define.is_file() else None,
        seconds=args.seconds,
    )
    with judged_folder(args.folder) as (loaded, connection):
        compared = list(compare(loaded, connection, theirs))
    sys.stdout.write(table(compared))
    return int(any(each.ours != each.theirs for each in compared))


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
