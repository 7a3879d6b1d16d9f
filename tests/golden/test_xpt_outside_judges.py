"""Every transport file of the sample study, cell by cell, as three readers see it.

The strict byte parser and pyreadstat (the ReadStat library of Evan Miller) know nothing of what
wrote the files; the DataFrames of `datasets` come from the same run of the plan, but never pass
through a transport file.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
import pyreadstat
import pytest
from trialport import datasets

from tests.xport.strict_parser import Missing, ParsedMember, parse

SAS_EPOCH = date(1960, 1, 1)
# The types of pandas know too little of object columns and groups to be of use here.
Frame: TypeAlias = Any
Cells = list[list[str | float | None]]


@pytest.fixture(scope="module")
def frames(study: Path, sample: Path) -> Mapping[str, Frame]:
    """Return the datasets of the sample study as DataFrames."""
    return datasets(study, raw=sample / "raw")[0]


@pytest.fixture(scope="module")
def members(output: Path) -> Mapping[str, ParsedMember]:
    """Return the content of each transport file, by the name of the file."""
    found = {path.stem.upper(): parse(path.read_bytes()) for path in _files(output)}
    assert all(len(each) == 1 for each in found.values())
    return {name: members[0] for name, members in found.items()}


def test_each_dataset_has_its_file(
    frames: Mapping[str, Frame], members: Mapping[str, ParsedMember]
) -> None:
    assert {"DM", "SUPPDM", "LB", "ADSL", "ADTTE"} <= set(members)
    assert sorted(members) == sorted(frames)
    assert {name: each.name for name, each in members.items()} == {name: name for name in members}


def test_pyreadstat_reads_what_the_bytes_say(
    output: Path, members: Mapping[str, ParsedMember]
) -> None:
    for path in _files(output):
        member = members[path.stem.upper()]
        frame, meta = pyreadstat.read_xport(str(path), disable_datetime_conversion=True)
        variables = [(each.name, each.label.decode("ascii")) for each in member.variables]
        assert list(zip(meta.column_names, meta.column_labels, strict=True)) == variables, path
        assert meta.file_label == member.label.decode("ascii"), path
        assert _difference(_cells(frame), _parsed(member), member) == "", path


def test_the_dataframes_hold_the_same_cells(
    frames: Mapping[str, Frame], members: Mapping[str, ParsedMember]
) -> None:
    for name, member in members.items():
        assert list(frames[name].columns) == [each.name for each in member.variables], name
        assert _difference(_cells(frames[name]), _parsed(member), member) == "", name


def test_every_text_is_ascii_and_every_number_finite(
    members: Mapping[str, ParsedMember],
) -> None:
    for name, member in members.items():
        for column in _parsed(member):
            assert all(not isinstance(cell, str) or cell.isascii() for cell in column), name
            assert all(not isinstance(cell, float) or math.isfinite(cell) for cell in column), name


def _files(output: Path) -> list[Path]:
    return sorted(output.rglob("*.xpt"))


def _parsed(member: ParsedMember) -> Cells:
    """Return the cells by variable; XPORT does not tell missing text from empty text."""
    columns: Cells = []
    for variable in member.variables:
        column = member.column(variable.name)
        assert all(cell == Missing(".") for cell in column if isinstance(cell, Missing))
        columns.append([_parsed_cell(cell) for cell in column])
    return columns


def _parsed_cell(cell: bytes | float | Missing) -> str | float | None:
    if isinstance(cell, Missing):
        return None
    return cell.decode("ascii") if isinstance(cell, bytes) else cell


def _cells(frame: Frame) -> Cells:
    return [_column(frame[name]) for name in frame.columns]


def _column(values: Frame) -> list[str | float | None]:
    if pd.api.types.is_datetime64_any_dtype(values):
        days = (values - pd.Timestamp(SAS_EPOCH)) / pd.Timedelta(days=1)
        return _column(days)
    if pd.api.types.is_numeric_dtype(values):
        return [None if math.isnan(each) else each for each in map(float, values)]
    return [_text(each) for each in values]


def _text(value: object) -> str:
    if value is None or value != value:
        return ""
    assert isinstance(value, str), value
    return value


def _difference(found: Cells, expected: Cells, member: ParsedMember) -> str:
    """Return the first cell that differs, with its variable and record; '' where none does."""
    assert len(found) == len(expected)
    for variable, ours, theirs in zip(member.variables, found, expected, strict=True):
        for at, (one, other) in enumerate(_pairs(ours, theirs), start=1):
            if one != other:
                return f"{member.name} {variable.name} record {at}: {one!r}, not {other!r}"
    return ""


def _pairs(
    ours: list[str | float | None], theirs: list[str | float | None]
) -> Iterable[tuple[str | float | None, str | float | None]]:
    """Pair the cells of a variable; a column of nothing but missing numbers may pass for text."""
    if all(each in (None, "") for each in (*ours, *theirs)):
        return zip([None] * len(ours), [None] * len(theirs), strict=True)
    return zip(ours, theirs, strict=True)
