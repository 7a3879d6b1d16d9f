"""The list of what a workbook only shows, taken out of its tables again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from trialport.workbook import faults
from trialport.workbook.book import headings
from trialport.workbook.cells import At, Cell
from trialport.workbook.kept import Kept
from trialport.workbook.pinnacle import (
    ATTRIBUTES,
    HEADINGS,
    OTHER_SHEETS,
    SHEETS,
    RowKeys,
    beside,
    key_headings,
)
from trialport.workbook.reading import Reading, ReadTable, Row
from trialport.workbook.references import WHERES
from trialport.workbook.render import FOLLOWS, KEPT, KEPT_OVER, SHOWN

Mark = Mapping[str, At]
Marks = Mapping[tuple[str, str], Mapping[str, Mark]]
"""What is listed of each row, by sheet and row: its cells by heading, itself under ''."""


def with_our_names(reading: Reading, kept: Kept) -> None:
    """Give sheets and columns the names that they have with us, and keep their own."""
    tables: dict[str, ReadTable] = {}
    for name, table in reading.tables.items():
        name_with_us = SHEETS.get(name, name) if SHEETS.get(name) not in reading.tables else name
        if name_with_us != name:
            kept.names[name_with_us] = name
        other = {
            theirs: heading
            for theirs, heading in HEADINGS.get(name_with_us, {}).items()
            if theirs in table.headings and heading not in table.headings
        }
        if other:
            kept.headings[name_with_us] = {heading: theirs for theirs, heading in other.items()}
        columns = {other.get(each, each): at for each, at in table.headings.items()}
        rows = tuple(
            replace(
                row,
                cells={other.get(each, each): text for each, text in row.cells.items()},
                headings=columns,
            )
            for row in table.rows
        )
        tables[name_with_us] = ReadTable(name, columns, rows)
    ours = headings()
    for name, table in tables.items():
        for each in table.headings:
            if name in ours and each not in ours[name]:
                kept.headings.setdefault(name, {}).setdefault(each, each)
    reading.tables = tables


def without_shown(reading: Reading, kept: Kept) -> None:
    """Take out what a workbook only shows, and keep what a specification has no place for.

    Faults: E1048 a cell that follows from the rest was changed, E1050 (note) its row is gone.
    """
    marks = _marks(reading)
    kept.foreign = ("", "") in marks
    taking = _Taking(reading, kept, marks)
    tables: dict[str, ReadTable] = {}
    for name, table in reading.tables.items():
        if name == SHOWN:
            continue
        keys = RowKeys(name)
        named = [(keys.of(row.cells), row) for row in table.rows]
        left = [each for key, row in named if (each := taking.left(name, key, row)) is not None]
        tables[name] = replace(table, rows=tuple(left))
        taking.note_gone(name, {key for key, _ in named})
    reading.tables = {name: each for name, each in tables.items() if name not in OTHER_SHEETS}


def _marks(reading: Reading) -> dict[tuple[str, str], dict[str, Mark]]:
    marks: dict[tuple[str, str], dict[str, Mark]] = {}
    for row in reading.rows(SHOWN):
        there = marks.setdefault((row.text("Sheet"), row.text("Row")), {})
        there[row.text("Column")] = row.cells
    return marks


@dataclass(frozen=True, slots=True)
class _Taking:
    """Takes out of rows what is listed of them, and keeps the rest that is no specification's."""

    reading: Reading
    kept: Kept
    marks: Marks

    def left(self, sheet: str, key: str, row: Row) -> Row | None:
        """Return what of a row the study says; None where that is nothing."""
        marks = self.marks.get((sheet, key), {})
        follows = marks.get("", {}).get("Kind") == FOLLOWS
        known = headings()
        is_other = sheet in OTHER_SHEETS or sheet not in known
        is_other = is_other or (sheet == "Study" and row.text("Attribute") in ATTRIBUTES)
        if (is_other and not follows) or ("" in marks and not follows):
            texts = {name: str(text) for name, text in row.cells.items()}
            self.kept.rows.setdefault(sheet, []).append(texts)
            return None
        if follows:
            return self._left_of_shown_row(sheet, key, row, marks)
        cells = dict(row.cells)
        for heading, mark in marks.items():
            self._take_out(_Spot(sheet, key, row), heading, mark, cells)
        ours = set(known[sheet]) - set(beside(sheet))
        for heading in [each for each in cells if each not in ours and each not in marks]:
            self.kept.keep(sheet, key, heading, "", str(cells.pop(heading)))
        return replace(row, cells=cells)

    def _left_of_shown_row(
        self, sheet: str, key: str, row: Row, marks: Mapping[str, Mark]
    ) -> Row | None:
        if sheet == WHERES:
            name = f"{row.text('Dataset')}.{row.text('Variable')}.{row.text('Value')}"
            self.kept.ids.setdefault(WHERES, {})[name] = row.text("ID")
        over = {heading for heading, mark in marks.items() if mark.get("Kind") in (KEPT, KEPT_OVER)}
        for heading in over:
            says = str(marks[heading].get("Says", ""))
            self.kept.keep(sheet, key, heading, says, row.text(heading))
        changed = {
            heading: text
            for heading, text in row.cells.items()
            if text != marks.get(heading, {}).get("Shows")
            and heading not in (*key_headings(sheet), *over)
        }
        fixed = sheet != "Variables" or "" in self.marks.get(("Datasets", row.text("Dataset")), {})
        for heading, text in changed.items():
            if fixed or heading in beside(sheet):
                self._refuse(text.cell, text, heading)
        address = {each: row.cells[each] for each in key_headings(sheet) if each in row.cells}
        return replace(row, cells=address | changed) if changed and not fixed else None

    def _take_out(self, spot: _Spot, heading: str, mark: Mark, cells: dict[str, At]) -> None:
        """Put what the study says into a cell that still shows what it showed."""
        text, says = spot.row.text(heading), mark.get("Says", "")
        is_beside, is_kept = heading in beside(spot.sheet), mark.get("Kind") != FOLLOWS
        if text == mark.get("Shows", "") or (is_beside and is_kept):
            cells.pop(heading, None)
            if is_kept:
                self.kept.keep(spot.sheet, spot.key, heading, str(says), text)
            if says and mark.get("Kind") == KEPT:
                cells[heading] = At(says, spot.row.cell(heading))
        elif is_beside and text:
            self._refuse(spot.row.cell(heading), text, heading)

    def _refuse(self, cell: Cell, text: str, heading: str) -> None:
        remedy = "put back what stood there, and change what it follows from"
        self.reading.fault(faults.worked_out(cell, text, heading, remedy))

    def note_gone(self, sheet: str, there: Collection[str]) -> None:
        """Note the rows that follow from the rest and are not there any more."""
        for (name, key), marks in sorted(self.marks.items()):
            gone = name == sheet and key not in there
            if gone and marks.get("", {}).get("Kind") == FOLLOWS:
                self.reading.fault(faults.shown_row_gone(sheet, key))


@dataclass(frozen=True, slots=True)
class _Spot:
    """A row by its sheet and name."""

    sheet: str
    key: str
    row: Row
