"""Draws the faults of data/faults.csv from the classes of data/fault_classes.yaml.

Run as a program it writes the table; the draw has a seed, so that it comes out the same.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml
from trialport.workbook.book import Table
from trialport.workbook.cells import column_name

from tests.workbook.books import BASE, study_tables

DATA = Path(__file__).parent / "data"
FAULTS = DATA / "faults.csv"
HEADINGS = ("number", "class", "sheet", "cell", "text", "code", "reported")
MANY, SEED = 100, 20241130


@dataclass(frozen=True)
class Fault:
    """One fault: the cell it is put into, and the code and cell that must be reported."""

    number: int
    class_: str
    sheet: str
    cell: str
    text: str
    code: str
    reported: str


def drawn() -> list[Fault]:
    """Return the faults: the classes in turn, each time at a site drawn from all that there are."""
    classes = yaml.safe_load((DATA / "fault_classes.yaml").read_text(encoding="utf-8"))
    tables = {each.name: each for each in study_tables(BASE)}
    random = Random(SEED)
    made: list[Fault] = []
    used: set[tuple[str, str, str]] = set()
    while len(made) < MANY:
        for each in classes:
            sites = [
                site for site in _sites(each, tables) if (each["class"], *site[:2]) not in used
            ]
            if sites and len(made) < MANY:
                sheet, cell, text, reported = random.choice(sites)
                used.add((each["class"], sheet, cell))
                made.append(
                    Fault(len(made) + 1, each["class"], sheet, cell, text, each["code"], reported)
                )
    return made


def _sites(told: Mapping[str, Any], tables: Mapping[str, Table]) -> Iterator[tuple[str, ...]]:
    """Yield sheet, cell, new text and the cell to report for each place of a class."""
    of = told.get("of", "")
    for name in told["sheet"]:
        table = tables[name]
        headings = told["heading"] if isinstance(told["heading"], list) else [told["heading"]]
        names = list(table.headings) if headings == ["*"] else headings
        for heading in names:
            if heading == "beside":
                column = column_name(len(table.headings) + 1)
                for row in range(2, len(table.rows) + 2):
                    yield name, f"{column}{row}", told["text"], f"{column}{row}"
                continue
            column = table.headings.index(heading)
            letters = column_name(column + 1)
            if of == "heading":
                text = _heading(told["text"], table.headings, column)
                if text:
                    yield name, f"{letters}1", text, f"{letters}1"
                continue
            for at, row in enumerate(table.rows):
                if _is_site(row, heading, of, table, at):
                    text = _text(told["text"], row.get(heading, ""), table, heading, at)
                    if text is not None:
                        shown = column_name(table.headings.index(told.get("at", heading)) + 1)
                        yield name, f"{letters}{at + 2}", text, f"{shown}{at + 2}"


def _heading(how: str, headings: tuple[str, ...], column: int) -> str:
    if how == "above":
        return headings[column - 1] if column else ""
    name = headings[column]
    return f"{name[:-2]}{name[-1]}{name[-2]}" if len(name) > 5 and name[-1] != name[-2] else ""


def _is_site(row: Mapping[str, str], heading: str, of: str, table: Table, at: int) -> bool:
    match of:
        case "":
            return bool(row.get(heading))
        case "second":
            before = table.rows[at - 1] if at else {}
            return bool(row.get(heading)) and before.get("ID") == row.get("ID")
        case "last":
            return at == len(table.rows) - 1
        case "supplemental":
            return row.get("Part") == of
        case _:
            return bool(row.get(of)) and row.get(of) != "null" and not row.get(heading)


def _text(how: str, old: str, table: Table, heading: str, at: int) -> str | None:
    if how != "above":
        return how.replace("{}", old) if "{}" in how else how
    before = table.rows[at - 1] if at else {}
    alike = [each for each in ("Dataset", "Table", "Part") if each in table.headings]
    if heading in alike or all(
        before.get(each) == table.rows[at].get(each) for each in alike if each != heading
    ):
        return before.get(heading)
    return None


def as_csv(faults: list[Fault]) -> str:
    """Return the table as text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADINGS)
    for each in faults:
        writer.writerow(
            [each.number, each.class_, each.sheet, each.cell, each.text, each.code, each.reported]
        )
    return text.getvalue()


def read_faults() -> list[Fault]:
    """Return the faults of the table."""
    with FAULTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [Fault(int(number), *rest) for number, *rest in rows]


if __name__ == "__main__":
    FAULTS.write_text(as_csv(drawn()), encoding="utf-8")
