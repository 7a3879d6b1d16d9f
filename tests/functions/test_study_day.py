from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Value = Callable[..., object]

DATES = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2024-03-01", 1),
        ("2024-02-29", -1),
        ("2024-02-28", -2),
        ("2024-03-02", 2),
        ("2024-03-01T00:00", 1),
        ("2024-02-29T23:59:59", -1),
        ("2024-03", None),
        ("2024---02", None),
        ("2024-02-30", None),
        ("", None),
    ],
)
def test_there_is_no_day_0(value: Value, day: str, expected: int | None) -> None:
    assert value("study_day(?, '2024-03-01T12:00')", day) == expected


@settings(deadline=None)
@given(start=DATES, distance=st.integers(-4000, 4000))
def test_day_1_is_the_reference_and_day_minus_1_the_day_before(
    value: Value, start: date, distance: int
) -> None:
    day = start + timedelta(days=distance)
    expected = distance + 1 if distance >= 0 else distance
    assert value("study_day(?, ?)", day.isoformat(), start.isoformat()) == expected


@settings(deadline=None)
@given(one=DATES, two=DATES)
def test_exchanged_dates_have_opposite_days(value: Value, one: date, two: date) -> None:
    there = value("study_day(?, ?)", one.isoformat(), two.isoformat())
    back = value("study_day(?, ?)", two.isoformat(), one.isoformat())
    assert isinstance(there, float)
    assert isinstance(back, float)
    assert 0 not in (there, back)
    # Day n after the reference and day -n before it are n - 1 and n days away.
    assert there + back == (2 if one == two else 1)


def test_complete_dates_may_be_dates(value: Value) -> None:
    assert value("study_day(DATE '2024-03-02', DATE '2024-03-01')") == 2
