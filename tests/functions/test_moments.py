"""First and last seconds, against a calendar and all that a text can mean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plan.tiny_study import analysis, faults

Value = Callable[..., object]

MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(
    lambda each: each.replace(microsecond=0)
)


@given(MOMENTS, st.integers(0, 5))
@settings(max_examples=150, deadline=None)
def test_a_moment_lies_between_the_ends_of_each_shortening(
    value: Value, moment: datetime, parts: int
) -> None:
    text = moment.isoformat()[: (4, 7, 10, 13, 16, 19)[parts]]
    first, last = value("earliest_datetime(?)", text), value("latest_datetime(?)", text)
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    assert first <= moment <= last
    # the next second outside begins with another text, so the ends are the ends
    assert first.isoformat().startswith(text)
    assert last.isoformat().startswith(text)
    assert (first.second, last.second) in {(0, 59), (moment.second, moment.second)}
    assert value("complete_datetime(?)", text) == (moment if parts == 5 else None)


@given(MOMENTS)
@settings(max_examples=50, deadline=None)
def test_a_moment_is_its_date_and_its_seconds(value: Value, moment: datetime) -> None:
    text = moment.isoformat()
    assert value("date_of(complete_datetime(?))", text) == moment.date()
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    assert value("time_of(complete_datetime(?))", text) == seconds


@pytest.mark.parametrize(
    "text", ["2021-05-09T25:00:00", "2021-02-30", "2021-05-09T10:30+08:00", ""]
)
def test_what_means_no_local_moment_gives_none(value: Value, text: str) -> None:
    for name in ("complete_datetime", "earliest_datetime", "latest_datetime"):
        assert value(f"{name}(?)", text) is None


def test_only_what_is_whole_is_complete(tmp_path: Path) -> None:
    variables = {
        "STUDYID": "study.STUDYID",
        "USUBJID": "subj",
        "ADTM": "complete_datetime(anchor)",
        "LATER": "flag(ADTM > earliest_datetime(anchor))",
        "LATERDY": "days_between(ADTM, study.CUTOFF)",
    }
    text = analysis(variables, "keys: [STUDYID, USUBJID]\nrecords: [{from: subjects}]")
    (found,) = faults(tmp_path, {"adam/adx.yaml": text})
    assert "E1401" in found
    assert "from_date" in found
