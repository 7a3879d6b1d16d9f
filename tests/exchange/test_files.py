from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trialport import export_dataset, read_dataset, read_xpt_arrow, write_xpt
from trialport.diagnostics import DataError, WriteError
from trialport.exchange import open_dataset_json, write_transport
from trialport.exchange.csv import guard, unguard

from tests.exchange.small import transport_file

FORMATS = [".json", ".ndjson", ".dsjc", ".parquet", ".csv"]


def _export(folder: Path, extension: str, *, special: bool = False) -> Path:
    out = folder / f"ae{extension}"
    export_dataset(transport_file(folder, special=special), out)
    return out


@pytest.mark.parametrize("extension", FORMATS)
def test_every_format_reads_back_equal_to_the_transport_file(
    tmp_path: Path, extension: str
) -> None:
    found = read_dataset(_export(tmp_path, extension))
    expected = read_xpt_arrow(tmp_path / "ae.xpt")
    assert found.equals(expected, check_metadata=True)


@pytest.mark.parametrize("extension", [".parquet", ".csv"])
def test_special_missing_values_are_kept(tmp_path: Path, extension: str) -> None:
    found = read_dataset(_export(tmp_path, extension, special=True))
    assert found["AESEQ__missing"].to_pylist() == [None, None, ".A", None]
    assert found.equals(read_xpt_arrow(tmp_path / "ae.xpt"), check_metadata=True)


@pytest.mark.parametrize("extension", [".json", ".ndjson", ".dsjc"])
def test_nothing_is_left_where_a_format_refuses(tmp_path: Path, extension: str) -> None:
    with pytest.raises(WriteError, match="E4090"):
        _export(tmp_path, extension, special=True)
    assert [each.name for each in tmp_path.iterdir()] == ["ae.xpt"]


@pytest.mark.parametrize("extension", FORMATS)
def test_the_same_dataset_gives_the_same_bytes(tmp_path: Path, extension: str) -> None:
    first = _export(tmp_path, extension).read_bytes()
    assert _export(tmp_path, extension).read_bytes() == first


@pytest.mark.parametrize("extension", FORMATS)
def test_a_dataset_without_records_is_written(tmp_path: Path, extension: str) -> None:
    write_xpt(pa.table({"A": pa.array([], pa.string())}), tmp_path / "a.xpt", name="A")
    out = tmp_path / f"a{extension}"
    from trialport.xport import read_members

    export_dataset(read_members(tmp_path / "a.xpt")[0], out)
    assert read_dataset(out).equals(read_xpt_arrow(tmp_path / "a.xpt"), check_metadata=True)


def test_dataset_json_goes_back_to_the_same_transport_file(tmp_path: Path) -> None:
    path = _export(tmp_path, ".ndjson")
    with (tmp_path / "again.xpt").open("wb") as stream:
        write_transport(stream, open_dataset_json(path))
    assert (tmp_path / "again.xpt").read_bytes() == (tmp_path / "ae.xpt").read_bytes()


def test_an_unknown_extension_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(WriteError) as caught:
        _export(tmp_path, ".jsn")
    assert str(caught.value).endswith("'ae.jsn'; did you mean '.json'?")


def test_a_csv_file_without_its_description_is_refused(tmp_path: Path) -> None:
    path = _export(tmp_path, ".csv")
    (tmp_path / "ae.csv-metadata.json").unlink()
    with pytest.raises(DataError, match="E3291"):
        read_dataset(path)


def test_the_description_of_a_csv_file_is_csvw(tmp_path: Path) -> None:
    _export(tmp_path, ".csv", special=True)
    found = json.loads((tmp_path / "ae.csv-metadata.json").read_text(encoding="utf-8"))
    assert (found["@context"], found["url"]) == ("http://www.w3.org/ns/csvw", "ae.csv")
    columns = {each["name"]: each for each in found["tableSchema"]["columns"]}
    assert columns["AESEQ"]["null"] == ["", ".A"]
    assert columns["AETERM"]["dc:description"] == "Reported Term"


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ("S-1", "S-1,S-1", "2: the record has 11 cells, not 10"),
        ("USUBJID", "SUBJID", "1: the names are not those of the description"),
        ("-5.44", "five", "3: the cell of AVAL is no number"),
        ("-5.44", "inf", "3: the cell of AVAL is no number"),
    ],
)
def test_a_csv_file_that_was_changed_is_refused(
    tmp_path: Path, old: str, new: str, refusal: str
) -> None:
    path = _export(tmp_path, ".csv")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_dataset(path)
    assert str(caught.value).startswith(f"E3292 {path}:{refusal}")


def test_no_cell_of_text_begins_as_a_formula(tmp_path: Path) -> None:
    with _export(tmp_path, ".csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert [row[1] for row in rows[1:]] == ["'=1+1", "''tis", "'-", 'a "quoted", term']


@given(st.text())
def test_a_guard_is_taken_off_again(text: str) -> None:
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"x" * 40 + b"PAR1"])
def test_what_is_no_parquet_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    with pytest.raises(DataError, match="E3293"):
        read_dataset(path)
