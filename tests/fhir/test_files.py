"""Files of resources: manifest and Bundles beside them, and files from anywhere, checked."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from trialport.cli.root import root
from trialport.fhir.bundle import write_bundles
from trialport.fhir.manifest import write_manifest
from trialport.fhir.ndjson import WrittenFile
from trialport.fhir.validate_files import validate_files

VALID: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "valid.json").read_text(encoding="utf-8")
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of NDJSON files, one a type, and a manifest."""
    made = tmp_path / "R4"
    made.mkdir()
    for each in VALID:
        with (made / f"{each['resourceType']}.ndjson").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(each, ensure_ascii=False) + "\n")
    (made / "manifest.json").write_text("{}", encoding="utf-8")
    return made


def _codes(*paths: Path) -> list[str]:
    return [each.code for each in validate_files(paths, with_models=False)[1]]


def test_a_folder_of_valid_resources(folder: Path) -> None:
    counts, found = validate_files([folder])
    assert found == []
    assert sum(counts.values()) == len(VALID)


def test_a_file_alone_lacks_what_it_refers_to(folder: Path) -> None:
    assert _codes(folder / "Condition.ndjson") == ["E4221"]


def test_lines_that_are_no_resources_are_told_with_their_number(folder: Path) -> None:
    path = folder / "Patient.ndjson"
    path.write_text('{"resourceType": "Patient", "id": "p-1"}\n\nno\n[1]\n', encoding="utf-8")
    _, found = validate_files([folder], with_models=False)
    assert [(each.code, each.place.line) for each in found] == [("E4212", 3), ("E4212", 4)]
    assert found[0].place.file.endswith("R4/Patient.ndjson")


def test_an_id_that_is_there_twice(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "again.json"
    copy.write_text(json.dumps(VALID[1]), encoding="utf-8")
    assert _codes(folder, copy) == ["E4213"]


def test_bundles_hold_every_resource_in_an_order_to_send(folder: Path, tmp_path: Path) -> None:
    paths = write_bundles(folder, tmp_path / "bundles", size=4)
    assert [each.name for each in paths] == [f"Bundle.{n:04}.json" for n in range(3)]
    entries = [
        entry for path in paths for entry in json.loads(path.read_text(encoding="utf-8"))["entry"]
    ]
    sent: set[str] = set()
    for entry in entries:
        text = json.dumps(entry["resource"])
        assert all(each in sent for each in _references(json.loads(text)))
        sent.add(entry["request"]["url"])
    assert [entry["resource"] for entry in sorted(entries, key=_url)] == sorted(
        VALID, key=lambda each: f"{each['resourceType']}/{each['id']}"
    )
    counts, found = validate_files(paths)
    assert found == []
    assert counts["Bundle"] == 3


def _url(entry: dict[str, Any]) -> str:
    return str(entry["request"]["url"])


def _references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["reference"]] if "reference" in node else []
        return [*own, *(each for value in node.values() for each in _references(value))]
    if isinstance(node, list):
        return [each for item in node for each in _references(item)]
    return []


def test_a_fault_inside_a_bundle_names_the_resource(tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    entry = {"resource": {**VALID[1], "gender": "F"}}
    path.write_text(
        json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [entry]}),
        encoding="utf-8",
    )
    (found,) = validate_files([path], with_models=False)[1]
    assert (found.code, found.place.record, found.place.column) == (
        "E4220",
        "Patient/p-1",
        "gender",
    )


def test_the_manifest_tells_type_count_and_digest(tmp_path: Path) -> None:
    data = b'{"resourceType":"Patient","id":"p-1"}\n'
    file = WrittenFile(
        tmp_path / "Patient.ndjson", "Patient", 1, len(data), hashlib.sha256(data).hexdigest()
    )
    path = write_manifest(tmp_path, [file], studyid="S-1", created=dt.datetime(2026, 1, 2, 3, 4, 5))
    manifest = json.loads(path.read_text(encoding="utf-8"))
    assert manifest["transactionTime"] == "2026-01-02T03:04:05+00:00"
    assert manifest["requiresAccessToken"] is False
    assert manifest["error"] == []
    (output,) = manifest["output"]
    assert (output["type"], output["url"], output["count"]) == ("Patient", "Patient.ndjson", 1)
    assert output["extension"]["sha256"] == file.sha256


def test_commands(folder: Path, tmp_path: Path) -> None:
    run = CliRunner()
    to = tmp_path / "bundles"
    assert run.invoke(root, ["fhir", "bundle", str(folder), "--to", str(to)]).exit_code == 0
    made = run.invoke(root, ["fhir", "validate", str(to)])
    assert made.exit_code == 0
    assert "Observation" in made.output
    refused = run.invoke(root, ["fhir", "validate", str(folder), "--fhir", "R5", "--json"])
    assert refused.exit_code == 1
    assert {each["code"] for each in json.loads(refused.output)["findings"]} >= {"E4210"}
