"""Numbers, dates and times as SAS counts them, and their cells in a transport file.

Dates are days and datetimes seconds since 1960-01-01, times seconds since midnight; there is no
time zone and no truth value. A number has 3 to 8 bytes, the shorter ones without their last digits.
"""

# pyarrow makes its compute functions when it is imported, out of sight of a type checker.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trialport.xport.cell_fault import CellFault, shown
from trialport.xport.ibm import (
    LARGEST,
    MISSING_BYTES,
    MISSING_CODES,
    Bits,
    Doubles,
    first_bytes,
    ibm_to_ieee,
    ieee_to_ibm,
)

SHORTEST, FULL = 3, 8
"""The bytes a number may have."""

_DAYS_TO_1970 = 3653
_SECONDS_TO_1970 = _DAYS_TO_1970 * 86_400
_UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_EXACT = 2**53
_PLAIN_MISSING = MISSING_BYTES["."]


def is_number(type_: pa.DataType) -> bool:
    """Tell whether an Arrow type can be written as a number."""
    return (
        pa.types.is_floating(type_)
        or pa.types.is_integer(type_)
        or pa.types.is_date(type_)
        or pa.types.is_time(type_)
        or pa.types.is_null(type_)
        or (pa.types.is_timestamp(type_) and type_.tz is None)
    )


def sas_numbers(array: pa.Array[Any]) -> Doubles | CellFault:
    """Return SAS numbers, NaN where the array is NULL, or the first value that is not exact.

    Codes: E4026 (a whole number beyond 2**53), E4035 (finer than a microsecond).

    >>> import datetime
    >>> sas_numbers(pa.array([datetime.date(2024, 3, 1), None]))
    array([23436.,    nan])
    """
    if pa.types.is_null(array.type):
        return np.full(len(array), np.nan)
    if pa.types.is_floating(array.type):
        doubles = array.cast(pa.float64())
        return doubles.to_numpy(zero_copy_only=False)
    is_null = array.is_null().to_numpy(zero_copy_only=False) if array.null_count else None
    counted = _counted(array)
    if is_null is not None and not isinstance(counted, CellFault):
        counted[is_null] = np.nan
    return counted


def missing_bytes(codes: pa.Array[Any], numbers: Doubles) -> NDArray[np.uint8] | CellFault:
    """Return the first byte of each special missing value, 0 where the row has none.

    Code: E4028, a code that is none, or one beside a number.
    """
    known = pa.array(["", *MISSING_BYTES], pa.string())
    at = pc.index_in(pc.fill_null(codes.cast(pa.string()), ""), known)
    if at.null_count:
        row = pc.index(at.is_null(), True).as_py()
        return CellFault(
            row,
            "E4028",
            f"{shown(codes[row].as_py())} is no missing value",
            "missing values are '.', '._' and '.A' to '.Z'",
        )
    table = np.array([0, *MISSING_BYTES.values()], dtype=np.uint8)
    firsts = table[at.to_numpy()]
    both = np.flatnonzero((firsts != 0) & ~np.isnan(numbers))
    if both.size:
        return CellFault(
            int(both[0]),
            "E4028",
            f"a missing value {shown(codes[int(both[0])].as_py())} stands beside a number",
            "let the number be NULL where the value is missing",
        )
    return firsts


def number_patterns(numbers: Doubles, *, allow_underflow: bool) -> Bits | CellFault:
    """Return the IBM patterns of SAS numbers, or the first that has none (E4023 to E4025)."""
    patterns, unfit = ieee_to_ibm(numbers)
    if allow_underflow and unfit.size:
        unfit = unfit[np.abs(numbers[unfit]) >= LARGEST]
    return _range_fault(int(unfit[0]), float(numbers[unfit[0]])) if unfit.size else patterns


def number_cells(patterns: Bits, length: int) -> NDArray[np.void] | CellFault:
    """Return the first `length` bytes of patterns, or the first that would lose digits (E4027)."""
    if length < FULL:
        lost = np.flatnonzero(patterns & np.uint64((1 << 8 * (FULL - length)) - 1))
        if lost.size:
            return CellFault(
                int(lost[0]),
                "E4027",
                f"the number does not fit in {length} bytes without losing digits",
                "let the variable have length 8",
            )
    stored = patterns.byteswap()
    if length == FULL:
        return stored.view("V8")
    kept = np.ascontiguousarray(stored.view(np.uint8).reshape(-1, FULL)[:, :length])
    return kept.reshape(-1).view(f"V{length}")


def read_numbers(patterns: Bits) -> tuple[pa.Array[Any], pa.Array[Any] | None] | CellFault:
    """Return the doubles of patterns (NULL where missing) and their special missing values.

    The second array is None where no special missing value was found. A fault (E3062) is a
    pattern with a fraction of zero that is neither 0 nor a missing value.
    """
    values, special = ibm_to_ieee(patterns)
    firsts = first_bytes(patterns[special])
    is_missing = (firsts & 0x7F) != 0
    rows, codes = special[is_missing], firsts[is_missing]
    if not rows.size:
        return pa.array(values), None
    unknown = np.flatnonzero(~np.isin(codes, list(MISSING_CODES)))
    if unknown.size:
        return _pattern_fault(int(rows[unknown[0]]), int(codes[unknown[0]]))
    mask = np.zeros(len(values), dtype=np.bool_)
    mask[rows] = True
    return pa.array(values, mask=mask), _special_codes(len(values), rows, codes)


def _special_codes(
    count: int, rows: NDArray[np.int64], codes: NDArray[np.uint8]
) -> pa.Array[Any] | None:
    is_special = codes != _PLAIN_MISSING
    if not is_special.any():
        return None
    texts: list[str | None] = [None] * count
    for row, code in zip(rows[is_special].tolist(), codes[is_special].tolist(), strict=True):
        texts[row] = MISSING_CODES[code]
    return pa.array(texts, pa.string())


def _counted(array: pa.Array[Any]) -> Doubles | CellFault:
    """Return whole numbers, dates and times as doubles; NULL counts as any number."""
    type_ = array.type
    if pa.types.is_integer(type_):
        return _whole_numbers(pc.fill_null(array, 0).to_numpy(zero_copy_only=False))
    if pa.types.is_date(type_):
        days = array.cast(pa.date32()).cast(pa.int32())
        return _integers(days).astype(np.float64) + _DAYS_TO_1970
    whole = pa.int32() if pa.types.is_time32(type_) else pa.int64()
    ticks = _integers(array.cast(whole)).astype(np.int64)
    zero = _SECONDS_TO_1970 if pa.types.is_timestamp(type_) else 0
    return _seconds(ticks, type_.unit, zero)


def _integers(array: pa.Array[Any]) -> NDArray[Any]:
    return pc.fill_null(array, 0).to_numpy(zero_copy_only=False)


def _whole_numbers(values: NDArray[Any]) -> Doubles | CellFault:
    if values.dtype.itemsize < FULL:
        return values.astype(np.float64)
    far = np.flatnonzero((values > _EXACT) | (values < -_EXACT if values.dtype.kind == "i" else 0))
    inexact = [row for row in far.tolist() if int(float(values[row])) != int(values[row])]
    if not inexact:
        return values.astype(np.float64)
    return CellFault(
        inexact[0],
        "E4026",
        f"the whole number {int(values[inexact[0]])} cannot be stored exactly",
        "write it as text; numbers are exact up to 9007199254740992",
    )


def _seconds(ticks: NDArray[np.int64], unit: str, zero: int) -> Doubles | CellFault:
    whole, rest = np.divmod(ticks, _UNITS[unit])
    fine = np.flatnonzero(rest % 1000) if unit == "ns" else np.empty(0, dtype=np.int64)
    if fine.size:
        return CellFault(
            int(fine[0]),
            "E4035",
            "the time is finer than a microsecond, more than a SAS number holds",
            "round it to microseconds",
        )
    return (whole + zero).astype(np.float64) + rest / _UNITS[unit]


def _range_fault(row: int, value: float) -> CellFault:
    if np.isinf(value):
        return CellFault(
            row, "E4023", "the number is infinite", "let it be NULL or a special missing value"
        )
    if abs(value) >= LARGEST:
        return CellFault(
            row,
            "E4024",
            f"the number {value!r} is too large",
            "numbers are below 7.237005577332262e+75 in magnitude; change the unit",
        )
    return CellFault(
        row,
        "E4025",
        f"the number {value!r} is too small",
        "change the unit, or allow underflow to 0 with allow_underflow",
    )


def _pattern_fault(row: int, first: int) -> CellFault:
    return CellFault(
        row,
        "E3062",
        f"the bytes {first:02x}00... are neither a number nor a missing value",
        "write the file again from its source",
    )
