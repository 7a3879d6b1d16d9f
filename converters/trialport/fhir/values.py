"""Values of columns as JSON writes them: numbers, ISO 8601 text, references."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

import pyarrow as pa

from trialport.fhir.identity import MARK, reference_text

Value = str | int | float | bool | None

_EXACT = 2**53
_LOCAL_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]+)?)?")


def json_values(column: pa.Array, element_type: str = "", offset: str = "") -> list[Value]:
    """Return the values of a column for an element of a FHIR type; null is None.

    Args:
        column: text, numbers, dates, date-times or booleans.
        element_type: the FHIR type where it is known; only `dateTime` and `instant` matter.
        offset: the study's offset from UTC, e.g. `+08:00`, for times that have none.

    Returns:
        Whole numbers as integers (180.0 is 180), others as they are, NaN and infinity too: the
        caller reports them. Dates as ISO 8601 text. Marked references as `Type/id`.
    """
    values: list[object] = column.to_pylist()
    convert = _conversion(column.type, element_type in {"dateTime", "instant"}, offset)
    if convert is None:
        return values  # type: ignore[return-value]  # what needs no conversion is one of Value
    return [None if value is None else convert(value) for value in values]


def is_finite(value: Value) -> bool:
    """Return whether JSON can write the value: any but NaN and infinity."""
    return not isinstance(value, float) or math.isfinite(value)


def _conversion(kind: pa.DataType, is_time: bool, offset: str) -> Callable[[object], Value] | None:
    if pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return None
    if pa.types.is_integer(kind):
        return None
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _number
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return lambda value: _moment(value, offset)
    return (lambda value: _text_of_time(str(value), offset)) if is_time else _text


def _number(value: object) -> Value:
    assert isinstance(value, float | Decimal)
    number = float(value)
    return int(number) if abs(number) < _EXACT and number.is_integer() else number


def _moment(value: object, offset: str) -> Value:
    assert isinstance(value, dt.date)
    if not isinstance(value, dt.datetime):
        return value.isoformat()
    return value.isoformat() if value.tzinfo else _text_of_time(value.isoformat(), offset)


def _text(value: object) -> Value:
    assert isinstance(value, str)
    return _reference(value) if value.startswith(MARK) else value


# Most references of a file name the same few subjects.
_reference = lru_cache(maxsize=65_536)(reference_text)


def _text_of_time(value: str, offset: str) -> str:
    """Return a local time with seconds and offset, as FHIR demands; any other text as it is.

    Source: FHIR R4, Data Types, dateTime: seconds may be zero-filled where they are not known.
    """
    found = _LOCAL_TIME.fullmatch(value) if offset else None
    return value if found is None else f"{found[1]}{found[2] or ':00'}{offset}"
