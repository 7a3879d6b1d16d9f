"""The number codec against worked values, exact arithmetic and a million random doubles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trialport.xport.ibm import (
    LARGEST,
    MISSING_BYTES,
    SMALLEST,
    first_bytes,
    ibm_to_ieee,
    ieee_to_ibm,
)

from tests.xport.strict_parser import Missing, ibm_pattern, ibm_value

_MAGNITUDES = st.floats(SMALLEST, LARGEST, exclude_max=True, allow_nan=False)


def _patterns(values: list[float]) -> list[str]:
    patterns, unfit = ieee_to_ibm(np.array(values))
    assert unfit.size == 0
    return [f"{pattern:016x}" for pattern in patterns.tolist()]


@pytest.mark.parametrize(
    ("value", "pattern"),
    [
        (0.0, "0000000000000000"),
        (-0.0, "0000000000000000"),
        (1.0, "4110000000000000"),
        (-1.0, "c110000000000000"),
        (0.1, "401999999999999a"),
        (2.0**53, "4e20000000000000"),
        (2.0**53 - 1, "4e1fffffffffffff"),
        (16.0**-65, "0010000000000000"),
        (100.0, "4264000000000000"),
        (float("nan"), "2e00000000000000"),
    ],
)
def test_worked_patterns(value: float, pattern: str) -> None:
    assert _patterns([value]) == [pattern]


@pytest.mark.parametrize("value", [1e75, 7.2370055773322e75, 5.4e-79, 16.0**-65, -1e75, 1e-70])
def test_the_ends_of_the_range_come_back_exactly(value: float) -> None:
    patterns, unfit = ieee_to_ibm(np.array([value]))
    assert unfit.size == 0
    assert bytes.fromhex(f"{patterns[0]:016x}") == ibm_pattern(value)
    assert ibm_to_ieee(patterns)[0].tolist() == [value]


@pytest.mark.parametrize(
    "value",
    [7.3e75, 1e300, float("inf"), float("-inf"), 1e-80, 5e-324, 5.39e-79, 16.0**63, -7.3e75],
)
def test_values_without_a_pattern_are_named(value: float) -> None:
    patterns, unfit = ieee_to_ibm(np.array([1.0, value, 0.0]))
    assert unfit.tolist() == [1]
    assert patterns[1] == 0


def test_all_missing_values_have_their_byte() -> None:
    assert len(MISSING_BYTES) == 28
    patterns = np.array([byte << 56 for byte in MISSING_BYTES.values()], dtype=np.uint64)
    values, special = ibm_to_ieee(patterns)
    assert special.tolist() == list(range(28))
    assert values.tolist() == [0.0] * 28
    expected = [Missing(code) for code in MISSING_BYTES]
    assert [ibm_value(bytes([byte, 0])) for byte in first_bytes(patterns).tolist()] == expected


def test_56_bits_are_rounded_to_the_nearest_double() -> None:
    pattern = np.array([0x4FFFFFFFFFFFFFFF], dtype=np.uint64)
    assert ibm_to_ieee(pattern)[0].tolist() == [2.0**60]


@given(st.lists(st.one_of(_MAGNITUDES, _MAGNITUDES.map(lambda value: -value)), min_size=1))
def test_patterns_agree_with_exact_arithmetic_and_come_back(values: list[float]) -> None:
    patterns, unfit = ieee_to_ibm(np.array(values))
    assert unfit.size == 0
    exact = [int.from_bytes(ibm_pattern(value), "big") for value in values]
    assert patterns.tolist() == exact
    assert ibm_to_ieee(patterns)[0].tolist() == values


def test_a_million_doubles_come_back_bit_for_bit() -> None:
    random = np.random.default_rng(7)
    values = 10.0 ** random.uniform(-75, 75, 1_000_000) * random.choice([-1.0, 1.0], 1_000_000)
    values[::10] = random.integers(-(2**53), 2**53, 100_000).astype(np.float64)
    patterns, unfit = ieee_to_ibm(values)
    assert unfit.size == 0
    assert (ibm_to_ieee(patterns)[0].view(np.uint64) == values.view(np.uint64)).all()
    stored = patterns.astype(">u8").tobytes()
    for at in range(0, 1_000_000, 25):
        assert ibm_value(stored[at * 8 : at * 8 + 8]) == values[at]
