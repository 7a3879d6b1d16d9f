from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from trialport.cli import main
from trialport.diagnostics import WriteError
from trialport.push.journal import open_journal
from trialport.push.server import checked_address

from tests.push.conftest import observation, patient
from tests.push.fhir_server import DATA, FhirServer, serving

CHECKOUT = Path(__file__).parents[2]
Written = Callable[..., Path]
Run = Callable[..., tuple[int, dict[str, Any], str]]
SECRET = "s3cr3t-token-of-the-test"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that pushes in this process: exit code, document, stderr."""
    monkeypatch.delenv("TRIALPORT_FHIR_TOKEN", raising=False)
    monkeypatch.setattr("trialport.push.server.sleep", lambda _: None)

    def run(out: Path, address: str, *args: str) -> tuple[int, dict[str, Any], str]:
        capsys.readouterr()
        code = main(["fhir", "push", str(out), "--server", address, "--json", *args])
        said = capsys.readouterr()
        return code, json.loads(said.out or "{}"), said.err

    return run


def codes(document: dict[str, Any]) -> list[str]:
    return [each["code"] for each in document["findings"]]


def study(patients: int = 5) -> list[dict[str, Any]]:
    numbers = range(patients)
    return [*map(observation, numbers), *map(patient, numbers)]


def test_all_arrives_as_written_those_first_that_others_refer_to(
    run: Run, server: FhirServer, written: Written
) -> None:
    code, told, _ = run(written(study()), server.address, "--size", "2")
    assert code == 0
    assert told["created"] == {"Patient": 5, "Observation": 5}
    assert server.store == {f"{each['resourceType']}/{each['id']}": each for each in study()}
    kinds = [each.partition("/")[0] for each in server.puts]
    assert kinds == ["Patient"] * 5 + ["Observation"] * 5
    assert len(server.requests) == 1 + 3 + 3


def test_a_second_push_sends_nothing_and_one_without_journal_changes_nothing(
    run: Run, server: FhirServer, written: Written, tmp_path: Path
) -> None:
    out = written(study())
    run(out, server.address)
    once = list(server.puts)
    code, told, _ = run(out, server.address)
    assert (code, told["created"], told["updated"]) == (0, {}, {})
    assert told["skipped"] == {"Patient": 5, "Observation": 5}
    assert server.puts == once
    code, told, _ = run(out, server.address, "--journal", str(tmp_path / "other"))
    assert (code, told["created"]) == (0, {})
    assert told["updated"] == {"Patient": 5, "Observation": 5}
    assert len(server.store) == 10


def test_only_what_changed_is_sent_again(run: Run, server: FhirServer, written: Written) -> None:
    run(written(study()), server.address)
    before = len(server.puts)
    changed = [{**each, "language": "en"} if each["id"] == "o0003" else each for each in study()]
    _, told, _ = run(written(changed), server.address)
    assert server.puts[before:] == ["Observation/o0003"]
    assert told["updated"] == {"Observation": 1}


def test_a_push_leaves_the_output_as_it_was(run: Run, server: FhirServer, written: Written) -> None:
    out = written(study())
    before = {each: each.read_bytes() for each in out.rglob("*") if each.is_file()}
    run(out, server.address)
    assert {each: each.read_bytes() for each in out.rglob("*") if each.is_file()} == before
    assert (out.parent / "out.push").is_dir()


@pytest.mark.parametrize("status", [429, 503, 500])
def test_a_busy_server_is_asked_again(
    status: int, run: Run, server: FhirServer, written: Written
) -> None:
    server.replies = [(status, {"Retry-After": "1"}, b""), (status, {}, b"")]
    code, _, _ = run(written(study()), server.address)
    assert code == 0
    assert len(server.store) == 10


def test_the_wait_is_the_one_that_the_server_asks_for(
    server: FhirServer, written: Written, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("trialport.push.server.sleep", waits.append)
    server.replies = [(429, {"Retry-After": "7"}, b""), (503, {}, b""), (503, {}, b"")]
    assert run(written(study()), server.address)[0] == 0
    assert waits[0] == 7
    assert 0.5 <= waits[1] <= 2
    assert 1 <= waits[2] <= 4


def test_a_server_that_stays_busy_is_left_and_the_journal_goes_on(
    run: Run, server: FhirServer, written: Written
) -> None:
    out = written(study())
    server.replies = [None, *[(503, {}, b"")] * 3]
    code, told, _ = run(out, server.address, "--retries", "2", "--size", "5")
    assert (code, codes(told)) == (2, ["E4405"])
    assert len(server.store) == 5
    code, told, _ = run(out, server.address, "--size", "5")
    assert (code, told["skipped"], told["created"]) == (0, {"Patient": 5}, {"Observation": 5})


def test_a_server_that_asks_for_an_hour_is_not_waited_for(
    run: Run, server: FhirServer, written: Written
) -> None:
    server.replies = [(503, {"Retry-After": "3600"}, b"")]
    code, told, _ = run(written(study()), server.address)
    assert (code, codes(told), len(server.requests)) == (2, ["E4405"], 2)


def test_an_entry_that_is_put_off_is_sent_again(
    run: Run, server: FhirServer, written: Written
) -> None:
    busy = iter([True])
    server.refuse = lambda each: (
        (429, "later") if each["id"] == "o0002" and next(busy, False) else None
    )
    code, told, _ = run(written(study()), server.address)
    assert (code, told["rejected"], len(server.store)) == (0, {}, 10)
    assert server.puts.count("Observation/o0002") == 2
    assert server.puts.count("Observation/o0001") == 1


def test_what_is_refused_is_in_a_file_with_the_reason(
    run: Run, server: FhirServer, written: Written
) -> None:
    server.refuse = lambda each: (422, "no such unit") if each["id"] == "o0002" else None
    out = written(study())
    code, told, _ = run(out, server.address)
    assert code == 1
    assert told["rejected"] == {"Observation": 1}
    (finding,) = told["findings"]
    assert finding["code"] == "E4408"
    assert finding["record"] == "Observation/o0002"
    assert "422" in finding["problem"]
    assert "no such unit" in finding["problem"]
    (line,) = Path(told["rejected_file"]).read_text().splitlines()
    rejected = json.loads(line)
    assert rejected["resource"] == observation(2)
    assert rejected["outcome"]["issue"][0]["diagnostics"] == "no such unit"
    assert len(server.store) == 9
    server.refuse = lambda _: None
    code, told, _ = run(out, server.address)
    assert (code, told["created"], told["rejected_file"]) == (0, {"Observation": 1}, None)
    assert not Path(line).exists()


def test_what_refers_to_what_comes_later_is_sent_once_more(
    run: Run, server: FhirServer, written: Written
) -> None:
    def refuse(resource: dict[str, Any]) -> tuple[int, str] | None:
        part_of = resource.get("partOf", {}).get("reference")
        return (400, "not found") if part_of and part_of not in server.store else None

    server.refuse = refuse
    study = {"resourceType": "ResearchStudy", "status": "active"}
    site = {**study, "id": "a-site", "partOf": {"reference": "ResearchStudy/b-trial"}}
    code, told, _ = run(written([site, {**study, "id": "b-trial"}]), server.address, "--size", "1")
    assert (code, told["created"]) == (0, {"ResearchStudy": 2})


def test_a_bundle_that_is_too_large_is_halved(
    run: Run, server: FhirServer, written: Written
) -> None:
    server.replies = [(413, {}, b"")]
    assert run(written(study(4)), server.address)[0] == 0
    assert len(server.store) == 8


def test_a_server_without_bundles_gets_one_resource_after_the_other(
    run: Run, server: FhirServer, written: Written
) -> None:
    server.replies = [(405, {}, b"")]
    assert run(written([patient(1), patient(2)]), server.address)[0] == 0
    assert [each for each in server.requests if each[0] == "PUT"] == [
        ("PUT", "/fhir/Patient/p0001"),
        ("PUT", "/fhir/Patient/p0002"),
    ]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(
    status: int, run: Run, server: FhirServer, written: Written
) -> None:
    with serving() as elsewhere:
        to = elsewhere.address.replace("127.0.0.1", "localhost")
        server.replies = [(status, {"Location": f"{to}/x"}, b"")]
        code, told, _ = run(written(study()), server.address)
        assert (code, codes(told)) == (2, ["E4406"])
        assert "localhost" in told["findings"][0]["problem"]
        assert elsewhere.requests == []


@pytest.mark.parametrize("status", [401, 403])
def test_without_the_right_nothing_is_tried_again(
    status: int, run: Run, server: FhirServer, written: Written
) -> None:
    server.replies = [(status, {}, b"")]
    code, told, _ = run(written(study()), server.address)
    assert (code, codes(told), len(server.requests)) == (2, ["E4406"], 2)


@pytest.mark.parametrize("body", [b"<html/>", b"[]", b'{"resourceType":"Bundle","entry":[]}'])
def test_an_answer_that_is_none_is_told(
    body: bytes, run: Run, server: FhirServer, written: Written
) -> None:
    server.replies = [(200, {}, body)]
    code, told, _ = run(written(study()), server.address)
    assert (code, codes(told)) == (2, ["E4406"])


def test_a_server_of_another_version_gets_nothing(
    run: Run, server: FhirServer, written: Written
) -> None:
    server.capability["fhirVersion"] = "5.0.0"
    code, told, _ = run(written(study()), server.address)
    assert (code, codes(told), server.puts) == (2, ["E4407"], [])


def test_nobody_at_the_address(run: Run, written: Written) -> None:
    with serving() as gone:
        address = gone.address
    code, told, _ = run(written(study()), address, "--retries", "1")
    assert (code, codes(told)) == (2, ["E4405"])


def test_the_token_is_sent_and_shown_nowhere(
    run: Run, server: FhirServer, written: Written, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    server.refuse = lambda _: (422, f"you said Bearer {SECRET}")
    out = written(study(1))
    code, told, err = run(out, server.address, "--token-file", str(file))
    assert code == 1
    assert server.authorizations == {f"Bearer {SECRET}"}
    left = [each.read_bytes() for each in (tmp_path / "out.push").iterdir()]
    assert len(left) == 2
    assert SECRET.encode() not in b"".join(left)
    assert SECRET not in f"{told}{err}"


def test_the_token_comes_from_the_environment(
    run: Run, server: FhirServer, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIALPORT_FHIR_TOKEN", SECRET)
    run(written(study(1)), server.address)
    assert server.authorizations == {f"Bearer {SECRET}"}


@pytest.mark.parametrize(
    ("text", "mode"), [("", 0o600), ("two words", 0o600), (SECRET, 0o644), (None, 0)]
)
def test_a_file_without_a_token_is_told(
    text: str | None, mode: int, run: Run, server: FhirServer, written: Written, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    if text is not None:
        file.write_text(text)
        file.chmod(mode)
    code, told, err = run(written(study(1)), server.address, "--token-file", str(file))
    assert (code, codes(told), server.requests) == (2, ["E4404"], [])
    assert SECRET not in err


def test_nothing_is_sent_where_one_resource_may_not_be(
    run: Run, server: FhirServer, written: Written
) -> None:
    told_name = {**patient(7), "name": [{"family": "Chen"}], "birthDate": "1970-01-01"}
    code, told, _ = run(written([*study(), told_name]), server.address)
    assert (code, codes(told), server.requests) == (2, ["E4402", "E4402"], [])
    assert {each["column"] for each in told["findings"]} == {"name", "birthDate"}
    assert "Chen" not in json.dumps(told)
    assert "1970" not in json.dumps(told)


def test_a_profile_lets_pass_what_it_names(
    run: Run, server: FhirServer, written: Written, tmp_path: Path
) -> None:
    profile = tmp_path / "own.yaml"
    profile.write_text(
        "title: t\nallow:\n- element: Observation.note\n  because: written by the laboratory\n"
    )
    noted = {**observation(1), "note": [{"text": "repeated"}]}
    out = written([patient(0), noted])
    assert run(out, server.address)[0] == 2
    assert run(out, server.address, "--privacy", str(profile))[0] == 0


def test_ids_without_a_key_are_sent_only_where_that_is_said(
    run: Run, server: FhirServer, written: Written
) -> None:
    out = written(study(), ids="plain")
    code, told, _ = run(out, server.address)
    assert (code, codes(told), server.requests) == (2, ["E4403"], [])
    assert run(out, server.address, "--allow-plain-ids")[0] == 0


def test_a_dry_run_asks_no_server(run: Run, server: FhirServer, written: Written) -> None:
    code, told, _ = run(written(study()), server.address, "--dry-run")
    assert (code, told["resources"]) == (0, {"Patient": 5, "Observation": 5})
    assert server.requests == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda folder: (folder / "Patient.ndjson").write_text("{}\n"), "manifest"),
        (lambda folder: (folder / "Patient.ndjson").unlink(), "manifest"),
    ],
)
def test_files_that_are_not_those_of_the_manifest_are_refused(
    change: Callable[[Path], object], told: str, run: Run, server: FhirServer, written: Written
) -> None:
    out = written(study())
    change(out / "fhir" / "R4")
    code, document, _ = run(out, server.address)
    assert (code, codes(document)) == (2, ["E4412"])
    assert told in document["findings"][0]["problem"]


def test_lines_that_are_no_resources_are_refused(
    run: Run, server: FhirServer, tmp_path: Path
) -> None:
    folder = tmp_path / "R4"
    folder.mkdir()
    (folder / "Patient.ndjson").write_text('\n{"resourceType": "Patient"}\n')
    code, document, _ = run(folder, server.address, "--allow-plain-ids")
    assert (code, codes(document)) == (2, ["E4412"])
    assert document["findings"][0]["line"] == 2


def test_a_folder_without_resources_is_refused(run: Run, tmp_path: Path) -> None:
    code, document, _ = run(tmp_path, "https://localhost/fhir")
    assert (code, codes(document)) == (2, ["E4412"])


def test_the_extra_is_asked_for(
    run: Run, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    code, document, _ = run(written(study()), "https://localhost/fhir", "--dry-run")
    assert (code, codes(document)) == (2, ["E4411"])
    assert "trialport[push]" in document["findings"][0]["remedy"]


@pytest.mark.parametrize(
    "address",
    [
        "http://fhir.example.org/r4",
        "https://user:word@fhir.example.org/r4",
        "https://fhir.example.org/r4?token=x",
        "ftp://fhir.example.org",
        "fhir.example.org",
        "",
    ],
)
def test_addresses_that_are_not_gone_to(address: str) -> None:
    with pytest.raises(WriteError, match="E4401") as refused:
        checked_address(address)
    assert "word" not in str(refused.value).replace("password", "")


def test_an_address_is_used_without_its_last_slash() -> None:
    assert checked_address("https://fhir.example.org/r4/") == "https://fhir.example.org/r4"
    assert checked_address("http://10.0.0.1/r4", allow_http=True) == "http://10.0.0.1/r4"


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(run: Run, written: Written) -> None:
    with serving(tls=True) as server:
        out = written(study())
        code, told, _ = run(out, server.address)
        assert (code, codes(told), server.requests) == (2, ["E4405"], [])
        assert "certificate" in told["findings"][0]["problem"]
        assert run(out, server.address, "--ca-file", str(DATA / "server.pem"))[0] == 0
        assert len(server.store) == 10


def test_one_push_at_a_time_uses_a_journal(run: Run, server: FhirServer, written: Written) -> None:
    out = written(study())
    second: list[tuple[int, dict[str, Any], str]] = []

    def push_again() -> None:
        if not second:
            second.append(run(out, server.address))

    server.before = push_again
    assert run(out, server.address)[0] == 0
    assert (second[0][0], codes(second[0][1])) == (2, ["E4409"])


def test_a_journal_that_another_push_holds_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def connected(path: Path, **options: Any) -> sqlite3.Connection:  # noqa: ANN401
        made.append(connect(path, **options))
        return made[-1]

    with open_journal(tmp_path, "https://fhir.test/", "R4"):
        monkeypatch.setattr(sqlite3, "connect", connected)
        with pytest.raises(WriteError, match="another push is using the journal"):
            open_journal(tmp_path, "https://fhir.test/", "R4")
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        made[0].execute("select 1")


def test_a_push_that_was_killed_goes_on_without_a_duplicate(
    run: Run, server: FhirServer, written: Written
) -> None:
    out = written(study(40))
    server.before = lambda: time.sleep(0.02)
    child = _start(out, server.address, "--size", "10")
    _until(lambda: len(server.puts) >= 30, child)
    child.send_signal(signal.SIGKILL)
    child.wait()
    time.sleep(0.1)
    sent = len(server.puts)
    assert 30 <= sent < 80
    code, told, _ = run(out, server.address, "--size", "10")
    assert code == 0
    assert len(server.store) == 80
    again = len(server.puts) - 80
    assert 0 <= again <= 10, "more than the Bundle that was under way was sent again"
    assert sum(told["skipped"].values()) >= sent - 10


def test_an_interrupted_push_ends_with_130(server: FhirServer, written: Written) -> None:
    server.before = lambda: time.sleep(0.05)
    child = _start(written(study(40)), server.address, "--size", "2")
    _until(lambda: len(server.puts) >= 4, child)
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=20) == 130


def _start(out: Path, address: str, *args: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(CHECKOUT / "cli.py"), "fhir", "push", str(out)]
    environment = {name: value for name, value in os.environ.items() if "TOKEN" not in name}
    return subprocess.Popen(
        [*command, "--server", address, *args],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _until(condition: Callable[[], bool], child: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert child.poll() is None, "the push ended by itself"
        assert time.monotonic() < end
        time.sleep(0.005)
