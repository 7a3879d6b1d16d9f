"""A push to a real server: HAPI FHIR JPA with an embedded database."""

from __future__ import annotations

import hashlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from trialport.cli import main

from tests.interop.conftest import ROOT, STUDY
from tests.interop.maven import QUICK_START, command

pytestmark = [pytest.mark.interop, pytest.mark.fetched]

START = 300
"""Seconds that the server may take to start."""
SLOWEST = 300
"""Seconds that it may take to answer."""

Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Start the server on a free port of this machine; yield its address."""
    log = tmp_path_factory.mktemp("server") / "log"
    options = ("-Xmx1g", *QUICK_START, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
    with log.open("wb") as errors:
        server = subprocess.Popen(
            [*command("server", "Server", *options), "jdbc:h2:mem:fhir;DB_CLOSE_DELAY=-1"],
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    assert server.stdout is not None
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(server.stdout, selectors.EVENT_READ)
            line = server.stdout.readline().decode() if selector.select(START) else ""
        assert line.startswith("http"), log.read_text()[-4000:]
        yield line.strip()
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


@pytest.fixture(scope="module")
def out(resources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the resources of two subjects and of the study itself."""
    folder = resources / "fhir" / "R4"
    target = tmp_path_factory.mktemp("push") / "out" / "fhir" / "R4"
    target.mkdir(parents=True)
    patients = (folder / "Patient.ndjson").read_bytes().splitlines()
    with_most = sorted(patients, key=lambda line: -_mentions(folder, _id(line)))[:2]
    subjects = [f'"Patient/{_id(each)}"'.encode() for each in with_most]
    output: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*.ndjson")):
        lines = path.read_bytes().splitlines()
        kept = [each for each in lines if b'"Patient/' not in each]
        if path.stem == "Patient":
            kept = with_most
        if path.stem == "Group":
            kept = [_with_members(each, subjects) for each in lines]
        else:
            for subject in subjects:
                kept += [each for each in lines if subject in each][:40]
        text = b"".join(each + b"\n" for each in kept)
        (target / path.name).write_bytes(text)
        digest = hashlib.sha256(text).hexdigest()
        output.append({"url": path.name, "extension": {"sha256": digest}})
    (target / "manifest.json").write_text(json.dumps({"output": output}))
    return target.parents[1]


def _with_members(line: bytes, subjects: list[bytes]) -> bytes:
    """Return a group with those members alone that are sent; the server knows no others."""
    group = json.loads(line)
    there = {each.decode().strip('"') for each in subjects}
    members = [each for each in group.pop("member", []) if each["entity"]["reference"] in there]
    return json.dumps(group | ({"member": members} if members else {})).encode()


@pytest.fixture
def run(address: str, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that pushes to the server: exit code and document."""

    def run(out: Path, *args: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = main([*_words(out, address), "--json", *args])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_a_push_that_was_killed_goes_on_without_a_duplicate(
    address: str, out: Path, run: Run
) -> None:
    child = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *_words(out, address), "--size", "10"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TRIALPORT_FHIR_TOKEN": ""},
    )
    end = time.monotonic() + SLOWEST
    late = _written(out)["Observation"][14]["id"]
    while _get(f"{address}/Observation/{late}").status_code != 200:
        assert child.poll() is None, "the push ended by itself"
        assert time.monotonic() < end
    child.send_signal(signal.SIGKILL)
    child.wait()
    sent = sum(_count(address, each) for each in _written(out))
    code, told = run(out, "--size", "10")
    assert (code, told["rejected"]) == (0, {})
    created, skipped = sum(told["created"].values()), sum(told["skipped"].values())
    updated = sum(told["updated"].values())
    assert 0 < created <= sum(told["resources"].values()) - sent + 10
    assert updated <= 10, "more than the Bundle that was under way was sent again"
    assert created + updated + skipped == sum(told["resources"].values())
    assert {each: _count(address, each) for each in _written(out)} == {
        each: len(listed) for each, listed in _written(out).items()
    }
    assert {each["meta"]["versionId"] for each in _stored(address, out)} == {"1"}


def test_what_is_read_back_is_what_was_written(address: str, out: Path) -> None:
    written = [each for listed in _written(out).values() for each in listed]
    stored = _stored(address, out)
    assert len(stored) == len(written) > 150
    assert [_comparable(each) for each in stored] == [_comparable(each) for each in written]


def test_a_second_push_changes_nothing(address: str, out: Path, run: Run, tmp_path: Path) -> None:
    code, told = run(out)
    assert (code, told["created"], told["updated"], told["rejected"]) == (0, {}, {}, {})
    code, told = run(out, "--journal", str(tmp_path / "another"))
    assert (code, told["created"], told["skipped"], told["rejected"]) == (0, {}, {}, {})
    assert sum(told["updated"].values()) == sum(told["resources"].values())
    assert {each["meta"]["versionId"] for each in _stored(address, out)} == {"1"}


def test_a_resource_is_found_by_its_identifier(address: str, out: Path) -> None:
    for resource_type in ("Patient", "Observation", "ResearchSubject"):
        wanted = _written(out)[resource_type][0]
        identifier = wanted["identifier"][0]
        found = _get(
            f"{address}/{resource_type}",
            params={"identifier": f"{identifier['system']}|{identifier['value']}"},
        ).json()
        assert [each["resource"]["id"] for each in found["entry"]] == [wanted["id"]]


def test_what_the_server_refuses_is_told(address: str, out: Path, run: Run, tmp_path: Path) -> None:
    template = _written(out)["Observation"][0]
    nobody = {**template, "id": "of-nobody", "subject": {"reference": "Patient/nobody"}}
    unknown = {**template, "id": "no-status", "status": "ready"}
    good = {**template, "id": "good"}
    folder = tmp_path / "more" / "R4"
    folder.mkdir(parents=True)
    lines = [json.dumps(each) + "\n" for each in (nobody, unknown, good)]
    (folder / "Observation.ndjson").write_text("".join(lines))
    code, told = run(folder)
    assert code == 1
    assert told["created"] == {"Observation": 1}
    assert told["rejected"] == {"Observation": 2}
    assert {each["record"] for each in told["findings"]} == {
        "Observation/of-nobody",
        "Observation/no-status",
    }
    assert any("Patient/nobody" in each["problem"] for each in told["findings"])
    rejected = [json.loads(each) for each in Path(told["rejected_file"]).read_text().splitlines()]
    assert [each["resource"]["id"] for each in rejected] == ["of-nobody", "no-status"]
    assert all(each["outcome"]["resourceType"] == "OperationOutcome" for each in rejected)
    assert _get(f"{address}/Observation/of-nobody").status_code == 404


def test_a_change_becomes_a_new_version(address: str, out: Path, run: Run) -> None:
    file = out / "fhir" / "R4" / "Patient.ndjson"
    first, *rest = [json.loads(each) for each in file.read_text().splitlines()]
    changed = {**first, "gender": "male" if first.get("gender") == "female" else "female"}
    file.write_text("".join(json.dumps(each) + "\n" for each in (changed, *rest)))
    manifest = out / "fhir" / "R4" / "manifest.json"
    manifest.unlink()
    code, told = run(out)
    assert (code, told["updated"], told["created"]) == (0, {"Patient": len(rest) + 1}, {})
    versions = [
        _get(f"{address}/Patient/{each['id']}").json()["meta"]["versionId"]
        for each in (first, *rest)
    ]
    assert versions == ["2", *["1"] * len(rest)]


def _words(out: Path, address: str) -> list[str]:
    privacy = ["--privacy", str(STUDY / "privacy.yaml"), "--allow-plain-ids"]
    return ["fhir", "push", str(out), "--server", address, "--timeout", str(SLOWEST), *privacy]


def _get(address: str, params: dict[str, str] | None = None) -> httpx.Response:
    # The server would answer a repeated search from its memory.
    headers = {"Cache-Control": "no-cache"}
    return httpx.get(address, params=params, headers=headers, timeout=SLOWEST)


def _id(line: bytes) -> str:
    return json.loads(line)["id"]


def _mentions(folder: Path, patient: str) -> int:
    text = (folder / "AdverseEvent.ndjson").read_bytes()
    return text.count(f'"Patient/{patient}"'.encode())


def _written(out: Path) -> dict[str, list[dict[str, Any]]]:
    # Numbers stay text, so that a decimal that lost a zero is seen.
    return {
        path.stem: [json.loads(each, parse_float=str) for each in path.read_text().splitlines()]
        for path in sorted((out / "fhir" / "R4").glob("*.ndjson"))
    }


def _stored(address: str, out: Path) -> list[dict[str, Any]]:
    with httpx.Client(timeout=SLOWEST) as client:
        texts = [
            client.get(f"{address}/{name}/{each['id']}").text
            for name, listed in _written(out).items()
            for each in listed
        ]
    return [json.loads(each, parse_float=str) for each in texts]


def _count(address: str, resource_type: str) -> int:
    found = _get(f"{address}/{resource_type}", params={"_summary": "count"}).json()
    return int(found["total"])


def _comparable(resource: dict[str, Any]) -> dict[str, Any]:
    """Return a resource without what a server adds, its labels in order."""
    meta = dict(resource.get("meta", {}))
    for name in ("versionId", "lastUpdated"):
        meta.pop(name, None)
    meta["source"] = meta.get("source", "").partition("#")[0]
    with suppress(KeyError):
        meta["security"] = sorted(meta["security"], key=lambda each: each["code"])
    return {**resource, "meta": meta}
