"""Faulty resources, each one change away from a valid one, and which layer of the checks finds it.

`python -m tests.fhir.wrong_resources` writes the table of docs/explanation/wrong-resources.md.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from trialport.diagnostics import Diagnostic
from trialport.fhir.check import Checker
from trialport.fhir.fhirpath_invariants import broken_invariants
from trialport.fhir.findings import Findings
from trialport.fhir.models import model_faults
from trialport.fhir.schema import Definitions, load_definitions
from trialport.fhir.schema_faults import schema_faults
from trialport.templates import shipped

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "wrong-resources.md"
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


FAULTY = [
    ("no status", "Observation", _without("status"), "E4210", "status"),
    ("unknown status", "Observation", _set(status="done"), "E4220", "status"),
    ("two values", "Observation", _set(valueString="x"), "E4220", "value[x]"),
    ("unknown element", "Observation", _set(stat="x"), "E4220", "stat"),
    (
        "value and reason why there is none",
        "Observation",
        _set(dataAbsentReason={"text": "lost"}),
        "E4228",
        "",
    ),
    (
        "component repeats the code",
        "Observation",
        lambda o: o["component"][0].update(code=copy.deepcopy(o["code"])),
        "E4228",
        "component",
    ),
    (
        "subject of a type that is no subject",
        "Observation",
        _set(subject__reference="ResearchStudy/study"),
        "E4225",
        "subject.reference",
    ),
    (
        "a day that is not on the calendar",
        "Observation",
        _set(effectivePeriod={"start": "2021-02-30"}),
        "E4222",
        "effectivePeriod.start",
    ),
    (
        "period ends before it starts",
        "Observation",
        _set(effectivePeriod__end="2021-05-09T00:29:59Z"),
        "E4224",
        "effectivePeriod",
    ),
    (
        "unit code without system",
        "Observation",
        lambda o: o["valueQuantity"].pop("system"),
        "E4228",
        "valueQuantity",
    ),
    (
        "reference to nothing",
        "Observation",
        _set(subject__reference="Patient/p-2"),
        "E4221",
        "subject",
    ),
    (
        "number as text",
        "Observation",
        _set(valueQuantity__value="11.2"),
        "E4220",
        "valueQuantity.value",
    ),
    (
        "array for one element",
        "Observation",
        _set(subject=[{"reference": "Patient/p-1"}]),
        "E4220",
        "subject",
    ),
    ("id with an underscore", "Observation", _set(id="o_1"), "E4220", "id"),
    ("subject of no study", "ResearchSubject", _without("study"), "E4210", "study"),
    (
        "code that the code system lacks",
        "Observation",
        lambda o: o["category"][0]["coding"][0].update(code="labs"),
        "E4226",
        "category[0].coding[0].code",
    ),
    (
        "wrong check digit",
        "Observation",
        lambda o: o["code"]["coding"][0].update(code="718-8"),
        "E4227",
        "code.coding[0].code",
    ),
    ("empty array", "Observation", _set(category=[]), "E4220", "category"),
    (
        "time without offset",
        "Observation",
        _set(effectivePeriod={"start": "2021-05-09T08:30:00"}),
        "E4220",
        "effectivePeriod.start",
    ),
    (
        "status of a condition entered in error",
        "Condition",
        _set(verificationStatus=ENTERED_IN_ERROR),
        "E4228",
        "clinicalStatus",
    ),
    # Beyond the twenty of the comparison.
    ("unit in words", "Observation", _set(valueQuantity__code="days"), "E4223", ""),
    ("empty element", "Observation", _set(method={}), "E4220", "method"),
    (
        "coding outside a required binding",
        "Condition",
        lambda c: c["clinicalStatus"]["coding"][0].update(system="urn:example"),
        "E4220",
        "clinicalStatus.coding",
    ),
    ("partial date of SDTM", "Condition", _set(onsetDateTime="2021---15"), "E4220", ""),
    (
        "wrong digit of SNOMED CT",
        "Condition",
        lambda c: c["code"]["coding"][0].update(code="402356005"),
        "E4227",
        "code.coding[0].code",
    ),
    (
        "event without what makes it one",
        "AdverseEvent",
        _without("actuality"),
        "E4210",
        "actuality",
    ),
    ("event of nobody", "AdverseEvent", _without("subject"), "E4210", "subject"),
    (
        "event that may have been",
        "AdverseEvent",
        _set(actuality="maybe"),
        "E4220",
        "actuality",
    ),
    (
        "outcome that is none of the value set",
        "AdverseEvent",
        _set(outcome={"coding": [{"system": "urn:example:outcome", "code": "cured"}]}),
        "E4220",
        "outcome.coding",
    ),
    (
        "event of a study that is not written",
        "AdverseEvent",
        _set(study=[{"reference": "ResearchStudy/other"}]),
        "E4221",
        "study[0]",
    ),
    ("an hour without a day", "AdverseEvent", _set(date="T08:30"), "E4220", "date"),
    ("procedure without status", "Procedure", _without("status"), "E4210", "status"),
    (
        "procedure twice in time",
        "Procedure",
        _set(performedString="in May"),
        "E4220",
        "performed[x]",
    ),
    (
        "SNOMED CT code with a wrong check digit",
        "Procedure",
        lambda p: p["code"]["coding"][0].update(code="1269349005"),
        "E4227",
        "code.coding[0].code",
    ),
    (
        "medication that is not named",
        "MedicationAdministration",
        _without("medicationCodeableConcept"),
        "E4210",
        "medication[x]",
    ),
    (
        "administration without a time",
        "MedicationAdministration",
        _without("effectivePeriod"),
        "E4210",
        "effective[x]",
    ),
    (
        "dosage without a dose",
        "MedicationAdministration",
        _set(dosage={"text": "once"}),
        "E4228",
        "dosage",
    ),
    (
        "infusion that ends before it starts",
        "MedicationAdministration",
        _set(effectivePeriod__end="2021-04-30"),
        "E4224",
        "effectivePeriod",
    ),
    (
        "organization without name and number",
        "Organization",
        lambda o: [o.pop(each) for each in ("name", "identifier")],
        "E4228",
        "",
    ),
    ("place of a kind", "Location", _set(mode="both"), "E4220", "mode"),
    (
        "place of a patient",
        "Location",
        _set(managingOrganization={"reference": "Patient/p-1"}),
        "E4225",
        "managingOrganization.reference",
    ),
    ("sex of another code system", "Patient", _set(gender="F"), "E4220", "gender"),
    ("empty text", "ResearchStudy", _set(title=""), "E4220", "title"),
    (
        "range whose low is above its high",
        "Observation",
        lambda o: o["component"].__setitem__(
            0,
            {
                "code": o["component"][0]["code"],
                "valueRange": {"low": {"value": 2}, "high": {"value": 1}},
            },
        ),
        "E4228",
        "component[0].valueRange",
    ),
    (
        "contained resource that nothing refers to",
        "Patient",
        _set(contained=[{"resourceType": "Organization", "id": "o", "name": "x"}]),
        "E4228",
        "",
    ),
    (
        "contained resource with a version",
        "Patient",
        _set(
            contained=[
                {"resourceType": "Organization", "id": "o", "name": "x", "meta": {"versionId": "1"}}
            ],
            managingOrganization={"reference": "#o"},
        ),
        "E4228",
        "",
    ),
    (
        "home address of an organization",
        "Organization",
        _set(address=[{"use": "home", "city": "x"}]),
        "E4228",
        "address[0]",
    ),
    (
        "reference to a contained resource that is not there",
        "Patient",
        _set(managingOrganization={"reference": "#o"}),
        "E4228",
        "managingOrganization",
    ),
]


Change = Callable[[dict[str, Any]], object]


def faulty(type_: str, change: Change) -> dict[str, Any]:
    """Return the valid resource of a type with a change."""
    made = copy.deepcopy(BY_TYPE[type_])
    change(made)
    return made


def checked(resources: list[dict[str, Any]], types: Definitions) -> list[Diagnostic]:
    """Return what the whole check finds in resources that are written together."""
    findings = Findings()
    checker = Checker(types, findings)
    for each in resources:
        checker.check(each)
    for each in resources:
        checker.seen(each["resourceType"], each["id"])
    checker.finish()
    return findings.all()


def found_in(type_: str, change: Change, types: Definitions) -> list[Diagnostic]:
    """Return what is found in a faulty resource beside the valid ones of other types."""
    others = [each for each in VALID if each["resourceType"] != type_]
    return checked([*others, faulty(type_, change)], types)


def table(types: Definitions) -> str:
    """Return the page: of each wrong resource which layers find it."""
    rows = list(_rows(types))
    counts = [sum(bool(row[place]) for row in rows) for place in (1, 2, 3, 4)]
    lines = [
        f"| {name} | {' | '.join('x' if each else '' for each in layers)} |"
        for name, *layers in rows
    ]
    total = f"| **{len(rows)} resources** | {' | '.join(f'**{each}**' for each in counts)} |"
    return "\n".join([_HEAD, *lines, total, ""])


_HEAD = """# Wrong resources, and what finds them

This page is written by `python -m tests.fhir.wrong_resources`; a test holds it against the checks.

Each resource is one change away from a valid one. The columns are the layers of the check: the
schema made from the official definitions, the FHIRPath invariants of the definitions, what is
computed over values (codes, check digits, units, periods, ranges, references), and the models of
fhir.resources. Every resource is reported, with the code, the resource and the element.

| resource | schema | invariants | values | fhir.resources |
|---|---|---|---|---|"""


def _rows(types: Definitions) -> Iterator[tuple[str, bool, bool, bool, bool]]:
    for name, type_, change, *_ in FAULTY:
        made = faulty(type_, change)
        found = found_in(type_, change, types)
        yield (
            f"{type_}: {name}",
            bool(list(schema_faults(made, type_, types))),
            any(not each.reason for each in broken_invariants(made, types)),
            any(each.code in _COMPUTED or "-" in each.problem[-8:] for each in found),
            bool(list(model_faults(made, "R4"))),
        )


_COMPUTED = {"E4221", "E4223", "E4224", "E4226", "E4227"}


if __name__ == "__main__":
    PAGE.write_text(table(load_definitions(shipped() / "fhir", "R4")), encoding="utf-8")
