"""Checking by column finds what checking every resource by its schema finds."""

from __future__ import annotations

import random

import pytest
from trialport.fhir.check import Checker
from trialport.fhir.findings import Findings
from trialport.fhir.resource import build
from trialport.fhir.schema import Definitions, load_definitions
from trialport.fhir.schema_faults import schema_faults
from trialport.templates import shipped

from tests.fhir.steps import batch, column, element, repeated, resource_step, resources, text

GOOD = {
    "WHEN": ["2021-05-09", "2021-05", "2021-05-09T08:30:00+08:00", None],
    "TEXT": ["a", "b b", None],
    "SUBJECT": ["Patient/p", "Patient/q"],
    "SOURCE": ["urn:a:1", "urn:a:2", None],
    "UNIT": ["g/L", "mg"],
    "STATUS": ["final", "amended"],
}
BAD = {
    "WHEN": ["2021-02-30", "2021-5-9", "2021-05-09T08:30:00", "x"],
    "TEXT": [""],
    "SUBJECT": ["ResearchStudy/s", "Organization/o"],
    "SOURCE": ["urn:a b"],
    "UNIT": [" g"],
    "STATUS": ["done"],
}
STEP = resource_step(
    "Observation",
    element(
        meta=element(source=column("SOURCE")),
        status=column("STATUS"),
        code=element(text=text("x")),
        subject=element(reference=column("SUBJECT")),
        effectiveDateTime=column("WHEN"),
        valueQuantity=element(
            value=column("VALUE"),
            code=column("UNIT"),
            system=text("urn:units"),
            unit=column("TEXT"),
        ),
        note=repeated(element(text=column("TEXT"))),
    ),
)


@pytest.fixture(scope="module")
def r4() -> Definitions:
    return load_definitions(shipped() / "fhir", "R4")


@pytest.mark.parametrize("seed", range(12))
def test_columns_find_what_the_schema_finds_in_every_resource(seed: int, r4: Definitions) -> None:
    draw = random.Random(seed)
    rows = 200
    wrong = 0
    columns: dict[str, list[object]] = {"key": [str(each) for each in range(rows)]}
    for name, good in GOOD.items():
        # A few wrong values, late, so that kinds are known before.
        faults = draw.sample(range(rows // 2, rows), draw.choice([0, 0, 1, 3]))
        wrong += len(faults)
        values: list[object] = [draw.choice(good) for _ in range(rows)]
        for place in faults:
            values[place] = draw.choice(BAD[name])
        columns[name] = values
    columns["VALUE"] = [draw.choice([1.5, 2.0, None]) for _ in range(rows)]
    findings = Findings()
    checker = Checker(r4, findings, with_models=False)
    whole: list[tuple[str, str, str]] = []
    for start in range(0, rows, 50):
        part = batch(**{name: values[start : start + 50] for name, values in columns.items()})
        for built in build(STEP, [part], r4, findings):
            checker.check_built(built)
            for each in resources(built):
                faults_of = schema_faults(each, "Observation", r4)
                whole += [(f"Observation/{each['id']}", f.code, f.element) for f in faults_of]
    assert bool(whole) is bool(wrong)
    of_schema = {code for _, code, _ in whole} | {"E4210", "E4220", "E4222", "E4225"}
    found = [
        (each.place.record, each.code, each.place.column)
        for each in findings.all()
        if each.code in of_schema and each.code != "E4228"
    ]
    assert sorted(found) == sorted(each for each in whole if each[1] != "E4228")
