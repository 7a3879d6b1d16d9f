"""Every code that `check` gives for a specification, each from the smallest text that has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from trialport import check

from tests.plan.tiny_study import STUDY, faults, write_study

_DATASET = """\
dataset: ADX
label: Tiny
class: OTHER
keys: [USUBJID]
records:
  - from: records
lookups:
  many: {from: subjects, by: {subj: subj}}
variables:
  USUBJID: {value: subj, label: Subject}
  X:       {value: kind, label: X}
  DAY:     {value: day, label: Day}
"""
_TTE = """\
dataset: ADT
structure: time_to_event
label: Times
keys: [USUBJID, PARAMCD]
subjects: {from: ADX}
start: "complete_date(iso8601('2020-01-01'))"
cutoff: "complete_date(iso8601('2020-01-01'))"
events:
  death: {from: ADX, date: DAY, description: DEATH}
censoring:
  - {date: "complete_date(iso8601('2020-01-01'))", code: 1, description: END}
endpoints:
  OS: {param: Survival, event: death}
variables:
  USUBJID: {value: src.USUBJID, label: Subject}
  PARAMCD: tte.paramcd
"""
_VALUE = "value: kind"


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("E1208", _VALUE, "value: many.anchor"),
        ("E1209", "many: {from: subjects, by: {subj: subj}}", "many: {from: subjects, pick: only}"),
        ("E1210", "by: {subj: subj}}", "by: [subj], pick: first}"),
        ("E1213", "keys: [USUBJID]", "keys: [USUBJID, NONE]"),
        ("E1230", "label: X", f"label: {'X' * 41}"),
        ("E1232", "label: X", "label: X, length: 201"),
        (
            "E1235",
            "  - from: records\n",
            "  - from: records\n  - {from: records, set: {X: {text: B, length: 9}}}\n",
        ),
        ("E1302", _VALUE, f"value: {'upper(' * 20}kind{')' * 20}"),
        ("E1304", _VALUE, "value: kind /* why */"),
        ("E1305", _VALUE, "value: 'regexp_extract(kind, ''(a)'', 2)'"),
        ("E1306", _VALUE, "value: study_day(day)"),
        ("E1307", _VALUE, "value: number_text(sequence())"),
        ("E1308", _VALUE, "value: number_text(max(val))"),
        ("E1403", _VALUE, "value: flag(kind < 'B')"),
        ("E1404", _VALUE, "value: \"flag(kind in ('A', null))\""),
        ("E1405", _VALUE, "value: number_text(complete_date(day) + 1)"),
        ("E1410", "value: kind, label: X", "value: kind, label: X, type: Num"),
    ],
)
def test_a_fault_of_a_dataset(tmp_path: Path, code: str, old: str, new: str) -> None:
    assert old in _DATASET
    text = _DATASET.replace(old, new)
    if "pick" in new:
        text = text.replace(_VALUE, "value: many.anchor")
    assert code in _codes(tmp_path, {"adam/adx.yaml": text})


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("E1214", "{param: Survival, event: death}", "{param: Survival, event: death, window: 9}"),
        ("E1215", "event: death}", "event: dying}"),
    ],
)
def test_a_fault_of_a_time_to_event_dataset(tmp_path: Path, code: str, old: str, new: str) -> None:
    files = {"adam/adx.yaml": _DATASET, "adam/adt.yaml": _TTE.replace(old, new)}
    assert old in _TTE
    assert code in _codes(tmp_path, files)


_SOURCE = "  PARAMCD: tte.paramcd\n  SRCDOM: tte.srcdom\n"
_HELPER = "E1275 adam/adt.yaml:{}: ADX is not written (keep: no), and SRCDOM of ADT would name it; "


def test_srcdom_names_no_dataset_that_is_not_written(tmp_path: Path) -> None:
    files = {
        "adam/adx.yaml": _DATASET.replace("dataset: ADX\n", "dataset: ADX\nkeep: no\n"),
        "adam/adt.yaml": _TTE.replace("  PARAMCD: tte.paramcd\n", _SOURCE),
    }
    remedy = "take the dataset that it is made from, or write it too"
    found = [each for each in faults(tmp_path / "named", files) if "E1275" in each]
    assert found == [f"{_HELPER.format(line)}{remedy}" for line in (5, 9)]
    files["adam/adt.yaml"] = _TTE
    assert [each for each in faults(tmp_path / "unnamed", files) if "E1275" in each] == []


@pytest.mark.parametrize(
    ("code", "codelists"),
    [
        ("E1220", "{SEX: {nci: C66731, map: {m: MALE}}}"),
        ("E1221", "{SEX: {nci: C1}}"),
        ("E1222", "{SEX: {nci: C66731, extend: {X: Other}}}"),
    ],
)
def test_a_fault_of_a_codelist(tmp_path: Path, code: str, codelists: str) -> None:
    files = {
        "study.yaml": STUDY.replace("terminology: {}", "terminology: {sdtm: sdtmct-2025-03-28}"),
        "terminology.yaml": f"codelists: {codelists}\n",
    }
    assert code in _codes(tmp_path, files)


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("E1223", "terminology: {}", "terminology: {sdtm: sdtmct-1999-01-01}"),
        ("E1240", 'sdtmig: "3.4"', 'sdtmig: "0.1"'),
    ],
)
def test_a_fault_of_the_study(tmp_path: Path, code: str, old: str, new: str) -> None:
    assert old in STUDY
    assert code in _codes(tmp_path, {"study.yaml": STUDY.replace(old, new)})


def test_an_unknown_unit_of_a_test(tmp_path: Path) -> None:
    value = "value: \"number_text(in_unit(val, 'furlong', 'kg'))\""
    assert "E1224" in _codes(tmp_path, {"adam/adx.yaml": _DATASET.replace(_VALUE, value)})


def test_an_element_is_repeated_over_a_set_of_the_resource_alone(tmp_path: Path) -> None:
    resource = """\
resource: Patient
each: {from: ADX}
identity: [USUBJID]
content:
  name: {each: many, content: {text: USUBJID}}
"""
    files = {"adam/adx.yaml": _DATASET, "fhir/patient.yaml": resource}
    assert "E1218" in _codes(tmp_path, files)


def _codes(folder: Path, files: dict[str, str]) -> set[str]:
    return {each.code for each in check(write_study(folder, files))}
