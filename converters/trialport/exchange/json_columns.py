"""How each variable travels in Dataset-JSON: its data type, decided by what the data hold.

A number with a date format whose values are whole travels as an ISO 8601 text with the target type
integer; other numbers as integer or float. A value that has no such text (a fraction of a day, a
time beyond midnight) makes the variable a float with its format, so that nothing is changed.

Source: CDISC Dataset-JSON 1.1, "Supported Column Data Type Combinations".
"""

# pyarrow makes its compute functions when it is imported, out of sight of a type checker.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialport.diagnostics import Diagnostic, Place, WriteError
from trialport.exchange.dataset import Dataset
from trialport.xport.formats import format_parts
from trialport.xport.model import MISSING_SUFFIX, Variable

EPOCH = date(1960, 1, 1)
FIRST_DAY = (date(1582, 1, 1) - EPOCH).days
LAST_DAY = (date(9999, 12, 31) - EPOCH).days
DAY = 86_400
MOST_WHOLE = 2**53
"""Whole numbers from here on are not all doubles."""

_DAY_ORDERS = ("DDMMYY", "MMDDYY", "YYMMDD")
_DATES = frozenset(f"{order}{mark}" for order in _DAY_ORDERS for mark in ("", *"BCDNPS")) | {
    *("DATE", "E8601DA", "B8601DA", "IS8601DA", "WORDDATE", "WEEKDATE", "JULIAN"),
}
_DATETIMES = frozenset(["DATETIME", "E8601DT", "B8601DT", "IS8601DT", "DATEAMPM", "MDYAMPM"])
_TIMES = frozenset(["TIME", "E8601TM", "B8601TM", "IS8601TM", "TIMEAMPM", "HHMM", "TOD"])
_FULL_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_FULL_DATETIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$"


@dataclass(frozen=True, slots=True)
class Column:
    """A variable with the data type it has in the file; `target` is integer for SAS dates."""

    variable: Variable
    data_type: str
    target: str = ""


def surveyed(dataset: Dataset) -> tuple[Column, ...]:
    """Return the columns of a dataset; its observations are read once.

    Raises:
        WriteError: E4090, special missing values, for which Dataset-JSON has no place.
    """
    facts = {each.name: _Facts(each) for each in dataset.member.variables}
    first = 0
    for batch in dataset.batches(special_missing=True):
        for fact in facts.values():
            fact.look_at(batch)
            if fact.special is not None:
                raise _refusal(dataset.member.name, fact, first)
        first += batch.num_rows
    return tuple(each.column() for each in facts.values())


class _Facts:
    """What is known of a variable's values so far."""

    def __init__(self, variable: Variable) -> None:
        self.variable = variable
        self.wanted = _wanted(variable)
        self.special: int | None = None
        self.is_whole = self.is_in_range = self.is_date = self.is_datetime = True
        self.has_value = False

    def look_at(self, batch: pa.RecordBatch) -> None:
        values = batch.column(self.variable.name)
        if self.variable.type == "char":
            if self.variable.name.endswith("DTC"):
                self._look_at_dates(values)
            return
        marks = batch.column(self.variable.name + MISSING_SUFFIX)
        if marks.null_count < len(marks):
            self.special = pc.index(marks.is_valid(), True).as_py()
        numbers = values.drop_null().to_numpy()
        self.is_whole &= bool(np.all(np.trunc(numbers) == numbers))
        least, most = _RANGES[self.wanted]
        self.is_in_range &= bool(np.all((numbers >= least) & (numbers <= most)))

    def _look_at_dates(self, values: pa.Array[Any]) -> None:
        filled = values.filter(pc.greater(pc.binary_length(values), 0))
        self.has_value |= len(filled) > 0
        for name, pattern in (("is_date", _FULL_DATE), ("is_datetime", _FULL_DATETIME)):
            if getattr(self, name):
                setattr(self, name, _all(pc.match_substring_regex(filled, pattern)))

    def column(self) -> Column:
        if self.variable.type == "char":
            if self.variable.name.endswith("DTC") and self.has_value:
                named = {"date": self.is_date, "datetime": self.is_datetime}
                return Column(self.variable, next((k for k, v in named.items() if v), "string"))
            return Column(self.variable, "string")
        if not (self.is_whole and self.is_in_range):
            return Column(self.variable, "float")
        return Column(self.variable, self.wanted, "" if self.wanted == "integer" else "integer")


_RANGES = {
    "integer": (-MOST_WHOLE, MOST_WHOLE),
    "date": (FIRST_DAY, LAST_DAY),
    "datetime": (FIRST_DAY * DAY, (LAST_DAY + 1) * DAY - 1),
    "time": (0, DAY - 1),
}


def _wanted(variable: Variable) -> str:
    name = (format_parts(variable.format) or ("", 0, 0))[0]
    if name in _DATES:
        return "date"
    if name in _DATETIMES:
        return "datetime"
    return "time" if name in _TIMES else "integer"


def _all(matches: pa.Array[Any]) -> bool:
    return bool(pc.all(matches, min_count=0).as_py())


def _refusal(member: str, fact: _Facts, first: int) -> WriteError:
    place = Place(record=f"{member} row {first + (fact.special or 0) + 1}")
    problem = f"{fact.variable.name} holds a special missing value, and Dataset-JSON has none"
    remedy = "write it as Parquet or CSV, which keep it, or map it to a variable of its own"
    return WriteError([Diagnostic("E4090", place, problem, remedy)])
