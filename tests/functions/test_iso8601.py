from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Value = Callable[..., object]

FORM = re.compile(
    r"\d{4}(-\d\d)?|\d{4}-(\d\d|-)-\d\d|--\d\d|-(-\d\d|--)-\d\d"
    r"|\d{4}-\d\d-\d\dT\d\d(:\d\d(:\d\d)?)?",
    re.ASCII,
)
NEARLY = st.text(alphabet="0123459-/:年月日TUKN .Zz\u3000", max_size=22)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2003-12-15T13:14:17", "2003-12-15T13:14:17"),
        ("2003-12-15T13:14", "2003-12-15T13:14"),
        ("2003-12-15T13", "2003-12-15T13"),
        ("2003-12-15", "2003-12-15"),
        ("2003-12", "2003-12"),
        ("2003", "2003"),
        ("2003---15", "2003---15"),
        ("--12-15", "--12-15"),
        ("--12", "--12"),
        ("2021-05-UK", "2021-05"),
        ("2021-05-unk", "2021-05"),
        ("2021-UN-UN", "2021"),
        ("2021-UNK-09", "2021---09"),
        ("UK-05-09", "--05-09"),
        ("UNK-UNK-09", "----09"),
        ("2021/5/9", "2021-05-09"),
        ("2021/05/09", "2021-05-09"),
        ("2021/5", "2021-05"),
        ("2021/5/UK", "2021-05"),
        ("2021/-/9", "2021---09"),
        ("2021年5月9日", "2021-05-09"),
        ("2021年12月", "2021-12"),
        ("2021年", "2021"),
        ("2021年UK月UK日", "2021"),
        ("2021年UK月9日", "2021---09"),
        ("2021-05-09 10:30", "2021-05-09T10:30"),
        ("2021-05-09  10:30:15", "2021-05-09T10:30:15"),
        ("2021/5/9 9:30", "2021-05-09T09:30"),
        ("2021/5/9T9:30", "2021-05-09T09:30"),
        ("2021年5月9日 9:05", "2021-05-09T09:05"),
        ("2021-05-09T00:00", "2021-05-09T00:00"),
        ("2021-05-09T23:59:59", "2021-05-09T23:59:59"),
        ("\u3000 2021-05-09\t\u00a0\n", "2021-05-09"),
        ("2024-02-29", "2024-02-29"),
        ("2000-02-29", "2000-02-29"),
        ("--02-29", "--02-29"),
        ("1900-01-01", "1900-01-01"),
        ("2100-12-31", "2100-12-31"),
    ],
)
def test_a_collected_date_is_written_as_iso_8601(value: Value, text: str, expected: str) -> None:
    assert value("iso8601(?)", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021-02-30",
        "2021-02-29",
        "1900-02-29",
        "2100-02-29",
        "--02-30",
        "--04-31",
        "2021-13",
        "2021-00",
        "2021-05-00",
        "2021-05-32",
        "2021---32",
        "2021-5-9",
        "2021-05-9",
        "21-05-09",
        "09/05/2021",
        "09-MAY-2021",
        "20210509",
        "44325",
        "1899-12-31",
        "2101-01-01",
        "0201-05-09",
        "infinity",
        "epoch",
        "2021-05-09 (BC)",
        "2021-05-09T10:30Z",
        "2021-05-09T10:30+05:00",
        "2021-05-09T24:00",
        "2021-05-09T10:60",
        "2021-05-09 10:30:60",
        "2021-05-09T1030",
        "2021-05-09 10",
        "2021-05-09T9",
        "2021-05T10:30",
        "2021 10:30",
        "2021---09T10:30",
        "2021-UK-UKT10:30",
        "UK-05-09 10:30",
        "UNK",
        "-",
        "--",
        "UN-UNK-UNK",
        "2021-",
        "2021-05-",
        "2021/5/",
        "2021/5-9",
        "2021-05/09",
        "2021年5",
        "2021年5月9",
        "2021年5月9日10:30",
        "2021/2/30",
        "２０２１-05-09",
        "2021-05-09x",
        "x2021-05-09",
        "2021-05-09\x00",
        "2021-05-09T",
    ],
)
def test_what_is_no_such_date_is_null(value: Value, text: str) -> None:
    assert value("iso8601(?)", text) is None


@settings(deadline=None)
@given(text=st.text() | NEARLY, other=st.text() | NEARLY | st.none(), third=NEARLY | st.none())
def test_no_text_raises_or_leaves_the_form(
    value: Value, text: str, other: str | None, third: str | None
) -> None:
    results = (
        value("iso8601(?)", text),
        value("iso8601(?, CAST(? AS VARCHAR))", text, other),
        value("iso8601(?, CAST(? AS VARCHAR), CAST(? AS VARCHAR))", text, other, third),
    )
    for found in results:
        assert found is None or FORM.fullmatch(str(found))


@settings(deadline=None, max_examples=50)
@given(day=st.dates(date(1900, 1, 1), date(2100, 12, 31)), hour=st.integers(0, 23))
def test_all_styles_say_the_same(value: Value, day: date, hour: int) -> None:
    year, month, number = day.year, day.month, day.day
    iso = day.isoformat()
    assert value("iso8601(?)", iso) == iso
    assert value("iso8601(?)", f"{year}/{month}/{number}") == iso
    assert value("iso8601(?)", f"{year}年{month}月{number}日") == iso
    assert value("iso8601(?, ?, ?)", str(year), str(month), str(number)) == iso
    assert value("iso8601(?)", f"{year}/{month}") == iso[:7]
    assert value("iso8601(?, ?, NULL)", str(year), str(month)) == iso[:7]
    assert value("iso8601(?)", f"{year}年") == iso[:4]
    assert value("iso8601(?, ?)", iso, f"{hour}:05") == f"{iso}T{hour:02}:05"
    assert value("iso8601(iso8601(?))", f"{year}/{month}/{number} {hour}:05:09") == (
        f"{iso}T{hour:02}:05:09"
    )


@pytest.mark.parametrize(
    ("day", "time", "expected"),
    [
        ("2021-05-09", "9:30", "2021-05-09T09:30"),
        ("2021/5/9", " 09:30:15 ", "2021-05-09T09:30:15"),
        ("2021-05-09 ", None, "2021-05-09"),
        ("2021-05-09", " ", "2021-05-09"),
        ("2021-05-09", "UNK", "2021-05-09"),
        ("2021-05", None, "2021-05"),
        ("2021-05", "UK", "2021-05"),
        ("2021-05-09T08:00", None, "2021-05-09T08:00"),
        ("2021-05", "9:30", None),
        ("2021-05-09T08:00", "9:30", None),
        ("2021-05-09", "9", None),
        ("2021-05-09", "T09:30", None),
        ("2021-05-09", "24:00", None),
        ("2021-05-09", "9:30 pm", None),
        (None, "9:30", None),
    ],
)
def test_a_date_and_a_time(
    value: Value, day: str | None, time: str | None, expected: str | None
) -> None:
    assert value("iso8601(CAST(? AS VARCHAR), CAST(? AS VARCHAR))", day, time) == expected


@pytest.mark.parametrize(
    ("year", "month", "day", "expected"),
    [
        ("2021", "5", "9", "2021-05-09"),
        (" 2021", "05 ", "09", "2021-05-09"),
        ("2021", "5", None, "2021-05"),
        ("2021", "5", "UK", "2021-05"),
        ("2021", None, None, "2021"),
        ("2021", "UN", "unk", "2021"),
        ("2021", None, "9", "2021---09"),
        (None, "5", "9", "--05-09"),
        ("UNK", "5", None, "--05"),
        (None, None, "9", "----09"),
        (None, None, None, None),
        ("UK", "UK", "UK", None),
        ("2021", "2", "29", None),
        ("2021", "13", "1", None),
        ("2021", "5", "9 10:30", None),
        ("2021", "5/9", None, None),
        ("2021-05", None, "9", None),
        ("21", "5", "9", None),
        ("2021", "May", "9", None),
        ("2021", "5.0", "9", None),
    ],
)
def test_year_month_and_day(
    value: Value, year: str | None, month: str | None, day: str | None, expected: str | None
) -> None:
    call = "iso8601(CAST(? AS VARCHAR), CAST(? AS VARCHAR), CAST(? AS VARCHAR))"
    assert value(call, year, month, day) == expected
