from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from trialport.diagnostics import Diagnostic
from trialport.fhir import WrittenFile, sorter, write_resources
from trialport.plan.model import ResourceStep

from tests.fhir.steps import batch, column, element, repeated, resource_step, text

PATIENT = resource_step("Patient", element(gender=column("sex")))
LAB = resource_step(
    "Observation",
    element(
        status=text("final"),
        code=element(text=text("Haemoglobin")),
        subject=element(reference=column("who")),
        effectivePeriod=element(start=column("start"), end=column("end")),
        valueString=column("value"),
    ),
)


def labs(*keys: str, who: str = "P-1", end: str | None = "2021-05-09") -> pa.RecordBatch:
    number = len(keys)
    return batch(
        key=list(keys),
        who=[f"\x01Patient|{who}"] * number,
        start=["2021-05-08"] * number,
        end=pa.array([end] * number, pa.string()),
        value=["批"] * number,
    )


PATIENTS = batch(key=["P-2", "P-1"], sex=["male", "female"])


def written(
    folder: Path,
    *steps: tuple[ResourceStep, list[pa.RecordBatch]],
    **options: Any,  # noqa: ANN401 - those of write_resources
) -> tuple[tuple[WrittenFile, ...], list[Diagnostic]]:
    return write_resources(steps, folder, **options)


def lines(file: WrittenFile) -> list[dict[str, Any]]:
    data = file.path.read_bytes()
    assert not data or data.endswith(b"\n")
    return [json.loads(line) for line in data.decode("utf-8").splitlines()]


def test_one_file_a_type_sorted_by_id(tmp_path: Path) -> None:
    files, found = written(tmp_path, (LAB, [labs("b"), labs("a", "c")]), (PATIENT, [PATIENTS]))
    assert found == []
    assert [each.path for each in files] == [
        tmp_path / "R4" / "Observation.ndjson",
        tmp_path / "R4" / "Patient.ndjson",
    ]
    assert [each["id"] for each in lines(files[0])] == ["a", "b", "c"]
    assert [each["id"] for each in lines(files[1])] == ["P-1", "P-2"]
    data = files[0].path.read_bytes()
    assert (files[0].count, files[0].size) == (3, len(data))
    assert files[0].sha256 == hashlib.sha256(data).hexdigest()
    assert "批".encode() in data
    assert sorted(each.name for each in (tmp_path / "R4").iterdir()) == [
        "Observation.ndjson",
        "Patient.ndjson",
    ]


def test_the_order_of_steps_and_records_changes_no_byte(tmp_path: Path) -> None:
    more = resource_step("Observation", LAB.content, ("key", "key"))  # type: ignore[arg-type]
    one, _ = written(tmp_path / "1", (LAB, [labs("a", "b")]), (more, [labs("b", "a")]))
    two, _ = written(tmp_path / "2", (more, [labs("a"), labs("b")]), (LAB, [labs("b", "a")]))
    assert [each["id"] for each in lines(one[0])] == ["a", "a-a", "b", "b-b"]
    assert one[0].path.read_bytes() == two[0].path.read_bytes()


def test_more_than_fits_in_memory_is_merged_from_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [f"k-{number * 37 % 100}" for number in range(100)]
    whole, _ = written(tmp_path / "1", (LAB, [labs(*keys)]))
    monkeypatch.setattr(sorter, "_LARGEST_RUN", 1000)
    merged, _ = written(tmp_path / "2", (LAB, [labs(*keys)]))
    assert [each["id"] for each in lines(merged[0])] == sorted(keys)
    assert merged[0].path.read_bytes() == whole[0].path.read_bytes()


def test_a_second_record_of_one_identity_is_reported_and_not_written(tmp_path: Path) -> None:
    files, found = written(tmp_path, (LAB, [labs("a", "b"), labs("a")]), (PATIENT, [PATIENTS]))
    assert [each["id"] for each in lines(files[0])] == ["a", "b"]
    assert [str(each) for each in found] == [
        "E4201 Observation/a column id: a further record has the identity 'a'; only one is "
        "written; add to 'identity' what tells them apart"
    ]


def test_two_identities_of_one_id_are_reported(tmp_path: Path) -> None:
    step = resource_step("Patient", element(active=text(True)), ("site", "number"))
    records = batch(site=["1-2", "1"], number=["3", "2-3"])
    files, found = written(tmp_path, (step, [records]))
    assert [each["id"] for each in lines(files[0])] == ["1-2-3"]
    assert [str(each) for each in found] == [
        "E4202 Patient/1-2-3 column id: the identities '1-2|3' and '1|2-3' give the same id; only "
        "the first is written; add a constant to one of the identities"
    ]


def test_a_reference_to_nothing_is_reported_once(tmp_path: Path) -> None:
    _, found = written(tmp_path, (LAB, [labs("a", "b", who="P_9")]), (PATIENT, [PATIENTS]))
    assert [(each.code, str(each.place)) for each in found] == [
        ("E4221", "Observation/a column subject")
    ]


def test_a_reference_resolves_whatever_the_id_is_made_of(tmp_path: Path) -> None:
    patients = batch(key=["受试者_1|x"], sex=["female"])
    files, found = written(tmp_path, (LAB, [labs("a", who="受试者_1|x")]), (PATIENT, [patients]))
    assert found == []
    assert lines(files[0])[0]["subject"] == {"reference": f"Patient/{lines(files[1])[0]['id']}"}


def test_every_record_is_checked_not_one_of_a_kind(tmp_path: Path) -> None:
    bad = labs("c", end="2021-05-07")
    worse = labs("d", end="2021-02-29")
    _, found = written(tmp_path, (LAB, [labs("a", "b"), bad, worse]), (PATIENT, [PATIENTS]))
    assert sorted((each.code, str(each.place)) for each in found) == [
        ("E4222", "Observation/d column effectivePeriod.end"),
        ("E4224", "Observation/c column effectivePeriod"),
        ("E4224", "Observation/d column effectivePeriod"),
    ]


def test_a_period_across_offsets_is_compared_as_time(tmp_path: Path) -> None:
    records = batch(
        key=["a", "b"],
        who=["\x01Patient|P-1"] * 2,
        start=["2021-05-09T08:00:00+08:00", "2021-05-09T08:00:00Z"],
        end=["2021-05-09T01:00:00Z", "2021-05-09T09:00:00+08:00"],
        value=["x", "x"],
    )
    _, found = written(tmp_path, (LAB, [records]), (PATIENT, [PATIENTS]))
    assert [(each.code, str(each.place)) for each in found] == [
        ("E4224", "Observation/b column effectivePeriod")
    ]


def test_a_resource_without_a_required_element_is_written_and_reported(tmp_path: Path) -> None:
    step = resource_step("Observation", element(status=column("s"), code=element(text=text("x"))))
    files, found = written(tmp_path, (step, [batch(key=["甲"], s=pa.nulls(1, pa.string()))]))
    assert files[0].count == 1
    id_ = lines(files[0])[0]["id"]
    assert [str(each) for each in found] == [
        f"E4210 Observation/{id_} (甲) column status: the type requires the element, and it has "
        "no value"
    ]


def test_many_findings_of_one_kind_are_counted(tmp_path: Path) -> None:
    step = resource_step("Patient", element(gender=column("sex")))
    records = batch(key=[str(each) for each in range(1500)], sex=["M"] * 1500)
    _, found = written(tmp_path, (step, [records]))
    assert len(found) == 1001
    assert (
        str(found[-1]) == "E4220 Patient column gender: 500 further resources have the same fault"
    )


def test_only_the_resources_of_the_version_are_written(tmp_path: Path) -> None:
    r5 = resource_step("Patient", element(active=text(True)), versions=["R5"])
    files, _ = written(
        tmp_path, (LAB, [labs("a")]), (r5, [batch(key=["p"])]), version="R5", studyid="S"
    )
    assert [each.path for each in files] == [tmp_path / "R5" / "Patient.ndjson"]
    assert lines(files[0])[0]["identifier"] == [{"system": "urn:trialport:S:Patient", "value": "p"}]


def test_the_codes_of_the_study_are_written_as_its_code_systems(tmp_path: Path) -> None:
    coding = element(
        system=text("urn:trialport:S-1:event"), code=column("code"), display=column("name")
    )
    step = resource_step(
        "Condition",
        element(
            code=element(
                coding=repeated(coding, element(system=text("urn:x"), code=column("code")))
            ),
            subject=element(display=text("somebody")),
        ),
    )
    records = batch(
        key=["1", "2", "3"], code=["CGVHD", "RELAPSE", "CGVHD"], name=["Chronic GVHD", None, None]
    )
    files, found = written(tmp_path, (step, [records]), studyid="S-1")
    assert found == []
    by_type = {each.type: lines(each) for each in files}
    (system,), (value_set,) = by_type["CodeSystem"], by_type["ValueSet"]
    assert (system["id"], system["url"]) == ("S-1-event", "urn:trialport:S-1:event")
    assert system["concept"] == [
        {"code": "CGVHD", "display": "Chronic GVHD"},
        {"code": "RELAPSE"},
    ]
    assert system["valueSet"] == value_set["url"]
    assert value_set["compose"] == {"include": [{"system": "urn:trialport:S-1:event"}]}
