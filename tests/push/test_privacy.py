from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from trialport.diagnostics import Place, SpecError
from trialport.push.privacy import BIRTH_DATE, CONTACT, FREE_TEXT, IDENTIFIER, NAME, revealing
from trialport.push.privacy_profile import Allowed, PrivacyProfile, load_privacy

SUBJECT = {"reference": "Patient/p1"}
REVEALING: dict[str, tuple[dict[str, Any], str, str]] = {
    "a name": ({"resourceType": "Patient", "name": [{"family": "Chen"}]}, "Patient.name", NAME),
    "a phone": (
        {"resourceType": "Patient", "telecom": [{"value": "1"}]},
        "Patient.telecom",
        CONTACT,
    ),
    "an address": (
        {"resourceType": "Patient", "address": [{"city": "B"}]},
        "Patient.address",
        NAME,
    ),
    "a photo": ({"resourceType": "Patient", "photo": [{"url": "u"}]}, "Patient.photo", NAME),
    "next of kin": (
        {"resourceType": "Patient", "contact": [{"name": {"family": "Chen"}}]},
        "Patient.contact",
        CONTACT,
    ),
    "a birth date": (
        {"resourceType": "Patient", "birthDate": "1970"},
        "Patient.birthDate",
        BIRTH_DATE,
    ),
    "a birth time": (
        {
            "resourceType": "Patient",
            "_birthDate": {
                "extension": [
                    {
                        "url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime",
                        "valueDateTime": "1970-01-01T01:00:00Z",
                    }
                ]
            },
        },
        "Patient._birthDate.extension",
        BIRTH_DATE,
    ),
    "an investigator": (
        {"resourceType": "Practitioner", "name": [{"text": "Dr"}]},
        "Practitioner.name",
        NAME,
    ),
    "who to ask about the study": (
        {"resourceType": "ResearchStudy", "contact": [{"name": "Dr"}]},
        "ResearchStudy.contact",
        CONTACT,
    ),
    "a note": (
        {"resourceType": "Observation", "note": [{"text": "t"}]},
        "Observation.note",
        FREE_TEXT,
    ),
    "a narrative": (
        {"resourceType": "Observation", "text": {"status": "generated", "div": "<div/>"}},
        "Observation.text.div",
        FREE_TEXT,
    ),
    "a text result": (
        {"resourceType": "Observation", "component": [{"valueString": "t"}]},
        "Observation.component.valueString",
        FREE_TEXT,
    ),
    "a verbatim term": (
        {"resourceType": "AdverseEvent", "event": {"coding": [{"code": "1"}], "text": "felt bad"}},
        "AdverseEvent.event.text",
        FREE_TEXT,
    ),
    "the name in a reference": (
        {"resourceType": "Observation", "subject": {**SUBJECT, "display": "Chen"}},
        "Observation.subject.display",
        FREE_TEXT,
    ),
    "an attachment": (
        {"resourceType": "DocumentReference", "content": [{"attachment": {"data": "aGk="}}]},
        "DocumentReference.content.attachment.data",
        FREE_TEXT,
    ),
    "a name in an extension": (
        {"resourceType": "Observation", "extension": [{"url": "u", "valueHumanName": {}}]},
        "Observation.extension.valueHumanName",
        NAME,
    ),
    "a person inside": (
        {"resourceType": "Observation", "contained": [{"resourceType": "Patient", "name": []}]},
        "Observation.contained.name",
        NAME,
    ),
    "a hospital number": (
        {"resourceType": "Patient", "identifier": [{"system": "urn:oid:1.2", "value": "4711"}]},
        "Patient.identifier",
        IDENTIFIER,
    ),
    "a number in a reference": (
        {"resourceType": "Observation", "subject": {"identifier": {"value": "4711"}}},
        "Observation.subject.identifier",
        IDENTIFIER,
    ),
}


@pytest.mark.parametrize(("resource", "path", "kind"), REVEALING.values(), ids=list(REVEALING))
def test_what_tells_who_a_subject_is_is_found(
    resource: dict[str, Any], path: str, kind: str
) -> None:
    assert [each[:2] for each in revealing(resource)] == [(path, kind)]


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Organization", "name": "Site 101", "address": [{"city": "Beijing"}]},
        {"resourceType": "CodeSystem", "description": "grades", "concept": [{"display": "one"}]},
        {"resourceType": "ResearchStudy", "identifier": [{"system": "urn:x", "value": "NCT1"}]},
        {
            "resourceType": "Observation",
            "code": {"coding": [{"code": "1", "display": "Liver stage"}], "text": "LIVER STAGE"},
            "valueCodeableConcept": {"coding": [{"code": "0", "display": "Grade 0"}], "text": "0"},
            "subject": SUBJECT,
        },
    ],
)
def test_what_tells_nothing_of_a_subject_is_let_pass(resource: dict[str, Any]) -> None:
    assert list(revealing(resource)) == []


def test_a_profile_allows_what_it_names_and_what_is_in_it() -> None:
    allowed = Allowed(place=Place(), element="Observation.component", because="coded")
    profile = PrivacyProfile(
        place=Place(), title="t", systems=("urn:trialport:",), allow=(allowed,)
    )
    assert profile.allows("Observation.component.valueString")
    assert not profile.allows("Observation.componentry")
    assert not profile.allows("Observation.valueString")
    assert profile.knows("urn:trialport:X:Patient")
    assert not profile.knows("urn:other")
    assert not profile.knows(None)


def test_a_profile_without_systems_knows_none() -> None:
    assert not PrivacyProfile(place=Place(), title="t").knows("urn:trialport:X")


def test_the_shipped_profile_allows_nothing_free() -> None:
    strict = load_privacy("strict")
    assert strict.allow == ()
    assert strict.systems == ("urn:trialport:",)


def test_the_profile_of_the_sample_gives_a_reason_for_each_element() -> None:
    file = Path(__file__).parents[2] / "mappings/studies/msc_gvhd/privacy.yaml"
    assert all(each.because for each in load_privacy(str(file)).allow)


def test_a_profile_that_is_not_there_is_told_with_the_nearest_name() -> None:
    with pytest.raises(SpecError, match=r"E4410.*'strikt'.*did you mean 'strict'"):
        load_privacy("strikt")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title: t\nallow:\n- element: A.b\n", r"E1102 .*:3: .*because"),
        ("title: t\nalow: []\n", r"E1101 .*:2: .*alow.*did you mean 'allow'"),
        ("", r"E1102"),
    ],
)
def test_a_fault_of_a_profile_names_its_line(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(text)
    with pytest.raises(SpecError, match=told):
        load_privacy(str(file))
