"""Content that takes its codes from concepts.yaml: from the specification to the resource."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from trialport import check, convert

from tests.plan.tiny_study import Record, analysis, frame, write_study

CONCEPTS = """\
systems:
  loinc: {url: "http://loinc.org", licence: LOINC licence}
  ucum: {url: "http://unitsofmeasure.org", licence: UCUM licence}
  sct: {url: "http://snomed.info/sct", licence: SNOMED licence}
  own: {local: who, licence: Apache-2.0}
concepts:
  karnofsky: {codings: [{system: loinc, code: 89243-0, state: verified, source: mCODE}]}
  day: {text: days, codings: [{system: ucum, code: d, state: verified, source: UCUM}]}
  agvhd: {codings: [{system: sct, code: "402355000", state: verified, source: PCSP}]}
codelists:
  people: {system: own, concepts: {GVHD: agvhd}}
  closed: {concepts: {GVHD: agvhd}}
"""
RESOURCE = """\
resource: Observation
each: {from: ADX}
identity: [USUBJID]
content:
  status: {text: final}
  code: {concept: karnofsky, text: WHO}
  valueQuantity: {value: AVAL, concept: day}
  method: {concept_of: WHO, codelist: people, display: "'Mr ' || WHO"}
  bodySite: {concept_of: WHO, codelist: closed}
"""


def _study(folder: Path, resource: str = RESOURCE, concepts: str = CONCEPTS) -> Path:
    variables = {"USUBJID": "subj", "AVAL": "src.val", "WHO": "who"}
    dataset = analysis(variables, "keys: [USUBJID]\nrecords: [{from: records}]\n")
    files = {"adam/adx.yaml": dataset, "fhir/observation.yaml": resource, "concepts.yaml": concepts}
    return write_study(folder, files)


def _records() -> dict[str, Any]:
    rows: list[Record] = [
        {"subj": each, "who": who, "id": None, "kind": None, "day": None, "val": value, "seq": None}
        for each, who, value in (("S1", "GVHD", "5"), ("S2", "X", None))
    ]
    return {"records": frame(rows)}


def test_concepts_become_codes_of_the_resources(tmp_path: Path) -> None:
    study, out = _study(tmp_path / "study"), tmp_path / "out"
    made = convert(study, raw=_records(), out=out, only=["Observation"], threads=1)
    text = (out / "fhir" / "R4" / "Observation.ndjson").read_text(encoding="utf-8")
    first, second = (json.loads(each) for each in text.splitlines())
    assert first["code"] == {
        "coding": [{"system": "http://loinc.org", "code": "89243-0"}],
        "text": "GVHD",
    }
    assert first["valueQuantity"] == {
        "unit": "days",
        "system": "http://unitsofmeasure.org",
        "code": "d",
        "value": 5,
    }
    assert [each["code"] for each in first["method"]["coding"]] == ["402355000", "GVHD"]
    assert first["bodySite"]["coding"][0]["code"] == "402355000"
    # A unit alone is no quantity, and a value without a concept is told.
    assert "valueQuantity" not in second
    assert "bodySite" not in second
    assert second["method"]["coding"][0]["display"] == "Mr X"
    (found,) = (each for each in made.findings if each.code == "E4231")
    assert (found.place.record, found.place.column) == ("Observation/S2", "bodySite")


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        pytest.param(
            "concept: karnofsky",
            "concept: karnofski",
            "E1280",
            "did you mean 'karnofsky'?",
            id="concept",
        ),
        pytest.param(
            "codelist: closed", "codelist: close", "E1282", "did you mean 'closed'?", id="codelist"
        ),
        pytest.param(", codelist: closed", "", "E1286", "names no codelist", id="none"),
        pytest.param(
            "text: WHO}",
            "coding: [{code: WHO}]}",
            "E1286",
            "'coding' beside its concept",
            id="both",
        ),
    ],
)
def test_faults_of_content_are_told_at_their_line(
    old: str, new: str, code: str, words: str, tmp_path: Path
) -> None:
    assert old in RESOURCE
    found = check(_study(tmp_path, RESOURCE.replace(old, new)))
    (fault,) = (each for each in found if each.code == code)
    assert words in str(fault)
    assert fault.place.line is not None
    assert fault.place.file.endswith("fhir/observation.yaml")


def test_keyed_ids_hide_who_the_resources_are_of(tmp_path: Path) -> None:
    from trialport.fhir.manifest import has_keyed_ids
    from trialport.read.switches import Switches

    study = _study(tmp_path / "study")
    key = Switches(id_key=b"0123456789abcdef")
    for name, switches in (("a", key), ("b", key), ("plain", None)):
        out = tmp_path / name
        convert(study, raw=_records(), out=out, only=["Observation"], threads=1, switches=switches)
    a, b, plain = (
        (tmp_path / name / "fhir" / "R4" / "Observation.ndjson").read_text(encoding="utf-8")
        for name in ("a", "b", "plain")
    )
    assert a == b
    assert '"S1"' in plain
    assert '"S1"' not in a
    assert has_keyed_ids(tmp_path / "a" / "fhir" / "R4")
    assert not has_keyed_ids(tmp_path / "plain" / "fhir" / "R4")
    manifest = (tmp_path / "a" / "fhir" / "R4" / "manifest.json").read_text(encoding="utf-8")
    assert "0123456789abcdef" not in manifest


SPECIMEN = """\
resource: Specimen
each: {from: ADX}
identity: [USUBJID, "'BLOOD'"]
content:
  status: {text: available}
  type: {concept_of: WHO, codelist: people}
  subject: {reference: "reference('Patient', USUBJID)"}
"""


def test_a_resource_of_another_type_needs_yaml_alone(tmp_path: Path) -> None:
    study, out = _study(tmp_path / "study", SPECIMEN), tmp_path / "out"
    made = convert(study, raw=_records(), out=out, only=["Specimen"], threads=1)
    lines = (out / "fhir" / "R4" / "Specimen.ndjson").read_text(encoding="utf-8").splitlines()
    first = json.loads(lines[0])
    assert first["type"]["coding"][1] == {"system": "urn:trialport:TINY:who", "code": "GVHD"}
    # The subjects are not written, which is told; else the resources are valid.
    found = [each.code for each in made.findings if each.code.startswith("E42")]
    assert found == ["E4221", "E4221"]


def test_a_number_keeps_the_digits_of_its_text(tmp_path: Path) -> None:
    resource = RESOURCE.replace("value: AVAL", "value: \"case when AVAL = 5 then '7.50' end\"")
    study, out = _study(tmp_path / "study", resource), tmp_path / "out"
    convert(study, raw=_records(), out=out, only=["Observation"], threads=1)
    text = (out / "fhir" / "R4" / "Observation.ndjson").read_text(encoding="utf-8")
    assert '"value":7.50,' in text


ADMINISTRATION = """\
resource: MedicationAdministration
versions: [R5]
each: {from: ADX}
identity: [USUBJID]
content:
  status: {text: completed}
  medication: {concept: karnofsky}
  subject: {display: USUBJID}
  occurenceDateTime: "'2021-05-09'"
"""


def test_what_is_for_r5_alone_is_written_as_r5_has_it(tmp_path: Path) -> None:
    study, out = _study(tmp_path / "study", ADMINISTRATION), tmp_path / "out"
    asked = ["MedicationAdministration"]
    made = convert(study, raw=_records(), out=out, only=asked, fhir=["R4", "R5"], threads=1)
    assert not (out / "fhir" / "R4" / "MedicationAdministration.ndjson").exists()
    text = (out / "fhir" / "R5" / "MedicationAdministration.ndjson").read_text(encoding="utf-8")
    first = json.loads(text.splitlines()[0])
    assert first["medication"]["concept"]["coding"][0]["code"] == "89243-0"
    assert [each.code for each in made.findings if each.code.startswith("E42")] == []
