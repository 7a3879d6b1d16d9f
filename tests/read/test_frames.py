from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from trialport.diagnostics import DataError, Place
from trialport.read.frames import read_frame
from trialport.read.texts import RawTexts
from trialport.spec.nodes import ColumnType, RawColumn, RawTable, Text

SOURCES = Place("sources.yaml", 4)
CONTRACT = RawTable(
    place=SOURCES,
    file=Text("dm.csv", SOURCES),
    columns={"icf_date": RawColumn(place=SOURCES, type=ColumnType.DATE)},
)


def cells(texts: RawTexts) -> dict[str, list[Any]]:
    return {name: texts.table[name].to_pylist() for name in texts.columns}


def test_a_pandas_frame_is_text_with_nulls() -> None:
    frame = pd.DataFrame(
        {
            "text": ["001", None, "NA"],
            "object": pd.Series(["a", 1.0, pd.NaT], dtype=object),
            "number": [1.0, float("nan"), 2.5],
            "integer": pd.array([1, None, 3], dtype="Int64"),
            "category": pd.Categorical(["x", None, "x"]),
            "icf_date": pd.to_datetime(["2021-05-09", None, "2021-05-10"]),
            "moment": pd.to_datetime(["2021-05-09 00:00", None, "2021-05-10 08:30"]),
            "flag": [True, False, True],
        }
    )
    frame.index = pd.Index([7, 7, 7])
    texts = read_frame(frame, CONTRACT)
    assert cells(texts) == {
        "text": ["001", None, "NA"],
        "object": ["a", "1", None],
        "number": ["1", None, "2.5"],
        "integer": ["1", None, "3"],
        "category": ["x", None, "x"],
        "icf_date": ["2021-05-09", None, "2021-05-10"],
        "moment": ["2021-05-09T00:00:00", None, "2021-05-10T08:30:00"],
        "flag": ["TRUE", "FALSE", "TRUE"],
    }
    assert texts.lines.to_pylist() == [2, 3, 4]


def test_an_arrow_table_is_text() -> None:
    table = pa.table({"n": [1.0, None], "d": [dt.date(2021, 5, 9), None]})
    assert cells(read_frame(table, CONTRACT)) == {"n": ["1", None], "d": ["2021-05-09", None]}


def test_frames_without_records_or_columns() -> None:
    assert cells(read_frame(pd.DataFrame({"a": []}), CONTRACT)) == {"a": []}
    assert cells(read_frame(pd.DataFrame(), CONTRACT)) == {}


def test_what_has_no_text_is_named() -> None:
    frame = pd.DataFrame({"a": [b"x"], "b": [["y"]]})
    frame[3] = [1]
    with pytest.raises(DataError) as caught:
        read_frame(frame, CONTRACT)
    assert [str(each) for each in caught.value.diagnostics] == [
        "E3003 dm.csv: the column name 3 is not a text; rename the column",
        "E3014 dm.csv column a: the values cannot be read as text (bytes has no text);"
        " turn the column into text before",
        "E3014 dm.csv column b: the values cannot be read as text (list has no text);"
        " turn the column into text before",
    ]


def test_column_names_are_there_once() -> None:
    with pytest.raises(DataError) as caught:
        read_frame(pd.DataFrame([[1, 2]], columns=["a", "a"]), CONTRACT)
    assert [str(each) for each in caught.value.diagnostics] == [
        "E3003 dm.csv: columns 1 and 2 are both named 'a'; rename one of them"
    ]
