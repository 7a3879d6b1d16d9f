"""Values of columns as JSON writes them: numbers, ISO 8601 text, references."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache

import numpy as np
import pyarrow as pa

from trialport.fhir.identity import MARK, reference_text

Value = str | int | float | bool | None

_EXACT = 2**53
_LOCAL_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]+)?)?")


def json_values(column: pa.Array, element_type: str = "", offset: str = "") -> list[Value]:
    """Return the values of a column for an element of a FHIR type; null is None.

    Args:
        column: text, finite numbers, dates, date-times or booleans.
        element_type: the FHIR type where it is known; only `dateTime` and `instant` matter.
        offset: the study's offset from UTC, e.g. `+08:00`, for times that have none.

    Returns:
        Whole numbers as integers (180.0 is 180), others shortest. Dates as ISO 8601 text. Marked
        references as `Type/id`.
    """
    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return [_number(each) for each in column.to_pylist()]
    if pa.types.is_date(kind):
        return column.cast(pa.string()).to_pylist()
    if pa.types.is_timestamp(kind):
        return [_moment(each, offset) for each in column.to_pylist()]
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _texts(column, offset if element_type in {"dateTime", "instant"} else "")
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


def _number(value: float | Decimal | None) -> Value:
    if value is None:
        return None
    number = float(value)
    return int(number) if abs(number) < _EXACT and number.is_integer() else number


def _moment(value: dt.datetime | None, offset: str) -> Value:
    if value is None:
        return None
    return value.isoformat() if value.tzinfo else _text_of_time(value.isoformat(), offset)


def _texts(column: pa.Array, offset: str) -> list[Value]:
    values = column.to_pylist()
    if offset:
        return [None if each is None else _text_of_time(each, offset) for each in values]
    if any(each is not None and each.startswith(MARK) for each in values):
        return [None if each is None else _reference(each) for each in values]
    return values


# Most references of a file name the same few subjects.
_reference = lru_cache(maxsize=65_536)(reference_text)


def _text_of_time(value: str, offset: str) -> str:
    """Return a local time with seconds and offset, as FHIR demands; any other text as it is.

    Source: FHIR R4, Data Types, dateTime: seconds may be zero-filled where they are not known.
    """
    found = _LOCAL_TIME.fullmatch(value) if offset else None
    return value if found is None else f"{found[1]}{found[2] or ':00'}{offset}"
