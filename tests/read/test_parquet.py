from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from trialport.diagnostics import DataError, Place
from trialport.read.parquet import read_parquet
from trialport.spec.nodes import RawTable, Text

SOURCES = Place("sources.yaml", 4)
CONTRACT = RawTable(place=SOURCES, file=Text("lb.parquet", SOURCES), columns={})


def test_a_parquet_file_is_text(tmp_path: Path) -> None:
    # A folder named like a partition gives no column.
    folder = tmp_path / "site=1"
    folder.mkdir()
    table = pa.table({"n": [5.0, None], "d": [dt.date(2021, 5, 9), None], "t": ["01", ""]})
    pq.write_table(table, folder / "lb.parquet")
    texts = read_parquet(folder / "lb.parquet", CONTRACT)
    assert texts.table.to_pydict() == {
        "n": ["5", None],
        "d": ["2021-05-09", None],
        "t": ["01", ""],
    }
    assert texts.lines.to_pylist() == [1, 2]


def test_a_file_of_another_kind_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "lb.parquet"
    path.write_bytes(b"a,b\n")
    with pytest.raises(DataError) as caught:
        read_parquet(path, CONTRACT)
    assert str(caught.value) == "E3012 lb.parquet: the file cannot be read as Parquet"


def test_texts_that_are_not_utf_8_are_a_fault_of_their_column(tmp_path: Path) -> None:
    latin = pa.array([b"ok", b"caf\xe9"]).view(pa.string())
    pq.write_table(pa.table({"site": ["01", "02"], "town": latin}), tmp_path / "lb.parquet")
    with pytest.raises(DataError) as caught:
        read_parquet(tmp_path / "lb.parquet", CONTRACT)
    assert str(caught.value) == (
        "E3014 lb.parquet column town: the values cannot be read as text "
        "(In chunk 0: Invalid: Invalid UTF8 sequence at string index 1); "
        "turn the column into text before"
    )
