from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def test_a_dataset_the_study_does_not_make_is_answered_with_the_nearest(
    run: Run, tiny: Path
) -> None:
    ran = run("plan", tiny / "study", "--dataset", "EA")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "E2020: error: the study makes no 'EA'; known: 'AE', 'DM'\n"
