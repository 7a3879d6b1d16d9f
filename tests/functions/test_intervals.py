from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Value = Callable[..., object]

DAYS = [date(2023, 10, 1) + timedelta(days=number) for number in range(200)]
RELATIONS = {
    "before": operator.lt,
    "after": operator.gt,
    "not_before": operator.ge,
    "not_after": operator.le,
}
COMPLETE = [day.isoformat() for day in DAYS[60:130]]
MONTHS = ["2023-11", "2023-12", "2024-01", "2024-02", "2024-03"]
PARTIAL = st.sampled_from([*MONTHS, *MONTHS, "2023", "2024", "2024---29", "2024---31", "2023---01"])
DTC = st.sampled_from(COMPLETE) | PARTIAL


def meant(dtc: str) -> list[date]:
    """Return every day that a text can mean, by asking each day of two years."""
    two_years = (date(2023, 1, 1) + timedelta(days=number) for number in range(731))
    if dtc[4:7] == "---":
        return [
            day for day in two_years if day.isoformat()[:4] == dtc[:4] and day.day == int(dtc[7:])
        ]
    return [day for day in two_years if day.isoformat().startswith(dtc)]


@settings(deadline=None, max_examples=60)
@given(a=DTC, b=DTC)
def test_relations_hold_for_every_pair_for_none_or_are_undecided(
    value: Value, a: str, b: str
) -> None:
    for name, relation in RELATIONS.items():
        answers = {relation(*pair) for pair in product(meant(a), meant(b))}
        expected = answers.pop() if len(answers) == 1 else None
        assert value(f"{name}(?, ?)", a, b) is expected, (name, a, b)


@pytest.mark.parametrize(
    ("a", "b", "before", "after"),
    [
        ("2021-05-08", "2021-05-09", True, False),
        ("2021-05-09", "2021-05-09", False, False),
        ("2021-04", "2021-05", True, False),
        ("2021-05", "2021-05", None, None),
        ("2021-05", "2021-05-01", False, None),
        ("2021-05", "2021-05-31", None, False),
        ("2020", "2021-01-01", True, False),
        ("2021---15", "2021-01-15", False, None),
        ("2021---15", "2021-12-16", True, False),
        ("--05-09", "2021-05-09", None, None),
        ("2021-05-09T08:00", "2021-05-09T09:00", False, False),
        ("", "2021-05-09", None, None),
    ],
)
def test_relations_by_hand(
    value: Value, a: str, b: str, before: bool | None, after: bool | None
) -> None:
    assert value("before(?, ?)", a, b) is before
    assert value("after(?, ?)", a, b) is after
    assert value("not_before(?, ?)", a, b) is (None if before is None else not before)
    assert value("not_after(?, ?)", a, b) is (None if after is None else not after)


def test_a_date_may_stand_for_its_text(value: Value) -> None:
    assert value("before(DATE '2021-05-08', '2021-05-09')") is True


@settings(deadline=None)
@given(a=st.text(), b=st.text())
def test_no_text_raises(value: Value, a: str, b: str) -> None:
    assert value("before(?, ?)", a, b) in (None, True, False)
