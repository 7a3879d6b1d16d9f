"""Try every mutant that is drawn and write the table: `python -m tests.mutants.table`.

The table says of each mutant what its operator expects and what was observed. The draw has a seed
of its own for each operator, so that the same specification gives the same table.
"""

from __future__ import annotations

import argparse
import csv
import gc
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.mutants.draw import OPERATORS, draw
from tests.mutants.mutant import Expected, Mutant
from tests.mutants.study import Study, shipped_study
from tests.mutants.trial import Observed, bench

TABLE = Path(__file__).parent / "mutants.csv"
COLUMNS: Sequence[str] = (
    "operator",
    "place",
    "change",
    "expected",
    "observed",
    "codes",
    "as_expected",
    "detail",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the table, or show the mutants of some operators; return 1 where one is not right."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("operators", nargs="*", help="try these alone, and show them")
    parser.add_argument("--update", action="store_true", help="write their lines of the table anew")
    parser.add_argument("--out", type=Path, default=TABLE, help="the table to write")
    parser.add_argument("--workers", type=int, default=2, help="processes to use")
    options = parser.parse_args(arguments)
    study = shipped_study()
    mutants = [
        each for each in draw(study) if not options.operators or each.operator in options.operators
    ]
    shares = [mutants[place :: options.workers] for place in range(options.workers)]
    with ProcessPoolExecutor(options.workers, get_context("spawn")) as pool:
        tried = {mutant: each for part in pool.map(_tried, shares) for mutant, each in part}
    rows = [row(each, tried[each], study) for each in mutants]
    for each in rows:
        if each["as_expected"] != "yes" or options.operators:
            print(*each.values(), sep=" | ")  # noqa: T201
    if options.update:
        rows = [
            *(each for each in written(options.out) if each["operator"] not in options.operators),
            *rows,
        ]
        rows.sort(key=lambda each: [one.__name__ for one in OPERATORS].index(each["operator"]))
    if options.update or not options.operators:
        with options.out.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    print("\n".join(summary(rows)))  # noqa: T201
    return 0 if all(each["as_expected"] == "yes" for each in rows) else 1


def _tried(mutants: Sequence[Mutant]) -> list[tuple[Mutant, Observed]]:
    """Return what each of some mutants led to; run in a process of its own."""
    gc.set_threshold(100_000, 20, 100)
    with tempfile.TemporaryDirectory() as work:
        trial = bench(shipped_study(), Path(work))
        try:
            return [(each, trial.observe(each)) for each in mutants]
        finally:
            trial.close()


def written(path: Path = TABLE) -> list[dict[str, str]]:
    """Return the lines of the table."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def row(mutant: Mutant, observed: Observed, study: Study) -> dict[str, str]:
    """Return the line of a mutant."""
    return {
        "operator": mutant.operator,
        "place": f"{mutant.file}:{mutant.line}",
        "change": mutant.shown(study.files),
        "expected": mutant.expected.value,
        "observed": observed.how,
        "codes": " ".join(observed.codes),
        "as_expected": "yes" if observed.meets(mutant.expected) else "no",
        "detail": observed.detail,
    }


def summary(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Return what the table says as a whole."""
    kinds = Counter((each["expected"], each["observed"]) for each in rows)
    lines = [f"{number:4} {expected}: {observed}" for (expected, observed), number in kinds.items()]
    faults = sum(number for (expected, _), number in kinds.items() if expected == Expected.FAULT)
    caught = kinds[Expected.FAULT.value, "check"]
    return [*sorted(lines), f"{caught} of {faults} faults are caught by `check`, at their line"]


if __name__ == "__main__":
    sys.exit(main())
