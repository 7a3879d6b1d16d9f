"""Formats of a dataset beside each other, and the criteria of an agency."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from trialport.exchange import export_dataset
from trialport.profiles import load_profile
from trialport.rules.criteria import criteria_faults, criteria_not_run
from trialport.rules.formats import format_differences
from trialport.xport import read_members, write_xpt

_AE = {"USUBJID": ["1", "2"], "AETERM": ["Headache", ""], "AESEQ": [1.0, None]}


def _written(folder: Path, name: str, **columns: Sequence[object]) -> Path:
    where = folder / ("adam" if name.startswith("AD") else "sdtm")
    where.mkdir(exist_ok=True)
    file = where / f"{name.lower()}.xpt"
    write_xpt(pa.table(columns), file, name=name, label=name)
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with AE as transport file, Dataset-JSON and Parquet."""
    file = _written(tmp_path, "AE", **_AE)
    (member,) = read_members(file)
    for suffix in (".json", ".parquet"):
        export_dataset(member, file.with_suffix(suffix))
    return tmp_path


def test_formats_of_one_conversion_are_equal(folder: Path) -> None:
    assert format_differences(folder) == []


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (
            _AE | {"AETERM": ["Headache", "Rash"]},
            "AE record 2 column AETERM: the value is not that of ae.xpt",
        ),
        (
            _AE | {"AESEQ": [1.0, 0.0]},
            "AE record 2 column AESEQ: the value is not that of ae.xpt",
        ),
        (
            {"AETERM": ["Headache", ""], "USUBJID": ["1", "2"], "AESEQ": [1.0, None]},
            "AE: the variables are not those of ae.xpt, in their order",
        ),
        (
            {name: values[:1] for name, values in _AE.items()},
            "AE: there are 2 records, 1 in ae.xpt",
        ),
    ],
)
def test_a_difference_is_told_with_its_record(
    folder: Path, columns: dict[str, Sequence[object]], told: str
) -> None:
    _written(folder, "AE", **columns)
    assert [str(each) for each in format_differences(folder)] == [
        f"E3096 sdtm/ae.json {told}",
        f"E3096 sdtm/ae.parquet {told}",
    ]


def test_patients_are_as_many_as_subjects(tmp_path: Path) -> None:
    _written(tmp_path, "DM", USUBJID=["1", "2"])
    file = tmp_path / "fhir" / "R4" / "Patient.ndjson"
    file.parent.mkdir(parents=True)
    file.write_text("{}\n{}\n", encoding="utf-8")
    assert format_differences(tmp_path) == []
    file.write_text("{}\n", encoding="utf-8")
    assert [str(each) for each in format_differences(tmp_path)] == [
        "E3097 fhir/R4/Patient.ndjson: there are 1 patients, 2 subjects in sdtm/dm.xpt"
    ]


def test_what_an_agency_turns_back_is_told(tmp_path: Path) -> None:
    profile = load_profile("fda")
    _written(tmp_path, "DM", USUBJID=["1"])
    _written(tmp_path, "TS", TSPARMCD=["TITLE"])
    _written(tmp_path, "ADSL", USUBJID=["1"])
    (tmp_path / "sdtm/define.xml").touch()
    found = [each.problem.partition(" (")[0] for each in criteria_faults(profile, tmp_path)]
    assert found == [
        f"{profile.name} 1734 is not met: TS has no SSTDTC",
        f"{profile.name} 1736 is not met: there is no define.xml",
    ]
    _written(tmp_path, "TS", TSPARMCD=["SSTDTC"])
    (tmp_path / "adam/define.xml").touch()
    assert criteria_faults(profile, tmp_path) == []
    assert [code for code, _, _ in criteria_not_run(profile)] == ["FDA 1735", "FDA 1789"]
    assert all(each.source and each.date for each in profile.criteria)
