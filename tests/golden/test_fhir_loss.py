"""What of the sample's datasets FHIR has: the account that is committed, and what it must say."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from trialport.fhir.account import (
    dataset_accounts,
    resource_accounts,
    unreconciled,
    value_accounts,
)
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


COUNTED = Path(__file__).parent / "data" / "fhir_counts.csv"


def test_records_and_resources_are_reconciled_as_committed(output: Path) -> None:
    """Where this fails, compare `trialport fhir loss msc_gvhd --in OUT`; commit what is meant."""
    with COUNTED.open(encoding="utf-8", newline="") as stream:
        committed = [tuple(row) for row in csv.reader(stream)][1:]
    made = [
        (each.resource, each.type, each.source, str(each.records or ""), str(each.resources))
        for each in resource_accounts(output)
    ]
    assert made == committed
    assert unreconciled(output) == []


def test_each_record_is_a_resource_where_nothing_is_left_out(output: Path) -> None:
    found = dataset_accounts(output)
    for name in ("AE", "CE", "DD", "EC", "LB", "MB", "PR", "RS"):
        frame: Any = pyreadstat.read_xport(output / "sdtm" / f"{name.lower()}.xpt")[0]
        records = len(frame)
        assert found[name] == (records, records)


def test_only_variables_with_a_value_are_counted(output: Path, study: Path) -> None:
    planned = plan(study)[0].plan
    rows = destinations(planned.steps, planned.resources)
    counted = {
        (each.destination.dataset, each.destination.variable): each.values
        for each in value_accounts(output, rows)
    }
    frame: Any = pyreadstat.read_xport(output / "sdtm" / "dm.xpt")[0]
    assert counted["DM", "ARMNRS"] == int((frame["ARMNRS"] != "").sum()) == 12
    assert counted["DM", "USUBJID"] == len(frame)
    assert 0 not in counted.values()


def test_a_file_with_other_resources_than_were_made_is_told(output: Path, tmp_path: Path) -> None:
    folder = tmp_path / "fhir" / "R4"
    shutil.copytree(output / "fhir" / "R4", folder)
    lines = (folder / "Patient.ndjson").read_bytes().splitlines(keepends=True)
    (folder / "Patient.ndjson").write_bytes(b"".join(lines[1:]))
    assert unreconciled(tmp_path) == [f"Patient: {len(lines)} made, {len(lines) - 1} written"]
