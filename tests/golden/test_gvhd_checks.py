"""Grades that are not those of their organs are found, exactly where the sample plants them."""

from __future__ import annotations

import csv
from pathlib import Path

from trialport import Conversion


def test_the_planted_disagreements_are_the_findings(conversion: Conversion, sample: Path) -> None:
    with (sample / "irregularities.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    planted = {(row["file"], int(row["row"])) for row in rows if row["kind"] == "grade_disagrees"}
    found = [each for each in conversion.findings if each.code == "E3270"]
    assert planted
    assert {(each.place.file, each.place.line) for each in found} == planted
    assert str(found[0]) == (
        "E3270 gvhd_acute.csv:2173 column RSORRES: the MAGIC grade is not that of the organs: "
        "'2 instead of 3'; query the site"
    )
    assert {each.severity for each in found} == {"warning"}
