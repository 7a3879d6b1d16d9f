"""Cells of a workbook: their names, and texts that know the cell they stand in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trialport.diagnostics import Place


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell by its sheet, row and column; both count from 1."""

    sheet: str
    row: int
    column: int

    def __str__(self) -> str:
        """Return the cell as a spreadsheet program names it.

        >>> str(Cell("Variables", 12, 28))
        'Variables!AB12'
        """
        return f"{self.sheet}!{column_name(self.column)}{self.row}"

    def place(self, book: str) -> Place:
        """Return the cell as a place of faults: `spec.xlsx Variables!F12`."""
        return Place(book, record=str(self))


class At(str):
    """A text of a workbook with the cell that it stands in."""

    __slots__ = ("cell",)
    cell: Cell

    def __new__(cls, text: str, cell: Cell) -> At:
        """Return the text as one that stands in the cell."""
        made = super().__new__(cls, text)
        made.cell = cell
        return made


def written(names: Iterable[str], name: str) -> At:
    """Return a name as it stands among others, with its cell; it must be there."""
    return next(each for each in names if each == name and isinstance(each, At))


def column_name(number: int) -> str:
    """Return the letters of a column that counts from 1.

    >>> [column_name(each) for each in (1, 26, 27, 702, 703)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
