"""Faulty resources are found, and the table of what finds them holds."""

from __future__ import annotations

from typing import Any

import pytest
from trialport.fhir.schema import Definitions, load_definitions
from trialport.fhir.schema_faults import schema_faults
from trialport.templates import shipped

from tests.fhir.wrong_resources import (
    BY_TYPE,
    FAULTY,
    PAGE,
    VALID,
    Change,
    checked,
    found_in,
    table,
)


@pytest.fixture(scope="module")
def r4() -> Definitions:
    return load_definitions(shipped() / "fhir", "R4")


def test_valid_resources_give_no_finding(r4: Definitions) -> None:
    assert checked(VALID, r4) == []


@pytest.mark.parametrize(
    ("type_", "change", "code", "element"), [pytest.param(*case[1:], id=case[0]) for case in FAULTY]
)
def test_a_faulty_resource_is_found(
    type_: str, change: Change, code: str, element: str, r4: Definitions
) -> None:
    found = found_in(type_, change, r4)
    assert [each.code for each in found] == [code]
    assert found[0].place.column == element or not element
    assert found[0].place.record.startswith(f"{type_}/")


def test_the_table_of_layers_is_the_one_that_is_shown(r4: Definitions) -> None:
    assert len(FAULTY) >= 40
    assert PAGE.read_text(encoding="utf-8") == table(r4)


def test_what_only_the_models_refuse_is_told(r4: Definitions) -> None:
    medication = {"resourceType": "Basic", "id": "m", "code": {"text": "x"}, "colour": "red"}
    patient = {"resourceType": "Patient", "id": "x", "contained": [medication]}
    (found,) = (each for each in checked([patient], r4) if each.code == "E4230")
    assert (found.code, found.place.record) == ("E4230", "Patient/x")
    assert "colour" in found.place.column


def test_a_type_without_a_definition_is_told_once(r4: Definitions) -> None:
    visits = [
        {
            "resourceType": "Appointment",
            "id": each,
            "status": "booked",
            "participant": [{"status": "accepted", "actor": {"display": "x"}}],
        }
        for each in ("a", "b")
    ]
    assert [(each.code, each.severity) for each in checked(visits, r4)] == [("E4229", "warning")]


def test_a_type_that_there_is_not_is_an_error(r4: Definitions) -> None:
    found = checked([{"resourceType": "Observatoin", "id": "a"}], r4)
    assert sorted(each.code for each in found) == ["E4220", "E4229"]


def test_elements_are_named_where_the_type_is_not(r4: Definitions) -> None:
    (fault,) = schema_faults({"resourceType": "", "id": "x"}, "", r4)
    assert fault.element == "resourceType"
    assert "id" in {each.element for each in schema_faults({"id": ["x"]}, "", r4)}


def test_messages_name_resource_element_and_remedy(r4: Definitions) -> None:
    faulty = BY_TYPE["Observation"] | {"statuss": "x", "effectivePeriod": {"start": "2021-02-30"}}
    found = checked([BY_TYPE["Patient"], faulty], r4)
    assert sorted(str(each) for each in found) == [
        "E4220 Observation/o-1 column statuss: the type has no such element; "
        "did you mean 'status'?",
        "E4222 Observation/o-1 column effectivePeriod.start: '2021-02-30' is not on the calendar; "
        "correct the record",
    ]


def test_the_seriousness_of_an_adverse_event_is_spelled_as_in_its_version() -> None:
    def event(code: str, **more: object) -> dict[str, Any]:
        system = "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness"
        return {
            "resourceType": "AdverseEvent",
            "id": "a",
            "actuality": "actual",
            "subject": {"display": "x"},
            "seriousness": {"coding": [{"system": system, "code": code}]},
            **more,
        }

    r4 = load_definitions(shipped() / "fhir", "R4")
    assert [each.code for each in checked([event("serious")], r4)] == ["E4226"]
    assert checked([event("Serious")], r4) == []
