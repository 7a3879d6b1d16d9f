"""Faults of the files that a workbook says, with the cells that the lines come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from trialport.diagnostics import Diagnostic, Place
from trialport.workbook.cells import Cell

Lines = Mapping[str, Mapping[int, Cell]]
"""The cell of each line by the shown path of its file."""


def in_cells(found: Iterable[Diagnostic], book: str, lines: Lines) -> Iterator[Diagnostic]:
    """Yield faults with their places in the workbook; those of templates stay in their files."""
    line = re.compile(f"({'|'.join(map(re.escape, lines))}):([0-9]+)") if lines else None
    for each in found:
        problem, remedy = each.problem, each.remedy
        if line is not None:
            problem, remedy = (
                line.sub(lambda m: _cell(m, lines), text) for text in (problem, remedy)
            )
        yield replace(each, place=_place(each.place, book, lines), problem=problem, remedy=remedy)


def with_book(found: Iterable[Diagnostic], book: str) -> Iterator[Diagnostic]:
    """Yield faults of cells with the name of the workbook."""
    for each in found:
        yield replace(each, place=replace(each.place, file=book))


def _place(place: Place, book: str, lines: Lines) -> Place:
    cells = lines.get(place.file)
    if cells is None:
        return place
    cell = cells.get(place.line or 0)
    where = str(cell) if cell is not None else ""
    record = " ".join(each for each in (where, place.record) if each)
    return Place(book, column=place.column, record=record)


def _cell(match: re.Match[str], lines: Lines) -> str:
    cell = lines[match[1]].get(int(match[2]))
    return match[0] if cell is None else str(cell)
