"""Values of typed sources (workbooks, SAS, Parquet, data frames) as the text a CSV would hold."""

from __future__ import annotations

import math
import re
from datetime import date, time, timedelta
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from trialport.spec.nodes import ColumnType

Texts: TypeAlias = "pa.ChunkedArray | pa.Array"

_IN_DIGITS = re.compile(r"-?[1-9][0-9]*|0|-?[0-9]+\.[0-9]+")
_ZERO_FRACTION = re.compile(r"(\.[0-9]*?)0+(?=$|[+-])")


def cell_text(value: object) -> str | None:
    """Return one value as text, None for what is missing (None, NaN, NaT).

    Numbers take their shortest decimal text, dates and times ISO 8601, booleans TRUE and FALSE.

    Raises:
        TypeError: the value is none of these.

    >>> [cell_text(each) for each in (1.0, 5.40, 1e-07, True, date(2021, 5, 9), float("nan"))]
    ['1', '5.4', '0.0000001', 'TRUE', '2021-05-09', None]
    """
    if value is None or isinstance(value, str):
        return value
    if type(value) is float:  # as nearly all are that are not texts
        return number_text(value)
    if _is_boolean(value):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Integral | Real | Decimal):
        return number_text(value)
    if isinstance(value, date | time):
        return None if value != value else _trim_fraction(value.isoformat())
    if isinstance(value, timedelta):
        return _clock(value)
    message = f"{type(value).__name__} has no text"
    raise TypeError(message)


def number_text(value: float | Integral | Real | Decimal) -> str | None:
    """Return the shortest decimal text of a number, never with an exponent; None for NaN.

    >>> number_text(1e22), number_text(-0.0), number_text(float("inf"))
    ('10000000000000000000000', '0', 'inf')
    """
    if type(value) is float:
        text = repr(value).removesuffix(".0")
        if _IN_DIGITS.fullmatch(text):
            return text
    if isinstance(value, Integral):
        return str(int(value))
    if math.isnan(value):
        return None
    if math.isinf(value):
        return str(float(value))
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    return _plain(exact)


def array_texts(array: Texts, type_: ColumnType = ColumnType.TEXT) -> Texts:
    """Return an Arrow column as text by the rules of `cell_text`.

    Data frames have no type for dates, so they hold them as date-times at midnight: where the
    contract says `date` (`type_`), midnight is left out.

    Raises:
        TypeError: the column holds what has no text (bytes, durations, lists ...).
        pyarrow.ArrowInvalid: a text is not UTF-8.
    """
    kind = array.type
    if pa.types.is_dictionary(kind):
        return array_texts(array.cast(kind.value_type), type_)
    if _is_text(kind):
        array.validate(full=True)  # Arrow takes any bytes for UTF-8 until they are looked at
        return array.cast(pa.string())
    if pa.types.is_null(kind) or pa.types.is_integer(kind) or _is_date(kind):
        return array.cast(pa.string())
    if pa.types.is_boolean(kind):
        return _call("if_else", array, pa.scalar("TRUE"), pa.scalar("FALSE"))
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _numbers(array)
    if pa.types.is_timestamp(kind) and kind.tz:
        return _one_by_one(array)
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        return _moments(array, is_date=type_ is ColumnType.DATE)
    message = f"{kind} has no text"
    raise TypeError(message)


def _numbers(array: Texts) -> Texts:
    texts = array.cast(pa.string())
    plain = _call("match_substring_regex", texts, pattern=r"^-?[1-9][0-9]*$|^0$")
    short = _call("match_substring_regex", texts, pattern=r"^-?[0-9]+\.[0-9]*[1-9]$")
    if _call("all", _call("or", plain, short)).as_py() is not False:
        return texts
    return _one_by_one(array)


def _moments(array: Texts, *, is_date: bool) -> Texts:
    texts = array.cast(pa.string())
    texts = _replaced(texts, r"(\.[0-9]*?)0+$", r"\1")
    texts = _replaced(texts, r"\.$", "")
    texts = _replaced(texts, " ", "T")
    return _replaced(texts, "T00:00:00$", "") if is_date else texts


def _one_by_one(array: Texts) -> pa.Array:
    return pa.array([cell_text(value) for value in array.to_pylist()], pa.string())


def _replaced(array: Texts, pattern: str, replacement: str) -> Texts:
    return _call("replace_substring_regex", array, pattern=pattern, replacement=replacement)


def _call(name: str, *arguments: object, **options: str) -> Any:  # noqa: ANN401 - Arrow
    kinds = {
        "match_substring_regex": pc.MatchSubstringOptions,
        "replace_substring_regex": pc.ReplaceSubstringOptions,
    }
    made = kinds[name](**options) if options else None
    return pc.call_function(name, list(arguments), made)


def _is_boolean(value: object) -> bool:
    # numpy's bool is no subclass of Python's.
    return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")


def _is_text(kind: pa.DataType) -> bool:
    return (
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _is_date(kind: pa.DataType) -> bool:
    return bool(pa.types.is_date(kind))


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _trim_fraction(text: str) -> str:
    """Return the time without zeros at the end of its fraction.

    >>> _trim_fraction("12:29:59.500000+08:00"), _trim_fraction("2021-05-10")
    ('12:29:59.5+08:00', '2021-05-10')
    """
    return _ZERO_FRACTION.sub(lambda found: found[1] if found[1] != "." else "", text)


def _clock(span: timedelta) -> str:
    seconds, fraction = divmod(span, timedelta(seconds=1))
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    tail = f".{fraction.microseconds:06d}" if fraction else ""
    return _trim_fraction(f"{hour:02d}:{minute:02d}:{second:02d}{tail}")
