"""Faulty resources, each one change away from a valid one, and what finds them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from trialport.diagnostics import Diagnostic
from trialport.fhir.check import Checker
from trialport.fhir.findings import Findings
from trialport.fhir.models import model_faults
from trialport.fhir.schema import Definitions, load_definitions
from trialport.fhir.schema_faults import schema_faults
from trialport.templates import shipped

VALID: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "valid.json").read_text(encoding="utf-8")
)
BY_TYPE = {each["resourceType"]: each for each in VALID}
ENTERED_IN_ERROR = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
            "code": "entered-in-error",
        }
    ]
}


@pytest.fixture(scope="module")
def r4() -> Definitions:
    return load_definitions(shipped() / "fhir", "R4")


def _set(**values: object) -> Callable[[dict[str, Any]], None]:
    """Return a change that gives elements of the resource, `a__b` for `a.b`, another value."""

    def change(resource: dict[str, Any]) -> None:
        for path, value in values.items():
            *parents, last = path.split("__")
            node = resource
            for each in parents:
                node = node[each]
            node[last] = value

    return change


def _without(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda resource: resource.pop(name)


# Which layers are to report the resource: our schema, the models of fhir.resources, and all checks
# together with code and element. The models take bindings, invariants, targets and texts for
# numbers as they come.
FAULTY = [
    ("no status", "Observation", _without("status"), True, True, "E4210", "status"),
    ("unknown status", "Observation", _set(status="done"), True, False, "E4220", "status"),
    ("two values", "Observation", _set(valueString="x"), True, True, "E4220", "value[x]"),
    ("unknown element", "Observation", _set(stat="x"), True, True, "E4220", "stat"),
    (
        "value and reason why there is none",
        "Observation",
        _set(dataAbsentReason={"text": "lost"}),
        True,
        False,
        "E4228",
        "",
    ),
    (
        "component repeats the code",
        "Observation",
        lambda o: o["component"][0].update(code=copy.deepcopy(o["code"])),
        False,
        False,
        "E4228",
        "component",
    ),
    (
        "subject of a type that is no subject",
        "Observation",
        _set(subject__reference="ResearchStudy/study"),
        True,
        False,
        "E4225",
        "subject.reference",
    ),
    (
        "a day that is not on the calendar",
        "Observation",
        _set(effectivePeriod={"start": "2021-02-30"}),
        True,
        True,
        "E4222",
        "effectivePeriod.start",
    ),
    (
        "period ends before it starts",
        "Observation",
        _set(effectivePeriod__end="2021-05-09T00:29:59Z"),
        False,
        False,
        "E4224",
        "effectivePeriod",
    ),
    (
        "unit code without system",
        "Observation",
        lambda o: o["valueQuantity"].pop("system"),
        True,
        False,
        "E4228",
        "valueQuantity",
    ),
    (
        "reference to nothing",
        "Observation",
        _set(subject__reference="Patient/p-2"),
        False,
        False,
        "E4221",
        "subject",
    ),
    (
        "number as text",
        "Observation",
        _set(valueQuantity__value="11.2"),
        True,
        False,
        "E4220",
        "valueQuantity.value",
    ),
    (
        "array for one element",
        "Observation",
        _set(subject=[{"reference": "Patient/p-1"}]),
        True,
        True,
        "E4220",
        "subject",
    ),
    ("id with an underscore", "Observation", _set(id="o_1"), True, True, "E4220", "id"),
    ("subject of no study", "ResearchSubject", _without("study"), True, True, "E4210", "study"),
    (
        "code that the code system lacks",
        "Observation",
        lambda o: o["category"][0]["coding"][0].update(code="labs"),
        False,
        False,
        "E4226",
        "category[0].coding[0].code",
    ),
    (
        "wrong check digit",
        "Observation",
        lambda o: o["code"]["coding"][0].update(code="718-8"),
        False,
        False,
        "E4227",
        "code.coding[0].code",
    ),
    ("empty array", "Observation", _set(category=[]), True, False, "E4220", "category"),
    (
        "time without offset",
        "Observation",
        _set(effectivePeriod={"start": "2021-05-09T08:30:00"}),
        True,
        True,
        "E4220",
        "effectivePeriod.start",
    ),
    (
        "status of a condition entered in error",
        "Condition",
        _set(verificationStatus=ENTERED_IN_ERROR),
        True,
        False,
        "E4228",
        "clinicalStatus",
    ),
    # Beyond the twenty that are usual in comparisons of validators.
    ("unit in words", "Observation", _set(valueQuantity__code="days"), False, False, "E4223", ""),
    ("empty element", "Observation", _set(method={}), True, False, "E4220", "method"),
    (
        "coding outside a required binding",
        "Condition",
        lambda c: c["clinicalStatus"]["coding"][0].update(system="urn:example"),
        True,
        False,
        "E4220",
        "clinicalStatus.coding",
    ),
    ("partial date of SDTM", "Condition", _set(onsetDateTime="2021---15"), True, True, "E4220", ""),
    (
        "wrong digit of SNOMED CT",
        "Condition",
        lambda c: c["code"]["coding"][0].update(code="402356005"),
        False,
        False,
        "E4227",
        "code.coding[0].code",
    ),
    (
        "event without what makes it one",
        "AdverseEvent",
        _without("actuality"),
        True,
        True,
        "E4210",
        "actuality",
    ),
    ("event of nobody", "AdverseEvent", _without("subject"), True, True, "E4210", "subject"),
    (
        "event that may have been",
        "AdverseEvent",
        _set(actuality="maybe"),
        True,
        False,
        "E4220",
        "actuality",
    ),
    (
        "outcome that is none of the value set",
        "AdverseEvent",
        _set(outcome={"coding": [{"system": "urn:example:outcome", "code": "cured"}]}),
        True,
        False,
        "E4220",
        "outcome.coding",
    ),
    (
        "event of a study that is not written",
        "AdverseEvent",
        _set(study=[{"reference": "ResearchStudy/other"}]),
        False,
        False,
        "E4221",
        "study[0]",
    ),
    ("an hour without a day", "AdverseEvent", _set(date="T08:30"), True, True, "E4220", "date"),
    ("procedure without status", "Procedure", _without("status"), True, True, "E4210", "status"),
    (
        "procedure twice in time",
        "Procedure",
        _set(performedString="in May"),
        True,
        True,
        "E4220",
        "performed[x]",
    ),
    (
        "SNOMED CT code with a wrong check digit",
        "Procedure",
        lambda p: p["code"]["coding"][0].update(code="1269349005"),
        False,
        False,
        "E4227",
        "code.coding[0].code",
    ),
    (
        "medication that is not named",
        "MedicationAdministration",
        _without("medicationCodeableConcept"),
        True,
        True,
        "E4210",
        "medication[x]",
    ),
    (
        "administration without a time",
        "MedicationAdministration",
        _without("effectivePeriod"),
        True,
        True,
        "E4210",
        "effective[x]",
    ),
    (
        "dosage without a dose",
        "MedicationAdministration",
        _set(dosage={"text": "once"}),
        True,
        False,
        "E4228",
        "dosage",
    ),
    (
        "infusion that ends before it starts",
        "MedicationAdministration",
        _set(effectivePeriod__end="2021-04-30"),
        False,
        False,
        "E4224",
        "effectivePeriod",
    ),
    (
        "organization without name and number",
        "Organization",
        lambda o: [o.pop(each) for each in ("name", "identifier")],
        True,
        False,
        "E4228",
        "",
    ),
    ("place of a kind", "Location", _set(mode="both"), True, False, "E4220", "mode"),
    (
        "place of a patient",
        "Location",
        _set(managingOrganization={"reference": "Patient/p-1"}),
        True,
        False,
        "E4225",
        "managingOrganization.reference",
    ),
    ("sex of another code system", "Patient", _set(gender="F"), True, False, "E4220", "gender"),
    ("empty text", "ResearchStudy", _set(title=""), True, True, "E4220", "title"),
]


def _checked(resources: list[dict[str, Any]], types: Definitions) -> list[Diagnostic]:
    findings = Findings()
    checker = Checker(types, findings)
    for each in resources:
        checker.check(each)
    for each in resources:
        checker.seen(each["resourceType"], each["id"])
    checker.finish()
    return findings.all()


def test_valid_resources_give_no_finding(r4: Definitions) -> None:
    assert _checked(VALID, r4) == []


@pytest.mark.parametrize(
    ("type_", "change", "by_schema", "by_model", "code", "element"),
    [pytest.param(*case[1:], id=case[0]) for case in FAULTY],
)
def test_a_faulty_resource_is_found(
    type_: str,
    change: Callable[[dict[str, Any]], None],
    by_schema: bool,
    by_model: bool,
    code: str,
    element: str,
    r4: Definitions,
) -> None:
    faulty = copy.deepcopy(BY_TYPE[type_])
    change(faulty)
    assert bool(list(schema_faults(faulty, type_, r4))) is by_schema
    assert bool(list(model_faults(faulty, "R4"))) is by_model
    others = [each for each in VALID if each["resourceType"] != type_]
    found = _checked([*others, faulty], r4)
    assert [each.code for each in found] == [code]
    assert found[0].place.column == element or not element


def test_what_only_the_models_refuse_is_told(r4: Definitions) -> None:
    medication = {"resourceType": "Medication", "id": "m", "colour": "red"}
    patient = {"resourceType": "Patient", "id": "x", "contained": [medication]}
    (found,) = _checked([patient], r4)
    assert (found.code, found.place.record) == ("E4230", "Patient/x")
    assert "colour" in found.place.column


def test_a_type_without_a_definition_is_told_once(r4: Definitions) -> None:
    visits = [
        {"resourceType": "Encounter", "id": each, "status": "planned", "class": {"code": "AMB"}}
        for each in ("a", "b")
    ]
    assert [(each.code, each.severity) for each in _checked(visits, r4)] == [("E4229", "warning")]


def test_a_type_that_there_is_not_is_an_error(r4: Definitions) -> None:
    found = _checked([{"resourceType": "Observatoin", "id": "a"}], r4)
    assert sorted(each.code for each in found) == ["E4220", "E4229"]


def test_messages_name_resource_element_and_remedy(r4: Definitions) -> None:
    faulty = BY_TYPE["Observation"] | {"statuss": "x", "effectivePeriod": {"start": "2021-02-30"}}
    found = _checked([BY_TYPE["Patient"], faulty], r4)
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
    assert [each.code for each in _checked([event("serious")], r4)] == ["E4226"]
    assert _checked([event("Serious")], r4) == []
