"""Runs of days give what walking through the days of each group with pandas gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trialport import datasets

from tests.plan.tiny_study import Record, analysis, faults, frame, plain, write_study

Row = dict[str, Any]
# The types of pandas know too little of object columns and groups to be of use here.
Frame: TypeAlias = Any

FIRST_DAY = date(2021, 1, 1)
_WINDOW = "by: [USUBJID, KIND], where: VAL >= 0.5, order: [ADT, RECID]"
RUNS = {
    "RUN3FL": f"{{window: {{flag: first, run: 3, {_WINDOW}}}}}",
    "RUN2FL": f"{{window: {{flag: last, run: 2, {_WINDOW}}}}}",
    "RUN3DT": f"{{window: {{value: ADT, pick: first, run: 3, {_WINDOW}}}}}",
    "SAMP3DT": f"{{window: {{value: ADT, pick: first, run: 3, step: sampled day, {_WINDOW}}}}}",
    "NRUN2": "{window: {value: ADT, pick: max, run: 2, by: [USUBJID, KIND], "
    "where: VAL >= 0.5, order: [ADT]}}",
}


def _text() -> str:
    variables = {
        "STUDYID": "study.STUDYID",
        "USUBJID": "subj",
        "RECID": "id",
        "KIND": "kind",
        "ADT": "complete_date(day)",
        "VAL": "src.val",
        **RUNS,
        "AFTER": "days_between(RUN3DT, ADT)",
    }
    return analysis(variables, "keys: [STUDYID, USUBJID, RECID]\nrecords: [{from: records}]\n")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("runs"), {"adam/adx.yaml": _text()})


def _converted(study: Path, records: Sequence[Record]) -> list[Row]:
    raw = {"records": frame(records), "subjects": frame([{"subj": "S1", "anchor": None}])}
    frames, _ = datasets(study, raw=raw)
    found = frames["ADX"]
    return [dict(zip(found.columns, map(plain, row), strict=True)) for row in found.to_numpy()]


def _record(
    number: int, subject: str, kind: str | None, day: str | None, value: str | None
) -> Record:
    return {
        "subj": subject,
        "who": None,
        "id": f"R{number:03}",
        "kind": kind,
        "day": day,
        "val": value,
        "seq": None,
    }


def _daily(values: Sequence[str | None], gaps: Sequence[int] = ()) -> list[Record]:
    """Return one record a day, days of `gaps` left out."""
    return [
        _record(place, "S1", "A", f"{FIRST_DAY + timedelta(days=place)}", value)
        for place, value in enumerate(values)
        if place not in gaps
    ]


# --- by hand ---


@pytest.mark.parametrize(
    ("values", "gaps", "day", "sampled"),
    [
        (["0.1", "0.5", "0.6", "0.7"], (), 1, 1),
        (["0.5", "0.6", "0.1", "0.5", "0.5", "0.5"], (), 3, 3),
        (["0.5", "0.6", None, "0.7"], (), None, 0),  # a day without a result is no day of the run
        (["0.5", "0.6", "9", "0.7", "0.8"], (2,), None, 0),  # nor is a day without a record
        (["0.5", "0.6", "0.4", "0.7", "0.8"], (), None, None),
        (["0.5", "0.6"], (), None, None),
    ],
)
def test_three_days_in_a_row(
    values: list[str | None],
    gaps: tuple[int, ...],
    day: int | None,
    sampled: int | None,
    study: Path,
) -> None:
    rows = _converted(study, _daily(values, gaps))
    wanted = [
        None if each is None else f"{FIRST_DAY + timedelta(days=each)}" for each in (day, sampled)
    ]
    assert {(each["RUN3DT"], each["SAMP3DT"]) for each in rows} == {tuple(wanted)}
    assert [each["ADT"] for each in rows if each["RUN3FL"]] == [each for each in wanted[:1] if each]


def test_a_day_fails_where_one_of_its_samples_fails(study: Path) -> None:
    rows = _daily(["0.5", "0.6", "0.7"])
    assert _converted(study, rows)[0]["RUN3DT"] == "2021-01-01"
    rows.append(_record(9, "S1", "A", "2021-01-02", "0.1"))
    assert _converted(study, rows)[0]["RUN3DT"] is None


# --- the other implementation ---

_DAYS = st.one_of(
    st.integers(0, 9).map(lambda each: f"{FIRST_DAY + timedelta(days=each)}"),
    st.sampled_from(["2021-01", "2021", None]),
)
_RECORDS = st.lists(
    st.tuples(
        st.sampled_from(["S1", "S2"]),
        st.sampled_from(["A", "B", None]),
        _DAYS,
        st.sampled_from(["0.1", "0.5", "0.9", "0.9", "2", None]),
    ),
    min_size=1,
    max_size=40,
)


def _runs(group: Frame, length: int, *, sampled: bool) -> list[date]:
    """Return the first days of the runs of a group."""
    known = group[group["ADT"].notna() & group["VAL"].notna()]
    days = known.groupby("ADT")["VAL"].min() >= 0.5
    if days.empty:
        return []
    if not sampled:
        days = days.reindex(pd.date_range(days.index.min(), days.index.max()), fill_value=False)
    names = (~days).cumsum()
    stretches = days[days].groupby(names[days])
    return [each.index[0] for _, each in stretches if len(each) >= length]


def _expected(rows: list[Row]) -> dict[str, dict[str, object]]:
    table: Frame = pd.DataFrame(rows)
    table["ADT"] = pd.to_datetime(table["ADT"])
    table["VAL"] = pd.to_numeric(table["VAL"])
    found: dict[str, dict[str, object]] = {}
    for _, group in table.groupby(["USUBJID", "KIND"], dropna=False):
        three, two = _runs(group, 3, sampled=False), _runs(group, 2, sampled=False)
        sampled = _runs(group, 3, sampled=True)
        meets = group[group["VAL"] >= 0.5].sort_values(["ADT", "RECID"])
        firsts = meets[meets["ADT"].isin(three[:1])]["RECID"].tolist()[:1]
        # the last record that begins a run stands on the first day of the last run
        lasts = meets[meets["ADT"].isin(two[-1:])]["RECID"].tolist()[-1:]
        for recid in group["RECID"]:
            found[recid] = {
                "RUN3FL": "Y" if recid in firsts else None,
                "RUN2FL": "Y" if recid in lasts else None,
                "RUN3DT": _day(three[:1]),
                "SAMP3DT": _day(sampled[:1]),
                "NRUN2": _day(two[-1:]),
            }
    return found


def _day(days: list[Any]) -> str | None:
    return f"{days[0]:%Y-%m-%d}" if days else None


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=_RECORDS)
def test_a_run_is_what_pandas_finds(
    drawn: list[tuple[str, str | None, str | None, str | None]], study: Path
) -> None:
    rows = _converted(study, [_record(place, *each) for place, each in enumerate(drawn)])
    wanted = _expected(rows)
    assert {each["RECID"]: {name: each[name] for name in RUNS} for each in rows} == wanted


# --- faults ---

_ODD = {
    "no condition": (
        "flag: first, run: 3, order: [ADT]",
        "a run needs 'where': what holds on each of its days; add where: ...",
    ),
    "no date": (
        "flag: first, run: 3, where: VAL > 1, order: [VAL]",
        "'VAL' is number, a run goes along dates; begin order with a date such as ADT",
    ),
    "backwards": (
        "flag: first, run: 3, where: VAL > 1, order: [ADT desc]",
        "'ADT desc' goes backwards, a run goes along dates; begin order with a date such as ADT",
    ),
    "a step without a run": (
        "flag: first, step: sampled day, where: VAL > 1, order: [ADT]",
        "'step' is of a run, and there is no 'run'; add run: ...",
    ),
    "too short": (
        "flag: first, run: 1, where: VAL > 1, order: [ADT]",
        "run: 1 is no run of days; give a whole number from 2 to 3660",
    ),
}


def test_a_run_without_an_order_is_refused_as_every_window_without_one(tmp_path: Path) -> None:
    variables = {
        "STUDYID": "study.STUDYID",
        "USUBJID": "subj",
        "VAL": "src.val",
        "W": "{window: {by: [USUBJID], flag: first, run: 3, where: VAL > 1}}",
    }
    text = analysis(variables, "keys: [STUDYID, USUBJID]\nrecords: [{from: records}]")
    problem = "flag: first needs an order; add order: [...]"
    assert faults(tmp_path, {"adam/adx.yaml": text}) == [f"E1210 adam/adx.yaml:10: {problem}"]


@pytest.mark.parametrize(("window", "problem"), _ODD.values(), ids=list(_ODD))
def test_a_run_that_means_nothing_is_refused(window: str, problem: str, tmp_path: Path) -> None:
    variables = {
        "STUDYID": "study.STUDYID",
        "USUBJID": "subj",
        "ADT": "complete_date(day)",
        "VAL": "src.val",
        "W": f"{{window: {{by: [USUBJID], {window}}}}}",
    }
    text = analysis(variables, "keys: [STUDYID, USUBJID]\nrecords: [{from: records}]")
    assert faults(tmp_path, {"adam/adx.yaml": text}) == [f"E1270 adam/adx.yaml:11: {problem}"]
