"""What of the sample's datasets FHIR has: the account that is committed, and what it must say."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from trialport.fhir.loss import Destination, destinations
from trialport.pipeline import plan

COMMITTED = Path(__file__).parent / "data" / "fhir_loss.csv"


@pytest.fixture(scope="module")
def account(study: Path) -> tuple[Destination, ...]:
    planned = plan(study)[0].plan
    sdtm = [each for each in planned.steps if each.group == "sdtm"]
    return destinations(sdtm, planned.resources)


def test_the_account_of_sdtm_is_the_committed_one(account: tuple[Destination, ...]) -> None:
    """Where this fails, compare `trialport fhir loss msc_gvhd` and commit what is meant."""
    with COMMITTED.open(encoding="utf-8", newline="") as stream:
        committed = [tuple(row) for row in csv.reader(stream)][1:]
    made = [(each.dataset, each.variable, each.kind, " ".join(each.elements)) for each in account]
    assert made == committed


@pytest.mark.parametrize(
    ("dataset", "variable", "kind", "element"),
    [
        ("AE", "AETERM", "element", "AdverseEvent.event.text"),
        ("AE", "AETOXGR", "extension", "AdverseEvent.extension.valueCodeableConcept.coding.code"),
        ("AE", "AESPID", "id", "AdverseEvent.id"),
        ("AE", "EPOCH", "nowhere", ""),
        ("FA", "FASTRESN", "element", "Observation.component.valueInteger"),
        ("LB", "LBSTRESC", "element", "Observation.valueQuantity.value"),
        ("LB", "LBORRES", "nowhere", ""),
        ("DS", "DSSTDTC", "element", "ResearchSubject.period.end"),
    ],
)
def test_variables_whose_place_is_known_from_the_specification(
    dataset: str, variable: str, kind: str, element: str, account: tuple[Destination, ...]
) -> None:
    (found,) = (each for each in account if (each.dataset, each.variable) == (dataset, variable))
    assert found.kind == kind
    assert element in found.elements or not element
