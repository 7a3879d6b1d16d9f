from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trialport.read.cells import array_texts, cell_text
from trialport.spec.nodes import ColumnType

BEIJING = dt.timezone(dt.timedelta(hours=8))

CASES: list[tuple[Any, str | None]] = [
    (None, None),
    ("", ""),
    (" a ", " a "),
    (1, "1"),
    (10**20, "100000000000000000000"),
    (100.0, "100"),
    (-0.0, "0"),
    (0.0, "0"),
    (-12.0, "-12"),
    (1e15, "1" + "0" * 15),
    (1e16, "1" + "0" * 16),
    (-0.0001, "-0.0001"),
    (float("inf"), "inf"),
    (0.1, "0.1"),
    (5.44, "5.44"),
    (1e-7, "0.0000001"),
    (1.5e300, "15" + "0" * 299),
    (float("nan"), None),
    (Decimal("1.50"), "1.5"),
    (Decimal("1E+2"), "100"),
    (True, "TRUE"),
    (np.bool_(False), "FALSE"),
    (np.int64(7), "7"),
    (np.float64(0.25), "0.25"),
    (dt.date(2021, 5, 9), "2021-05-09"),
    (dt.datetime(2021, 5, 9), "2021-05-09T00:00:00"),
    (dt.datetime(2021, 5, 9, 8, 30, 1, 500000), "2021-05-09T08:30:01.5"),
    (
        dt.datetime(2021, 5, 9, tzinfo=BEIJING),
        "2021-05-09T00:00:00+08:00",
    ),
    (dt.time(8, 30), "08:30:00"),
    (dt.timedelta(hours=36, seconds=5), "36:00:05"),
]


@pytest.mark.parametrize(("value", "text"), CASES)
def test_values_have_one_text(value: object, text: str | None) -> None:
    assert cell_text(value) == text


def test_bytes_have_no_text() -> None:
    with pytest.raises(TypeError, match="bytes has no text"):
        cell_text(b"x")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_number_reads_back_as_the_number(number: float) -> None:
    text = cell_text(number)
    assert text is not None
    assert float(text) == number
    assert "e" not in text


@given(st.lists(st.floats(allow_infinity=False) | st.none()))
def test_columns_of_numbers_follow_the_same_rule(numbers: list[float | None]) -> None:
    assert array_texts(pa.array(numbers, pa.float64())).to_pylist() == [
        cell_text(number) for number in numbers
    ]


@pytest.mark.parametrize(
    ("array", "texts"),
    [
        (pa.array(["a", None]), ["a", None]),
        (pa.array(["a", None, "a"]).dictionary_encode(), ["a", None, "a"]),
        (pa.array([True, None]), ["TRUE", None]),
        (pa.array([1, None], pa.uint8()), ["1", None]),
        (pa.array([0.1], pa.float32()), ["0.1"]),
        (pa.array([Decimal("1.50"), None]), ["1.5", None]),
        (pa.array([dt.date(2021, 5, 9)]), ["2021-05-09"]),
        (pa.array([dt.datetime(2021, 5, 9, 8, 30)], pa.timestamp("ns")), ["2021-05-09T08:30:00"]),
        (pa.array([dt.datetime(2021, 5, 9)], pa.timestamp("s")), ["2021-05-09T00:00:00"]),
        (
            pa.array([dt.datetime(2021, 5, 9, 0, 30)], pa.timestamp("us", "Asia/Shanghai")),
            ["2021-05-09T08:30:00+08:00"],
        ),
        (pa.array([dt.time(8, 30, 0, 250000)]), ["08:30:00.25"]),
        (pa.nulls(2), [None, None]),
    ],
)
def test_columns_of_every_type(array: pa.Array, texts: list[str | None]) -> None:
    assert array_texts(array).to_pylist() == texts


def test_midnight_is_left_out_where_the_contract_says_date() -> None:
    moments = pa.array([dt.datetime(2021, 5, 9), dt.datetime(2021, 5, 9, 1)], pa.timestamp("us"))
    assert array_texts(moments, ColumnType.DATE).to_pylist() == [
        "2021-05-09",
        "2021-05-09T01:00:00",
    ]


def test_lists_have_no_text() -> None:
    with pytest.raises(TypeError, match="has no text"):
        array_texts(pa.array([[1]]))
