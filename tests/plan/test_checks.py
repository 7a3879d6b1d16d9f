"""Checks of a specification become findings; helper variables are not written."""

from __future__ import annotations

from pathlib import Path

import pytest
from trialport import datasets

from tests.plan.tiny_study import analysis, faults, frame, plain, write_study

VARIABLES = {
    "STUDYID": "study.STUDYID",
    "USUBJID": "subj",
    "RECID": "id",
    "VAL": "src.val",
    "TWICE": "{value: 2 * VAL, keep: no}",
    "BIGFL": "flag(TWICE > 4)",
}
REST = "keys: [STUDYID, USUBJID, RECID]\nrecords: [{from: records}]\n"
CHECK = """\
checks:
  - where: VAL is not null
    expect: TWICE <= 4
    variable: VAL
    value: "'twice is ' || number_text(TWICE)"
    message: "the value is too great: {value}"
    remedy: query the site
    severity: note
"""
RECORDS = [
    {"subj": "S1", "who": None, "id": "A", "kind": None, "day": None, "val": "1", "seq": None},
    {"subj": "S1", "who": None, "id": "B", "kind": None, "day": None, "val": "3", "seq": None},
    {"subj": "S1", "who": None, "id": "C", "kind": None, "day": None, "val": None, "seq": None},
]


def _study(folder: Path, checks: str, variables: dict[str, str] = VARIABLES) -> Path:
    return write_study(folder, {"adam/adx.yaml": analysis(variables, REST) + checks})


def _findings(folder: Path, checks: str) -> list[str]:
    raw = {"records": frame(RECORDS)}
    return [
        f"{each.severity.value} {each}"
        for each in datasets(_study(folder, checks), raw=raw)[1]
        if each.code == "E3270"
    ]


def test_a_helper_is_used_and_not_written(tmp_path: Path) -> None:
    frames, _ = datasets(_study(tmp_path, ""), raw={"records": frame(RECORDS)})
    assert list(frames["ADX"]) == ["STUDYID", "USUBJID", "RECID", "VAL", "BIGFL"]
    assert [plain(each) for each in frames["ADX"]["BIGFL"]] == [None, "Y", None]


def test_a_record_that_fails_a_check_is_a_finding(tmp_path: Path) -> None:
    assert _findings(tmp_path, CHECK) == [
        "note E3270 records.csv:3 column VAL: the value is too great: 'twice is 6'; query the site"
    ]


def test_a_check_shows_the_variable_unless_it_says_otherwise(tmp_path: Path) -> None:
    short = "checks: [{expect: VAL < 2, variable: VAL, message: 'too great: {value}'}]\n"
    assert _findings(tmp_path, short) == ["warning E3270 records.csv:3 column VAL: too great: '3'"]


@pytest.mark.parametrize(
    ("check", "fault"),
    [
        ("{expect: VAL + 1, variable: VAL, message: m}", "E1402"),
        ("{expect: VALL > 1, variable: VAL, message: m}", "E1203"),
        ("{expect: VAL > 1, variable: VALL, message: m}", "E1203"),
        ("{expect: val > 1, variable: VAL, message: m}", "E1203"),
        ("{expect: VAL > 1, variable: VAL}", "E1102"),
        ("{expect: VAL > 1, variable: VAL, message: m, severity: bad}", "E1104"),
    ],
)
def test_a_check_that_means_nothing_is_refused(check: str, fault: str, tmp_path: Path) -> None:
    text = analysis(VARIABLES, REST) + f"checks: [{check}]\n"
    assert [each[:5] for each in faults(tmp_path, {"adam/adx.yaml": text})] == [fault]


def test_a_key_has_to_be_kept(tmp_path: Path) -> None:
    changed = {**VARIABLES, "RECID": "{value: id, keep: no}"}
    assert faults(tmp_path, {"adam/adx.yaml": analysis(changed, REST)}) == [
        "E1271 adam/adx.yaml:9: RECID is a key of ADX, and 'keep: no' leaves it out; "
        "keep it, or take it out of keys"
    ]
