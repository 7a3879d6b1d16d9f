from __future__ import annotations

from pathlib import Path

import pandas as pd
from trialport.diagnostics import Place
from trialport.read.tables import read_tables
from trialport.spec.nodes import RawTable, Sources, Text


def sources(**files: str) -> Sources:
    tables = {
        name: RawTable(
            place=Place("sources.yaml", line),
            file=Text(file, Place("sources.yaml", line + 1)),
            encoding=Text("utf-8", Place("sources.yaml", line + 2)),
            columns={},
        )
        for line, (name, file) in enumerate(files.items(), start=1)
    }
    return Sources(place=Place("sources.yaml", 1), tables=tables)


def test_the_faults_of_all_tables_are_collected(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    (raw / "sub").mkdir(parents=True)
    (raw / "dm.csv").write_text("a\n1\n", encoding="utf-8")
    (raw / "sub" / "lb.csv").write_text("b\n2\n", encoding="utf-8")
    (raw / "Labs.csv").write_text("b\n", encoding="utf-8")
    (raw / "bad.csv").write_bytes(b"\xff")
    (raw / "cm.txt").write_text("", encoding="utf-8")
    contracts = sources(
        dm="dm.csv",
        lb="sub/lb.csv",
        labs="labs.csv",
        bad="bad.csv",
        nowhere="no/where.csv",
        cm="cm.txt",
        unread="gone.csv",
    )
    tables, found = read_tables(contracts, raw, [n for n in contracts.tables if n != "unread"])
    assert {name: texts.table.to_pydict() for name, texts in tables.items()} == {
        "dm": {"a": ["1"]},
        "lb": {"b": ["2"]},
    }
    assert [str(each) for each in found] == [
        "E3001 sources.yaml:4: 'labs.csv' is not in the raw folder; did you mean 'Labs.csv'?",
        "E3002 bad.csv:1: byte 0xFF at offset 0 cannot be read as utf-8",
        "E3001 sources.yaml:6: 'no/where.csv' is not in the raw folder",
        "E3011 sources.yaml:7: 'cm.txt' is of no kind that can be read;"
        " known: .csv, .parquet, .sas7bdat, .xlsx, .xml, .xpt;"
        " state 'format:' for a file of another name",
    ]


def test_a_file_is_read_as_the_contract_says_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "dm.txt").write_text("a;b\n1;2\n", encoding="utf-8")
    place = Place("sources.yaml", 2)
    contract = RawTable(
        place=place,
        file=Text("dm.txt", place),
        format="csv",
        encoding=Text("utf-8", place),
        delimiter=";",
        columns={},
    )
    tables, found = read_tables(Sources(place=place, tables={"dm": contract}), tmp_path, ["dm"])
    assert (tables["dm"].table.to_pydict(), found) == ({"a": ["1"], "b": ["2"]}, [])


def test_files_stay_inside_the_raw_folder(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", encoding="utf-8")
    (raw / "link.csv").symlink_to(secret)
    (raw / "folder").symlink_to(tmp_path, target_is_directory=True)
    contracts = sources(
        up="../secret.csv",
        windows="..\\secret.csv",
        drive="C:secret.csv",
        absolute=str(secret),
        link="link.csv",
        folder="folder/secret.csv",
    )
    tables, found = read_tables(contracts, raw, contracts.tables)
    assert tables == {}
    inside = "state a path inside it, without '..'"
    assert [str(each) for each in found] == [
        f"E3007 sources.yaml:2: '../secret.csv' does not lie in the raw folder; {inside}",
        f"E3007 sources.yaml:3: '..\\secret.csv' does not lie in the raw folder; {inside}",
        f"E3007 sources.yaml:4: 'C:secret.csv' does not lie in the raw folder; {inside}",
        f"E3007 sources.yaml:5: '{secret}' does not lie in the raw folder; {inside}",
        "E3007 sources.yaml:6: 'link.csv' is a link that leads out of the raw folder;"
        " put the file itself there",
        "E3007 sources.yaml:7: 'folder/secret.csv' is a link that leads out of the raw folder;"
        " put the file itself there",
    ]


def test_a_link_inside_the_raw_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    tables, found = read_tables(sources(b="b.csv"), tmp_path, ["b"])
    assert (list(tables), found) == (["b"], [])


def test_tables_may_be_handed_in() -> None:
    contracts = sources(dm="dm.csv", ae="ae.csv")
    tables, found = read_tables(contracts, {"dm": pd.DataFrame({"a": [1]})}, ["dm", "ae"])
    assert tables["dm"].table.to_pydict() == {"a": ["1"]}
    assert [str(each) for each in found] == [
        "E3001 sources.yaml:3: no table 'ae' is handed in; known: 'dm'"
    ]
