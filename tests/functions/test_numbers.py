from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Value = Callable[..., object]

FINITE = st.floats(allow_nan=False, allow_infinity=False)
DECIMALS = st.decimals(min_value=-(10**6), max_value=10**6, places=4).map(float)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", 5.0),
        ("+5", 5.0),
        ("-5.", -5.0),
        (".5", 0.5),
        ("007.50", 7.5),
        ("1e3", 1000.0),
        ("1.5E-03", 0.0015),
        ("\t\u3000 5\u00a0\n", 5.0),
        ("1e308", 1e308),
        ("1e-400", 0.0),
        ("9007199254740993", 9007199254740992.0),
    ],
)
def test_a_number_in_ascii_digits_is_read(value: Value, text: str, expected: float) -> None:
    assert value("number(?)", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".",
        "1_000",
        "1,000",
        "12,5",
        "nan",
        "inf",
        "-infinity",
        "1e400",
        "1e1000",
        "0x1F",
        "５",
        "١",
        "1 2",
        "--1",
        "1e",
        "e5",
        "1.2.3",
        "1d",
        "1f",
        "<5",
        "5\x00",
        "1\n2",
        "²",
        "½",
    ],
)
def test_anything_else_is_no_number(value: Value, text: str) -> None:
    assert value("number(?)", text) is None


@settings(deadline=None)
@given(text=st.text(alphabet="0123456789.+-eE _,\u3000x") | st.text())
def test_number_reads_as_python_where_the_form_is_right(value: Value, text: str) -> None:
    bare = text.strip(" \t\r\n\u00a0\u3000")
    form = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
    expected = float(bare) if form.fullmatch(bare) else math.inf
    assert value("number(?)", text) == (expected if math.isfinite(expected) else None)


@settings(deadline=None)
@given(number=FINITE | DECIMALS)
def test_number_text_is_the_shortest_decimal(value: Value, number: float) -> None:
    plain = format(Decimal(repr(number)), "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    assert value("number_text(?)", number) == ("0" if number == 0 else plain)


@settings(deadline=None)
@given(number=FINITE | DECIMALS)
def test_the_text_reads_back_as_the_number(value: Value, number: float) -> None:
    assert value("number(number_text(?))", number) == number


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (7.5, "7.5"),
        (5.0, "5"),
        (100.0, "100"),
        (1e-7, "0.0000001"),
        (0.1 + 0.2, "0.30000000000000004"),
        (-0.0, "0"),
        (-0.05, "-0.05"),
        (1e15, "1000000000000000"),
        (-9999999999999998.0, "-9999999999999998"),
        (1e16, "10000000000000000"),
        (1e17, "100000000000000000"),
        (100000000000000016.0, "100000000000000020"),
        (-0.0001, "-0.0001"),
        (-0.000015, "-0.000015"),
        (math.nan, None),
        (math.inf, None),
    ],
)
def test_number_text_by_hand(value: Value, number: float, expected: str | None) -> None:
    assert value("number_text(?)", number) == expected


@settings(deadline=None)
@given(number=FINITE | DECIMALS, digits=st.integers(-20, 20))
def test_rounding_is_that_of_decimals(value: Value, number: float, digits: int) -> None:
    with localcontext() as context:
        context.prec = 400
        exponent = Decimal(1).scaleb(-digits)
        expected = float(Decimal(repr(number)).quantize(exponent, rounding=ROUND_HALF_UP))
    found = value("round_half_up(?, ?)", number, digits)
    assert found == (expected if math.isfinite(expected) else None)


@pytest.mark.parametrize(
    ("number", "digits", "expected"),
    [
        (2.675, 2, 2.68),
        (0.125, 2, 0.13),
        (1.005, 2, 1.01),
        (-2.5, 0, -3.0),
        (2.5, 0, 3.0),
        (0.49999999999999994, 0, 0.0),
        (9.995, 2, 10.0),
        (1450.0, -2, 1500.0),
        (49.0, -2, 0.0),
        (50.0, -2, 100.0),
        (1.5, 0.5, None),
        (1.5, math.nan, None),
        (math.nan, 1, None),
        (-math.inf, 1, None),
        (1.25, 10**15, 1.25),
        (1.25, -(10**15), 0.0),
    ],
)
def test_rounding_by_hand(
    value: Value, number: float, digits: float, expected: float | None
) -> None:
    assert value("round_half_up(?, ?)", number, digits) == expected


def test_rounding_gives_no_negative_zero(value: Value) -> None:
    assert math.copysign(1, float(str(value("round_half_up(?, 0)", -0.4)))) == 1
    assert math.copysign(1, float(str(value("round_half_up(?, 2)", -0.0)))) == 1
