"""The rows of a workbook as they are read, and what is found wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from trialport.diagnostics import Diagnostic
from trialport.workbook import faults
from trialport.workbook.cell_text import list_value, mixed_value, text_value
from trialport.workbook.cells import At, Cell
from trialport.workbook.layout import Kind
from trialport.workbook.tree import Tree


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the sheet, and its cells by heading; empty cells are left out."""

    sheet: str
    number: int
    cells: Mapping[str, At]
    headings: Mapping[str, int]

    def text(self, heading: str) -> str:
        """Return the text of a cell, '' where it is empty."""
        return str(self.cells.get(heading, ""))

    def cell(self, heading: str) -> Cell:
        """Return the cell of a heading, or the first one where there is no such column."""
        return Cell(self.sheet, self.number, self.headings.get(heading, 1))

    def first(self) -> At:
        """Return the text of the first cell that is filled, '' in an empty row."""
        return next(iter(self.cells.values()), At("", Cell(self.sheet, self.number, 1)))


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A sheet: the number of each heading's column, and the rows that hold anything."""

    name: str
    headings: Mapping[str, int]
    rows: tuple[Row, ...]


@dataclass(slots=True)
class Reading:
    """The sheets of a workbook by their names, and the faults found in them so far."""

    tables: Mapping[str, ReadTable]
    found: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def fault(self, fault: Diagnostic) -> None:
        """Note a fault."""
        self.found.append(fault)

    def rows(self, sheet: str, needed: Iterable[str] = ()) -> Iterator[Row]:
        """Yield the rows of a sheet; each has something in the cells of the headings needed."""
        table = self.tables.get(sheet)
        if table is None:
            return
        missing = [each for each in needed if each not in table.headings]
        for each in missing:
            self.fault(faults.no_column(sheet, each, table.headings))
        if missing:
            return
        for row in table.rows:
            empty = [each for each in needed if not row.text(each)]
            for each in empty[:1]:
                self.fault(faults.no_name(row.cell(each), each))
            if not empty:
                yield row

    def value(self, text: At, kind: Kind) -> Tree:
        """Return what a cell holds; None with a fault where its brackets cannot be read."""
        if kind not in (Kind.LIST, Kind.MIXED):
            return text_value(text)
        wrong: list[Diagnostic] = []
        read = list_value if kind is Kind.LIST else mixed_value
        value = read(text, wrong)
        for each in wrong:
            self.fault(faults.unreadable_brackets(text.cell, each.problem))
        return value
