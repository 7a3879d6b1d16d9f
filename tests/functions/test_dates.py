from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Value = Callable[..., object]

DAYS = [date(2023, 1, 1) + timedelta(days=number) for number in range(731)]
PARTS = st.tuples(
    st.sampled_from(["2023", "2024"]),
    st.none() | st.integers(1, 13),
    st.none() | st.integers(1, 32),
)
FUNCTIONS = [
    *("complete_date", "date_text", "earliest_day", "latest_day"),
    *("is_complete", "imputation_flag"),
]


def written(year: str, month: int | None, day: int | None) -> str:
    if day is not None:
        return f"{year}-{'-' if month is None else f'{month:02}'}-{day:02}"
    return year if month is None else f"{year}-{month:02}"


@settings(deadline=None)
@given(parts=PARTS)
def test_first_and_last_day_of_those_that_a_date_can_mean(
    value: Value, parts: tuple[str, int | None, int | None]
) -> None:
    year, month, day = parts
    meant = [
        each
        for each in DAYS
        if each.year == int(year) and month in (None, each.month) and day in (None, each.day)
    ]
    text = written(*parts)
    assert value("earliest_day(?)", text) == (meant[0] if meant else None)
    assert value("latest_day(?)", text) == (meant[-1] if meant else None)
    assert value("date_text(?)", text + "T10:30") == (text if meant else None)
    complete = bool(meant) and None not in parts
    assert value("is_complete(?)", text) is complete
    assert value("complete_date(?)", text) == (meant[0] if complete else None)
    missing = "M" if month is None else "D" if day is None else None
    assert value("imputation_flag(?)", text) == (missing if meant else None)


@settings(deadline=None, max_examples=200)
@given(parts=PARTS, limit=st.sampled_from(DAYS))
def test_a_limit_leaves_the_days_within_it(
    value: Value, parts: tuple[str, int | None, int | None], limit: date
) -> None:
    year, month, day = parts
    meant = [
        each
        for each in DAYS
        if each.year == int(year) and month in (None, each.month) and day in (None, each.day)
    ]
    text = written(*parts)
    late = [each for each in meant if each >= limit]
    early = [each for each in meant if each <= limit]
    assert value("earliest_day(?, ?)", text, limit) == (late[0] if late else None)
    assert value("latest_day(?, ?)", text, limit) == (early[-1] if early else None)
    assert value("earliest_day(?, ?)", text, None) == (meant[0] if meant else None)
    assert value("latest_day(?, ?)", text, None) == (meant[-1] if meant else None)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("2021-05-09T-:30", "H"),
        ("2021-05-09T10:-:15", "M"),
        ("2021-05T10", "M"),
        ("2021", "H"),
        ("no date", None),
    ],
)
def test_the_time_flag_names_the_highest_level_imputed(
    value: Value, text: str, flag: str | None
) -> None:
    assert value("time_imputation_flag(?)", text) == flag


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("2021-05-09", None),
        ("2021-05-09T10", None),
        ("2021-05", "D"),
        ("2021", "M"),
        ("2021---09", "M"),
        ("--05-09", "Y"),
        ("--05", "Y"),
        ("----09", "Y"),
        ("-----T10:30", None),
    ],
)
def test_the_flag_names_the_highest_level_imputed(
    value: Value, text: str, flag: str | None
) -> None:
    assert value("imputation_flag(?)", text) == flag


@pytest.mark.parametrize(
    "text",
    [
        "2021-02-30",
        "2021-02-29",
        "2021---32",
        "2021-13",
        "--02-30",
        "-",
        "--",
        "2021-",
        "2021--",
        "2021----",
        "infinity",
        "epoch",
        "2021-05-09 (BC)",
        "2021-5-9",
        "2021/05/09",
        "20210509",
        "2021-05-09x",
        "2021-05-09T",
        "2021-05-09Tx",
        "0000-01-01",
        "2021-05-09\n",
        "UNK",
        "",
    ],
)
def test_what_is_no_iso_8601_date_has_no_day(value: Value, text: str) -> None:
    for function in FUNCTIONS:
        assert value(f"{function}(?)", text) is (False if function == "is_complete" else None)


@pytest.mark.parametrize("text", ["--05-09", "--05", "----09"])
def test_without_a_year_there_is_no_day_but_a_date_text(value: Value, text: str) -> None:
    assert value("earliest_day(?)", text) is None
    assert value("latest_day(?)", text) is None
    assert value("date_text(?)", text) == text


@pytest.mark.parametrize("time", ["T23:59", "T10:30:15.123", "T10:30Z", "T23:00+05:00", "T-:15"])
def test_the_date_is_the_one_collected_whatever_the_time(value: Value, time: str) -> None:
    assert value("complete_date(?)", f"2021-05-09{time}") == date(2021, 5, 9)
    assert value("date_text(?)", f"2021-05-09{time}") == "2021-05-09"


def test_a_date_may_stand_for_its_text(value: Value) -> None:
    for function in ("complete_date", "earliest_day", "latest_day"):
        assert value(f"{function}(DATE '2024-02-29')") == date(2024, 2, 29)


@settings(deadline=None)
@given(text=st.text() | st.text(alphabet="0123459-T:", max_size=12))
def test_no_text_raises(value: Value, text: str) -> None:
    first, last = value("earliest_day(?)", text), value("latest_day(?)", text)
    assert (first is None) == (last is None)
    assert value("imputation_flag(?)", text) in (None, "D", "M", "Y")
    found = value("date_text(?)", text)
    assert found is None or re.fullmatch(r"[0-9-]{4,10}", str(found))
    if value("is_complete(?)", text):
        assert first == last == value("complete_date(?)", text)
    else:
        assert value("complete_date(?)", text) is None
