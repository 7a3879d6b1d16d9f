"""A lookup that nothing names is checked like the others, and noted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plan.tiny_study import analysis, findings

VARIABLES = {"STUDYID": "study.STUDYID", "USUBJID": "subj"}
LOOKUP = "{from: records, by: [subj], pick: first, order: [id]}"
NOTE = "note: E2064 adam/adx.yaml:6: nothing uses lookup 'spare'; use it, or leave it out"


def study(lookup: str, variables: dict[str, str], records: str = "[{from: subjects}]") -> str:
    rest = f"keys: [STUDYID, USUBJID]\nrecords: {records}\nlookups: {{spare: {lookup}}}"
    return analysis(variables, rest)


def told(folder: Path, text: str, *more: str) -> list[str]:
    files = {
        "adam/adx.yaml": text,
        **{f"adam/ad{name}.yaml": each for name, each in zip("yz", more, strict=False)},
    }
    return [each for each in findings(folder, files) if "E2062" not in each]


def test_what_nothing_uses_is_noted(tmp_path: Path) -> None:
    assert told(tmp_path, study(LOOKUP, VARIABLES)) == [NOTE]


@pytest.mark.parametrize("use", ["spare.kind", "coalesce(spare.kind, '-')"])
def test_what_something_uses_is_not(tmp_path: Path, use: str) -> None:
    assert told(tmp_path, study(LOOKUP, {**VARIABLES, "KIND": use})) == []


def test_a_lookup_that_only_another_dataset_uses_is_used(tmp_path: Path) -> None:
    other = (
        "dataset: ADY\nlike: ADX\nlabel: Other\nvariables:\n  KIND: {label: K, value: spare.kind}\n"
    )
    assert told(tmp_path, study(LOOKUP, VARIABLES), other) == []


@pytest.mark.parametrize(
    ("lookup", "fault"),
    [
        ("{from: records, by: [subj], pick: first, order: [idd]}", "E1203"),
        ("{from: records, by: [sbj], pick: first, order: [id]}", "E1203"),
        ("{from: records, by: [subj], pick: first}", "E1210"),
        ("{from: records, pick: only}", "E1209"),
        ("{from: records, by: [subj], where: val}", "E1402"),
        ("{from: records, by: [subj], where: val > this.anchr}", "E1203"),
        ("{from: records, by: {least: subj}, pick: only}", "E1401"),
        ("{from: recrods, by: [subj], pick: only}", "E1202"),
    ],
)
def test_its_faults_are_found(tmp_path: Path, lookup: str, fault: str) -> None:
    found = told(tmp_path, study(lookup, VARIABLES))
    assert f"error: {fault} adam/adx.yaml:6" in found[0]
    assert found[1:] in ([NOTE], [])


def test_one_block_that_can_look_is_enough(tmp_path: Path) -> None:
    blocks = "[{from: subjects, where: subj = 'x'}, {from: records}]"
    lookup = "{from: records, by: {id: who}, pick: first, order: [id]}"
    assert told(tmp_path, study(lookup, VARIABLES, blocks)) == [NOTE]
