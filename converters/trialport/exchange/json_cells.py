"""Cells of Dataset-JSON rows as Arrow arrays; a cell that is not of its column's type is a fault.

Source: CDISC Dataset-JSON 1.1, "Supported Column Data Type Combinations" and "Row Data".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

import pyarrow as pa

from trialport.exchange.json_columns import DAY, EPOCH, MOST_WHOLE, Column
from trialport.xport.cell_fault import CellFault

_EPOCH_TIME = datetime(1960, 1, 1)
_DECIMAL = re.compile(r"[-+]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]*)?([eE][-+]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?")


def column_array(values: Sequence[Any], column: Column) -> pa.Array[Any] | CellFault:
    """Return the values of a column as text or as SAS numbers, or the first that is neither."""
    reader = _READERS.get(column.data_type, _text)
    if column.variable.type == "char":
        reader = _text
    made: list[Any] = []
    for row, value in enumerate(values):
        try:
            made.append(None if value is None else reader(value))
        except (ValueError, OverflowError):
            problem = f"the value is not of the data type {column.data_type}"
            return CellFault(row, "E3196", problem, "write the file again")
    return pa.array(made, pa.string() if column.variable.type == "char" else pa.float64())


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    value.encode("utf-8")
    return value


def _integer(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    if value != math.trunc(value) or abs(value) > MOST_WHOLE:
        raise ValueError
    return float(value)


def _float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    number = float(value)
    if not math.isfinite(number) or (isinstance(value, int) and int(number) != value):
        raise ValueError
    return number


def _decimal(value: object) -> float:
    text = _text(value)
    if not _DECIMAL.fullmatch(text):
        raise ValueError
    return _float(float(text.replace(",", "")))


def _days(value: object) -> float:
    text = _text(value)
    if not _DATE.fullmatch(text):
        raise ValueError
    return float((date.fromisoformat(text) - EPOCH).days)


def _seconds(value: object) -> float:
    day, mark, clock = _text(value).partition("T")
    if mark != "T":
        raise ValueError
    return _days(day) * DAY + _clock(clock)


def _clock(value: object) -> float:
    text = _text(value)
    if not _TIME.fullmatch(text):
        raise ValueError
    found = time.fromisoformat(text)
    moment = datetime.combine(_EPOCH_TIME, found) - _EPOCH_TIME
    return moment.total_seconds()


_READERS: dict[str, Callable[[object], Any]] = {
    "integer": _integer,
    "float": _float,
    "double": _float,
    "decimal": _decimal,
    "date": _days,
    "datetime": _seconds,
    "time": _clock,
}
