"""The FHIR resources of the sample: valid, connected, and as many as there are records."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pyreadstat
import pytest
from trialport import Conversion
from trialport.fhir.check import Checker
from trialport.fhir.findings import Findings
from trialport.fhir.schema import load_definitions
from trialport.fhir.version_change import changer, load_changes
from trialport.templates import shipped

TYPES = {
    "AdverseEvent",
    "CodeSystem",
    "Condition",
    "EvidenceVariable",
    "Group",
    "Location",
    "MedicationAdministration",
    "Observation",
    "Organization",
    "Patient",
    "Procedure",
    "Provenance",
    "ResearchStudy",
    "ResearchSubject",
    "ValueSet",
}


@pytest.fixture(scope="module")
def resources(output: Path) -> dict[str, list[dict[str, Any]]]:
    files = sorted((output / "fhir" / "R4").glob("[A-Z]*.ndjson"))
    return {
        each.stem: [orjson.loads(line) for line in each.read_bytes().splitlines()] for each in files
    }


def _records(output: Path, dataset: str) -> list[dict[str, Any]]:
    return _xpt(output / "sdtm" / f"{dataset.lower()}.xpt")


def _xpt(path: Path) -> list[dict[str, Any]]:
    frame: Any = pyreadstat.read_xport(path)[0]
    return frame.to_dict("records")


def _keys(records: list[dict[str, Any]], dataset: str) -> Counter[str]:
    return Counter(
        f"urn:trialport:MSC-GVHD:{dataset}:{each['USUBJID']}:{each[f'{dataset}SEQ']:.0f}"
        for each in records
    )


def _sources(resources: dict[str, list[dict[str, Any]]], dataset: str) -> Counter[str]:
    start = f"urn:trialport:MSC-GVHD:{dataset}:"
    found = [
        each["meta"]["source"]
        for every in resources.values()
        for each in every
        if "source" in each.get("meta", {})
    ]
    return Counter(each for each in found if each.startswith(start))


def test_every_resource_is_valid_and_every_reference_resolves(conversion: Conversion) -> None:
    assert [each for each in conversion.findings if each.code.startswith("E42")] == []


def test_types(resources: dict[str, list[dict[str, Any]]]) -> None:
    assert set(resources) >= TYPES


def test_ids_are_there_once(resources: dict[str, list[dict[str, Any]]]) -> None:
    for every in resources.values():
        ids = [each["id"] for each in every]
        assert len(ids) == len(set(ids))
        assert ids == sorted(ids)


@pytest.mark.parametrize("dataset", ["AE", "CE", "DD", "EC", "LB", "MB", "PR", "RS"])
def test_one_resource_for_each_record(
    dataset: str, resources: dict[str, list[dict[str, Any]]], output: Path
) -> None:
    assert _sources(resources, dataset) == _keys(_records(output, dataset), dataset)


def test_history_that_occurred_and_planned_medication(
    resources: dict[str, list[dict[str, Any]]], output: Path
) -> None:
    history = [each for each in _records(output, "MH") if each["MHOCCUR"] != "N"]
    assert _sources(resources, "MH") == _keys(history, "MH")
    planned = {"CONDITIONING", "GVHD PROPHYLAXIS"}
    medication = [each for each in _records(output, "CM") if each["CMCAT"] in planned]
    assert _sources(resources, "CM") == _keys(medication, "CM")


def test_subjects_and_endpoints(resources: dict[str, list[dict[str, Any]]], output: Path) -> None:
    subjects = {each["USUBJID"] for each in _records(output, "DM")}
    assert {each["id"] for each in resources["Patient"]} == subjects
    assert {each["id"] for each in resources["ResearchSubject"]} == subjects
    records = _xpt(output / "adam" / "adtte.xpt")
    endpoints = {f"{each['USUBJID']}|{each['PARAMCD']}" for each in records}
    identities = {each["identifier"][0]["value"] for each in resources["Observation"]}
    assert endpoints <= identities


def test_each_organ_stage_is_a_component(
    resources: dict[str, list[dict[str, Any]]], output: Path
) -> None:
    organs = Counter(
        (each["subject"]["reference"].removeprefix("Patient/"), component["valueInteger"])
        for each in resources["Observation"]
        for component in each.get("component", [])
        if component["code"]["coding"][0]["system"].endswith("-gvhd-organ")
    )
    stages = _records(output, "FA")
    assert organs == Counter((each["USUBJID"], each["FASTRESN"]) for each in stages)


def test_status_of_a_subject_is_that_of_the_disposition(
    resources: dict[str, list[dict[str, Any]]], output: Path
) -> None:
    last = {
        each["USUBJID"]: each["DSDECOD"]
        for each in _records(output, "DS")
        if each["DSSCAT"] == "STUDY PARTICIPATION"
    }
    expected = {"SCREEN FAILURE": "ineligible", "WITHDRAWAL BY SUBJECT": "withdrawn"}
    for each in resources["ResearchSubject"]:
        reason = last.get(each["id"])
        wanted = {"on-study"} if reason is None else {expected.get(reason, "off-study")}
        assert each["status"] in wanted, each["id"]


def test_infusions_that_were_not_given_say_so(
    resources: dict[str, list[dict[str, Any]]], output: Path
) -> None:
    infusions = [
        each
        for each in resources["MedicationAdministration"]
        if each["meta"]["source"].split(":")[3] == "EC"
    ]
    given = Counter(each["ECOCCUR"] for each in _records(output, "EC"))
    status = Counter(each["status"] for each in infusions)
    assert status == {"completed": given["Y"], "not-done": given["N"]}
    for each in infusions:
        assert ("start" in each["effectivePeriod"]) == (each["status"] == "completed")
        assert ("dosage" in each) == (each["status"] == "completed")


def test_no_birth_date_leaves_the_study(resources: dict[str, list[dict[str, Any]]]) -> None:
    assert not any("birthDate" in each for each in resources["Patient"])


def test_each_code_of_the_study_is_in_its_code_system(
    resources: dict[str, list[dict[str, Any]]],
) -> None:
    systems = {
        each["url"]: {concept["code"] for concept in each["concept"]}
        for each in resources["CodeSystem"]
    }
    assert {each["compose"]["include"][0]["system"] for each in resources["ValueSet"]} == set(
        systems
    )
    used = {coding for every in resources.values() for each in every for coding in _codings(each)}
    own = {each for each in used if each[0].startswith("urn:trialport:")}
    assert own == {(url, code) for url, codes in systems.items() for code in codes}


def _codings(node: object) -> list[tuple[str, str]]:
    if isinstance(node, dict):
        own = [(node["system"], node["code"])] if {"system", "code"} <= node.keys() else []
        return [*own, *(each for value in node.values() for each in _codings(value))]
    if isinstance(node, list):
        return [each for item in node for each in _codings(item)]
    return []


def test_the_resources_as_r5_has_them(resources: dict[str, list[dict[str, Any]]]) -> None:
    definitions = load_definitions(shipped() / "fhir", "R5")
    changes = load_changes(shipped() / "fhir")
    findings = Findings()
    checker = Checker(definitions, findings)
    for resource_type, every in resources.items():
        change = changer(resource_type, changes, definitions)
        # Most observations are laboratory results of few kinds.
        for each in every[:: 20 if resource_type == "Observation" else 1]:
            checker.check(change(each) if change else each)
    for resource_type, every in resources.items():
        for each in every:
            checker.seen(resource_type, each["id"])
    checker.finish()
    assert findings.all() == []


def test_the_groups_hold_the_subjects_of_their_arms(
    resources: dict[str, list[dict[str, Any]]], output: Path
) -> None:
    groups = {each["id"].rpartition("-")[2]: each for each in resources["Group"]}
    arms: dict[str, set[str]] = {}
    for each in _records(output, "DM"):
        if each["ARMCD"]:
            arms.setdefault(each["ARMCD"], set()).add(f"Patient/{each['USUBJID']}")
    arms["ENROLLED"] = arms["MSC"] | arms["CTL"]
    for name, subjects in arms.items():
        members = [each["entity"]["reference"] for each in groups[name]["member"]]
        assert (set(members), groups[name]["quantity"]) == (subjects, len(members))
    criteria = [each["code"]["text"] for each in groups["ELIGIBLE"]["characteristic"]]
    assert criteria == [each["IETEST"] for each in _records(output, "TI")]


def test_the_study_tells_who_was_recruited_and_what_is_measured(
    resources: dict[str, list[dict[str, Any]]],
) -> None:
    (study,) = resources["ResearchStudy"]
    definitions = load_definitions(shipped() / "fhir", "R5")
    change = changer("ResearchStudy", load_changes(shipped() / "fhir"), definitions)
    assert change is not None
    made = change(study)
    assert made["recruitment"]["targetNumber"] == made["recruitment"]["actualNumber"] == 192
    measured = {each["reference"]["reference"] for each in made["outcomeMeasure"]}
    assert measured == {f"EvidenceVariable/{each['id']}" for each in resources["EvidenceVariable"]}
    primary = [each for each in made["outcomeMeasure"] if "primary" in str(each["type"])]
    assert [each["name"] for each in primary] == ["Severe chronic GVHD"]
    observed = [each["observedGroup"]["reference"] for each in made["comparisonGroup"]]
    assert observed == ["Group/MSC-GVHD-ARM-MSC", "Group/MSC-GVHD-ARM-CTL"]
    assert "extension" not in made


def test_the_estimates_are_those_of_the_paper(
    resources: dict[str, list[dict[str, Any]]],
) -> None:
    """The printed figures, to the one decimal that is printed."""
    values = {
        each["identifier"][0]["value"].split("|", 2)[2]: (
            each["valueQuantity"]["value"],
            each["component"][1]["valueRange"]["low"]["value"],
            each["component"][1]["valueRange"]["high"]["value"],
        )
        for each in resources["Observation"]
        if each["subject"]["reference"].startswith("Group/")
    }
    printed = {
        "F3A|day 100|MSC": (17.7, 10.8, 26.0),
        "F3A|day 100|CTL": (47.9, 37.6, 57.5),
        "F3B|day 100|CTL": (30.2, 21.3, 39.6),
        "F3C|day 100|CTL": (21.9, 14.2, 30.6),
    }
    assert {name: tuple(round(each, 1) for each in values[name]) for name in printed} == printed
    severe = [round(values[f"F2A|2 years|{arm}"][0], 1) for arm in ("MSC", "CTL")]
    assert severe == [5.5, 14.8]


def test_provenance_names_the_specification_and_each_raw_table(
    resources: dict[str, list[dict[str, Any]]], output: Path
) -> None:
    manifest = orjson.loads((output / "manifest.json").read_bytes())
    (provenance,) = resources["Provenance"]
    named = [each["what"]["identifier"]["value"] for each in provenance["entity"]]
    digests = [each["content_sha256"] for _, each in sorted(manifest["raw"].items())]
    assert named == [manifest["specification_sha256"], *digests]
    assert provenance["recorded"] == "1970-01-01T00:00:00Z"
