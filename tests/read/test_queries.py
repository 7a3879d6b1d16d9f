"""Claims about queries for data managers."""

import json
from pathlib import Path

import pytest
from trialport.cli import main
from trialport.read.queries import Query, queries_csv

STUDY = """\
study: T
standards: {sdtmig: "3.4"}
terminology: {}
subjects: {table: people, number: subj, site: site}
"""
SOURCES = """\
missing: [""]
tables:
  people:
    file: people.csv
    encoding: utf-8
    keys: [subj]
    columns: {subj: text, site: text}
  labs:
    file: labs.csv
    encoding: utf-8
    columns:
      who: {type: text, references: people.subj}
      value: number
  notes:
    file: notes.csv
    encoding: utf-8
    columns: {at: date}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "study/study.yaml": STUDY,
        "study/sources.yaml": SOURCES,
        "raw/people.csv": "subj,site\n1,B\n2,A\n",
        "raw/labs.csv": "who,value\n1,=1+1\n2,many\n9,5\n",
        "raw/notes.csv": "at\n2021-02-30\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_queries_come_by_site_and_subject(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["queries", str(folder / "study"), "--raw", str(folder / "raw"), "--json"])
    listed = json.loads(capsys.readouterr().out)["queries"]
    assert code == 0
    shown = [
        (each["site"], each["subject"], each["table"], each["line"], each["code"])
        for each in listed
    ]
    assert shown == [
        ("", "", "notes", 2, "E3102"),
        ("", "9", "labs", 4, "E3109"),
        ("A", "2", "labs", 3, "E3101"),
        ("B", "1", "labs", 2, "E3101"),
    ]


def test_the_table_is_csv_and_runs_no_formula(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["queries", str(folder / "study"), "--raw", str(folder / "raw")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "site,subject,table,file,line,column,code,severity,question,remedy"
    assert len(lines) == 5
    query = Query("=A1", "+1", "t", "@f", 1, "-c", "E3101", "error", "why", "because")
    assert queries_csv([query]).splitlines()[1] == "'=A1,'+1,t,'@f,1,'-c,E3101,error,why,because"
