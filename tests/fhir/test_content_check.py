"""Content of resources held against FHIR by `check`: what is told, at its line, with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plan.tiny_study import STUDY, findings

RESOURCE = """\
resource: Observation
each: {from: records}
identity: [id]
variables:
  patient: reference('Patient', subj)
content:
  status: {text: final}
  category:
    - coding: [{system: {text: "urn:x"}, code: {text: x}}]
  code: {text: {text: own}}
  subject: {reference: patient}
  valueInteger: {number: 4}
"""
PATIENT = """\
resource: Patient
each: {from: records}
identity: [subj]
content:
  gender: case when kind = 'A' then 'male' else coalesce(kind, 'unknown') end
"""


def _faults(folder: Path, old: str = "", new: str = "", **others: str) -> list[str]:
    """Return the faults of the study with a change of a resource, without the name of its file."""
    texts = {"observation": RESOURCE, "patient": PATIENT, **others}
    assert not old or any(old in each for each in texts.values())
    files = {f"fhir/{name}.yaml": text.replace(old, new, 1) for name, text in texts.items()}
    found = [each.partition(": ")[2] for each in findings(folder, files)]
    return [each for each in found if each.startswith(("E12", "E13"))]


def test_content_as_fhir_has_it_is_taken(tmp_path: Path) -> None:
    assert _faults(tmp_path) == []


def test_a_reference_in_an_extension_is_none_of_the_element_that_has_it(tmp_path: Path) -> None:
    extended = (
        "subject:\n    reference: patient\n    extension:\n"
        '      - {url: {text: "urn:x"}, valueReference: {reference: patient}}'
    )
    assert _faults(tmp_path, "subject: {reference: patient}", extended) == []
    other = extended.replace("{reference: patient}", "{reference: reference('Observation', subj)}")
    assert _faults(tmp_path, "subject: {reference: patient}", other) == []


def test_a_local_time_gets_the_offset_of_the_study_before_it_is_checked(tmp_path: Path) -> None:
    time = "valueDateTime: case when kind = 'A' then '2024-01-01T10:00' end"
    told = _faults(tmp_path / "none", "valueInteger: {number: 4}", time)
    assert [each.split()[0] for each in told] == ["E1253"]

    texts = {"observation": RESOURCE.replace("valueInteger: {number: 4}", time), "patient": PATIENT}
    files = {f"fhir/{name}.yaml": text for name, text in texts.items()}
    files["study.yaml"] = f"{STUDY}timezone: '+08:00'\n"
    assert not [each for each in findings(tmp_path / "own", files) if "E1253" in each]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "resource: Patient",
            "resource: Patiemt",
            "E1250 fhir/patient.yaml:1: FHIR has no type of resource 'Patiemt'; "
            "did you mean 'Patient'?",
        ),
        (
            "  category:\n",
            "  categorie:\n",
            "E1251 fhir/observation.yaml:8: Observation has no element 'categorie'; "
            "did you mean 'category'?",
        ),
        (
            "[{system:",
            "[{sistem:",
            "E1251 fhir/observation.yaml:9: Coding has no element 'sistem'; did you mean 'system'?",
        ),
        (
            "valueInteger: {number: 4}",
            "effective: {text: 2024-01-01}",
            "E1251 fhir/observation.yaml:12: Observation has no element 'effective'; its name has "
            "the type of its value: effectiveDateTime, effectivePeriod, effectiveTiming, "
            "effectiveInstant",
        ),
        (
            '  category:\n    - coding: [{system: {text: "urn:x"}, code: {text: x}}]',
            '  category:\n    coding: [{system: {text: "urn:x"}, code: {text: x}}]',
            "E1252 fhir/observation.yaml:8: 'category' may be there several times, and is not "
            "written as a list; write category: with '- ' before each",
        ),
        (
            "code: {text: {text: own}}",
            "code: [{text: {text: own}}]",
            "E1252 fhir/observation.yaml:10: 'code' is there once, and is written as a list; "
            "write it without '- ' or brackets",
        ),
        (
            "code: {text: {text: own}}",
            "code: kind",
            "E1252 fhir/observation.yaml:10: 'code' is a CodeableConcept, which has elements and "
            "no value of its own; write its elements beneath it",
        ),
        (
            "status: {text: final}",
            "status: {coding: [{code: {text: final}}]}",
            "E1252 fhir/observation.yaml:7: 'status' is a code, which has a value and no elements; "
            "write an expression or {text: ...}, {number: ...} or {boolean: ...}",
        ),
        (
            "status: {text: final}",
            "status: {text: finals}",
            "E1253 fhir/observation.yaml:7: 'status': 'finals' is none of the codes that the "
            "element is bound to; did you mean 'final'?",
        ),
        (
            "coalesce(kind, 'unknown')",
            "coalesce(kind, 'unknwon')",
            "E1253 fhir/patient.yaml:5: 'gender': 'unknwon' is none of the codes that the "
            "element is bound to; did you mean 'unknown'?",
        ),
        (
            "valueInteger: {number: 4}",
            "valueInteger: {text: 4}",
            "E1253 fhir/observation.yaml:12: 'valueInteger': '4' is no integer; "
            "write {number: ...}",
        ),
        (
            "valueInteger: {number: 4}",
            "valueDateTime: {text: 2024-13-01}",
            "E1253 fhir/observation.yaml:12: 'valueDateTime': '2024-13-01' is no dateTime",
        ),
        (
            "  status: {text: final}\n",
            "",
            "E1254 fhir/observation.yaml:1: Observation requires 'status', and nothing fills it; "
            "add status: ...",
        ),
        (
            "reference('Patient', subj)",
            "reference('Pateint', subj)",
            "E1250 fhir/observation.yaml:11: FHIR has no type of resource 'Pateint'; "
            "did you mean 'Patient'?",
        ),
        (
            "reference('Patient', subj)",
            "reference('Observation', id)",
            "E1255 fhir/observation.yaml:11: the element takes no reference to a resource of type "
            "'Observation'; it takes Device, Group, Location, Patient",
        ),
        (
            "reference('Patient', subj)",
            "reference('Group', id)",
            "E1256 fhir/observation.yaml:11: the study makes no resource of type 'Group'; the "
            "reference leads nowhere; write fhir/group.yaml, or leave the reference out",
        ),
        (
            "resource: Patient\n",
            "resource: Patient\nversions: [R5]\n",
            "E1256 fhir/observation.yaml:11: the study makes no resource of type 'Patient' in R4; "
            "the reference leads nowhere; write fhir/patient.yaml, or leave the reference out",
        ),
    ],
)
def test_a_fault_is_told_at_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert told in _faults(tmp_path, old, new)


def test_content_is_held_against_the_version_that_it_is_written_for(tmp_path: Path) -> None:
    group = """\
resource: Group
each: {from: records}
identity: [id]
content:
  type: {text: person}
  membership: {text: enumerated}
"""
    of_r5 = group.replace("Group\n", "Group\nversions: [R5]\n")
    assert _faults(tmp_path / "r5", group=of_r5) == []
    of_both = _faults(tmp_path / "both", group=group)
    assert of_both == [
        "E1251 fhir/group.yaml:6: Group has no element 'membership'; did you mean 'member'?",
        "E1254 fhir/group.yaml:1: Group requires 'actual', and nothing fills it; add actual: ...",
    ]


def test_a_cross_version_extension_names_elements_of_r5(tmp_path: Path) -> None:
    start = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ResearchSubject"
    subject = f"""\
resource: ResearchSubject
each: {{from: records}}
identity: [id]
content:
  status: {{text: on-study}}
  study: {{reference: "reference('ResearchStudy', 'X')"}}
  individual: {{reference: "reference('Patient', subj)"}}
  extension:
    - url: {{text: "{start}.progres"}}
      valueString: kind
    - url: {{text: "{start}.progress"}}
      extension:
        - {{url: {{text: milestones}}, valueString: kind}}
        - {{url: {{text: startDate}}, valueDateTime: day}}
"""
    found = [each for each in _faults(tmp_path, subject=subject) if each.startswith("E1251")]
    assert found == [
        "E1251 fhir/subject.yaml:9: the extension stands for an element of R5, where "
        "ResearchSubject has no 'progres'; did you mean 'progress'?",
        "E1251 fhir/subject.yaml:13: the extension stands for an element of R5, where "
        "ResearchSubject.progress has no 'milestones'; did you mean 'milestone'?",
    ]


def test_a_type_without_a_definition_is_known_by_its_name_alone(tmp_path: Path) -> None:
    basic = """\
resource: Basic
each: {from: records}
identity: [id]
content:
  code: {text: kind}
  anything: kind
"""
    assert _faults(tmp_path / "plain", basic=basic) == []
    coded = basic.replace("code: {text: kind}", "code: {concept_of: kind, codelist: ucum}")
    assert _faults(tmp_path / "coded", basic=coded) == [
        "E1252 fhir/basic.yaml:5: there is no definition of 'Basic' that says how the element "
        "holds a concept; write its code as elements: system: {text: ...}, code: {text: ...}"
    ]


def test_content_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    patient = PATIENT[: PATIENT.index("content:")] + "content: kind\n"
    assert _faults(tmp_path, patient=patient) == [
        "E1252 fhir/patient.yaml:4: 'resource' is a Patient, which has elements and no value of "
        "its own; write its elements beneath it"
    ]
