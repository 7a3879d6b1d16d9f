"""What the shipped definitions say, against facts of the FHIR specification."""

from __future__ import annotations

import pytest
from jsonschema_rs import Draft202012Validator
from trialport.fhir.schema import Version, load_definitions
from trialport.fhir.schema_faults import schema_faults
from trialport.templates import shipped

from tests.fhir.wrong_resources import FAULTY, VALID, faulty

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
    assert types.is_valid("ResearchSubject", resource) is is_code


def test_a_fault_in_a_type_that_has_a_title_is_told() -> None:
    definitions = load_definitions(shipped() / "fhir", "R4")
    study = {
        "resourceType": "ResearchStudy",
        "status": "active",
        "site": [{"reference": "Locations/1"}],
    }
    assert [each.element for each in schema_faults(study, "ResearchStudy", definitions)] != []


@pytest.mark.parametrize("version", ["R4", "R5"])
def test_what_a_type_refuses_does_not_depend_on_the_other_types(version: Version) -> None:
    types = load_definitions(shipped() / "fhir", version)
    changed = [(type_, faulty(type_, change)) for _, type_, change, *_ in FAULTY]
    every = [*((each["resourceType"], each) for each in VALID), *changed]
    for type_, resource in every:
        schema = {"$ref": f"#/$defs/{type_}", "$defs": types.types}
        alone = Draft202012Validator(schema, validate_formats=True)
        assert types.is_valid(type_, resource) is alone.is_valid(resource)
        wanted = [(each.message, each.instance_path) for each in alone.iter_errors(resource)]
        found = types.errors(type_, resource)
        assert [(each.message, each.instance_path[1:]) for each in found] == wanted
    assert {types.is_valid(*each) for each in every} == {True, False}


def test_of_a_type_without_definition_the_type_alone_is_checked() -> None:
    types = load_definitions(shipped() / "fhir", "R4")
    assert not types.defines("Task")
    assert types.is_valid("Task", {"resourceType": "Task", "status": 1})
    assert not types.is_valid("Tusk", {"resourceType": "Tusk"})


@pytest.mark.parametrize(("status", "is_valid"), [("final", True), ("done", False)])
def test_resources_in_a_resource_are_held_to_their_types(status: str, is_valid: bool) -> None:
    types = load_definitions(shipped() / "fhir", "R4")
    inner = {"resourceType": "Observation", "id": "i", "status": status, "code": {"text": "x"}}
    assert types.is_valid("Patient", {"resourceType": "Patient", "contained": [inner]}) is is_valid


def test_values_are_held_against_the_element_and_what_its_schema_names() -> None:
    types = load_definitions(shipped() / "fhir", "R4")
    for parent, name, right, wrong in [
        ("Observation", "effectiveDateTime", "2021-05", "2021-02-30"),
        ("Observation", "status", "final", "done"),
        ("Observation", "category", {"text": "x"}, {"txt": "x"}),
        ("Extension", "valueQuantity", {"value": 1}, {"value": "1"}),
        ("Meta", "source", "urn:a", "urn: a"),
    ]:
        validator = types.leaf_validator(parent, name)
        assert validator.is_valid([right, right])
        assert not validator.is_valid([right, wrong])
