"""The tables of a workbook as people see them: with what follows from the rest, and what was kept.

What a study says stands in its cells. What follows from it or from the standard is shown beside it,
and what a specification has no place for comes back. The sheet Shown lists each of these cells with
its text and what it means for the study, so that the workbook can be read again: a cell that still
shows its text means what the list says; one that was changed is taken as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from trialport.workbook.book import Table
from trialport.workbook.kept import Kept
from trialport.workbook.pinnacle import OTHER_SHEETS, RowKeys

SHOWN = "Shown"
SHOWN_HEADINGS = ("Sheet", "Row", "Column", "Shows", "Says", "Kind")
FOREIGN = "in the layout of another workbook"
FOLLOWS, KEPT, KEPT_OVER = "follows", "kept", "kept over what follows"
"""Why a cell shows what the study does not say there."""

Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Face:
    """What follows from a study: cells by sheet and row, and rows that it does not write itself."""

    cells: Mapping[str, Mapping[str, Mapping[str, str]]] = field(
        default_factory=dict[str, Mapping[str, Mapping[str, str]]]
    )
    rows: Mapping[str, Sequence[Mapping[str, str]]] = field(
        default_factory=dict[str, Sequence[Mapping[str, str]]]
    )


@dataclass(slots=True)
class _Sheets:
    """The tables while they are filled, and the list of what is shown."""

    headings: dict[str, list[str]]
    rows: dict[str, list[Cells]]
    marks: dict[tuple[str, str, str], Cells] = field(
        default_factory=dict[tuple[str, str, str], Cells]
    )

    def mark(self, sheet: str, row: str, column: str, shows: str, says: str, kind: str) -> None:
        """List a cell, or a row where `column` is ''."""
        cells = (sheet, row, column, shows, says, kind)
        self.marks[sheet, row, column] = dict(zip(SHOWN_HEADINGS, cells, strict=True))


def rendered(tables: Sequence[Table], kept: Kept, *faces: Face) -> list[Table]:
    """Return the tables of a workbook.

    Args:
        tables: what the study says.
        kept: what is kept beside it.
        faces: what follows from the study, that which leans on the standard last.
    """
    sheets = _Sheets(
        {each.name: list(each.headings) for each in tables},
        {each.name: [dict(row) for row in each.rows] for each in tables},
    )
    for name, headings in OTHER_SHEETS.items():
        sheets.headings.setdefault(name, list(headings))
        sheets.rows.setdefault(name, [])
    first, *rest = (*faces, Face())
    _show(sheets, first, {})
    blank = _put_back_cells(sheets, kept)
    for face in rest if not kept.foreign else ():
        _show(sheets, face, blank)
    if kept.foreign:
        sheets.mark("", "", "", "", "", FOREIGN)
    _put_back_rows(sheets, kept)
    return [*_named(sheets, kept), Table(SHOWN, SHOWN_HEADINGS, tuple(sheets.marks.values()))]


def _show(sheets: _Sheets, face: Face, blank: Mapping[tuple[str, str], set[str]]) -> None:
    """Fill empty cells with what follows, and add the rows that are not there."""
    for sheet, rows in sheets.rows.items():
        keys = RowKeys(sheet)
        seen: set[str] = set()
        for row in rows:
            key = keys.of(row)
            seen.add(key)
            for heading, text in face.cells.get(sheet, {}).get(key, {}).items():
                if text and not row.get(heading) and heading not in blank.get((sheet, key), ()):
                    row[heading] = text
                    sheets.mark(sheet, key, heading, text, "", FOLLOWS)
        for each in face.rows.get(sheet, ()):
            key = RowKeys(sheet).of(each)
            if key not in seen:
                seen.add(key)
                _add_row(sheets, sheet, key, each, FOLLOWS)


def _add_row(sheets: _Sheets, sheet: str, key: str, cells: Mapping[str, str], kind: str) -> None:
    sheets.rows[sheet].append({name: text for name, text in cells.items() if text})
    sheets.mark(sheet, key, "", "", "", kind)
    for heading, text in cells.items():
        if text:
            sheets.mark(sheet, key, heading, text, "", kind)


def _put_back_cells(sheets: _Sheets, kept: Kept) -> dict[tuple[str, str], set[str]]:
    """Put kept texts into cells where the study still says what it said.

    Returns:
        By sheet and row, the headings of the cells that are to stay empty.
    """
    blank: dict[tuple[str, str], set[str]] = {}
    for sheet, rows in sheets.rows.items():
        keys = RowKeys(sheet)
        there = kept.cells.get(sheet, {})
        for row in rows if there else ():
            key = keys.of(dict(row))
            for heading, (says, shows) in there.get(key, {}).items():
                if row.get(heading, "") != says:
                    continue
                follows = (sheet, key, heading) in sheets.marks
                row[heading] = shows
                kind = KEPT_OVER if follows else KEPT
                sheets.mark(sheet, key, heading, shows, says, kind)
                if not shows:
                    blank.setdefault((sheet, key), set()).add(heading)
                if heading not in sheets.headings[sheet]:
                    sheets.headings[sheet].append(heading)
    return blank


def _put_back_rows(sheets: _Sheets, kept: Kept) -> None:
    for sheet, rows in kept.rows.items():
        keys = RowKeys(sheet)
        for row in sheets.rows.setdefault(sheet, []):
            keys.of(row)
        for row in rows:
            _add_row(sheets, sheet, keys.of(row), row, KEPT)
            there = sheets.headings.setdefault(sheet, [])
            there += [each for each in row if each not in there]


def _named(sheets: _Sheets, kept: Kept) -> list[Table]:
    """Return the tables with the datasets' rows together, and the names the workbook had."""
    order = {row.get("Dataset", ""): at for at, row in enumerate(sheets.rows["Datasets"])}
    made: list[Table] = []
    for sheet, headings in sheets.headings.items():
        rows = sheets.rows[sheet]
        if "Dataset" in headings and sheet not in ("Datasets", "WhereClauses"):
            rows = sorted(rows, key=lambda each: order.get(each.get("Dataset", ""), len(order)))
        other = kept.headings.get(sheet, {})
        headings += [each for each in other if each not in headings]
        named = tuple({other.get(name, name): text for name, text in row.items()} for row in rows)
        heads = tuple(other.get(each, each) for each in headings)
        made.append(Table(kept.names.get(sheet, sheet), heads, named))
    return made
