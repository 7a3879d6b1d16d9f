from __future__ import annotations

import json
from pathlib import Path

import pytest
from trialport.diagnostics import DataError, Diagnostic, Place, Severity, SpecError
from trialport.findings.baseline import load_baseline
from trialport.findings.dispositions import load_dispositions
from trialport.findings.fingerprint import fingerprint
from trialport.findings.judged import causes, judge, state_counts
from trialport.pipeline import finding_json


def _finding(record: str, column: str = "AEENDTC", problem: str = "too early") -> Diagnostic:
    return Diagnostic("TP0101", Place(record=record, column=column), problem, "correct it")


ONE, OTHER = _finding("AE USUBJID=1 AESEQ=1"), _finding("AE USUBJID=1 AESEQ=2")
WARNED = Diagnostic("CORE-000023", Place(record="LB record 7"), "no", "", Severity.WARNING)


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "dispositions.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_decision_by_fingerprint_is_about_one_finding(tmp_path: Path) -> None:
    text = f"- {{code: TP0101, fingerprint: {fingerprint(ONE)}, status: accepted, reason: as told}}"
    path = _written(tmp_path, text)
    judged = judge([ONE, OTHER], load_dispositions(path))
    assert [each.weighs for each in judged] == [False, True]
    assert judged[0].state == "accepted: as told"
    assert state_counts(judged) == {"accepted": 1}


def test_a_decision_by_pattern_is_about_all_that_fit_and_the_first_one_holds(
    tmp_path: Path,
) -> None:
    text = """
- {code: TP0101, dataset: A*, variable: AEEND*, status: to-be-fixed, reason: queried}
- {code: TP0101, status: false-positive, reason: never}
"""
    judged = judge([ONE, OTHER, WARNED], load_dispositions(_written(tmp_path, text).parent))
    assert [each.state for each in judged] == ["to-be-fixed: queried"] * 2 + [""]
    assert [each.weighs for each in judged] == [True, True, False]


def test_a_decision_that_fits_nothing_is_a_warning_at_its_line(tmp_path: Path) -> None:
    path = _written(tmp_path, "- code: TP0101\n  dataset: CM\n  status: accepted\n  reason: r\n")
    stale = judge([ONE], load_dispositions(path))[1].finding
    assert (stale.code, stale.severity) == ("E5020", Severity.WARNING)
    assert stale.place == Place(path.as_posix(), 1)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("- code: TP0101\n  status: fine\n  reason: r\n", "E1104", 2),
        ("- code: TP0101\n  status: accepted\n", "E1102", 1),
        ("- code: TP0101\n  status: accepted\n  reason: r\n  datset: AE\n", "E1101", 4),
        ("code: TP0101\n", "E1103", 1),
    ],
)
def test_faults_of_the_file_have_their_line(
    tmp_path: Path, text: str, code: str, line: int
) -> None:
    with pytest.raises(SpecError) as raised:
        load_dispositions(_written(tmp_path, text))
    (fault,) = raised.value.diagnostics
    assert (fault.code, fault.place.line) == (code, line)


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="E1019"):
        load_dispositions(tmp_path)


def test_only_what_the_baseline_does_not_have_is_new(tmp_path: Path) -> None:
    path = tmp_path / "before.json"
    path.write_text(json.dumps({"findings": [finding_json(ONE)]}), encoding="utf-8")
    judged = judge([ONE, OTHER], (), load_baseline(path))
    assert [(each.is_known, each.weighs) for each in judged] == [(True, False), (False, True)]
    assert state_counts(judged) == {"known": 1, "new": 1}


def test_more_records_than_in_the_baseline_are_new_and_fewer_are_not(tmp_path: Path) -> None:
    path = tmp_path / "findings.json"
    before = _finding("AE", problem="5 further records break the rule")
    path.write_text(json.dumps([finding_json(before)]), encoding="utf-8")
    known = load_baseline(path)
    fewer = _finding("AE", problem="4 further records break the rule")
    more = _finding("AE", problem="6 further records break the rule")
    assert [judge([each], (), known)[0].is_known for each in (fewer, before, more)] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("text", ["", "[1]", "{}", '{"findings": 3}', '[{"code": "TP0101"}]'])
def test_a_file_without_findings_is_no_baseline(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="E5021"):
        load_baseline(path)


def test_causes_count_their_records() -> None:
    further = _finding("AE", problem="5 further records break the rule")
    (cause, other) = causes(judge([ONE, WARNED, OTHER, further]))
    assert (cause.code, cause.dataset, cause.variable, cause.records) == (
        *("TP0101", "AE", "AEENDTC"),
        7,
    )
    assert (other.code, other.records) == ("CORE-000023", 1)


def test_the_dispositions_that_the_page_shows_are_read(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "read-findings.md"
    text = page.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    shown = load_dispositions(_written(tmp_path, text))
    assert [each.is_settled for each in shown] == [True, True]
