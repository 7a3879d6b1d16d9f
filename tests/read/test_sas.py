from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from trialport.diagnostics import DataError, Place
from trialport.read.sas import read_sas7bdat, read_xpt
from trialport.spec.nodes import RawTable, Text
from trialport.xport import write_xpt

SOURCES = Place("sources.yaml", 4)
DATA = Path(__file__).parent / "data"


def contract(file: str = "donor.xpt", encoding: str | None = None, sheet: str = "") -> RawTable:
    return RawTable(
        place=SOURCES,
        file=Text(file, SOURCES),
        encoding=Text(encoding, SOURCES) if encoding else None,
        sheet=sheet or None,
        columns={},
    )


def test_a_transport_file_is_text(tmp_path: Path) -> None:
    # SAS counts days and seconds from 1960-01-01; 22409 is 2021-05-09.
    frame = pd.DataFrame(
        {
            "SUBJ": ["001", ""],
            "AGE": [34.0, float("nan")],
            "DOSE": [0.5, 100.0],
            "BIRTH": [22409.0, 22409.5],
            "SEEN": [22409.0 * 86400 + 30600, float("nan")],
            "AT": [30600.0, 90000.0],
        }
    )
    formats = {"BIRTH": "YYMMDD10.", "SEEN": "E8601DT19.", "AT": "TIME5."}
    path = tmp_path / "donor.xpt"
    write_xpt(frame, path, name="DONOR", formats=formats)
    texts = read_xpt(path, contract())
    assert texts.table.to_pydict() == {
        "SUBJ": ["001", ""],
        "AGE": ["34", None],
        "DOSE": ["0.5", "100"],
        "BIRTH": ["2021-05-09", "22409.5"],
        "SEEN": ["2021-05-09T08:30:00", None],
        "AT": ["08:30:00", "90000"],
    }
    assert texts.lines.to_pylist() == [1, 2]


def test_a_transport_file_of_other_software(tmp_path: Path) -> None:
    path = tmp_path / "donor.xpt"
    frame: Any = pd.DataFrame({"SUBJ": ["a"], "AGE": [34.5]})
    pyreadstat.write_xport(frame, path, table_name="DONOR", file_format_version=5)
    assert read_xpt(path, contract()).table.to_pydict() == {"SUBJ": ["a"], "AGE": ["34.5"]}


def test_special_missing_values_keep_their_letter(tmp_path: Path) -> None:
    path = tmp_path / "donor.xpt"
    frame = pd.DataFrame({"AGE": [float("nan"), 3.0], "AGE__missing": [".A", None]})
    write_xpt(frame, path, name="DONOR")
    assert read_xpt(path, contract()).table.to_pydict() == {"AGE": [".A", "3"]}


def test_text_is_read_in_the_stated_encoding(tmp_path: Path) -> None:
    path = tmp_path / "donor.xpt"
    write_xpt(pd.DataFrame({"REL": ["兄"]}), path, name="DONOR", encoding="gb18030")
    assert read_xpt(path, contract(encoding="gb18030")).table.to_pydict() == {"REL": ["兄"]}
    with pytest.raises(DataError) as caught:
        read_xpt(path, contract())
    assert str(tmp_path) not in str(caught.value)
    assert "donor.xpt" in str(caught.value)


def test_the_dataset_is_the_only_one_or_stated(tmp_path: Path) -> None:
    path = tmp_path / "donor.xpt"
    write_xpt(pd.DataFrame({"A": [1.0]}), path, name="DONOR")
    with pytest.raises(DataError) as caught:
        read_xpt(path, contract(sheet="DONORS"))
    assert str(caught.value) == (
        "E3013 sources.yaml:4: 'donor.xpt' has no dataset 'DONORS'; did you mean 'DONOR'?"
    )


def test_a_sas7bdat_file_is_text(tmp_path: Path) -> None:
    path = tmp_path / "iris.sas7bdat"
    path.write_bytes(gzip.decompress((DATA / "iris.sas7bdat.gz").read_bytes()))
    texts = read_sas7bdat(path, contract("iris.sas7bdat"))
    names = ("Sepal_Length", "Sepal_Width", "Petal_Length", "Petal_Width", "Species")
    assert texts.columns == names
    records = list(zip(*texts.table.to_pydict().values(), strict=True))
    # The first and the last flower of the data set; the file cuts the species at 6 characters.
    assert records[0] == ("5.1", "3.5", "1.4", "0.2", "setosa")
    assert records[149] == ("5.9", "3", "5.1", "1.8", "virgin")
    assert texts.lines.to_pylist() == list(range(1, 151))


def test_a_file_that_is_no_sas7bdat(tmp_path: Path) -> None:
    path = tmp_path / "donor.sas7bdat"
    path.write_bytes(b"a,b\n" * 1000)
    with pytest.raises(DataError) as caught:
        read_sas7bdat(path, contract("donor.sas7bdat"))
    assert str(caught.value).startswith(
        "E3012 donor.sas7bdat: the file cannot be read as sas7bdat ("
    )
    assert str(tmp_path) not in str(caught.value)
