"""Small raw tables, and what is said of them. The expected types follow from their texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from trialport.diagnostics import DataError, Severity
from trialport.draft.columns import ColumnProfile
from trialport.draft.folder import found_tables
from trialport.draft.survey import Survey, survey
from trialport.engine.duckdb import Engine

VISITS = """SUBJID,VISDAT,WEIGHT,CHANGED,NOTE
001,12-MAR-2024,70.5,2024-03-12 10:00,
001,UN-APR-2024,71,2024-04-02 11:00,fine
002,01-MAY-2024,ND,2024-05-02 09:00,.
"""
SUBJECTS = """SUBJID,SITE,BIRTH,ENTRY
001,10,31/12/1961,43831
002,10,1/2/1970,43832
003,11,3/4/1970,43833
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Survey]:
    folder = tmp_path_factory.mktemp("raw")
    (folder / "visits.csv").write_text(VISITS)
    (folder / "subjects.txt").write_text(SUBJECTS.replace(",", ";"))
    tables, findings = found_tables(folder)
    engine = Engine(threads=1)
    yield survey(engine, tables, findings)
    engine.close()


def column(found: Survey, table: str, name: str) -> ColumnProfile:
    return found.table(table).column(name)


@pytest.mark.parametrize(
    ("table", "name", "type_", "styles", "low", "high"),
    [
        ("visits", "SUBJID", "text", "", "", ""),
        ("visits", "VISDAT", "date", "named", "2024-03-12", "2024-05-01"),
        ("visits", "WEIGHT", "number", "", "70.5", "71"),
        ("visits", "CHANGED", "datetime", "iso", "2024-03-12T10:00", "2024-05-02T09:00"),
        ("visits", "NOTE", "text", "", "", ""),
        ("subjects", "BIRTH", "date", "dmy", "1961-12-31", "1970-04-03"),
        ("subjects", "ENTRY", "integer", "", "43831", "43833"),
        ("subjects", "SITE", "integer", "", "10", "11"),
    ],
)
def test_a_column_is_of_the_type_that_its_values_speak_for(
    found: Survey, table: str, name: str, type_: str, styles: str, low: str, high: str
) -> None:
    told = column(found, table, name)
    shown = (told.type.value, ",".join(each.value for each in told.styles), *_bounds(told))
    assert shown == (type_, styles, low, high)


def _bounds(told: ColumnProfile) -> tuple[str, str]:
    return told.minimum, told.maximum


def test_codes_for_missing_are_told_beside_numbers_and_never_counted_as_filled(
    found: Survey,
) -> None:
    weight, note = column(found, "visits", "WEIGHT"), column(found, "visits", "NOTE")
    assert (weight.missing, weight.filled, weight.records) == (("ND",), 2, 3)
    assert (note.missing, note.filled) == ((".",), 1)


def test_records_are_told_apart_by_the_fewest_columns(found: Survey) -> None:
    assert found.table("subjects").keys[0] == ("SUBJID",)
    assert found.table("visits").keys[0] == ("SUBJID", "VISDAT")


def test_a_column_leads_to_the_table_that_it_names_a_record_of(found: Survey) -> None:
    assert [each.to_json()["to"] for each in found.links] == ["subjects.SUBJID"]


def test_a_file_that_is_no_table_is_noted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    (tmp_path / "protocol.pdf").write_bytes(b"%PDF")
    _, findings = found_tables(tmp_path)
    assert [(each.code, each.severity) for each in findings] == [("E3024", Severity.NOTE)]


def test_no_value_is_told_unless_asked_for(found: Survey) -> None:
    assert "fine" not in str(found.to_json(show_values=False))
    assert "fine" in str(found.to_json(show_values=True))


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readme.md").write_text("no table")
    with pytest.raises(DataError, match="no file in the folder can be read as a raw table"):
        found_tables(tmp_path)
