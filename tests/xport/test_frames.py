"""The door for pandas and Arrow: what comes back, and what is left after a fault."""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest
from trialport.diagnostics import DataError, WriteError
from trialport.xport import read_xpt, read_xpt_arrow, write_xpt

from tests.xport.members import char, num, parsed, written
from tests.xport.strict_parser import Missing

_DATA = Path(__file__).parent / "data"


def _frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "USUBJID": ["S1", "S2", None],
            "AGE": [64, 70, 51],
            "WEIGHT": [70.5, np.nan, 0.0],
            "BRTHDT": [datetime.date(1960, 1, 1), None, datetime.date(2024, 3, 1)],
            "DTM": pd.to_datetime(["1960-01-02", None, "2024-03-01T08:30"], format="ISO8601"),
            "SEX": pd.Categorical(["F", "M", "F"]),
        }
    )


def test_a_frame_is_written_with_its_labels_and_formats(tmp_path: Path) -> None:
    path = tmp_path / "dm.xpt"
    found = write_xpt(
        _frame(),
        path,
        name="DM",
        label="Demographics",
        labels={"AGE": "Age"},
        formats={"WEIGHT": "8.2"},
        lengths={"USUBJID": 20},
    )
    member = parsed(path.read_bytes())
    assert (found.observations, found.size) == (3, path.stat().st_size)
    assert (member.name, member.label) == ("DM", b"Demographics")
    assert member.variable("AGE").label == b"Age"
    assert [(each.name, each.length, each.format) for each in member.variables] == [
        ("USUBJID", 20, ("", 0, 0)),
        ("AGE", 8, ("", 0, 0)),
        ("WEIGHT", 8, ("", 8, 2)),
        ("BRTHDT", 8, ("DATE", 9, 0)),
        ("DTM", 8, ("DATETIME", 20, 0)),
        ("SEX", 1, ("", 0, 0)),
    ]
    none = Missing(".")
    assert member.rows == [
        (b"S1", 64.0, 70.5, 0.0, 86400.0, b"F"),
        (b"S2", 70.0, none, none, none, b"M"),
        (b"", 51.0, 0.0, 23436.0, 23436 * 86400.0 + 30600, b"F"),
    ]
    assert [each.name for each in tmp_path.iterdir()] == ["dm.xpt"]


def test_a_frame_read_knows_what_the_file_said() -> None:
    frame = read_xpt(_DATA / "adtte.xpt")
    said: dict[str, Any] = frame.attrs["xport"]
    assert (said["name"], said["label"]) == ("ADTTE", "")
    assert said["labels"]["ADT"] == "Analysis Date"
    assert (said["formats"]["ADT"], said["formats"]["SEX"]) == ("DATE9.", "$1.")
    assert "CNSR" not in said["formats"]
    assert said["lengths"]["PARAM"] == 32
    assert frame["CNSR"].tolist().count(0.0) == 152


def test_a_frame_read_is_written_with_what_the_file_said(tmp_path: Path) -> None:
    frame = read_xpt(_DATA / "dm.xpt")
    said: dict[str, Any] = frame.attrs["xport"]
    path = tmp_path / "dm.xpt"
    write_xpt(frame, path, name=said["name"], lengths=said["lengths"])
    again, before = parsed(path.read_bytes()), parsed((_DATA / "dm.xpt").read_bytes())
    assert (again.label, again.variables) == (before.label, before.variables)
    assert again.observation_bytes == before.observation_bytes
    write_xpt(frame.rename(columns={"AGE": "AGE2"}), path, name="DM2", label="New")
    assert (parsed(path.read_bytes()).name, parsed(path.read_bytes()).label) == ("DM2", b"New")


def test_pandas_reads_what_pyreadstat_reads() -> None:
    ours = read_xpt(_DATA / "adtte.xpt")
    found: Any = pyreadstat.read_xport(str(_DATA / "adtte.xpt"), disable_datetime_conversion=True)
    theirs, metadata = found
    assert ours.columns.tolist() == theirs.columns.tolist()
    for name in ours.columns:
        np.testing.assert_array_equal(ours[name].to_numpy(), theirs[name].to_numpy())
    assert ours.attrs["xport"]["labels"] == metadata.column_names_to_labels


def test_arrow_tables_go_there_and_back(tmp_path: Path) -> None:
    table = read_xpt_arrow(_DATA / "dm.xpt")
    write_xpt(table, tmp_path / "dm.xpt", name="DM")
    again = read_xpt_arrow(tmp_path / "dm.xpt")
    assert again.equals(table)
    # lengths are measured anew: SAS kept 1 for text without a value
    lengths = {field.name: (field.metadata or {})[b"length"] for field in again.schema}
    assert lengths["DTHFL"] == b"1"


def test_special_missing_values_go_there_and_back(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"X": [1.0, np.nan, np.nan], "X__missing": [None, ".A", None], "Y": [1.0, 2.0, np.nan]}
    )
    write_xpt(frame, tmp_path / "ae.xpt", name="AE")
    again = read_xpt(tmp_path / "ae.xpt")
    assert again.columns.tolist() == ["X", "X__missing", "Y"]
    assert again["X__missing"].fillna("none").tolist() == ["none", ".A", "none"]
    write_xpt(again, tmp_path / "again.xpt", name="AE")
    assert (tmp_path / "again.xpt").read_bytes() == (tmp_path / "ae.xpt").read_bytes()


def test_a_file_of_several_datasets_needs_a_choice(tmp_path: Path) -> None:
    path = tmp_path / "two.xpt"
    first = written([num("X")], {"X": [1.0] * 10})
    second = written([char("B", 80)], {"B": ["b"]}, name="DM")
    path.write_bytes(first + second[240:])
    assert read_xpt(path, member="DM")["B"].tolist() == ["b"]
    with pytest.raises(DataError) as caught:
        read_xpt(path)
    assert str(caught.value) == (
        f"E3065 {path}: the file holds 2 datasets: 'AE', 'DM'; choose one, e.g. member='AE'"
    )
    with pytest.raises(DataError) as caught:
        read_xpt(path, member="LB")
    assert str(caught.value) == f"E3064 {path}: the file holds no dataset 'LB'; known: 'AE', 'DM'"


def test_zero_rows_are_read(tmp_path: Path) -> None:
    frame = pd.DataFrame({"A": pd.Series([], dtype="object"), "X": pd.Series([], dtype="float64")})
    write_xpt(frame, tmp_path / "ae.xpt", name="AE")
    again = read_xpt(tmp_path / "ae.xpt")
    assert (again.columns.tolist(), len(again)) == (["A", "X"], 0)


def test_columns_of_several_kinds_and_truth_values_are_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"A": ["x", 1], "B": [{}, 1.5]}, dtype="object")
    with pytest.raises(WriteError) as caught:
        write_xpt(frame, tmp_path / "ae.xpt", name="AE")
    assert str(caught.value).split("\n") == [
        f"E4020 AE column {name}: the column holds values of several kinds or of a kind unknown "
        "(object); make it all text or all numbers"
        for name in ("A", "B")
    ]
    with pytest.raises(WriteError, match="E4020 AE column A: the type bool cannot be written"):
        write_xpt(pd.DataFrame({"A": [True]}), tmp_path / "ae.xpt", name="AE")
    assert list(tmp_path.iterdir()) == []


def test_labels_of_unknown_variables_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WriteError) as caught:
        write_xpt(_frame(), tmp_path / "dm.xpt", name="DM", labels={"WEIGTH": "Weight"})
    assert str(caught.value) == (
        "E4019 DM column WEIGTH: a label, format or length is given, but the data hold no such "
        "column; did you mean 'WEIGHT'?"
    )


def test_nothing_new_is_left_after_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "ae.xpt"
    numbers = np.ones(70_000)
    numbers[-1] = np.inf
    with pytest.raises(WriteError, match="E4023 AE row 70000 column X"):
        write_xpt(pa.table({"X": numbers}), path, name="AE")
    assert list(tmp_path.iterdir()) == []
    write_xpt(pa.table({"X": [1.0]}), path, name="AE")
    before = path.read_bytes()
    with pytest.raises(WriteError):
        write_xpt(pa.table({"X": numbers}), path, name="AE")
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["ae.xpt"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sdtm" / "ae.xpt"
    with pytest.raises(WriteError) as caught:
        write_xpt(pa.table({"X": [1.0]}), path, name="AE")
    assert str(caught.value) == (
        f"E4034 {path}: the file cannot be written: No such file or directory; "
        "check that the folder exists, may be written to and has room"
    )


def test_a_full_disk_leaves_no_file(tmp_path: Path) -> None:
    """The limit on the size of files stands for a disk without room."""
    code = (
        "import resource, signal, sys, pyarrow as pa\n"
        "from trialport.xport import write_xpt\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "write_xpt(pa.table({'X': [1.0] * 50_000}), sys.argv[1], name='AE')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "ae.xpt")], capture_output=True, check=False
    )
    assert b"WriteError: E4034" in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_killed_process_leaves_no_file_under_the_name(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, pathlib\n"
        "from trialport.xport.atomic import atomic_file\n"
        "with atomic_file(pathlib.Path(sys.argv[1])) as stream:\n"
        "    stream.write(b'half a file')\n"
        "    stream.flush()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    path = tmp_path / "ae.xpt"
    ran = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert ran.returncode == -9
    assert not path.exists()
    assert [each.suffix for each in tmp_path.iterdir()] == [".partial"]


def test_importing_the_room_imports_nothing_heavy() -> None:
    code = (
        "import sys, trialport.xport\n"
        "heavy = {'numpy', 'pyarrow', 'pandas', 'trialport.xport.reader'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "assert trialport.xport.read_xpt.__name__ == 'read_xpt'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
