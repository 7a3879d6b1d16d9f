"""Convert IEEE doubles to IBM hexadecimal floating point and back, on whole arrays.

A double has 53 significant bits, the IBM fraction 56 with the value a power of 16: a double inside
the range always fits exactly, nothing is rounded. Special patterns have a fraction of zero; the
first byte then tells 0 and the missing values `.`, `._`, `.A` to `.Z` apart.

Source: SAS technical note TS-140, "Numeric data" and "Missing values".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint64]
Doubles = NDArray[np.float64]
Indices = NDArray[np.int64]

LARGEST = 16.0**63
"""Magnitudes from here on (7.237e75) have no IBM representation."""
SMALLEST = 16.0**-65
"""Magnitudes below (5.398e-79), other than zero, have no normalised IBM representation."""

MISSING_BYTES = {".": 0x2E, "._": 0x5F} | {f".{chr(byte)}": byte for byte in range(0x41, 0x5B)}
"""The first byte of each missing value; the other seven are zero."""
MISSING_CODES = {byte: code for code, byte in MISSING_BYTES.items()}

_SIGN = np.uint64(1 << 63)
_EXPONENT = np.uint64(0x7FF)
_MANTISSA = np.uint64((1 << 52) - 1)
_HIDDEN = np.uint64(1 << 52)
_FRACTION = np.uint64((1 << 56) - 1)
# 763 is the biased IEEE exponent of 16**-65; the 512 exponents from there are the IBM range.
_FIRST_EXPONENT = np.uint64(763)
_LAST_STEP = np.uint64(511)
_MISSING = np.uint64(MISSING_BYTES["."] << 56)
_SCALES = np.array(
    [(-1.0 if byte & 0x80 else 1.0) * 2.0 ** (4 * ((byte & 0x7F) - 64) - 56) for byte in range(256)]
)


def ieee_to_ibm(values: Doubles) -> tuple[Bits, Indices]:
    """Return the IBM patterns of `values` and the indices of those that have none.

    NaN becomes the missing value `.`; zero and minus zero become zero. Infinite, too large and
    too small values (see `LARGEST`, `SMALLEST`) are given as zero and named in the indices.

    >>> patterns, unfit = ieee_to_ibm(np.array([1.0, 0.1, -0.0, 1e300]))
    >>> [f"{pattern:016x}" for pattern in patterns.tolist()], unfit.tolist()
    (['4110000000000000', '401999999999999a', '0000000000000000', '0000000000000000'], [3])
    """
    bits = np.ascontiguousarray(values, dtype=np.float64).view(np.uint64)
    steps = bits >> np.uint64(52)
    steps &= _EXPONENT
    steps -= _FIRST_EXPONENT
    outside = np.flatnonzero(steps > _LAST_STEP)
    patterns = bits & _MANTISSA
    patterns |= _HIDDEN
    patterns <<= steps & np.uint64(3)
    steps >>= np.uint64(2)
    steps <<= np.uint64(56)
    patterns |= steps
    patterns |= bits & _SIGN
    if not outside.size:
        return patterns, outside
    special = values[outside]
    patterns[outside] = np.where(np.isnan(special), _MISSING, np.uint64(0))
    return patterns, outside[~np.isnan(special) & (special != 0.0)]


def ibm_to_ieee(patterns: Bits) -> tuple[Doubles, Indices]:
    """Return the doubles of `patterns` and the indices of those with a fraction of zero.

    The latter are zero or missing: their first byte decides, and the double given is 0.0.
    Every pattern made from a double comes back exactly; a mainframe number of more than 53
    significant bits is rounded to the nearest double.

    >>> ibm_to_ieee(np.array([0x4110000000000000, 0x2E << 56], dtype=np.uint64))
    (array([1., 0.]), array([1]))
    """
    fractions = patterns & _FRACTION
    values = fractions.view(np.int64).astype(np.float64)
    values *= _SCALES[first_bytes(patterns)]
    special = np.flatnonzero(fractions == 0)
    values[special] = 0.0
    return values, special


def first_bytes(patterns: Bits) -> NDArray[np.uint8]:
    """Return the first byte of each pattern: sign and exponent, or the code of a missing value."""
    return (patterns >> np.uint64(56)).astype(np.uint8)
