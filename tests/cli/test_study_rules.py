"""Rules that a study writes for itself: checked, and asked of datasets and raw tables."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

RULES = """\
rules:
- code: TINY001
  title: No event begins before informed consent
  applies_to: raw.events
  severity: warning
  with: {person: {from: raw.demography, by: [subject]}}
  fails_when: before(onset, person.consent)
  variable: onset
  remedy: query the site
  source: protocol
  good: {onset: 2024-02, person.consent: 2024-02-20}
  bad: {onset: 2024-01, person.consent: 2024-02-20}

- code: TINY101
  title: Terms are not all capitals
  applies_to: AE
  severity: error
  fails_when: AETERM = 'Rash'
  remedy: write the term as it was reported
  source: protocol
  good: {AETERM: Headache}
  bad: {AETERM: Rash}
"""


@pytest.fixture
def study(tiny: Path, tmp_path: Path) -> Path:
    """Return a study with rules of its own; an event of its raw records begins too early."""
    shutil.copytree(tiny, tmp_path / "tiny")
    (tmp_path / "tiny/study/rules").mkdir()
    (tmp_path / "tiny/study/rules/own.yaml").write_text(RULES, encoding="utf-8")
    file = tmp_path / "tiny/raw/events.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("no,2024-02\n", "no,2024-01\n"), encoding="utf-8")
    return tmp_path / "tiny/study"


def test_rules_without_faults_are_checked_in_silence(run: Run, study: Path) -> None:
    assert "TINY" not in run("check", study).out


def test_a_rule_may_call_functions_of_what_was_collected(
    run: Run, study: Path, tmp_path: Path
) -> None:
    """Texts as collected have columns beside the tables' own."""
    rule = """\
rules:
- code: TINY002
  title: Days of onset are told
  applies_to: raw.events
  severity: warning
  fails_when: number(replace(collected(onset), '-', '')) < 10000000
  variable: onset
  remedy: query the site
  source: protocol
  good: {onset: 2024-02-01}
  bad: {onset: 2024-02}
"""
    (study / "rules/own.yaml").write_text(rule, encoding="utf-8")
    assert "TINY002" not in run("check", study).out
    run("convert", study, "--raw", study.parent / "raw", "--out", tmp_path / "out")
    findings = json.loads((tmp_path / "out/findings.json").read_text(encoding="utf-8"))
    rows = (study.parent / "raw/events.csv").read_text(encoding="utf-8").splitlines()[1:]
    partial = [each for each in rows if 0 < len(each.rpartition(",")[2]) < len("2024-02-01")]
    assert partial
    assert len([each for each in findings if each["code"] == "TINY002"]) == len(partial)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "applies_to: raw.events",
            "applies_to: raw.event",
            "E1123 {file}:2: warning: rule TINY001 is not asked of raw.event: there is no dataset "
            "raw.event; name a dataset, a raw table and variables that are there",
        ),
        (
            "fails_when: AETERM = 'Rash'\n",
            "fails_when: AETERM = 'Rash' and AEWHY is null\n",
            "E1123 {file}:14: warning: rule TINY101 is not asked of AE: AE has no AEWHY; "
            "name a dataset, a raw table and variables that are there",
        ),
        (
            "code: TINY101",
            "code: TP9101",
            "E1118 {file}:14: error: the code 'TP9101' is one of trialport's own rules; "
            "begin it with the study's letters, e.g. MSC001",
        ),
        (
            "bad: {onset: 2024-01,",
            "bad: {onset: 2024-03,",
            "E1121 {file}:2: error: the bad record of TINY001 does not break it",
        ),
    ],
)
def test_a_rule_with_a_fault_is_told_at_its_line(
    run: Run, study: Path, old: str, new: str, told: str
) -> None:
    file = study / "rules/own.yaml"
    assert old in RULES
    file.write_text(RULES.replace(old, new), encoding="utf-8")
    lines = run("check", study).out.splitlines()
    assert told.format(file=file.as_posix()) in lines


def test_a_rule_about_all_datasets_may_look_at_each_of_them(run: Run, study: Path) -> None:
    file = study / "rules/own.yaml"
    general = RULES.replace("applies_to: AE", "applies_to: SDTM")
    file.write_text(general.replace("AETERM", "--TERM"), encoding="utf-8")
    assert "TINY" not in run("check", study).out


def test_an_edit_check_names_the_raw_file_and_row(run: Run, study: Path, tmp_path: Path) -> None:
    raw = study.parent / "raw"
    run("convert", study, "--raw", raw, "--out", tmp_path / "out")
    found = json.loads((tmp_path / "out/findings.json").read_text(encoding="utf-8"))
    own = {each["code"]: each for each in found if each["code"].startswith("TINY")}
    edit = own["TINY001"]
    assert (edit["file"], edit["line"], edit["column"]) == ("events.csv", 3, "onset")
    assert edit["problem"] == "'2024-01' breaks the rule 'No event begins before informed consent'"
    event = own["TINY101"]
    assert (event["record"], event["severity"]) == ("AE USUBJID=TINY-002 AESEQ=1", "error")
    assert event["origin"]["cells"] == [{"file": "events.csv", "line": 4, "column": "term"}]


def test_validate_asks_the_rules_of_the_study(run: Run, study: Path, tmp_path: Path) -> None:
    raw = study.parent / "raw"
    run("convert", study, "--raw", raw, "--out", tmp_path / "out")
    asked = ("validate", tmp_path / "out", "--no-core", "--study", study)
    codes = {line.split()[0] for line in run(*asked).out.splitlines() if "not run" not in line}
    assert {each for each in codes if each.startswith("TINY")} == {"TINY101"}
    told = run(*asked, "--raw", raw).out
    assert "TINY001 events.csv:3 column onset: warning:" in told


def test_a_conversion_does_not_begin_with_rules_that_have_faults(
    run: Run, study: Path, tmp_path: Path
) -> None:
    file = study / "rules/own.yaml"
    file.write_text(RULES.replace("severity: error", "severity: fatal"), encoding="utf-8")
    ran = run("convert", study, "--raw", study.parent / "raw", "--out", tmp_path / "out")
    assert (ran.code, (tmp_path / "out").exists()) == (2, False)
    assert "severity" in ran.err
