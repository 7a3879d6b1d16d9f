from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Value = Callable[..., object]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", "1900-01-01"),
        ("59", "1900-02-28"),
        ("61", "1900-03-01"),
        ("44325", "2021-05-09"),
        (" 44325.0\u3000", "2021-05-09"),
        ("73415", "2100-12-31"),
        ("44325.5", "2021-05-09T12:00:00"),
        ("44325.99999", "2021-05-09T23:59:59"),
        ("44325.999999", "2021-05-10T00:00:00"),
        ("1.25", "1900-01-01T06:00:00"),
        ("59.75", "1900-02-28T18:00:00"),
    ],
)
def test_serial_numbers_by_hand(value: Value, text: str, expected: str) -> None:
    assert value("excel_date(?)", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "0.5",
        "60",
        "60.5",
        "-1",
        "73416",
        "73415.999999",
        "99999.9",
        "123456",
        "1e4",
        "2021-05-09",
        "",
        "５",
        "nan",
    ],
)
def test_what_is_no_serial_number_of_a_day_is_null(value: Value, text: str) -> None:
    assert value("excel_date(?)", text) is None


@settings(deadline=None)
@given(day=st.dates(date(1900, 3, 1), date(2100, 12, 30)), second=st.integers(1, 86399))
def test_the_clock_of_a_workbook(value: Value, day: date, second: int) -> None:
    moment = datetime(day.year, day.month, day.day) + timedelta(seconds=second)
    serial = (day - date(1899, 12, 30)).days
    assert value("excel_date(?)", str(serial)) == day.isoformat()
    assert value("excel_date(?)", repr(serial + second / 86400)) == moment.isoformat()


@settings(deadline=None)
@given(text=st.text(alphabet="0123456789.", max_size=12) | st.text())
def test_no_text_raises_or_leaves_the_form(value: Value, text: str) -> None:
    found = value("excel_date(?)", text)
    assert found is None or re.fullmatch(r"(19|20|21)\d\d-\d\d-\d\d(T\d\d:\d\d:\d\d)?", str(found))
