"""The sample study validates without an error that nobody planted or decided about."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from trialport import Conversion
from trialport.diagnostics import Diagnostic, Severity
from trialport.findings.dispositions import load_dispositions
from trialport.findings.judged import Judged, judge
from trialport.pipeline import validate


@pytest.fixture(scope="module")
def judged(study: Path, conversion: Conversion, output: Path) -> list[Judged]:
    """Return all findings of conversion and validation, with what was decided about them."""
    found, _ = validate(output, sdtmig="3.4")
    whole = {*conversion.findings, *found}
    return judge(whole, load_dispositions(study))


@pytest.mark.slow
def test_every_error_and_warning_is_decided_about(judged: list[Judged]) -> None:
    asked = [each for each in judged if each.finding.severity is not Severity.NOTE]
    # Grades that the organs contradict are planted, and are queries to the sites.
    undecided = [
        str(each.finding)
        for each in asked
        if each.disposition is None and each.finding.code != "E3270"
    ]
    assert undecided == []


def test_every_error_of_the_conversion_is_planted(conversion: Conversion, sample: Path) -> None:
    with (sample / "irregularities.csv").open(encoding="utf-8", newline="") as file:
        planted = {
            (row["file"], int(row["row"]))
            for row in csv.DictReader(file)
            if row["action"] == "finding"
        }
    errors = [each for each in conversion.findings if each.severity is Severity.ERROR]
    places = [_raw_places(each) for each in errors]
    assert len(errors) == 6
    assert all(planted & each for each in places)


def _raw_places(finding: Diagnostic) -> set[tuple[str, int | None]]:
    """Return file and line of the raw cells that a finding is about."""
    cells = finding.origin.cells if finding.origin else (finding.place,)
    return {(each.file, each.line) for each in cells}
