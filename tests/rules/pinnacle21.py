"""Our findings beside those of Pinnacle 21 reports on the same transport files.

    PYTHONPATH=. python tests/rules/pinnacle21.py FOLDER

FOLDER holds transport files and `pinnacle21-report-*.xlsx`. Printed is a table of what the reports
find in the datasets that are there: how often, and how often a rule of ours finds it that the
crosswalk calls the same.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineWorkbook
from trialport.findings.fingerprint import counted
from trialport.pipeline import validate
from trialport.rules.crosswalk import PINNACLE, crosswalk


@dataclass(frozen=True)
class Reported:
    """What a report finds of one kind in one dataset."""

    dataset: str
    id: str
    message: str
    count: int


@dataclass(frozen=True)
class Compared:
    """What a report finds, with our codes that find the same and how many records they count."""

    reported: Reported
    codes: tuple[str, ...]
    ours: int


def reports(folder: Path) -> Iterator[Reported]:
    """Yield what the reports of a folder find in the datasets whose files are there."""
    there = {each.stem.upper() for each in folder.glob("*.xpt")}
    for file in sorted(folder.glob("pinnacle21-report-*.xlsx")):
        book = CalamineWorkbook.from_path(file)
        dataset = ""
        for source, id_, _, message, _, found in book.get_sheet_by_name(
            "Issue Summary"
        ).to_python():
            dataset = str(source or dataset)
            if id_ and dataset in there:
                yield Reported(dataset, str(id_), str(message), int(float(str(found))))


def ids(folder: Path) -> dict[str, str]:
    """Return all ids that the reports know, with the publisher's."""
    known: dict[str, str] = {}
    for file in sorted(folder.glob("pinnacle21-report-*.xlsx")):
        for row in CalamineWorkbook.from_path(file).get_sheet_by_name("Rules").to_python()[1:]:
            known[str(row[0])] = known.get(str(row[0])) or str(row[1])
    return known


def compare(folder: Path) -> list[Compared]:
    """Return what the reports find beside what we find of the same kind."""
    found, _ = validate(folder, sdtmig="3.2", encoding="cp1252")
    counts: Counter[tuple[str, str, str]] = Counter()
    for each in found:
        dataset = each.place.record.partition(" ")[0]
        for column in {each.place.column, ""}:
            counts[each.code, dataset, column] += counted(each.problem)[1]
    columns = {each.place.column for each in found}
    made: list[Compared] = []
    for each in reports(folder):
        about = each.message.partition(" ")[0]  # "TSPARM value not found in ..."
        column = about if about in columns and each.id.startswith("CT") else ""
        same = [code for code, row in crosswalk().rules.items() if each.id in row.get(PINNACLE, ())]
        hits = {code: counts[code, each.dataset, column] for code in same}
        hits = {code: count for code, count in hits.items() if count}
        made.append(Compared(each, tuple(hits), max(hits.values(), default=0)))
    return made


def table(compared: Sequence[Compared]) -> str:
    """Return the comparison as a table."""
    lines = ["| dataset | id | message | report | ours | found by |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {each.reported.dataset} | {each.reported.id} | {each.reported.message} "
        f"| {each.reported.count} | {each.ours} | {', '.join(each.codes)} |"
        for each in compared
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    sys.stdout.write(table(compare(parser.parse_args().folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
