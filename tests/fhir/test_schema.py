"""What the shipped definitions say, against facts of the FHIR specification."""

from __future__ import annotations

import pytest
from trialport.fhir.schema import Version, load_definitions
from trialport.fhir.schema_faults import schema_faults
from trialport.templates import shipped

TYPES = (
    "AdverseEvent Bundle CodeSystem Condition Evidence EvidenceVariable Group Location "
    "MedicationAdministration Observation Organization Patient Procedure Provenance ResearchStudy "
    "ResearchSubject ValueSet"
)


@pytest.mark.parametrize("version", ["R4", "R5"])
@pytest.mark.parametrize("type_", TYPES.split())
def test_every_type_has_a_definition_that_holds_together(version: Version, type_: str) -> None:
    types = load_definitions(shipped() / "fhir", version)
    assert types.defines(type_)
    empty = {"resourceType": type_, "id": "x"}
    found = {each.code for each in schema_faults(empty, type_, types)}
    assert found <= {"E4210", "E4228"}


@pytest.mark.parametrize(
    ("version", "parent", "name", "type_"),
    [
        ("R4", "Observation", "effectiveDateTime", "dateTime"),
        ("R4", "Observation", "status", "code"),
        ("R4", "Observation", "component", "Observation.component"),
        ("R4", "Observation.component", "referenceRange", "Observation.referenceRange"),
        ("R4", "Observation.component", "valueInteger", "integer"),
        ("R4", "ResearchSubject", "individual", "Reference"),
        ("R5", "ResearchSubject", "individual", ""),
        ("R5", "ResearchSubject", "subject", "Reference"),
        ("R4", "Patient", "_birthDate", "Element"),
        ("R5", "MedicationAdministration", "occurenceDateTime", "dateTime"),
    ],
)
def test_elements_have_the_types_of_their_version(
    version: Version, parent: str, name: str, type_: str
) -> None:
    types = load_definitions(shipped() / "fhir", version)
    assert types.element_type(parent, name) == type_


@pytest.mark.parametrize(
    ("type_", "name", "is_repeated"),
    [("Observation", "identifier", True), ("AdverseEvent", "identifier", False)],
)
def test_arrays_are_known(type_: str, name: str, is_repeated: bool) -> None:
    types = load_definitions(shipped() / "fhir", "R4")
    assert types.is_repeated(type_, name) is is_repeated


@pytest.mark.parametrize(
    ("version", "status", "is_code"),
    [
        ("R4", "on-study", True),
        ("R5", "on-study", False),
        ("R4", "draft", False),
        ("R5", "draft", True),
    ],
)
def test_the_status_of_a_subject_is_that_of_the_version(
    version: Version, status: str, is_code: bool
) -> None:
    types = load_definitions(shipped() / "fhir", version)
    subject = {"reference": "Patient/p"}
    resource = {
        "resourceType": "ResearchSubject",
        "id": "x",
        "status": status,
        "study": {"reference": "ResearchStudy/s"},
        "individual" if version == "R4" else "subject": subject,
    }
    assert types.validator("ResearchSubject").is_valid(resource) is is_code


def test_a_fault_in_a_type_that_has_a_title_is_told() -> None:
    definitions = load_definitions(shipped() / "fhir", "R4")
    study = {
        "resourceType": "ResearchStudy",
        "status": "active",
        "site": [{"reference": "Locations/1"}],
    }
    assert [each.element for each in schema_faults(study, "ResearchStudy", definitions)] != []
