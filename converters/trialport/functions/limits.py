"""Bounds of numbers inside expressions: macros that the compiler calls, and nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trialport.functions.once import once

_FURTHEST = "1000000000"

_FINITE = once("CASE WHEN isfinite(it.n) THEN it.n END", n="number")
_POSITION = once(
    f"CASE WHEN it.n > {_FURTHEST} THEN {_FURTHEST} WHEN it.n < -{_FURTHEST} THEN -{_FURTHEST}"
    " ELSE CAST(trunc(it.n) AS INTEGER) END",
    n="CAST(number AS DOUBLE)",
)

LIMITS: Mapping[str, str] = MappingProxyType(
    {
        "tp_finite": f"CREATE OR REPLACE MACRO tp_finite (number) AS ({_FINITE})",
        "tp_position": f"CREATE OR REPLACE MACRO tp_position (number) AS ({_POSITION})",
    }
)
"""`tp_finite`: the number, null for infinity and NaN. `tp_position`: a whole number that an
INTEGER holds, for positions and lengths from the data."""
