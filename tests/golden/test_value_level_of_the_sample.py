"""The sample describes results test by test, and goes by codes that its terminology knows."""

from __future__ import annotations

from pathlib import Path

from trialport.pipeline import plan


def test_value_level_goes_by_known_test_codes(study: Path) -> None:
    planned, _ = plan(study)
    described = {
        each.name: [value for value in each.values if value.variable.endswith("STRESC")]
        for each in planned.plan.steps
        if each.group == "sdtm" and each.values
    }
    assert sorted(described) == ["FA", "LB", "MB", "RS"]
    for dataset, values in described.items():
        known = planned.vocabulary.codelists[f"{dataset}TESTCD"].terms
        codes = [code for value in values for _, each in value.when for code in each]
        assert set(codes) <= set(known)
        assert len(codes) == len(set(codes))
