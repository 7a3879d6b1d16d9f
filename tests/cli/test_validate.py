from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def out(run: Run, tiny: Path, tmp_path: Path) -> Path:
    """Return what a conversion wrote, of a study in which two events have one sequence number."""
    study = tmp_path / "study"
    shutil.copytree(tiny / "study", study)
    file = study / "sdtm" / "ae.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("sequence()", "{number: 1}"), encoding="utf-8")
    run("convert", study, "--raw", tiny / "raw", "--out", tmp_path / "out")
    return tmp_path / "out"


def test_a_record_that_breaks_a_rule_is_a_line_with_its_keys(run: Run, out: Path) -> None:
    ran = run("validate", out)
    lines = [line for line in ran.out.splitlines() if "AESEQ" in line and ": error: " in line]
    assert ran.code == 1
    assert any(line.startswith("TP") and "USUBJID=TINY-001" in line for line in lines)


def test_what_was_not_run_is_listed_with_its_reason(run: Run, out: Path) -> None:
    ran = run("validate", out)
    assert any(": not run: " in line for line in ran.out.splitlines())
    assert ran.err.splitlines()[-1].endswith(" not run")


def test_a_define_that_differs_from_the_files_is_told_with_its_line(run: Run, out: Path) -> None:
    file = out / "sdtm" / "define.xml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(">Adverse Events<", ">Events<"), encoding="utf-8")
    told = [line for line in run("validate", out).out.splitlines() if line.startswith("E4315")]
    at = text.splitlines().index(next(x for x in text.splitlines() if 'OID="IG.AE"' in x)) + 1
    assert told == [
        f"E4315 sdtm/define.xml:{at} AE: error: the label is 'Events',"
        " the file has 'Adverse Events'"
    ]


def test_the_document_says_the_same(run: Run, out: Path) -> None:
    lines = run("validate", out).out.splitlines()
    document = json.loads(run("validate", out, "--json").out)
    not_run = [line for line in lines if ": not run: " in line]
    assert len(document["not_run"]) == len(not_run)
    assert set(document["not_run"][0]) == {"rule", "dataset", "reason"}
    assert len(document["findings"]) == len(lines) - len(not_run)


def test_a_folder_without_transport_files_cannot_be_validated(run: Run, tmp_path: Path) -> None:
    ran = run("validate", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"E3085 {tmp_path}: error: there is no dataset file; give the folder that holds "
        "sdtm/*.xpt and adam/*.xpt\n"
    )


def test_findings_are_told_in_the_form_of_the_file(run: Run, out: Path, tmp_path: Path) -> None:
    for name, begin in (
        ("findings.json", "{"),
        ("findings.sarif", "{"),
        ("findings.xml", "<?xml"),
        ("findings.html", "<!DOCTYPE html>"),
        ("findings.txt", "TP"),
    ):
        ran = run("validate", out, "--no-core", "--output", tmp_path / name)
        assert (ran.code, ran.out) == (1, "")
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(begin)


def test_a_summary_has_one_line_a_cause(run: Run, out: Path) -> None:
    document = json.loads(run("validate", out, "--no-core", "--json").out)
    lines = run("validate", out, "--no-core", "--format", "summary").out.splitlines()
    assert len(lines) == 1 + len(document["causes"])
    assert sum(each["records"] for each in document["causes"]) >= len(document["findings"])


def test_what_was_accepted_or_known_does_not_fail(run: Run, out: Path, tmp_path: Path) -> None:
    before = tmp_path / "before.json"
    ran = run("validate", out, "--no-core", "--output", before)
    assert ran.code == 1
    ran = run("validate", out, "--no-core", "--baseline", before, "--json")
    document = json.loads(ran.out)
    assert ran.code == 0
    assert document["states"] == {"known": len(document["findings"])}
    errors = {each["code"] for each in document["findings"] if each["severity"] == "error"}
    file = tmp_path / "dispositions.yaml"
    entry = "- {{code: {}, status: accepted, reason: both events are real}}\n"
    file.write_text("".join(map(entry.format, sorted(errors))), encoding="utf-8")
    ran = run("validate", out, "--no-core", "--dispositions", file)
    assert ran.code == 0
    assert "[accepted: both events are real]" in ran.out
    file.write_text(entry.format("TP0101"), encoding="utf-8")
    ran = run("validate", out, "--no-core", "--dispositions", file)
    assert ran.code == 1
    assert f"E5020 {file}:1: warning: the disposition of TP0101 fits no finding; take" in ran.out


def test_dispositions_are_in_the_guide_and_no_part_of_the_specification(
    run: Run, out: Path, tmp_path: Path
) -> None:
    study = tmp_path / "study"
    found = json.loads((out / "findings.json").read_text(encoding="utf-8"))
    errors = {each["code"] for each in found if each["severity"] == "error"}
    entry = "- {{code: {}, status: accepted, reason: both <events> are real}}\n"
    text = "".join(map(entry.format, sorted(errors)))
    (study / "dispositions.yaml").write_text(text, encoding="utf-8")
    ran = run("package", out, "--study", study, "--to", tmp_path / "package", "--json")
    assert (ran.code, json.loads(ran.out)["findings"]) == (0, [])
    (guide,) = (tmp_path / "package").rglob("csdrg.html")
    shown = "<td>accepted: both &lt;events&gt; are real</td>"
    assert shown in guide.read_text(encoding="utf-8")


@pytest.fixture
def late(run: Run, tiny: Path, tmp_path: Path) -> Path:
    """Return the raw records of a study, in which a subject consents after the start, converted."""
    shutil.copytree(tiny / "raw", tmp_path / "raw")
    file = tmp_path / "raw" / "demography.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("001,1,2024-02-20", "001,1,2024-03-10"), encoding="utf-8")
    run("convert", tiny / "study", "--raw", tmp_path / "raw", "--out", tmp_path / "out")
    return tmp_path


def test_a_conversion_notes_where_a_value_at_fault_comes_from(run: Run, late: Path) -> None:
    noted = json.loads((late / "out" / "findings.json").read_text(encoding="utf-8"))
    (entry,) = (each for each in noted if each["code"] == "TP0119")
    line = entry["origin"]["specification"]
    assert (line["file"].rpartition("/")[2], line["line"]) == ("dm.yaml", 16)
    assert entry["origin"]["cells"] == [{"file": "demography.csv", "line": 2, "column": "consent"}]
    told = run("validate", late / "out", "--no-core").out.splitlines()
    (line,) = (each for each in told if each.startswith("TP0119"))
    assert "[from demography.csv:2 column consent by " in line


def test_with_the_raw_records_a_finding_of_core_names_them_too(
    run: Run, tiny: Path, late: Path
) -> None:
    raw = ("--study", tiny / "study", "--raw", late / "raw")
    document = json.loads(run("validate", late / "out", *raw, "--format", "json").out)
    found = {
        (each["code"], each["record"]): each for each in document["findings"] if "record" in each
    }
    cells = found["CORE-000266", "AE record 3"]["origin"]["cells"]
    assert cells == [{"file": "events.csv", "line": 4, "column": "serious"}]
    log = json.loads(run("validate", late / "out", *raw, "--no-core", "--format", "sarif").out)
    related = [
        each["relatedLocations"] for each in log["runs"][0]["results"] if "relatedLocations" in each
    ]
    assert related[0][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "demography.csv"},
        "region": {"startLine": 2},
    }


def test_raw_records_need_their_study(run: Run, late: Path) -> None:
    ran = run("validate", late / "out", "--raw", late / "raw")
    assert ran.code == 2
    assert "--raw needs --study" in ran.err


def test_an_engine_that_is_not_there_is_told(run: Run, late: Path, tmp_path: Path) -> None:
    engine = ("--core-python", tmp_path / "python", "--core-cache", tmp_path / "cache")
    ran = run("validate", late / "out", "--no-core", "--with-core", *engine)
    assert ran.code == 2
    assert ran.err.splitlines()[-1] == (
        "E5022: error: the reference engine cannot be run: there is no Python at "
        f"'{tmp_path / 'python'}'; install cdisc-rules-engine into a Python 3.12 of its own, and "
        "name that Python and the folder of the engine's cache"
    )
