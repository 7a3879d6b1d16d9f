"""The list of what a workbook only shows, taken out of its tables again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from trialport.workbook import faults
from trialport.workbook.book import headings
from trialport.workbook.cells import At
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
    tables = {name: each for name, each in reading.tables.items() if name != SHOWN}
    for name, table in tables.items():
        keys = RowKeys(name)
        rows: list[Row] = []
        gone = {row for sheet, row in marks if sheet == name}
        for row in table.rows:
            key = keys.of(row.cells)
            gone.discard(key)
            left = _left(name, key, row, marks.get((name, key), {}), kept, reading)
            if left is not None:
                rows.append(left)
        for key in sorted(gone):
            if "" in marks[name, key] and marks[name, key][""].get("Kind") == FOLLOWS:
                reading.fault(faults.shown_row_gone(name, key))
        tables[name] = replace(table, rows=tuple(rows))
    reading.tables = {name: each for name, each in tables.items() if name not in OTHER_SHEETS}


def _marks(reading: Reading) -> dict[tuple[str, str], dict[str, Mark]]:
    marks: dict[tuple[str, str], dict[str, Mark]] = {}
    for row in reading.rows(SHOWN):
        there = marks.setdefault((row.text("Sheet"), row.text("Row")), {})
        there[row.text("Column")] = row.cells
    return marks


def _left(
    sheet: str, key: str, row: Row, marks: Mapping[str, Mark], kept: Kept, reading: Reading
) -> Row | None:
    """Return what of a row the study says; None where that is nothing."""
    is_other = sheet in OTHER_SHEETS or sheet not in headings()
    if is_other and marks.get("", {}).get("Kind") != FOLLOWS:
        kept.rows.setdefault(sheet, []).append(_texts(row))
        return None
    if sheet == "Study" and row.text("Attribute") in ATTRIBUTES:
        kept.rows.setdefault(sheet, []).append(_texts(row))
        return None
    if "" in marks:
        return _left_of_shown_row(sheet, key, row, marks, kept, reading)
    cells = dict(row.cells)
    for heading, mark in marks.items():
        _take_out(sheet, key, row, heading, mark, cells, kept, reading)
    known = set(headings().get(sheet, cells)) - set(beside(sheet))
    for heading in [each for each in cells if each not in known and each not in marks]:
        kept.keep(sheet, key, heading, "", str(cells.pop(heading)))
    return replace(row, cells=cells)


def _texts(row: Row) -> dict[str, str]:
    return {name: str(text) for name, text in row.cells.items()}


def _left_of_shown_row(
    sheet: str, key: str, row: Row, marks: Mapping[str, Mark], kept: Kept, reading: Reading
) -> Row | None:
    if marks[""].get("Kind") == KEPT:
        kept.rows.setdefault(sheet, []).append(_texts(row))
        return None
    if sheet == WHERES:
        name = f"{row.text('Dataset')}.{row.text('Variable')}.{row.text('Value')}"
        kept.ids.setdefault(WHERES, {})[name] = row.text("ID")
    over = {heading for heading, mark in marks.items() if mark.get("Kind") in (KEPT, KEPT_OVER)}
    for heading in over:
        says, text = marks[heading].get("Says", ""), row.text(heading)
        kept.keep(sheet, key, heading, str(says), text)
    changed = {
        heading: text
        for heading, text in row.cells.items()
        if text != marks.get(heading, {}).get("Shows")
        and heading not in (*key_headings(sheet), *over)
    }
    if not changed:
        return None
    fixed = sheet != "Variables" or row.text("Dataset").startswith(("SUPP", "RELREC"))
    for heading, text in changed.items():
        if fixed or heading in beside(sheet):
            remedy = "put back what stood there, and change what it follows from"
            reading.fault(faults.worked_out(text.cell, text, heading, remedy))
    address = {each: row.cells[each] for each in key_headings(sheet) if each in row.cells}
    return None if fixed else replace(row, cells=address | changed)


def _take_out(
    sheet: str,
    key: str,
    row: Row,
    heading: str,
    mark: Mark,
    cells: dict[str, At],
    kept: Kept,
    reading: Reading,
) -> None:
    """Put what the study says into a cell that still shows what it showed."""
    text, shows, says = row.text(heading), mark.get("Shows", ""), mark.get("Says", "")
    is_beside, is_kept = heading in beside(sheet), mark.get("Kind") != FOLLOWS
    if text == shows or (is_beside and is_kept):
        cells.pop(heading, None)
        if is_kept:
            kept.keep(sheet, key, heading, str(says), text)
        if says and mark.get("Kind") == KEPT:
            cells[heading] = At(says, row.cell(heading))
    elif is_beside and text:
        remedy = "put back what stood there, and change what it follows from"
        reading.fault(faults.worked_out(row.cell(heading), text, heading, remedy))
