"""What a record of a raw form is made of before it is written."""

from datetime import date, datetime
from typing import TypeGuard

Cell = str | int | float | date | datetime | None
Row = dict[str, Cell]
Tables = dict[str, list[Row]]


def is_day(value: Cell) -> TypeGuard[date]:
    """Return whether a cell holds a date without a time."""
    return isinstance(value, date) and not isinstance(value, datetime)
