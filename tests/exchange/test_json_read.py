from __future__ import annotations

import gzip
import json
import math
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from trialport import read_dataset, read_xpt_arrow
from trialport.diagnostics import DataError

from tests.exchange.small import json_object

DATA = Path(__file__).parent / "data"
XPORT = Path(__file__).parents[1] / "xport" / "data"
REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
TWINS = sorted(REFERENCE.glob("*sas94/*.json"))
COLUMN = {"itemOID": "IT.DM.X", "name": "X", "label": ""}


def _file(folder: Path, content: bytes, name: str = "dm.json") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _object(folder: Path, **changes: object) -> Path:
    return _file(folder, json.dumps(json_object(**changes)).encode())


def _lines(**changes: object) -> bytes:
    found = json_object(**changes)
    rows = found.pop("rows")
    return b"".join(json.dumps(each).encode() + b"\n" for each in [found, *rows])


@pytest.mark.parametrize("name", ["dm", "relrec"])
def test_a_file_of_another_program_holds_what_its_transport_file_holds(name: str) -> None:
    found, expected = read_dataset(XPORT / f"{name}.json"), read_xpt_arrow(XPORT / f"{name}.xpt")
    assert found.column_names == expected.column_names
    assert found.to_pylist() == expected.to_pylist()
    assert found.schema.metadata == expected.schema.metadata


@pytest.mark.reference
@pytest.mark.skipif(not TWINS, reason=f"no reference sets under {REFERENCE}")
@pytest.mark.parametrize("path", TWINS, ids=lambda path: path.stem)
def test_every_file_of_the_publisher_holds_what_its_transport_file_holds(path: Path) -> None:
    found, expected = read_dataset(path), read_xpt_arrow(path.with_suffix(".xpt"))
    assert (found.column_names, len(found)) == (expected.column_names, len(expected))
    for name in found.column_names:
        pairs = zip(found[name].to_pylist(), expected[name].to_pylist(), strict=True)
        assert all(_is_same(*pair) for pair in pairs), name


def _is_same(one: object, other: object) -> bool:
    """Compare to 14 digits: the publisher's JSON is rounded where the SAS file is not."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-14, abs_tol=0)
    return (one.rstrip(" ") if isinstance(one, str) else one) == other


def test_japanese_text_is_read() -> None:
    table = read_dataset(DATA / "i18n-ae.json")
    assert table.num_rows == 5
    assert table["AETERM"][0].as_py() == "アプリケーションサイトの紅斑"


@pytest.mark.parametrize(
    ("name", "pack"),
    [("dm.ndjson", bytes), ("dm.dsjc", zlib.compress), ("dm.dsjc", gzip.compress)],
    ids=["lines", "zlib", "gzip"],
)
def test_lines_are_read_plain_or_compressed(
    tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    table = read_dataset(_file(tmp_path, pack(_lines()), name))
    assert table.to_pylist() == [{"USUBJID": "S-1", "AGE": 64.0}, {"USUBJID": "S-2", "AGE": None}]


@pytest.mark.parametrize(
    ("type_", "values", "expected"),
    [
        ({"dataType": "decimal"}, ["30.89", "1,234.5"], [30.89, 1234.5]),
        ({"dataType": "double"}, [0.1, 2], [0.1, 2.0]),
        ({"dataType": "integer"}, [84.0, -1], [84.0, -1.0]),
        ({"dataType": "date", "targetDataType": "integer"}, ["1960-01-02", None], [1.0, None]),
        ({"dataType": "date"}, ["1960-01-02", "1960-01"], ["1960-01-02", "1960-01"]),
        (
            {"dataType": "datetime", "targetDataType": "integer"},
            ["1960-01-02T00:00:01", "1959-12-31T23:59:59"],
            [86401.0, -1.0],
        ),
        (
            {"dataType": "time", "targetDataType": "integer"},
            ["01:01:01", "00:00:00.5"],
            [3661.0, 0.5],
        ),
        ({"dataType": "URI"}, ["urn:a", ""], ["urn:a", ""]),
    ],
)
def test_each_type_becomes_what_sas_keeps(
    tmp_path: Path, type_: dict[str, str], values: list[Any], expected: list[Any]
) -> None:
    path = _object(tmp_path, columns=[COLUMN | type_], rows=[[each] for each in values])
    assert read_dataset(path)["X"].to_pylist() == expected


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("integer", 1.5),
        ("integer", "1"),
        ("integer", True),
        ("integer", 2**53 + 2),
        ("float", "0.1"),
        ("float", 2**53 + 1),
        ("decimal", 0.1),
        ("decimal", "1_0"),
        ("string", 1),
        ("string", ["a"]),
        ("string", "\ud800"),
        ("date", "2024-02-30"),
        ("date", "2024-02"),
        ("datetime", "2024-02-01"),
        ("datetime", "2024-02-01T00:00:00Z"),
        ("time", "24:00:00"),
    ],
)
def test_a_value_of_another_type_is_refused_with_its_row(
    tmp_path: Path, type_: str, value: object
) -> None:
    target = {"targetDataType": "integer"} if type_ in {"date", "datetime", "time"} else {}
    columns = [COLUMN | {"dataType": type_} | target]
    path = _object(tmp_path, columns=columns, rows=[[None], [value]])
    with pytest.raises(DataError) as caught:
        read_dataset(path)
    assert str(caught.value) == (
        f"E3196 {path} DM row 2 column X: the value is not of the data type {type_}; "
        "write the file again"
    )


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"records": 3}, "E3194 {}: the file gives 3 records and holds 2; "),
        ({"records": 1}, "E3194 {}: the file gives 1 records and holds 2; "),
        ({"rows": [["S-1"], ["S-2", 1]]}, "E3195 {} row 1: the record holds 1 values, and "),
        ({"rows": [["S-1", 1], {"AGE": 1}]}, "E3195 {} row 2: the record is no array, and "),
        ({"rows": 7}, "E3192 {}: rows: this is no array"),
        ({"datasetJSONVersion": "1.0.0"}, "E3192 {}: datasetJSONVersion: "),
        ({"records": -1}, "E3192 {}: records: "),
        ({"surplus": 1}, "E3192 {}: Additional properties are not allowed"),
        ({"columns": []}, "E3193 {}: the dataset has no columns"),
        ({"columns": [COLUMN | {"dataType": "boolean"}]}, "E3193 {} column X: the column is bool"),
        (
            {"columns": [COLUMN | {"dataType": "string"}] * 2},
            "E3193 {} column X: the column stands twice",
        ),
    ],
)
def test_what_breaks_the_standard_is_named(
    tmp_path: Path, changes: dict[str, Any], refusal: str
) -> None:
    path = _object(tmp_path, **changes)
    with pytest.raises(DataError) as caught:
        read_dataset(path)
    assert str(caught.value).startswith(refusal.format(path))


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("a.json", b"", "E3191 {}:1: this is no JSON"),
        ("a.json", b"[]", "E3191 {}: a dataset is a JSON object"),
        ("a.json", b"\xff", "E3191 {}: byte 0 is no UTF-8"),
        ("a.json", b"[" * 100_000, "E3191 {}: the JSON is nested too deeply"),
        ("a.json", b'{"records": NaN}', "E3191 {}: this is no JSON"),
        ("a.json", b'{"records": ' + b"1" * 5000 + b"}", "E3191 {}: this is no JSON"),
        ("a.json", b'{"name": "a", "name": "b"}', "E3197 {}: the name 'name' stands twice"),
        ("a.ndjson", _lines()[:-5], "E3191 {}:3: this is no JSON"),
        ("a.ndjson", _lines() + b'["S-3", 1]\n', "E3194 {}: the file holds more records than"),
        ("a.ndjson", _lines(rows=[["S-1", 1]]), "E3194 {}: the file gives 2 records and holds 1"),
        ("a.ndjson", b'{"rows": []}', "E3192 {}: "),
        ("a.dsjc", zlib.compress(_lines())[:-6], "E3191 {}: the compressed bytes end too early"),
        ("a.dsjc", gzip.compress(_lines()) + b"x", "E3191 {}: bytes follow the end"),
        ("a.dsjc", b"\x78\x9c" + b"x" * 40, "E3191 {}: the compressed bytes are damaged"),
    ],
)
def test_what_is_no_dataset_json_is_named(
    tmp_path: Path, name: str, content: bytes, refusal: str
) -> None:
    path = _file(tmp_path, content, name)
    with pytest.raises(DataError) as caught:
        read_dataset(path)
    assert str(caught.value).startswith(refusal.format(path))


def test_a_compressed_line_without_end_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trialport.exchange.json_lines.MOST_LINE", 1 << 20)
    path = _file(tmp_path, zlib.compress(b"x" * (64 << 20)), "a.dsjc")
    with pytest.raises(DataError, match=r"E3191 .* a line is longer than 1048576 bytes"):
        read_dataset(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="E3050"):
        read_dataset(tmp_path / "a.json")
