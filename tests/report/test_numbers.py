"""Numbers as text, and what counts as printed."""

from __future__ import annotations

import math

import pytest
from trialport.report.numbers import agrees, difference_words, printed_words, rounded, value_words
from trialport.report.results import Kind, Value


def test_halves_are_rounded_up_as_they_are_read() -> None:
    assert [rounded(each, 1) for each in (22.75, 0.25, -0.25, 7.505)] == [
        "22.8",
        "0.3",
        "-0.3",
        "7.5",
    ]
    assert rounded(7.505, 2) == "7.51"


@pytest.mark.parametrize(
    ("number", "printed", "is_same"),
    [
        (0.0364, ".036", True),
        (0.0366, ".036", False),
        (22.75, "22.8", True),
        (22.75, "22.7", True),
        (0.0004, "<.001", True),
        (0.0012, "<.001", False),
        (1.0, ">.999", True),
        (0.885, "1.0", False),
        (46.0, "46", True),
        (math.nan, "46", False),
    ],
)
def test_a_number_is_as_printed_where_it_rounds_to_that(
    number: float, printed: str, is_same: bool
) -> None:
    assert agrees(Value(Kind.P, (number,), (printed,))) is is_same


def test_differences_are_told_with_sign_and_printed_decimals() -> None:
    value = Value(Kind.PERCENT, (45.54, 34.93, 55.53), ("45.5", "35.1", "55.3"), 1)
    assert value_words(value) == "45.5 (34.9–55.5)"
    assert printed_words(value) == "45.5 (35.1–55.3)"
    assert difference_words(value) == "0, −0.2, +0.2"
    assert difference_words(Value(Kind.P, (0.885,), ("1.0",), 3)) == "−0.115"
    assert difference_words(Value(Kind.COUNT, (5,))) == ""


def test_what_cannot_be_estimated_is_said() -> None:
    assert value_words(Value(Kind.RATIO, (math.nan,) * 3, decimals=2)) == "n.e."
    assert (
        value_words(Value(Kind.PERCENT, (0.0, math.nan, math.nan), decimals=1)) == "0.0 (n.e.–n.e.)"
    )
