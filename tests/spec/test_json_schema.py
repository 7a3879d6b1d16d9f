from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path, PurePath
from typing import Any

import jsonschema_rs
import pytest
from trialport.cli import main
from trialport.pipeline.schemas import FileKind, file_kinds
from trialport.spec.describe import describe
from trialport.spec.nodes import Dataset, Resource, Sources, Study, Terminology
from trialport.spec.read_node import read_node
from trialport.spec.yaml_text import compose

from tests.mutants import faults
from tests.mutants.mutant import Mutant
from tests.mutants.study import ROOT, shipped_study
from tests.spec.yaml_values import value_of

NO_SPECIFICATION = {"fhir", "languages", "profiles", "terminology", "define", "standard"}
WRITTEN = [
    *(
        path
        for path in sorted((ROOT / "mappings").rglob("*.yaml"))
        if path.relative_to(ROOT / "mappings").parts[0] not in NO_SPECIFICATION
        and path.parent.name != "core"
    ),
    *sorted((ROOT / "tests" / "spec" / "every_key").rglob("*.yaml")),
    *sorted((ROOT / "tests" / "cli" / "tiny" / "study").rglob("*.yaml")),
]
STUDY = shipped_study()
STRUCTURAL: dict[faults.Operator, int] = {
    faults.misspelt_key: 40,
    faults.misspelt_word: 40,
    faults.value_and_text: 10,
    faults.number_that_is_none: 5,
}
"""What a schema can see, with the least number of mutants that must be tried."""
CLASSES: dict[str, type] = {
    "study.yaml": Study,
    "sources.yaml": Sources,
    "terminology.yaml": Terminology,
    "sdtm": Dataset,
    "adam": Dataset,
    "fhir": Resource,
}


@cache
def _kinds() -> list[tuple[FileKind, jsonschema_rs.Validator]]:
    return [(each, jsonschema_rs.validator_for(each.schema)) for each in file_kinds()]


def problems(path: PurePath, text: str) -> list[str]:
    """Return what the schema for a file says of a text."""
    kind = "privacy.yaml" if path.parent.name == "privacy" else str(path)
    fitting = {
        pattern: validator
        for each, validator in _kinds()
        for pattern in each.paths
        if PurePath(kind).match(pattern)
    }
    # rules/study.yaml is a file of rules, though it is called study.yaml.
    validator = fitting[max(fitting, key=lambda each: each.count("/"))]
    return [str(each.message)[:200] for each in validator.iter_errors(value_of(text))]


@pytest.mark.parametrize("path", WRITTEN, ids=[str(each.relative_to(ROOT)) for each in WRITTEN])
def test_what_is_shipped_is_let_pass(path: Path) -> None:
    assert problems(path, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("operator", STRUCTURAL, ids=[each.__name__ for each in STRUCTURAL])
def test_a_structural_fault_is_seen(operator: faults.Operator) -> None:
    mutants = list(operator(STUDY))
    tried = [each for each in mutants[:: max(1, len(mutants) // 60)] if _is_structural(each)]
    assert len(tried) >= STRUCTURAL[operator]
    missed = [
        f"{each.file}:{each.line} {each.shown(STUDY.files)}"
        for each in tried
        if not _is_seen(each.file, each.applied(STUDY.files)[each.file])
    ]
    assert missed == []


def _is_structural(mutant: Mutant) -> bool:
    """Say whether the reader of the file alone finds a fault that was not there before."""
    before = _read_faults(mutant.file, STUDY.files[mutant.file])
    return bool(_read_faults(mutant.file, mutant.applied(STUDY.files)[mutant.file]) - before)


def _read_faults(file: str, text: str) -> Counter[str]:
    path = PurePath(file)
    node_class = CLASSES.get(path.name) or CLASSES.get(path.parent.name)
    root, found = compose(text, file)
    if root is not None and node_class is not None:
        found = read_node(node_class, root)[1]
    return Counter(each.code for each in found)


def _is_seen(file: str, text: str) -> bool:
    root, found = compose(text, file)
    return root is None or bool(found) or bool(problems(PurePath(file), text))


def test_each_key_has_the_words_of_the_reference() -> None:
    told: dict[str, set[str]] = {}
    for kind, _ in _kinds():
        for name, definition in kind.schema["definitions"].items():
            for each in (definition, definition.get("else", {})):
                for key, schema in each.get("properties", {}).items():
                    told.setdefault(f"{name}.{key}", set()).add(schema["description"])
    for each in describe():
        assert told[f"{each.node_class.__name__}.{each.key}"] == {each.doc}


def test_a_key_that_there_is_not_is_refused_at_every_depth() -> None:
    for kind, _ in _kinds():
        for name, definition in kind.schema["definitions"].items():
            for each in (definition, definition.get("else", {})):
                # An element of FHIR may have children of any name.
                if "properties" in each and name != "Coded":
                    assert each["additionalProperties"] is False, f"{kind.name} {name}"


@pytest.mark.parametrize(
    ("file", "text", "seen"),
    [
        ("sdtm/ae.yaml", "dataset: AE\nvariables:\n  AETERM: term\n", False),
        ("sdtm/ae.yaml", "dataset: AE\nvariables:\n  AETERM: {valeu: term}\n", True),
        ("sdtm/ae.yaml", "dataset: AE\nvariables:\n  aeterm: term\n", True),
        ("sdtm/ae.yaml", "variables:\n  AETERM: term\n", True),
        ("sdtm/ae.yaml", "dataset: AE\nkeeps: no\n", True),
        ("sdtm/ae.yaml", "dataset: AE\nvariables: {AETERM: {value: t, keep: no}}\n", False),
        ("sdtm/ae.yaml", "dataset: AE\nvariables: {AETERM: {value: t, keep: maybe}}\n", True),
        ("sdtm/ae.yaml", "dataset: AE\nvariables: {AETERM: {value: t, length: 200}}\n", False),
        ("sdtm/ae.yaml", "dataset: AE\nvariables: {AETERM: {value: t, length: 0}}\n", True),
        ("study.yaml", "study: X\nstandards: {sdtmig: 3.4}\n", False),
        ("study.yaml", "study: X\nconstants: {A: {text: a, number: 1}}\n", True),
        ("study.yaml", "study: X\ntimezone: '+8'\n", True),
        ("fhir/p.yaml", "resource: Patient\ncontent: {gender: SEX, name: {text: NAME}}\n", False),
        ("fhir/p.yaml", "resource: Patient\ncontent: {Gender: SEX}\n", True),
        ("fhir/p.yaml", "resource: Patient\nversions: [R6]\n", True),
        ("dispositions.yaml", "- {code: TP0101, status: accepted, reason: r}\n", False),
        ("dispositions.yaml", "- {code: TP0101, status: acepted, reason: r}\n", True),
        ("dispositions.yaml", "- {code: TP0101, status: accepted}\n", True),
    ],
)
def test_what_a_schema_sees(file: str, text: str, seen: bool) -> None:
    assert bool(problems(PurePath(file), text)) is seen


def test_the_names_of_the_guide_are_known() -> None:
    (schema,) = (each.schema for each, _ in _kinds() if each.name == "sdtm")
    datasets = {each.get("const") for each in schema["allOf"][-1]["properties"]["dataset"]["anyOf"]}
    assert {"AE", "DM", "LB", "SUPPQUAL"} <= datasets
    (ae,) = (
        each["then"]["properties"]["variables"]["properties"]
        for each in schema["allOf"][-1]["allOf"]
        if each["if"]["properties"]["dataset"]["const"] == "AE"
    )
    assert ae["AETERM"] == {"description": "Reported Term for the Adverse Event (Req)"}


def test_the_files_are_written_with_their_association(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / ".trialport"
    assert main(["spec", "schema", "--to", str(folder)]) == 0
    assert capsys.readouterr().out.startswith(f"{len(_kinds())} schemas written")
    for kind, _ in _kinds():
        assert json.loads((folder / f"{kind.name}.schema.json").read_text()) == kind.schema
    settings = json.loads((folder / "settings.json").read_text())["yaml.schemas"]
    assert settings["./.trialport/sdtm.schema.json"] == ["**/sdtm/*.yaml"]
    assert main(["spec", "schema", "--to", str(folder)]) == 2
    assert main(["spec", "schema", "--to", str(folder), "--force"]) == 0


def test_one_kind_alone_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spec", "schema", "labels"]) == 0
    schema: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert schema["title"].startswith("Labels and decodes")


def test_a_kind_that_there_is_not_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spec", "schema", "sdmt"]) == 2
    assert "E1065" in (told := capsys.readouterr().err)
    assert "did you mean 'sdtm'?" in told
