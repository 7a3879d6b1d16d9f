"""A query is not copied to be written: whoever holds it finds it as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from trialport.engine.duckdb import written
from trialport.study import plan_study


@pytest.mark.parametrize("study", ["msc_gvhd", "msc_gvhd_fhir", "cdisc_pilot", "hl7_examples"])
def test_the_queries_of_the_shipped_studies_stay_as_they_are(study: str) -> None:
    planned, _ = plan_study(Path(study))
    assert planned is not None
    for step in planned.plan.every_step:
        for query in (step.query, step.output):
            before, text = repr(query), query.sql("duckdb")
            assert written(query) == text
            assert repr(query) == before
