"""A dataset like another states only what differs; endpoints may be read in other ways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from trialport import datasets
from trialport.pipeline import plan

from tests.plan.tiny_study import Record, analysis, faults, frame, plain, write_study

SUBJECTS = analysis(
    {
        "STUDYID": "study.STUDYID",
        "USUBJID": "subj",
        "STARTDT": "complete_date(anchor)",
        "LASTDT": "study.CUTOFF",
        "PPFL": "flag(least > 1)",
    },
    "keys: [STUDYID, USUBJID]\nrecords: [{from: subjects}]\n",
    "ADSUB",
)
EVENTS = analysis(
    {
        "STUDYID": "study.STUDYID",
        "USUBJID": "subj",
        "KIND": "kind",
        "EVDT": "complete_date(day)",
        "EVSEQ": "sequence()",
    },
    "keys: [STUDYID, USUBJID, KIND, EVDT]\nrecords: [{from: records}]\n",
    "ADEV",
)
TTE = """\
dataset: ADTIME
label: Times
structure: time_to_event
keys: [STUDYID, USUBJID, PARAMCD]
subjects: {from: ADSUB}
start: STARTDT
cutoff: LASTDT
events:
  relapse: {from: ADEV, where: KIND = 'A', date: EVDT, sequence: EVSEQ, description: RELAPSE}
  death:   {from: ADEV, where: KIND = 'B', date: EVDT, sequence: EVSEQ, description: DEATH}
  illness: {from: ADEV, where: KIND = 'C', date: EVDT, sequence: EVSEQ, description: ILLNESS}
competing:
  death:
    event: death
    code: 12
    description: DEATH
    after: {event: relapse, code: 13, description: LATE DEATH}
censoring: [{date: LASTDT, code: 1, description: EVENT-FREE, date_description: LAST DAY}]
window_end: {code: 4, description: END}
endpoints:
  ILL: {param: Time to Illness, event: illness, competing: [death], window: 100}
copy: {src: [STUDYID, USUBJID]}
variables:
  PARAMCD:  tte.paramcd
  PARAM:    tte.param
  AVAL:     tte.aval
  CNSR:     tte.cnsr
  STATUS:   {value: tte.status, label: Status, type: Num}
  CNSDTDSC: tte.cnsdtdsc
"""
LIKE = """\
dataset: ADTIMEX
like: ADTIME
label: Times Read Otherwise
add_one: yes
competing:
  early:
    event: death
    code: 12
    description: DEATH
    after:
      event: relapse
      code: 5
      description: LATE DEATH
      counts: censoring
      date_description: DATE OF DEATH
endpoints:
  ILL:  {param: Time to Illness, event: illness, competing: [death]}
  ILLS: {param: Late Death Censored, event: illness, competing: [early]}
  ILLP:
    param: Per Protocol
    event: illness
    competing: [death]
    where: PPFL = 'Y'
    estimand:
      treatment: A against B
      population: per protocol
      variable: time to illness
      intercurrent: {death: "competing, while alive"}
      summary: hazard ratio
"""


def _study(folder: Path, like: str = LIKE) -> Path:
    files = {"adam/adsub.yaml": SUBJECTS, "adam/adev.yaml": EVENTS}
    return write_study(folder, {**files, "adam/adtime.yaml": TTE, "adam/adtimex.yaml": like})


def _record(subject: str, kind: str, day: str) -> Record:
    rest = dict.fromkeys(("who", "id", "val", "seq"))
    return {"subj": subject, "kind": kind, "day": day, **rest}


def _rows(folder: Path, name: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    raw = {
        "subjects": frame(
            [
                {"subj": "S1", "anchor": "2021-01-01", "least": "2"},
                {"subj": "S2", "anchor": "2021-01-01", "least": "0"},
            ]
        ),
        "records": frame(
            [
                _record("S1", "A", "2021-01-11"),
                _record("S1", "B", "2021-01-21"),
                _record("S2", "C", "2021-01-01"),
            ]
        ),
    }
    found = datasets(_study(folder), raw=raw)[0][name]
    names = ["AVAL", "CNSR", "STATUS", "CNSDTDSC"]
    return {
        (row["USUBJID"], row["PARAMCD"]): tuple(plain(row[each]) for each in names)
        for row in found.to_dict("records")
    }


def test_what_is_not_stated_is_as_in_the_other(tmp_path: Path) -> None:
    assert _rows(tmp_path, "ADTIME") == {
        ("S1", "ILL"): (20, 13, 2, None),
        ("S2", "ILL"): (0, 0, 1, None),
    }
    assert _rows(tmp_path, "ADTIMEX") == {
        ("S1", "ILL"): (21, 13, 2, None),  # add_one
        ("S2", "ILL"): (1, 0, 1, None),
        ("S1", "ILLS"): (21, 5, 0, "DATE OF DEATH"),
        ("S2", "ILLS"): (1, 0, 1, None),
        ("S1", "ILLP"): (21, 13, 2, None),  # the other subject is not per protocol
    }


def test_method_and_estimand_of_each_endpoint_are_metadata(tmp_path: Path) -> None:
    steps = {each.name: each for each in plan(_study(tmp_path))[0].plan.steps}
    assert [(each.variable, each.when, each.method) for each in steps["ADTIME"].values] == [
        (
            "AVAL",
            (("PARAMCD", ("ILL",)),),
            "Days from the start to the first of: ILLNESS; competing: DEATH; within 100 days; "
            "the day of the start is day 0; else censored.",
        )
    ]
    assert [each.comment for each in steps["ADTIMEX"].values] == [
        "",
        "",
        "Estimand. Treatments: A against B. Population: per protocol. Variable: time to illness. "
        "Intercurrent events: death: competing, while alive. Summary: hazard ratio.",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "dataset: ADTIMEX\nlike: ADTIMES\nkeys: [USUBJID]\nrecords: [{from: subjects}]\n"
            "label: T\nclass: OTHER\nvariables: {USUBJID: {label: U, value: subj}}\n",
            "E1202 adam/adtimex.yaml:2: unknown dataset 'ADTIMES'; did you mean 'ADTIME'?",
        ),
        (
            "dataset: ADTIMEX\nlike: ADTIMEX\nkeys: [USUBJID]\nrecords: [{from: subjects}]\n"
            "label: T\nclass: OTHER\nvariables: {USUBJID: {label: U, value: subj}}\n",
            "E2001 adam/adtimex.yaml:2: datasets are like each other: ADTIMEX -> ADTIMEX",
        ),
    ],
)
def test_a_dataset_is_like_another_that_is_there(text: str, fault: str, tmp_path: Path) -> None:
    files = {"adam/adsub.yaml": SUBJECTS, "adam/adev.yaml": EVENTS, "adam/adtime.yaml": TTE}
    assert faults(tmp_path, {**files, "adam/adtimex.yaml": text})[:1] == [fault]
