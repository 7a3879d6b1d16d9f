from __future__ import annotations

import json
from pathlib import Path

import pytest
from trialport.cli import main


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "dm.csv").write_text("SUBJID,SEX\n01,F\n02,M\n")
    return tmp_path


def test_a_table_is_shown_without_its_values(raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", str(raw)]) == 0
    assert capsys.readouterr().out == (
        "dm  dm.csv  (2 records)\n"
        "  encoding 'utf-8', 0.90: only ASCII, which utf-8 and most other encodings read alike\n"
        "  delimiter ',', 0.95: 3 of 3 records have 2 cells\n"
        "  records are told apart by SUBJID\n"
        "  records are told apart by SEX\n"
        "  column  filled  distinct  type  from  to  evidence\n"
        "  SUBJID       2         2  text  -     -   2 of 2 are numbers, some with zeros before"
        " them\n"
        "  SEX          2         2  text  -     -   0 of 2 are numbers\n"
    )


def test_values_are_shown_where_asked_for(raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", str(raw), "--show-values", "--json"]) == 0
    (table,) = json.loads(capsys.readouterr().out)["tables"]
    assert table["columns"][1]["values"][0] == {"value": "F", "records": 1}


def test_a_table_that_is_not_there_is_answered_with_those_there_are(
    raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["profile", str(raw), "--table", "dn"]) == 2
    assert "there is no table 'dn'; known: 'dm'" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_an_error_beside_the_others(
    raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (raw / "bad.xlsx").write_bytes(b"no workbook")
    assert main(["profile", str(raw)]) == 1
    shown = capsys.readouterr()
    assert shown.out.startswith("dm  dm.csv")
    assert "E3012 bad.xlsx: error: the file cannot be read as a workbook" in shown.err
