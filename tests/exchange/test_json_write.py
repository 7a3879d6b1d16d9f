from __future__ import annotations

import io
import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import jsonschema_rs
import pytest
from trialport.diagnostics import WriteError
from trialport.exchange import write_dataset_json

from tests.exchange.small import transport_file

SCHEMA = Path(__file__).parents[2] / "mappings" / "dataset-json" / "dataset.schema.json"


def _written(
    folder: Path,
    form: Literal["json", "ndjson", "dsjc"] = "json",
    *,
    created: datetime | None = None,
    keys: Sequence[str] = (),
    about: Mapping[str, str] | None = None,
) -> bytes:
    stream, stored = io.BytesIO(), transport_file(folder)
    write_dataset_json(stream, stored, form, created=created, keys=keys, about=about or {})
    return stream.getvalue()


def test_the_object_is_valid_by_the_schema_of_the_standard(tmp_path: Path) -> None:
    found = json.loads(_written(tmp_path, keys=["USUBJID", "AESEQ"], about={"studyOID": "S"}))
    assert jsonschema_rs.Draft201909Validator(json.loads(SCHEMA.read_text())).is_valid(found)
    assert list(found) == [
        *("datasetJSONCreationDateTime", "datasetJSONVersion", "studyOID", "itemGroupOID"),
        *("records", "name", "label", "columns", "rows"),
    ]
    keys = {each["name"]: each["keySequence"] for each in found["columns"] if "keySequence" in each}
    assert keys == {"USUBJID": 1, "AESEQ": 2}


def test_types_follow_from_formats_and_values(tmp_path: Path) -> None:
    columns = json.loads(_written(tmp_path))["columns"]
    found = {each["name"]: (each["dataType"], each.get("targetDataType")) for each in columns}
    assert found == {
        "USUBJID": ("string", None),
        "AETERM": ("string", None),
        "AESTDTC": ("string", None),
        "AEENDTC": ("date", None),
        "AESEQ": ("integer", None),
        "AVAL": ("float", None),
        "ASTDT": ("date", "integer"),
        "ASTDTM": ("datetime", "integer"),
        "ATM": ("time", "integer"),
        "HALF": ("float", None),
    }
    assert {each["name"]: each.get("displayFormat") for each in columns}["ASTDTM"] == "E8601DT19."


def test_sas_dates_are_iso_8601_texts(tmp_path: Path) -> None:
    rows = json.loads(_written(tmp_path))["rows"]
    assert [row[6:9] for row in rows] == [
        ["2024-03-01", "2024-03-01T00:00:00", "23:59:59"],
        [None, None, "00:00:00"],
        ["1960-01-01", "1960-01-01T00:00:00", None],
        ["1582-01-01", "1960-01-01T00:00:01", "01:01:01"],
    ]


def test_the_forms_hold_the_same(tmp_path: Path) -> None:
    whole = json.loads(_written(tmp_path))
    plain = _written(tmp_path, "ndjson")
    first, *rest = plain.splitlines()
    assert json.loads(first) == {key: value for key, value in whole.items() if key != "rows"}
    assert [json.loads(each) for each in rest] == whole["rows"]
    assert zlib.decompress(_written(tmp_path, "dsjc")) == plain


def test_the_time_of_creation_is_an_argument(tmp_path: Path) -> None:
    found = json.loads(_written(tmp_path, created=datetime(2024, 3, 1, 8, 30)))
    assert found["datasetJSONCreationDateTime"] == "2024-03-01T08:30:00"
    assert _written(tmp_path) == _written(tmp_path)


def test_special_missing_values_are_refused(tmp_path: Path) -> None:
    stored = transport_file(tmp_path, special=True)
    with pytest.raises(WriteError) as caught:
        write_dataset_json(io.BytesIO(), stored)
    assert str(caught.value) == (
        "E4090 AE row 3: AESEQ holds a special missing value, and Dataset-JSON has none; "
        "write it as Parquet or CSV, which keep it, or map it to a variable of its own"
    )
