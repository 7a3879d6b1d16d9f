"""R4 resources as R5 has them: every rename, list, code and cross-version extension by hand."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from trialport.diagnostics import Diagnostic
from trialport.fhir.check import Checker
from trialport.fhir.findings import Findings
from trialport.fhir.schema import Definitions, load_definitions
from trialport.fhir.version_change import changer, load_changes
from trialport.templates import shipped

VALID: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "valid.json").read_text(encoding="utf-8")
)
XVER = "http://hl7.org/fhir/5.0/StructureDefinition/extension-"


@pytest.fixture(scope="module")
def r5() -> Definitions:
    return load_definitions(shipped() / "fhir", "R5")


def _changed(resource: dict[str, Any], r5: Definitions) -> dict[str, Any]:
    change = changer(resource["resourceType"], load_changes(shipped() / "fhir"), r5)
    return resource if change is None else change(resource)


def test_valid_resources_of_r4_are_valid_resources_of_r5(r5: Definitions) -> None:
    before = copy.deepcopy(VALID)
    findings = Findings()
    checker = Checker(r5, findings)
    made = [_changed(each, r5) for each in VALID]
    for each in made:
        checker.check(each)
    for each in made:
        checker.seen(each["resourceType"], each["id"])
    checker.finish()
    found: list[Diagnostic] = findings.all()
    assert found == []
    assert before == VALID


def test_a_subject_and_its_milestones(r5: Definitions) -> None:
    milestone = {"coding": [{"system": "urn:example:milestone", "code": "RANDOMIZED"}]}
    made = _changed(
        {
            "resourceType": "ResearchSubject",
            "id": "s",
            "extension": [
                {
                    "url": f"{XVER}ResearchSubject.progress",
                    "extension": [
                        {"url": "milestone", "valueCodeableConcept": milestone},
                        {"url": "startDate", "valueDateTime": "2021-05"},
                    ],
                },
                {"url": "urn:example:own", "valueString": "stays"},
            ],
            "status": "withdrawn",
            "study": {"reference": "ResearchStudy/study"},
            "individual": {"reference": "Patient/p-1"},
            "assignedArm": "UC-MSC + Regular Prophylaxis",
        },
        r5,
    )
    state = {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/research-subject-state",
                "code": "withdrawn",
            }
        ]
    }
    assert made == {
        "resourceType": "ResearchSubject",
        "id": "s",
        "status": "active",
        "study": {"reference": "ResearchStudy/study"},
        "subject": {"reference": "Patient/p-1"},
        "assignedComparisonGroup": "UC-MSC---Regular-Prophylaxis",
        "progress": [
            {"subjectState": state},
            {"milestone": milestone, "startDate": "2021-05"},
        ],
        "extension": [{"url": "urn:example:own", "valueString": "stays"}],
    }


def test_an_adverse_event(r5: Definitions) -> None:
    system = "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness"
    period = {"start": "2021-05-01", "end": "2021-05-03"}
    made = _changed(
        {
            "resourceType": "AdverseEvent",
            "id": "a",
            "extension": [{"url": f"{XVER}AdverseEvent.occurrence", "valuePeriod": period}],
            "identifier": {"value": "a"},
            "event": {"text": "Fever"},
            "date": "2021-05-01",
            "seriousness": {"coding": [{"system": system, "code": "Non-serious"}]},
            "outcome": {"text": "resolved"},
            "suspectEntity": [
                {
                    "instance": {"display": "UC-MSC"},
                    "causality": [{"assessment": {"text": "NOT RELATED"}}],
                }
            ],
        },
        r5,
    )
    assert made == {
        "resourceType": "AdverseEvent",
        "id": "a",
        "identifier": [{"value": "a"}],
        "status": "completed",
        "code": {"text": "Fever"},
        "occurrencePeriod": period,
        "seriousness": {"coding": [{"system": system, "code": "non-serious"}]},
        "outcome": [{"text": "resolved"}],
        "suspectEntity": [
            {
                "instanceReference": {"display": "UC-MSC"},
                "causality": {"entityRelatedness": {"text": "NOT RELATED"}},
            }
        ],
    }


def test_a_period_that_says_when_it_ends_begins_with_the_date_beside_it(r5: Definitions) -> None:
    def occurrence(period: dict[str, str], **date: str) -> dict[str, Any]:
        extension = {"url": f"{XVER}AdverseEvent.occurrence", "valuePeriod": period}
        event = {"resourceType": "AdverseEvent", "id": "a", "extension": [extension], **date}
        made = _changed(event, r5)
        assert "occurrenceDateTime" not in made
        return made["occurrencePeriod"]

    end, whole = {"end": "2021-05-03"}, {"start": "2021-05-02", "end": "2021-05-03"}
    assert occurrence(end, date="2021-05") == {"start": "2021-05", "end": "2021-05-03"}
    assert occurrence(end) == end
    assert occurrence(whole, date="2021-05-01") == whole


def test_arms_are_comparison_groups_that_subjects_can_name(r5: Definitions) -> None:
    made = _changed(
        {
            "resourceType": "ResearchStudy",
            "id": "s",
            "status": "closed-to-accrual",
            "arm": [{"name": "Regular Prophylaxis", "type": {"text": "Control"}}],
        },
        r5,
    )
    assert made["status"] == "active"
    assert made["progressStatus"][0]["state"]["coding"][0]["code"] == "closed-to-accrual"
    (group,) = made["comparisonGroup"]
    assert group["linkId"] == "Regular-Prophylaxis"
    assert group["name"] == "Regular Prophylaxis"
