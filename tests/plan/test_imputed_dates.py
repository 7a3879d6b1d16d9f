"""A date that may be imputed has its flag beside it (ADaMIG 1.3, 3.1.2 and 3.1.3)."""

from __future__ import annotations

from pathlib import Path

import pytest
from trialport import datasets

from tests.plan.tiny_study import analysis, faults, frame, plain, write_study

VARIABLES = {"STUDYID": "study.STUDYID", "USUBJID": "src.subj", "ADTC": "src.day"}
REST = "keys: [STUDYID, USUBJID]\nrecords: [{from: records}]"


def wrong(folder: Path, variables: dict[str, str]) -> list[str]:
    text = analysis({**VARIABLES, **variables}, REST)
    return [each.split(": ", 1)[1] for each in faults(folder, {"adam/adx.yaml": text})]


@pytest.mark.parametrize(
    "value",
    [
        "earliest_day(ADTC)",
        "case when is_complete(ADTC) then complete_date(ADTC) else latest_day(ADTC) end",
        "coalesce(complete_date(ADTC), study.CUTOFF, earliest_day(ADTC, study.CUTOFF))",
        "add_days((greatest(study.CUTOFF, earliest_day(ADTC))), 3)",
        "date_of(latest_datetime(ADTC))",
        "HELPER",
    ],
)
def test_an_imputed_date_needs_its_flag(tmp_path: Path, value: str) -> None:
    helper = {"HELPER": "{value: earliest_day(ADTC), keep: no}"}
    assert wrong(tmp_path, {**helper, "ASTDT": value}) == [
        "ASTDT may be imputed, and ASTDTF does not tell; add ASTDTF: imputation_flag(...), "
        "or make ASTDT a helper (keep: no)"
    ]
    flag = {"ASTDTF": "imputation_flag(ADTC)"}
    assert wrong(tmp_path, {**helper, "ASTDT": value, **flag}) == []


@pytest.mark.parametrize(
    "variables",
    [
        {"ASTDT": "complete_date(ADTC)"},
        {"ASTDT": "{value: earliest_day(ADTC), keep: no}"},
        {"ASTDT": "case when latest_day(ADTC) > study.CUTOFF then complete_date(ADTC) end"},
        {"ASTDY": "days_between(study.CUTOFF, earliest_day(ADTC))"},
        {
            "ASTDT": "earliest_day(ADTC)",
            "ASTDTF": "imputation_flag(ADTC)",
            "AENDT": "add_days(ASTDT, 7)",
        },
    ],
)
def test_what_is_not_imputed_here_needs_none(tmp_path: Path, variables: dict[str, str]) -> None:
    assert wrong(tmp_path, variables) == []


def test_a_date_and_time_needs_both_flags_and_a_time_its_own(tmp_path: Path) -> None:
    moment = {"ASTDTM": "earliest_datetime(ADTC)", "ASTTM": "time_of(ASTDTM)"}
    assert [each.split(";")[0] for each in wrong(tmp_path, moment)] == [
        "ASTDTM may be imputed, and ASTDTF and ASTTMF does not tell",
    ]
    alone = {"ASTTM": "time_of(earliest_datetime(ADTC))"}
    assert [each.split(";")[0] for each in wrong(tmp_path, alone)] == [
        "ASTTM may be imputed, and ASTTMF does not tell"
    ]


def test_eight_letters_leave_one_out(tmp_path: Path) -> None:
    late = {"LSTALVDT": "latest_day(ADTC)"}
    assert "LSTALVDF does not tell" in wrong(tmp_path, late)[0]
    assert wrong(tmp_path, {**late, "LSTALVDF": "imputation_flag(ADTC)"}) == []


def test_sdtm_has_no_imputed_dates_to_flag(tmp_path: Path) -> None:
    text = analysis({**VARIABLES, "ASTDT": "earliest_day(ADTC)"}, REST, name="XX")
    found = faults(tmp_path, {"sdtm/xx.yaml": text})
    assert not [each for each in found if "E2012" in each]


def test_an_imputed_event_of_a_time_to_event_needs_its_flag(tmp_path: Path) -> None:
    text = """\
dataset: ADX
label: Tiny
structure: time_to_event
keys: [STUDYID, USUBJID]
subjects: {from: ADS}
start: START
cutoff: study.CUTOFF
impute: {event: earliest}
events: {any: {from: ADE, date: ADTC, description: ANY}}
censoring: [{date: study.CUTOFF, code: 1, description: CUT-OFF}]
endpoints: {ANY: {param: Any, event: any}}
copy: {src: [STUDYID, USUBJID]}
variables:
  ADT: tte.adt
  AVAL: tte.aval
"""
    subjects = analysis(
        {"STUDYID": "study.STUDYID", "USUBJID": "subj", "START": "complete_date(anchor)"},
        "keys: [STUDYID, USUBJID]\nrecords: [{from: subjects}]",
        name="ADS",
    )
    files = {"adam/adx.yaml": text, "adam/ads.yaml": subjects}
    files["adam/ade.yaml"] = analysis(VARIABLES, REST, name="ADE")
    found = [each for each in faults(tmp_path, files) if "E2012" in each]
    assert [each.split(": ", 1)[1].split(";")[0] for each in found] == [
        "ADT may be imputed, and ADTF does not tell"
    ]
    files["adam/adx.yaml"] = text + "  ADTF: tte.adtf\n"
    assert not [each for each in faults(tmp_path, files) if "E2012" in each]


def test_moments_are_written_as_they_are_imputed(tmp_path: Path) -> None:
    variables = {
        **VARIABLES,
        "ASTDTM": "earliest_datetime(ADTC)",
        "AENDTM": "latest_datetime(ADTC)",
        "ASTDT": "date_of(ASTDTM)",
        "ASTTM": "{value: time_of(ASTDTM), format: TIME8.}",
        "ASTDTF": "imputation_flag(ADTC)",
        "ASTTMF": "time_imputation_flag(ADTC)",
        "AENDTF": "ASTDTF",
        "AENTMF": "ASTTMF",
    }
    text = analysis(variables, REST)
    days = ["2021-05", "2021-05-09", None]
    raw = [
        {
            "subj": f"S{n}",
            "who": None,
            "id": f"{n}",
            "kind": None,
            "day": day,
            "val": None,
            "seq": None,
        }
        for n, day in enumerate(days)
    ]
    study = write_study(tmp_path, {"adam/adx.yaml": text})
    frames, _ = datasets(
        study,
        raw={
            "records": frame(raw),
            "subjects": frame([{"subj": "S0", "anchor": None, "least": None}]),
        },
    )
    made = frames["ADX"]
    assert [str(each) for each in made["ASTDTM"]] == [
        "2021-05-01 00:00:00",
        "2021-05-09 00:00:00",
        "NaT",
    ]
    assert [str(each) for each in made["AENDTM"]] == [
        "2021-05-31 23:59:59",
        "2021-05-09 23:59:59",
        "NaT",
    ]
    assert list(map(plain, made["ASTTM"])) == [0, 0, None]
    assert list(map(plain, made["ASTDTF"])) == ["D", None, None]
    assert list(map(plain, made["ASTTMF"])) == ["H", "H", None]
