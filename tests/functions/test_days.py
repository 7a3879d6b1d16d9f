from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Value = Callable[..., object]

DATES = st.dates(date(1000, 1, 1), date(9999, 12, 31))


@settings(deadline=None)
@given(day=DATES)
def test_the_iso_text_of_a_date_is_complete(value: Value, day: date) -> None:
    assert value("iso_date(?)", day) == day.isoformat()
    assert value("complete_date(iso_date(?))", day) == day


@settings(deadline=None)
@given(start=DATES, end=DATES)
def test_distance_and_sum_belong_together(value: Value, start: date, end: date) -> None:
    assert value("days_between(?, ?)", start, end) == (end - start).days
    assert value("add_days(?, days_between(?, ?))", start, start, end) == end


@settings(deadline=None)
@given(day=DATES, number=st.integers(-4_000_000, 4_000_000))
def test_a_sum_stays_within_four_digits_of_a_year(value: Value, day: date, number: int) -> None:
    ordinal = day.toordinal() + number
    inside = date(1000, 1, 1).toordinal() <= ordinal <= date.max.toordinal()
    assert value("add_days(?, ?)", day, number) == (date.fromordinal(ordinal) if inside else None)


@settings(deadline=None)
@given(number=st.floats())
def test_no_number_of_days_raises(value: Value, number: float) -> None:
    start = date(2021, 5, 9)
    whole = number == number and abs(number) < 300_000 and number == int(number)
    expected = start + timedelta(days=int(number)) if whole else None
    assert value("add_days(?, ?)", start, number) == expected


@pytest.mark.parametrize("text", ["infinity", "-infinity", "5881580-07-10", "0900-01-01"])
def test_days_out_of_the_calendar_have_no_text_and_no_sum(value: Value, text: str) -> None:
    assert value("iso_date(CAST(? AS DATE))", text) is None
    assert value("add_days(CAST(? AS DATE), 1)", text) is None
