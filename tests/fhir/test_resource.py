from __future__ import annotations

import pyarrow as pa
import pytest
from trialport.fhir import resource
from trialport.fhir.findings import Findings
from trialport.fhir.resource import build
from trialport.fhir.schema import Definitions, load_definitions
from trialport.plan.model import ResourceStep
from trialport.spec.nodes import Content
from trialport.templates import shipped

from tests.fhir.steps import (
    batch,
    column,
    element,
    kinds,
    repeated,
    resource_step,
    resources,
    text,
)


@pytest.fixture(scope="module")
def r4() -> Definitions:
    return load_definitions(shipped() / "fhir", "R4")


def made(
    step: ResourceStep, records: pa.RecordBatch, types: Definitions
) -> list[dict[str, object]]:
    return [
        each for built in build(step, [records], types, Findings()) for each in resources(built)
    ]


def observation(**children: Content) -> ResourceStep:
    return resource_step("Observation", element(**children))


def test_type_and_id_come_first_and_elements_as_written(r4: Definitions) -> None:
    step = resource_step("Observation", element(status=text("final"), valueInteger=column("n")))
    records = batch(key=["a-1"], n=[3.0])
    (resource,) = made(step, records, r4)
    assert list(resource.items()) == [
        ("resourceType", "Observation"),
        ("id", "a-1"),
        ("status", "final"),
        ("valueInteger", 3),
    ]


def test_null_values_and_the_elements_they_empty_are_left_out(r4: Definitions) -> None:
    step = observation(
        subject=element(reference=column("who")), note=repeated(element(text=column("note")))
    )
    records = batch(key=["a", "b"], who=[None, "\x01Patient|7"], note=pa.nulls(2, pa.string()))
    assert made(step, records, r4) == [
        {"resourceType": "Observation", "id": "a"},
        {"resourceType": "Observation", "id": "b", "subject": {"reference": "Patient/7"}},
    ]


def test_constants_do_not_keep_an_element_that_no_value_fills(r4: Definitions) -> None:
    step = observation(
        valueQuantity=element(value=column("value"), unit=text("days")),
        component=repeated(
            element(
                code=element(coding=repeated(element(system=column("s", "study.SYSTEM")))),
                valueString=column("described"),
            )
        ),
    )
    records = batch(key=["a"], value=pa.nulls(1, pa.float64()), s=["urn:x"], described=[None])
    assert made(step, records, r4) == [{"resourceType": "Observation", "id": "a"}]


def test_elements_of_constants_alone_are_kept(r4: Definitions) -> None:
    step = observation(code=element(text=text("one")), method=element(text=column("m", "study.M")))
    assert made(step, batch(key=["a"], m=["by hand"]), r4) == [
        {
            "resourceType": "Observation",
            "id": "a",
            "code": {"text": "one"},
            "method": {"text": "by hand"},
        }
    ]


def test_false_and_zero_are_values(r4: Definitions) -> None:
    step = resource_step("Patient", element(active=column("a"), multipleBirthInteger=column("n")))
    records = batch(key=["x"], a=[False], n=[0.0])
    assert made(step, records, r4) == [
        {"resourceType": "Patient", "id": "x", "active": False, "multipleBirthInteger": 0}
    ]


def test_times_of_the_study_get_its_offset_where_the_type_is_a_date_time(r4: Definitions) -> None:
    step = observation(effectivePeriod=element(start=column("at"), end=column("to")))
    records = batch(key=["a"], at=["2021-05-09T08:30"], to=["2021-05-10"])
    (built,) = build(step, [records], r4, Findings(), offset="+08:00")
    assert built.resource(0)["effectivePeriod"] == {
        "start": "2021-05-09T08:30:00+08:00",
        "end": "2021-05-10",
    }


def test_the_identifier_holds_the_identity_where_the_mapping_writes_none(r4: Definitions) -> None:
    step = resource_step("AdverseEvent", element(actuality=text("actual")), ("subject", "number"))
    records = batch(subject=["甲"], number=[3.0])
    (built,) = build(step, [records], r4, Findings(), studyid="S 1")
    assert built.resource(0)["identifier"] == {
        "system": "urn:trialport:S%201:AdverseEvent",
        "value": "甲|3",
    }
    assert built.identities.to_pylist() == ["甲|3"]


def test_a_written_identifier_is_left_alone(r4: Definitions) -> None:
    step = observation(identifier=repeated(element(value=column("v"))))
    (built,) = build(step, [batch(key=["a"], v=["own"])], r4, Findings(), studyid="S")
    assert built.resource(0)["identifier"] == [{"value": "own"}]


def test_a_record_without_identity_gives_a_finding_and_no_resource(r4: Definitions) -> None:
    step = resource_step("Patient", element(active=text(True)), ("subject", "number"))
    findings = Findings()
    records = batch(subject=["a", "b"], number=["1", None])
    (built,) = build(step, [records], r4, findings)
    assert [each["id"] for each in resources(built)] == ["a-1"]
    assert [str(each) for each in findings.all()] == [
        "E4203 Patient column id: a part of the identity 'b|' is missing; the resource is not "
        "written; complete the record, or leave such records out with 'where'"
    ]


def test_a_number_that_json_cannot_write_is_a_finding(r4: Definitions) -> None:
    step = observation(valueQuantity=element(value=column("v")))
    findings = Findings()
    (built,) = build(step, [batch(key=["a"], v=[float("nan")])], r4, findings)
    assert resources(built) == [{"resourceType": "Observation", "id": "a"}]
    assert [str(each) for each in findings.all()] == [
        "E4211 Observation/a column valueQuantity.value: nan is a number that JSON cannot write; "
        "the element is left out; correct the record or the expression"
    ]


def test_records_with_much_in_them_are_made_into_resources_few_at_once(
    r4: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = observation(valueString=column("v"))
    records = batch(key=list("abcdef"), v=["x" * 1000] * 6)
    monkeypatch.setattr(resource, "_MOST_BYTES", 2500)
    built = list(build(step, [records], r4, Findings()))
    assert [len(each) for each in built] == [2, 2, 2]
    assert [each["id"] for part in built for each in resources(part)] == list("abcdef")
    monkeypatch.setattr(resource, "_MOST_BYTES", 10)
    assert [len(each) for each in build(step, [records], r4, Findings())] == [1] * 6


def test_resources_of_one_kind_have_the_same_elements_and_codes(r4: Definitions) -> None:
    step = observation(
        code=element(coding=repeated(element(code=column("code")))), valueString=column("v")
    )
    records = batch(key=list("abcd"), code=["x", "x", "y", "x"], v=["1", "2", "3", None])
    (built,) = build(step, [records], r4, Findings())
    first, second, third, fourth = kinds(built)
    assert first == second
    assert len({first, third, fourth}) == 3
