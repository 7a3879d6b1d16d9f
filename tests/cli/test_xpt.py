from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from trialport import write_xpt

Run = Callable[..., Any]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    data = pd.DataFrame(
        {
            "USUBJID": ["S-1", "S-2", "S-3"],
            "AETERM": ["=1+1", 'a "quoted", term', ""],
            "AESEQ": [1.0, None, 0.1],
            "AESEQ__missing": [None, ".A", None],
        }
    )
    labels = {"USUBJID": "Unique Subject Identifier"}
    path = tmp_path / "ae.xpt"
    write_xpt(data, path, name="AE", label="Adverse Events", labels=labels)
    return path


def test_show_tells_the_dataset_and_its_variables(run: Run, file: Path) -> None:
    ran = run("xpt", "show", file)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "AE  Adverse Events  (3 observations)\n"
        "\n"
        "variable  type  length  format  label\n"
        "USUBJID   char       3  -       Unique Subject Identifier\n"
        "AETERM    char      16  -\n"
        "AESEQ     num        8  -\n"
    )


def test_show_as_document(run: Run, file: Path) -> None:
    (dataset,) = json.loads(run("xpt", "show", file, "--json").out)["datasets"]
    assert (dataset["name"], dataset["label"], dataset["observations"]) == (
        "AE",
        "Adverse Events",
        3,
    )
    assert [each["length"] for each in dataset["variables"]] == [3, 16, 8]


def test_check_finds_nothing_in_a_sound_file(run: Run, file: Path) -> None:
    ran = run("xpt", "check", file)
    assert (ran.code, ran.out, ran.err) == (0, "", "no findings\n")


def test_check_finds_that_a_file_is_cut(run: Run, file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-40])
    ran = run("xpt", "check", file)
    assert ran.code == 1
    assert ran.out.startswith(f"E3054 {file} ")


def test_check_of_a_file_that_is_not_there_could_not_be_done(run: Run, tmp_path: Path) -> None:
    ran = run("xpt", "check", tmp_path / "no.xpt")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("E3050 ")


def test_csv_has_the_values_as_they_are(run: Run, file: Path) -> None:
    ran = run("xpt", "to-csv", file, "--as-is")
    assert (ran.code, ran.err) == (0, "")
    assert list(csv.reader(io.StringIO(ran.out))) == [
        ["USUBJID", "AETERM", "AESEQ"],
        ["S-1", "=1+1", "1"],
        ["S-2", 'a "quoted", term', ".A"],
        ["S-3", "", "0.1"],
    ]


def test_csv_puts_an_apostrophe_before_formulas_alone(run: Run, file: Path) -> None:
    rows = list(csv.reader(io.StringIO(run("xpt", "to-csv", file).out)))
    assert [row[1] for row in rows[1:]] == ["'=1+1", 'a "quoted", term', ""]


def test_csv_goes_to_a_file_that_is_not_replaced_without_force(
    run: Run, file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "ae.csv"
    ran = run("xpt", "to-csv", file, "--out", out)
    assert (ran.code, ran.out) == (0, f"{out}: AE, 3 observations, 3 variables\n")
    assert out.read_text(encoding="utf-8") == run("xpt", "to-csv", file).out
    again = run("xpt", "to-csv", file, "--out", out)
    assert (again.code, again.out) == (2, "")
    assert again.err == (
        f"E4101 {out}: error: there is a file of this name; name another file, or use --force\n"
    )
    assert run("xpt", "to-csv", file, "--out", out, "--force", "--json").code == 0


def test_csv_on_stdout_and_json_do_not_go_together(run: Run, file: Path) -> None:
    ran = run("xpt", "to-csv", file, "--json")
    assert (ran.code, ran.out) == (2, "")


def test_parquet_has_values_labels_and_special_missing(
    run: Run, file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "ae.parquet"
    ran = run("xpt", "to-parquet", file, "--out", out, "--json")
    assert ran.code == 0
    assert json.loads(ran.out) == {
        "file": str(out),
        "dataset": "AE",
        "observations": 3,
        "variables": 3,
    }
    table = pq.read_table(out)
    assert table.column_names == ["USUBJID", "AETERM", "AESEQ", "AESEQ__missing"]
    assert table["AESEQ"].to_pylist() == [1.0, None, 0.1]
    assert table["AESEQ__missing"].to_pylist() == [None, ".A", None]
    assert table.schema.field("USUBJID").metadata[b"label"] == b"Unique Subject Identifier"


def test_a_dataset_the_file_does_not_hold_is_answered_with_the_nearest(
    run: Run, file: Path
) -> None:
    ran = run("xpt", "to-csv", file, "--member", "EA")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"E3064 {file}: error: the file holds no dataset 'EA'; known: 'AE'\n"


def test_of_several_datasets_one_is_chosen(run: Run, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "dm.xpt"
    write_xpt(pd.DataFrame({"USUBJID": ["S-9"]}), other, name="DM")
    both = tmp_path / "both.xpt"
    both.write_bytes(file.read_bytes() + other.read_bytes()[240:])
    ran = run("xpt", "to-csv", both)
    assert ran.code == 2
    assert ran.err == (
        f"E3065 {both}: error: the file holds 2 datasets: AE, DM; name the member, e.g. AE\n"
    )
    assert run("xpt", "to-csv", both, "--member", "DM").out == "USUBJID\nS-9\n"


@pytest.mark.parametrize("extension", [".json", ".ndjson", ".dsjc"])
def test_dataset_json_is_written_shown_checked_and_taken_back(
    run: Run, tmp_path: Path, extension: str
) -> None:
    data = pd.DataFrame({"USUBJID": ["S-1", "S-2"], "AESEQ": [1.0, None]})
    write_xpt(data, tmp_path / "ae.xpt", name="AE", label="Adverse Events")
    out, again = tmp_path / f"ae{extension}", tmp_path / "again.xpt"
    ran = run("xpt", "to-json", tmp_path / "ae.xpt", "--out", out)
    assert (ran.code, ran.out) == (0, f"{out}: AE, 2 observations, 2 variables\n")
    assert run("xpt", "show", out).out == run("xpt", "show", tmp_path / "ae.xpt").out
    assert run("xpt", "check", out).code == 0
    assert run("xpt", "to-csv", out).out == "USUBJID,AESEQ\nS-1,1\nS-2,\n"
    assert run("xpt", "from-json", out, "--out", again).code == 0
    assert again.read_bytes() == (tmp_path / "ae.xpt").read_bytes()
    assert run("xpt", "from-json", out, "--out", again).code == 2
    out.write_bytes(out.read_bytes()[:-20])
    assert run("xpt", "check", out).code == 1


def test_special_missing_values_are_refused_in_dataset_json(
    run: Run, file: Path, tmp_path: Path
) -> None:
    ran = run("xpt", "to-json", file, "--out", tmp_path / "ae.json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("E4090 AE row 2: error: AESEQ holds a special missing value")
    assert not (tmp_path / "ae.json").exists()


def test_dataset_json_wants_its_extension(run: Run, file: Path, tmp_path: Path) -> None:
    assert run("xpt", "to-json", file, "--out", tmp_path / "ae.txt").code == 2
