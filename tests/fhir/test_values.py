from __future__ import annotations

import datetime as dt
from decimal import Decimal

import orjson
import pyarrow as pa
import pytest
from trialport.fhir.values import finite, json_values


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (180.0, b"180"),
        (5.44, b"5.44"),
        (-0.0, b"0"),
        (0.1, b"0.1"),
        (9007199254740991.0, b"9007199254740991"),
        (None, b"null"),
    ],
)
def test_whole_numbers_are_written_without_a_point(value: float | None, written: bytes) -> None:
    assert orjson.dumps(json_values(pa.array([value], pa.float64()))[0]) == written


def test_exact_decimals_are_numbers() -> None:
    column = pa.array([Decimal("1.50"), Decimal("2.00")], pa.decimal128(5, 2))
    assert json_values(column) == [1.5, 2]


def test_dates_are_iso_8601_text() -> None:
    assert json_values(pa.array([dt.date(2021, 5, 9), None])) == ["2021-05-09", None]


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("2021-05-09T08:30", "2021-05-09T08:30:00+08:00"),
        ("2021-05-09T08:30:15", "2021-05-09T08:30:15+08:00"),
        ("2021-05-09T08:30:15Z", "2021-05-09T08:30:15Z"),
        ("2021-05-09T08", "2021-05-09T08"),
        ("2021-05-09", "2021-05-09"),
        ("2021---15", "2021---15"),
    ],
)
def test_a_local_time_gets_seconds_and_the_offset_of_the_study(given: str, written: str) -> None:
    assert json_values(pa.array([given]), "dateTime", "+08:00") == [written]


def test_only_times_get_the_offset() -> None:
    assert json_values(pa.array(["2021-05-09T08:30"]), "string", "+08:00") == ["2021-05-09T08:30"]
    assert json_values(pa.array(["2021-05-09T08:30"]), "dateTime") == ["2021-05-09T08:30"]


def test_a_timestamp_is_a_local_time() -> None:
    column = pa.array([dt.datetime(2021, 5, 9, 8, 30)])
    assert json_values(column, "dateTime", "+08:00") == ["2021-05-09T08:30:00+08:00"]


def test_marked_text_becomes_a_reference() -> None:
    column = pa.array(["\x01Patient|S-7", None, "\x01Patient|S-8"])
    assert json_values(column, "string") == ["Patient/S-7", None, "Patient/S-8"]


def test_what_json_cannot_write_becomes_null() -> None:
    column = pa.array([1.0, float("nan"), float("inf"), None])
    assert finite(column).to_pylist() == [1.0, None, None, None]
