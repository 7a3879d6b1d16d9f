from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlglot

Run = Callable[..., Any]


def test_the_plan_is_one_line_a_dataset_in_the_order_of_the_work(run: Run, tiny: Path) -> None:
    ran = run("plan", tiny / "study")
    heads, dm, ae = ran.out.splitlines()
    assert ran.code == 0
    assert heads.split()[:4] == ["#", "name", "group", "class"]
    assert dm.split()[:3] == ["1", "DM", "sdtm"]
    assert ae.split()[:4] == ["2", "AE", "sdtm", "EVENTS"]
    assert dm.endswith("raw.demography")
    assert ae.endswith("raw.events, DM")


def test_only_leaves_the_rest_out_but_what_is_needed(run: Run, tiny: Path) -> None:
    assert len(run("plan", tiny / "study", "--only", "DM").out.splitlines()) == 2
    assert len(run("plan", tiny / "study", "--only", "AE").out.splitlines()) == 3


def test_one_dataset_shows_its_variables(run: Run, tiny: Path) -> None:
    ran = run("plan", tiny / "study", "--dataset", "AE")
    lines = ran.out.splitlines()
    assert lines[0] == "dataset:    AE"
    assert "keys:       STUDYID, USUBJID, AETERM, AESTDTC" in lines
    assert [line.split()[0] for line in lines[lines.index("") + 2 :]] == [
        "STUDYID",
        "DOMAIN",
        "USUBJID",
        "AESEQ",
        "AETERM",
        "AEDECOD",
        "AEBODSYS",
        "AESER",
        "AESTDTC",
        "AESTDY",
    ]


def test_lineage_leads_back_to_raw_columns(run: Run, tiny: Path) -> None:
    lines = run("plan", tiny / "study", "--dataset", "AE", "--lineage").out.splitlines()
    assert "AE.AETERM <- raw.events.term (value)" in lines
    assert "AE.AESTDY <- DM.RFSTDTC (value)" in lines
    assert "AE.DOMAIN <- the specification" in lines


def test_sql_is_what_duckdb_can_read(run: Run, tiny: Path) -> None:
    ran = run("plan", tiny / "study", "--sql")
    assert len(sqlglot.parse(ran.out, read="duckdb")) == 2
    assert ran.out.startswith("-- DM: Demographics\n")


def test_the_document_holds_what_was_asked_for(run: Run, tiny: Path) -> None:
    ran = run("plan", tiny / "study", "--dataset", "AE", "--lineage", "--json")
    document = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    (dataset,) = document["datasets"]
    assert dataset["made_from"] == ["raw.events", "DM"]
    assert {"from": "raw.events", "variable": "term", "as": "value"} in dataset["lineage"]["AETERM"]
    assert "sql" not in dataset


def test_the_plan_is_drawn_as_a_graph(run: Run, tiny: Path) -> None:
    lines = run("plan", tiny / "study", "--mermaid").out.splitlines()
    assert lines[0] == "graph LR"
    assert "  raw_events[(events)]" in lines
    assert {"  raw_demography --> DM", "  raw_events --> AE", "  DM --> AE"} <= set(lines)


def test_a_graph_goes_with_only_alone(run: Run, tiny: Path) -> None:
    ran = run("plan", tiny / "study", "--mermaid", "--sql")
    assert (ran.code, "--mermaid goes with --only alone" in ran.err) == (2, True)


def test_a_dataset_the_study_does_not_make_is_answered_with_the_nearest(
    run: Run, tiny: Path
) -> None:
    ran = run("plan", tiny / "study", "--dataset", "EA")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "E2020: error: the study makes no 'EA'; known: 'AE', 'DM'\n"


@pytest.fixture
def amended(tiny: Path, tmp_path: Path) -> Path:
    """Return a copy of the study, to be changed."""
    return shutil.copytree(tiny / "study", tmp_path / "amended")


def _write(study: Path, name: str, old: str, new: str) -> None:
    text = (study / name).read_text(encoding="utf-8")
    assert old in text
    (study / name).write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "lines"),
    [
        ("sdtm/ae.yaml", "dataset: AE\n", "# a comment\ndataset: AE\n\n", ["no difference"]),
        ("sdtm/ae.yaml", "upper(term)", "lower(term)", ["AE.AEDECOD changed: values"]),
        (
            "sdtm/ae.yaml",
            "AETERM:  term",
            "AETERM:  {value: term, label: Term}",
            ["AE.AETERM changed: label"],
        ),
        ("sdtm/ae.yaml", 'AEBODSYS: "null"', 'AELLT: "null"', None),
        (
            "sdtm/dm.yaml",
            'SITEID:   {text: "101"}',
            'SITEID:   {text: "102"}',
            ["DM.SITEID changed: values"],
        ),
        (
            "terminology.yaml",
            "map: {yes: Y, no: N}",
            "map: {yes: Y, no: N, oui: Y}",
            ["AE.AESER changed: codelist NY"],
        ),
        (
            "sdtm/ae.yaml",
            "dm: {from: DM, pick: only}",
            "dm: {from: DM, pick: first, order: [RFSTDTC]}",
            ["AE changed: checks", "AE.AESTDY changed: values"],
        ),
    ],
)
def test_comparing_names_what_is_made_otherwise(
    run: Run, tiny: Path, amended: Path, name: str, old: str, new: str, lines: list[str] | None
) -> None:
    _write(amended, name, old, new)
    ran = run("plan", amended, "--compare", tiny / "study")
    added = ["AE.AELLT added", "AE.AEBODSYS removed"]
    assert (ran.code, ran.out.splitlines()) == (0, lines or added)


def test_comparing_follows_a_change_downstream(run: Run, tiny: Path, amended: Path) -> None:
    _write(
        amended,
        "sources.yaml",
        "start:   {type: date, required: true}",
        "start: {type: date, required: true, partial: no}",
    )
    lines = run("plan", amended, "--compare", tiny / "study").out.splitlines()
    assert lines[:2] == [
        "raw.demography.start changed: partial",
        "DM.RFSTDTC downstream: raw.demography.start",
    ]
    assert "AE.AESTDY downstream: DM.RFSTDTC" in lines


def test_other_records_reach_every_variable(run: Run, tiny: Path, amended: Path) -> None:
    _write(
        amended, "sdtm/ae.yaml", "- from: events", "- {from: events, where: serious is not null}"
    )
    ran = run("plan", amended, "--compare", tiny / "study", "--dataset", "AE", "--json")
    document = json.loads(ran.out)
    first, *rest = document["changes"]
    assert first == {"dataset": "AE", "variable": "", "kind": "changed", "what": ["records"]}
    assert {each["kind"] for each in rest} == {"downstream"}
    assert len(rest) == 10


def test_comparing_with_faults_is_refused(run: Run, tiny: Path, amended: Path) -> None:
    _write(amended, "sdtm/ae.yaml", "upper(term)", "uper(term)")
    ran = run("plan", tiny / "study", "--compare", amended)
    assert (ran.code, ran.out) == (2, "")
    assert "uper" in ran.err
    assert run("plan", amended, "--compare", tiny / "study", "--sql").code == 2


def test_a_check_that_looks_at_something_else_is_named(run: Run, amended: Path) -> None:
    checks = "checks:\n  - {expect: length(HELP) > 3, variable: AETERM, message: short}\n"
    first, second = amended, amended.parent / "second"
    ae = first / "sdtm" / "ae.yaml"
    text = ae.read_text(encoding="utf-8").rstrip()
    helper = "  HELP: {value: term, keep: no}\n"
    ae.write_text(f"{text}\n{helper}{checks}", encoding="utf-8")
    shutil.copytree(first, second)
    _write(second, "sdtm/ae.yaml", "HELP: {value: term", "HELP: {value: upper(term)")
    ran = run("plan", second, "--compare", first)
    assert (ran.code, ran.out) == (0, "AE changed: checks\n")
