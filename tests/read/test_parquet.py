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
