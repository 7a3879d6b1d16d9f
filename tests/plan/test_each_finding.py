"""Every code of a value that cannot be converted, each from one record."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from sqlglot import exp, parse_one
from trialport import datasets
from trialport.diagnostics import DataError
from trialport.engine.duckdb import Engine

from tests.plan.tiny_study import Record, frame, write_study

_DATASET = """\
dataset: ADX
label: Tiny
class: OTHER
keys: [USUBJID]
records:
  - from: records
variables:
  USUBJID: {value: subj, label: Subject}
  X:       {value: "%s", label: X}
"""
_TTE = """\
dataset: ADT
structure: time_to_event
label: Times
keys: [USUBJID, PARAMCD]
subjects: {from: ADX}
start: "complete_date(iso8601('2020-02-01'))"
cutoff: "complete_date(iso8601('%s'))"
events:
  death: {from: ADX, where: USUBJID is not null, date: X, description: DEATH}
censoring:
  - {date: "complete_date(iso8601(%s))", code: 1, description: END}
endpoints:
  OS: {param: Survival, category: SURVIVAL, event: death}
variables:
  USUBJID: {value: src.USUBJID, label: Subject}
  PARAMCD: tte.paramcd
  AVAL:    tte.aval
"""


def _record(**values: str | None) -> Record:
    given: Record = dict.fromkeys(("subj", "who", "id", "kind", "day", "val", "seq"))
    return {**given, "subj": "S1", **values}


def _raw(record: Record) -> dict[str, pd.DataFrame]:
    subject: Record = {"subj": "S1", "anchor": "2020-05-05", "least": "0"}
    return {"subjects": frame([subject]), "records": frame([record])}


@pytest.mark.parametrize(
    ("code", "value", "record"),
    [
        ("E3202", "iso8601(kind)", {"kind": "yesterday"}),
        ("E3202", "excel_date(kind)", {"kind": "yesterday"}),
        ("E3204", "number_text(in_unit(val, kind, 'kg'))", {"val": "1", "kind": "mmHg"}),
        ("E3205", "number_text(grade_number(kind))", {"kind": "bad"}),
        ("E3206", "number_text(age_in_years(day, iso8601('2020-06-15')))", {"day": "1990-06"}),
        ("E3220", "number_text(1 / val)", {"val": "0"}),
        (
            "E3252",
            "iso_date(earliest_day(day, complete_date(iso8601('2021-01-01'))))",
            {"day": "2020-03"},
        ),
        ("E3250", "number_text(val * val)", {"val": "1e300"}),
    ],
)
def test_a_value_that_cannot_be_converted(
    tmp_path: Path, code: str, value: str, record: Record
) -> None:
    study = write_study(tmp_path, {"adam/adx.yaml": _DATASET % value})
    frames, found = datasets(study, raw=_raw(_record(**record)), threads=1)
    assert code in {each.code for each in found}
    assert frames["ADX"]["X"].tolist() == [None]


@pytest.mark.parametrize(
    ("value", "day", "result"),
    [
        ("flag(after(day, iso8601('2020-01-31')))", "2020-02", "Y"),
        ("flag(not_before(day, iso8601('2020-02-01')))", "2020-02", "Y"),
        ("flag(not_before(day, iso8601('2020-02-02')))", "2020-02", None),
        ("excel_date(kind)", None, "2020-02-01"),
        ("time_imputation_flag(iso8601('2020-02-01', '10:30'))", None, "S"),
    ],
)
def test_a_partial_date_is_after_what_every_day_of_it_is_after(
    tmp_path: Path, value: str, day: str | None, result: str | None
) -> None:
    study = write_study(tmp_path, {"adam/adx.yaml": _DATASET % value})
    raw = _raw(_record(day=day, kind="43862"))
    frames, found = datasets(study, raw=raw, threads=1)
    assert found == []
    assert frames["ADX"]["X"].tolist() == [result]


@pytest.mark.parametrize(
    ("code", "day", "cutoff", "censored"),
    [
        ("E3230", None, "2021-01-01", "'2020-01-01'"),
        ("E3231", None, "2021-01-01", "'2020-12-31'"),
        ("E3232", None, "2021-01-01", "USUBJID"),
        ("E3233", "2020-03", "2021-01-01", "'2020-12-31'"),
    ],
)
def test_a_time_to_event_that_cannot_be_told(
    tmp_path: Path, code: str, day: str | None, cutoff: str, censored: str
) -> None:
    files = {"adam/adx.yaml": _DATASET % "day", "adam/adt.yaml": _TTE % (cutoff, censored)}
    raw = _raw(_record(day=day))
    found = datasets(write_study(tmp_path, files), raw=raw, threads=1)[1]
    assert code in {each.code for each in found}


def test_the_database_stops_without_telling_a_value(tmp_path: Path) -> None:

    engine = Engine(threads=1)
    with pytest.raises(DataError, match=r"^E3290 T: the database stops at T"):
        engine.create("T", parse_one("SELECT CAST('secret' AS INT) AS x", into=exp.Select))
    engine.close()


@pytest.mark.parametrize(
    ("cutoff", "days"),
    [("cutoff: \"complete_date(iso8601('2020-06-30'))\"\n", 334.0), ("", 289.0)],
)
def test_without_a_cutoff_every_record_counts(tmp_path: Path, cutoff: str, days: float) -> None:
    times = _TTE.replace("cutoff: \"complete_date(iso8601('%s'))\"\n", cutoff) % "'2020-12-31'"
    times = times.replace("date: X", "date: EVENT")
    records = _DATASET % "day" + "  EVENT:   {value: complete_date(day), label: Day}\n"
    study = write_study(tmp_path, {"adam/adx.yaml": records, "adam/adt.yaml": times})
    frames, _ = datasets(study, raw=_raw(_record(day="2020-11-16")), threads=1)
    assert frames["ADT"]["AVAL"].tolist() == [days]
