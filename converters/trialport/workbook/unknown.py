"""Sheets and columns that are missing, and those that a specification does not have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from trialport.workbook import faults
from trialport.workbook.cells import Cell
from trialport.workbook.pinnacle import OTHER_SHEETS, beside
from trialport.workbook.reading import Reading, ReadTable


def note_unknown(
    reading: Reading,
    known: Mapping[str, Collection[str]],
    needed: Collection[str] = ("Study", "Datasets"),
) -> None:
    """Note sheets that are missing, and sheets and columns that are none of a specification.

    One that has nearly the name of another that is missing is an error, any other is told of.
    """
    missing = [each for each in known if each not in reading.tables]
    strange = [each for each in reading.tables if each not in known and each not in OTHER_SHEETS]
    for name in needed:
        if name in missing:
            reading.fault(faults.no_sheet(name, strange))
    for name in strange:
        near = _near(name, missing)
        if near and near not in needed:
            reading.fault(faults.unknown_sheet(name, [near]))
        elif not near:
            reading.fault(faults.foreign_sheet(name))
    for name, table in reading.tables.items():
        if name in known:
            _note_columns(name, table, known[name], reading)


def _note_columns(sheet: str, table: ReadTable, known: Collection[str], reading: Reading) -> None:
    missing = [each for each in known if each not in table.headings]
    for heading, column in table.headings.items():
        if heading in known or heading in beside(sheet):
            continue
        cell = Cell(table.name, 1, column)
        if _near(heading, missing):
            reading.fault(faults.unknown_column(cell, heading, missing))
        else:
            reading.fault(faults.foreign_column(cell, heading))


def _near(name: str, known: Collection[str]) -> str:
    """Return the known name that another one is nearly, or ''."""
    folded = {each.casefold(): each for each in known}
    found = get_close_matches(name.casefold(), folded, n=1, cutoff=0.75)
    return folded[found[0]] if found else ""
