"""Values of columns as JSON writes them: numbers, ISO 8601 text, references."""

# pyarrow makes its compute functions when it is imported, out of sight of a type checker.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from trialport.fhir.identity import MARK, PLAIN, Naming
from trialport.fhir.local_time import text_of_time

Value = Any
"""A value of JSON; a Decimal is a number that is written with the digits it has."""

_EXACT = 2**53
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def json_values(
    column: pa.Array, element_type: str = "", offset: str = "", naming: Naming = PLAIN
) -> list[Value]:
    """Return the values of a column for an element of a FHIR type; null is None.

    Args:
        column: text, finite numbers, dates, date-times or booleans.
        element_type: the FHIR type where it is known; only `dateTime`, `instant` and `decimal`
            matter.
        offset: the study's offset from UTC, e.g. `+08:00`, for times that have none.
        naming: how the resources that references name are named.

    Returns:
        Whole numbers as integers (180.0 is 180), others shortest. Text for a `decimal` keeps its
        digits (7.50), and is None where it is no number. Dates as ISO 8601 text. Marked references
        as `Type/id`.
    """
    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _numbers(column)
    if pa.types.is_date(kind):
        return column.cast(pa.string()).to_pylist()
    if pa.types.is_timestamp(kind):
        return [_moment(each, offset) for each in column.to_pylist()]
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        if element_type == "decimal":
            return [_written_number(each) for each in column.to_pylist()]
        return _texts(column, offset if element_type in {"dateTime", "instant"} else "", naming)
    return column.to_pylist()


def finite(column: pa.Array) -> pa.Array:
    """Return the column with null in place of NaN and infinity, which JSON cannot write."""
    if not pa.types.is_floating(column.type):
        return column
    numbers = column.to_numpy(zero_copy_only=False)
    is_finite = np.isfinite(numbers)
    if is_finite.all():
        return column
    return pa.array(numbers, column.type, mask=~is_finite)


def written_number(value: object) -> orjson.Fragment:
    """Return a Decimal as JSON with the digits it was written with: the default of `orjson.dumps`.

    Raises:
        TypeError: the value is none of JSON.
    """
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        is_plain = isinstance(exponent, int) and exponent <= 0
        return orjson.Fragment(format(value, "f") if is_plain else str(value))
    raise TypeError(f"{type(value)} is no value of JSON")


def _numbers(column: pa.Array) -> list[Value]:
    """Return numbers as floats, and those that are whole as integers."""
    floats = column.cast(pa.float64())
    values: list[Value] = floats.to_pylist()
    numbers = floats.fill_null(0.5).to_numpy(zero_copy_only=False)
    whole = np.flatnonzero((numbers == np.floor(numbers)) & (np.abs(numbers) < _EXACT))
    for place, number in zip(whole.tolist(), numbers[whole].astype(np.int64).tolist(), strict=True):
        values[place] = number
    return values


def _written_number(text: str | None) -> Decimal | None:
    """Return the number with its digits; trailing zeros say how exact a measurement is."""
    return Decimal(text) if text is not None and _DECIMAL.fullmatch(text) else None


def _moment(value: dt.datetime | None, offset: str) -> Value:
    if value is None:
        return None
    return value.isoformat() if value.tzinfo else text_of_time(value.isoformat(), offset)


def _texts(column: pa.Array, offset: str, naming: Naming) -> list[Value]:
    values = column.to_pylist()
    if offset:
        known = {each: each and text_of_time(each, offset) for each in set(values)}
        return [known[each] for each in values]
    if pc.any(pc.starts_with(column, pattern=MARK)).as_py():
        return [None if each is None else naming.reference(each) for each in values]
    return values
