"""What of a resource could tell who a subject is: names, contacts, birth dates, free text, numbers.

Elements are looked for by name at any depth, in contained resources too. What is said of no
subject (code systems, the study, its sites) is looked at for contacts alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

NAME = "a name, an address or a picture of a person"
CONTACT = "a way to reach a person"
BIRTH_DATE = "a date or place of birth"
FREE_TEXT = "free text"
IDENTIFIER = "an identifier of a system that the privacy profile does not name"

_PERSONS = {"Patient", "RelatedPerson", "Person", "Practitioner"}
_OF_NO_SUBJECT = {
    *("CodeSystem", "ValueSet", "StructureDefinition", "ResearchStudy", "EvidenceVariable"),
    *("Evidence", "Organization", "Location", "Medication", "Substance", "PlanDefinition"),
    *("ActivityDefinition", "Questionnaire", "ConceptMap", "NamingSystem"),
}
_OF_PERSONS = {"name": NAME, "address": NAME, "photo": NAME}
_ANYWHERE = {
    "telecom": CONTACT,
    "contact": CONTACT,
    "valueContactPoint": CONTACT,
    "valueHumanName": NAME,
    "valueAddress": NAME,
}
_OF_SUBJECTS = {
    "birthDate": BIRTH_DATE,
    "note": FREE_TEXT,
    "comment": FREE_TEXT,
    "div": FREE_TEXT,
    "description": FREE_TEXT,
    "conclusion": FREE_TEXT,
    "patientInstruction": FREE_TEXT,
    "presentedForm": FREE_TEXT,
    "data": FREE_TEXT,
    "valueString": FREE_TEXT,
    "valueMarkdown": FREE_TEXT,
    "valueAnnotation": FREE_TEXT,
    "valueAttachment": FREE_TEXT,
}
_CORE = "http://hl7.org/fhir/StructureDefinition/"
_EXTENSIONS = {
    f"{_CORE}patient-birthTime": BIRTH_DATE,
    f"{_CORE}patient-birthPlace": BIRTH_DATE,
    f"{_CORE}birthPlace": BIRTH_DATE,
    f"{_CORE}patient-mothersMaidenName": NAME,
    f"{_CORE}mothersMaidenName": NAME,
}


def revealing(resource: Mapping[str, Any]) -> Iterator[tuple[str, str, object]]:
    """Yield path, kind and system of each element that could tell who a subject is.

    Paths have no positions, e.g. `Observation.component.valueString`. The system is that of an
    identifier, whose value may or may not be harmless; it is None for all others.

    >>> list(revealing({"resourceType": "Patient", "birthDate": "1970-01-01"}))
    [('Patient.birthDate', 'a date or place of birth', None)]
    >>> coded = {"coding": [{"code": "HGB", "display": "Haemoglobin"}], "text": "haemoglobin"}
    >>> list(revealing({"resourceType": "Observation", "code": coded}))
    []
    """
    resource_type = str(resource.get("resourceType", ""))
    yield from _within(resource, resource_type, resource_type)


def _within(
    node: Mapping[str, Any], path: str, resource_type: str
) -> Iterator[tuple[str, str, object]]:
    resource_type = str(node.get("resourceType", resource_type))
    of_subject = resource_type not in _OF_NO_SUBJECT
    kinds = _ANYWHERE | (_OF_SUBJECTS if of_subject else {})
    if resource_type in _PERSONS:
        kinds = kinds | _OF_PERSONS
    if of_subject:
        yield from _by_its_siblings(node, path)
    for name, value in node.items():
        below = f"{path}.{name}"
        kind = kinds.get(name)
        if kind is not None:
            yield below, kind, None
            continue
        if name == "identifier" and of_subject:
            yield from _identifiers(value, below)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield from _within(each, below, resource_type)


def _by_its_siblings(node: Mapping[str, Any], path: str) -> Iterator[tuple[str, str, object]]:
    """Yield what other elements beside it decide about."""
    text = node.get("text")
    if isinstance(text, str) and not _repeats_a_coding(text, node.get("coding")):
        yield f"{path}.text", FREE_TEXT, None
    if "display" in node and not {"code", "system"} & node.keys():
        yield f"{path}.display", FREE_TEXT, None
    kind = _EXTENSIONS.get(str(node.get("url", "")))
    if kind is not None:
        yield path, kind, None


def _repeats_a_coding(text: str, codings: object) -> bool:
    listed = codings if isinstance(codings, list) else []
    known = {
        str(each.get(name, "")).casefold()
        for each in listed
        if isinstance(each, dict)
        for name in ("code", "display")
    }
    return text.casefold() in known


def _identifiers(value: object, path: str) -> Iterator[tuple[str, str, object]]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict) and "value" in each:
            yield path, IDENTIFIER, each.get("system", "")
