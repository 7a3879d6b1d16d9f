"""The worked examples of the endpoint rules, from raw records to ADTTE, as the study is shipped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
import pytest
from trialport import datasets

from tests.golden.case_records import case_records, endpoint_cases, usubjid
from tests.golden.raw_export import write_raw

# The types of pandas know too little of object columns and groups to be of use here.
Frame: TypeAlias = Any
Frames = Mapping[str, Frame]
ROWS = [(case["id"], paramcd) for case in endpoint_cases() for paramcd in case["expected"]]
CASES = {case["id"]: case for case in endpoint_cases()}
# What a record must be to have caused an event: dataset, its conditions, date.
CAUSES: dict[str, tuple[str, dict[str, object], str]] = {
    "SEVERE CHRONIC GVHD": ("RS", {"RSTESTCD": "CGVHDSEV", "least": 3}, "RSDTC"),
    "MODERATE TO SEVERE CHRONIC GVHD": ("RS", {"RSTESTCD": "CGVHDSEV", "least": 2}, "RSDTC"),
    "CHRONIC GVHD": ("RS", {"RSTESTCD": "CGVHDSEV", "least": 1}, "RSDTC"),
    "ACUTE GVHD GRADE I-IV": ("RS", {"RSTESTCD": "AGVHDGR", "least": 1}, "RSDTC"),
    "ACUTE GVHD GRADE II-IV": ("RS", {"RSTESTCD": "AGVHDGR", "least": 2}, "RSDTC"),
    "ACUTE GVHD GRADE III-IV": ("RS", {"RSTESTCD": "AGVHDGR", "least": 3}, "RSDTC"),
    "LEUKAEMIA RELAPSE": ("CE", {"CECAT": "RELAPSE", "CEDECOD": "RELAPSE"}, "CESTDTC"),
    "RELAPSE": ("CE", {"CECAT": "RELAPSE", "CEDECOD": "RELAPSE"}, "CESTDTC"),
    "CHRONIC GVHD REQUIRING SYSTEMIC TREATMENT": (
        "CM",
        {"CMCAT": "SYSTEMIC IMMUNOSUPPRESSION", "CMINDC": "CHRONIC GVHD"},
        "CMSTDTC",
    ),
}


@pytest.fixture(scope="module")
def frames(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Frames:
    """Convert the examples, entered as raw records."""
    raw = tmp_path_factory.mktemp("cases")
    write_raw(raw, study, case_records())
    wanted = ["ADTTE", "ADTTEX", "ADMS", "ADSL", "RS", "CE", "CM"]
    return datasets(study, raw=raw, only=wanted)[0]


@pytest.fixture(scope="module")
def adtte(frames: Frames) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the rows of ADTTE by subject and parameter."""
    rows = frames["ADTTE"].to_dict("records")
    return {(row["USUBJID"], row["PARAMCD"]): _plain(row) for row in rows}


def test_every_subject_has_one_row_for_each_endpoint(frames: Frames) -> None:
    rows = list(zip(frames["ADTTE"]["USUBJID"], frames["ADTTE"]["PARAMCD"], strict=True))
    assert len(ROWS) == 190
    assert sorted(rows) == sorted((usubjid(CASES[case]), paramcd) for case, paramcd in ROWS)


@pytest.mark.parametrize(("case", "paramcd"), ROWS)
def test_the_row_is_as_worked_out(
    case: str, paramcd: str, adtte: dict[tuple[str, str], dict[str, Any]]
) -> None:
    expected = CASES[case]["expected"][paramcd]
    row = adtte[usubjid(CASES[case]), paramcd]
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(("case", "paramcd"), ROWS)
def test_the_source_is_the_record_that_gave_the_date(
    case: str, paramcd: str, adtte: dict[tuple[str, str], dict[str, Any]], frames: Frames
) -> None:
    row = adtte[usubjid(CASES[case]), paramcd]
    if row["SRCDOM"] == "ADSL":
        assert row["SRCSEQ"] == ""
        return
    domain, conditions, variable = CAUSES[row["EVNTDESC"]]
    assert (row["SRCDOM"], row["SRCVAR"]) == (domain, variable)
    records = frames[domain]
    records = records[records["USUBJID"] == usubjid(CASES[case])]
    (record,) = records[records[f"{domain}SEQ"] == row["SRCSEQ"]].to_dict("records")
    least = conditions.get("least")
    assert least is None or record["RSSTRESN"] >= least
    assert {name: record[name] for name in conditions if name != "least"} == {
        name: value for name, value in conditions.items() if name != "least"
    }
    assert _first_day(record[variable], row["STARTDT"]) == (row["ADT"], row["ADTF"])


@pytest.mark.parametrize("case", [each for each in CASES if "imputed" in CASES[each]])
def test_a_partial_date_of_death_is_imputed(case: str, frames: Frames) -> None:
    adsl = frames["ADSL"]
    (row,) = adsl[adsl["USUBJID"] == usubjid(CASES[case])].to_dict("records")
    expected = CASES[case]["imputed"]
    assert {name: _plain(row)[name] for name in expected} == expected


@pytest.mark.parametrize("case", CASES)
def test_leukaemia_free_survival_ends_with_relapse_or_death(case: str, frames: Frames) -> None:
    rows = _further(frames, case, "LFS")
    relapse, death = (CASES[case]["expected"][each] for each in ("RELAPSE", "OS"))
    events = [each for each in (death, relapse) if each["CNSR"] == 0]
    first = min(events, key=lambda each: each["AVAL"]) if events else death
    assert (rows["AVAL"], rows["CNSR"]) == (first["AVAL"], first["CNSR"])


@pytest.mark.parametrize(
    ("case", "wanted"),
    [
        ("EX15", (80, 5, 0, "DEATH AFTER RELAPSE", "DATE OF DEATH")),  # ADTTE: 80, 13
        ("EX03", (6, 12, 2, "DEATH WITHOUT RELAPSE", "")),
        ("EX02", (26, 0, 1, "ACUTE GVHD GRADE III-IV", "")),
    ],
)
def test_a_death_after_relapse_may_censor(
    case: str, wanted: tuple[object, ...], frames: Frames
) -> None:
    row = _further(frames, case, "AGVH34S")
    assert tuple(row[each] for each in ("AVAL", "CNSR", "CRSTAT", "EVNTDESC", "CNSDTDSC")) == wanted


@pytest.mark.parametrize(
    ("case", "wanted"),
    [  # transition, from which day, to which day, whether it took place
        ("EX01", [(1, 0, 700, 0), (2, 0, 700, 0), (3, 0, 700, 0)]),
        ("EX03", [(1, 0, 6, 0), (2, 0, 6, 0), (3, 0, 6, 1)]),
        ("EX04", [(1, 0, 210, 0), (2, 0, 210, 1), (3, 0, 210, 0), (6, 210, 420, 1)]),
        # relapse and death on one day: the relapse is not stayed in
        ("EX05", [(1, 0, 300, 0), (2, 0, 300, 0), (3, 0, 300, 1)]),
        # chronic GVHD and relapse on one day: the chronic GVHD is not stayed in
        ("EX06", [(1, 0, 150, 0), (2, 0, 150, 1), (3, 0, 150, 0), (6, 150, 500, 0)]),
        (
            "EX09",
            [(1, 0, 200, 1), (2, 0, 200, 0), (3, 0, 200, 0), (4, 200, 260, 0), (5, 200, 260, 0)],
        ),
    ],
)
def test_the_transitions_of_a_subject(
    case: str, wanted: list[tuple[int, ...]], frames: Frames
) -> None:
    rows = frames["ADMS"]
    rows = rows[rows["USUBJID"] == usubjid(CASES[case])]
    found = rows[["TRANSN", "TSTART", "TSTOP", "STATUS"]].to_numpy().tolist()
    assert [tuple(each) for each in found] == wanted


def _further(frames: Frames, case: str, paramcd: str) -> dict[str, Any]:
    rows = frames["ADTTEX"]
    rows = rows[(rows["USUBJID"] == usubjid(CASES[case])) & (rows["PARAMCD"] == paramcd)]
    (row,) = rows.to_dict("records")
    return _plain(row)


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row with dates as ISO 8601 text, numbers as numbers, and '' for what is missing."""
    return {
        name: ""
        if pd.isna(value)
        else f"{value:%Y-%m-%d}"
        if isinstance(value, pd.Timestamp)
        else value
        for name, value in row.items()
    }


def _first_day(dtc: str, start: str) -> tuple[str, str]:
    """Return the first day that a date of an event can mean, not before the start, and its flag."""
    day = dtc[:10] + "0000-01-01"[len(dtc[:10]) :]
    assert date.fromisoformat(day)
    return max(day, start) if len(dtc) < 10 else day, {4: "M", 7: "D", 10: ""}[len(dtc[:10])]
