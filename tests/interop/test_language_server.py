"""Completion, hover and faults in the language server that editors use for YAML."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import pytest
from trialport.cli import main

from tests.interop.language_server import LanguageServer, installed

pytestmark = [pytest.mark.interop, pytest.mark.fetched]

SPECIFICATION = Path(__file__).resolve().parents[2] / "mappings" / "studies" / "msc_gvhd"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[LanguageServer]:
    """Start a server that knows the schemas as `spec schema` writes them."""
    if reason := installed()[1]:
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("study")
    assert main(["spec", "schema", "--to", str(folder / ".trialport")]) == 0
    settings = json.loads((folder / ".trialport" / "settings.json").read_text())
    with LanguageServer(folder, settings["yaml.schemas"]) as server:
        yield server


def test_keys_are_completed_with_their_words(server: LanguageServer) -> None:
    server.open("sdtm/ae.yaml", "dataset: AE\n\n")
    offered = server.completion("sdtm/ae.yaml", 1, 0)
    assert {"keys", "records", "lookups", "variables", "supplemental"} <= set(offered)
    assert "key variables, which also order the records" in offered["keys"]


def test_variables_of_the_guide_are_completed(server: LanguageServer) -> None:
    server.open("sdtm/dm.yaml", "dataset: DM\nvariables:\n  \n")
    offered = server.completion("sdtm/dm.yaml", 2, 2)
    assert {"USUBJID", "RFSTDTC", "ARMCD"} <= set(offered)
    assert "AETERM" not in offered
    assert "Unique Subject Identifier (Req)" in offered["USUBJID"]


def test_words_of_a_choice_are_completed(server: LanguageServer) -> None:
    text = "tables:\n  ae:\n    file: ae.csv\n    columns:\n      start: {type: }\n"
    server.open("sources.yaml", text)
    assert {"text", "date", "datetime"} <= set(server.completion("sources.yaml", 4, 20))


def test_a_key_is_explained(server: LanguageServer) -> None:
    server.open("study.yaml", "study: X\nstandards: {sdtmig: '3.4'}\ncutoff: 2024-03-01\n")
    assert "last day that counts in SDTM" in server.hover("study.yaml", 2, 3)


def test_a_variable_of_the_guide_is_explained(server: LanguageServer) -> None:
    server.open("sdtm/vs.yaml", "dataset: VS\nvariables:\n  VSTESTCD: test.code\n")
    assert "Vital Signs Test Short Name (Req)" in server.hover("sdtm/vs.yaml", 2, 5)


def test_faults_are_marked_where_they_stand(server: LanguageServer) -> None:
    text = "dataset: LB\nkeys: [USUBJID]\nvariables:\n  LBTESTCD: {valeu: test.code}\n"
    found = server.open("sdtm/lb.yaml", text)
    assert [each["range"]["start"]["line"] for each in found] == [3]
    assert "valeu" in found[0]["message"]


@pytest.mark.parametrize(
    "path", ["study.yaml", "sources.yaml", "sdtm/ds.yaml", "adam/adsl.yaml", "fhir/patient.yaml"]
)
def test_shipped_files_have_no_fault(path: str, server: LanguageServer) -> None:
    text = (SPECIFICATION / path).read_text(encoding="utf-8")
    assert server.open(f"shipped/{path}", text) == []
