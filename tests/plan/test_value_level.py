"""Value level is checked before the data, carried in the plan, and watched in the data."""

from __future__ import annotations

from pathlib import Path

import pytest
from trialport import datasets
from trialport.pipeline import plan

from tests.plan.tiny_study import Record, analysis, faults, frame, write_study

VARIABLES = {
    "STUDYID": "study.STUDYID",
    "USUBJID": "subj",
    "RECID": "id",
    "TESTCD": "kind",
    "RESULT": "who",
    "VAL": "src.val",
    "HELP": "{value: src.val, keep: no}",
}
REST = "keys: [STUDYID, USUBJID, RECID]\nrecords: [{from: records}]\n"
VALUES = """\
value_level:
  - variable: RESULT
    when: {TESTCD: A}
    type: integer
    length: 2
    origin: Collected
    comment: As sent
  - {variable: RESULT, when: {TESTCD: [B, C]}, codelist: SIGN, method: As read.}
"""
TERMS = "codelists: {SIGN: {name: Sign, terms: {POS: Positive, NEG: Negative}, map: {'+': POS}}}\n"


def _study(folder: Path, values: str) -> Path:
    text = analysis(VARIABLES, REST) + values
    return write_study(folder, {"adam/adx.yaml": text, "terminology.yaml": TERMS})


def _record(number: int, test: str, result: str | None) -> Record:
    rest = dict.fromkeys(("day", "val", "seq"))
    return {"subj": "S1", "who": result, "id": f"R{number}", "kind": test, **rest}


def test_the_plan_carries_what_is_said_of_values(tmp_path: Path) -> None:
    (step,) = plan(_study(tmp_path, VALUES))[0].plan.steps
    found = [
        (each.variable, each.when, each.type, each.length, each.codelist, each.method, each.comment)
        for each in step.values
    ]
    assert found == [
        ("RESULT", (("TESTCD", ("A",)),), "integer", 2, "", "", "As sent"),
        ("RESULT", (("TESTCD", ("B", "C")),), "", None, "SIGN", "As read.", ""),
    ]


def test_values_that_are_not_as_said_are_findings(tmp_path: Path) -> None:
    given = [
        ("A", "12"),
        ("A", "1.5"),
        ("A", "123"),
        ("A", None),
        ("B", "NEG"),
        ("C", "+"),
        ("D", "?"),
    ]
    raw = {"records": frame([_record(place, *each) for place, each in enumerate(given)])}
    remedy = "; correct the record, or the entry of value_level"
    found = datasets(_study(tmp_path, VALUES), raw=raw)[1]
    assert [str(each).removesuffix(remedy) for each in found] == [
        "E3272 records.csv:3 column RESULT: '1.5' is no integer, where TESTCD is A",
        "E3273 records.csv:3 column RESULT: '1.5' has more than 2 bytes, where TESTCD is A",
        "E3273 records.csv:4 column RESULT: '123' has more than 2 bytes, where TESTCD is A",
        "E3271 records.csv:7 column RESULT: '+' is no term of codelist SIGN, "
        "where TESTCD is B or C",
    ]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("{variable: RESULTS, when: {TESTCD: A}}", "E1203"),
        ("{variable: RESULT, when: {TESTC: A}}", "E1203"),
        ("{variable: RESULT, when: {VAL: 1}}", "E1272"),
        ("{variable: HELP, when: {TESTCD: A}}", "E1272"),
        ("{variable: RESULT, when: {}}", "E1272"),
        ("{variable: RESULT, when: {TESTCD: A}, codelist: SIGNS}", "E1206"),
        ("{variable: RESULT, when: {TESTCD: A}, type: date}", "E1104"),
    ],
)
def test_an_entry_that_means_nothing_is_refused(entry: str, fault: str, tmp_path: Path) -> None:
    text = analysis(VARIABLES, REST) + f"value_level: [{entry}]\n"
    found = faults(tmp_path, {"adam/adx.yaml": text, "terminology.yaml": TERMS})
    assert [each[:5] for each in found] == [fault]
