"""Claims about what a workbook only shows, and about what is kept beside a study."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from trialport.diagnostics import SpecError
from trialport.pipeline.workbook import Imported, export_workbook, import_workbook, shown_tables
from trialport.read.specification import read_folder
from trialport.study import plan_study
from trialport.workbook.book import Table
from trialport.workbook.kept import FILE, Kept, kept_of

from tests.workbook.books import BASE, changed, study_tables, trees, write_book


@pytest.fixture(scope="module")
def book() -> list[Table]:
    """Return the tables of a small study as `spec export` writes them."""
    planned, _ = plan_study(BASE)
    return shown_tables(trees(read_folder(BASE)), Kept(), planned)


def _row(book: list[Table], sheet: str, **cells: str) -> int:
    """Return the number of the row that has these texts."""
    rows = next(each.rows for each in book if each.name == sheet)
    return 2 + next(
        at for at, row in enumerate(rows) if all(row.get(h) == t for h, t in cells.items())
    )


def _imported(tmp_path: Path, book: list[Table], edits: dict[str, str]) -> Imported:
    return import_workbook(write_book(tmp_path / "spec.xlsx", changed(book, edits)))


def _again(made: Imported) -> list[Table]:
    """Return the tables of what was imported."""
    files = trees(made.files)
    kept = kept_of(files.pop(FILE, None))
    return shown_tables(files, kept, made.planned)


def test_labels_roles_and_order_of_the_standard_are_shown(book: list[Table]) -> None:
    rows = next(each.rows for each in book if each.name == "Variables")
    seq = next(row for row in rows if row["Variable"] == "AESEQ")
    assert (seq["Label"], seq["Role"], seq["Core"], seq["Mandatory"], seq["Order"]) == (
        "Sequence Number", "Identifier", "Req", "Yes", "4",
    )  # fmt: skip
    qnam = next(row for row in rows if (row["Dataset"], row["Variable"]) == ("SUPPVS", "QNAM"))
    assert qnam["Label"] == "Qualifier Variable Name"


def test_a_dataset_that_is_not_written_is_shown_as_its_own_file_has_it(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(BASE, folder)
    file = folder / "sdtm" / "vs.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("dataset: VS\n", "dataset: VS\nkeep: no\n"), encoding="utf-8")
    planned, found = plan_study(folder)
    assert planned is not None, found
    tables = shown_tables(trees(read_folder(folder)), Kept(), planned)
    rows = next(each.rows for each in tables if each.name == "Datasets")
    classes = {row["Dataset"]: row.get("Class", "") for row in rows}
    assert (classes["AE"], classes["VS"]) == ("EVENTS", "")
    assert "SUPPVS" not in classes


def test_a_shown_cell_that_is_written_over_becomes_the_studys_own(
    book: list[Table], tmp_path: Path
) -> None:
    row = _row(book, "Variables", Dataset="AE", Variable="AESEQ")
    made = _imported(tmp_path, book, {f"Variables!Label@{row}": "Number of the Event"})
    assert "AESEQ: {value: sequence(), label: Number of the Event}" in made.files["sdtm/ae.yaml"]
    untouched = _imported(tmp_path, book, {})
    assert "label" not in untouched.files["sdtm/ae.yaml"]


@pytest.mark.parametrize(
    ("heading", "text"), [("Order", "17"), ("Mandatory", "No"), ("Data Type", "integer")]
)
def test_a_shown_cell_that_no_study_can_say_is_a_fault(
    heading: str, text: str, book: list[Table], tmp_path: Path
) -> None:
    row = _row(book, "Variables", Dataset="AE", Variable="AESEQ")
    with pytest.raises(SpecError) as refused:
        _imported(tmp_path, book, {f"Variables!{heading}@{row}": text})
    (fault,) = refused.value.diagnostics
    assert fault.code == "E1048"
    column = {"Order": "D", "Mandatory": "J", "Data Type": "F"}[heading]
    assert fault.place.record == f"Variables!{column}{row}"


def test_a_row_that_only_follows_cannot_be_changed_and_comes_back(
    book: list[Table], tmp_path: Path
) -> None:
    row = _row(book, "ValueLevel", Dataset="SUPPVS")
    with pytest.raises(SpecError) as refused:
        _imported(tmp_path, book, {f"ValueLevel!Description@{row}": "Posture"})
    assert [each.code for each in refused.value.diagnostics] == ["E1048"]
    without = [
        Table(each.name, each.headings, tuple(r for r in each.rows if r.get("Dataset") != "SUPPVS"))
        for each in book
    ]
    made = _imported(tmp_path, without, {})
    assert {each.code for each in made.findings if each.severity == "note"} >= {"E1050"}
    assert _rows(_again(made)) == _rows(book)


def _rows(book: list[Table]) -> dict[str, list[dict[str, str]]]:
    return {each.name: [dict(row) for row in each.rows] for each in book}


def test_what_a_specification_has_no_place_for_is_kept_and_comes_back(
    book: list[Table], tmp_path: Path
) -> None:
    row = _row(book, "Variables", Dataset="VS", Variable="VSORRES")
    with_notes = [
        Table(each.name, (*each.headings, "Reviewer"), each.rows)
        if each.name == "Variables"
        else each
        for each in book
    ]
    edits = {
        f"Variables!Reviewer@{row}": "JS",
        f"Variables!Significant Digits@{row}": "1",
        f"Variables!Method@{row}": "MT.RESULT",
        f"Methods!ID@{_row(book, 'Methods', ID='VS.VSORRES')}": "MT.RESULT",
        "Documents!ID@2": "SAP",
        "Documents!Href@2": "sap.pdf",
        "Methods!ID@9": "MT.OTHER",
        "Methods!Description@9": "Not used.",
        "Study!Attribute@30": "ProtocolName",
        "Study!Value@30": "P-1",
    }
    made = _imported(tmp_path, with_notes, edits)
    codes = [each.code for each in made.findings if each.code != "E2011"]
    assert codes == ["E1036", "E1049"]
    assert made.planned is not None
    again = {each.name: each for each in _again(made)}
    variable = next(r for r in again["Variables"].rows if r["Variable"] == "VSORRES")
    assert (variable["Reviewer"], variable["Significant Digits"]) == ("JS", "1")
    assert variable["Method"] == "MT.RESULT"
    assert [r["ID"] for r in again["Methods"].rows] == ["MT.RESULT", "MT.OTHER"]
    assert again["Documents"].rows == ({"ID": "SAP", "Href": "sap.pdf"},)
    assert {"Attribute": "ProtocolName", "Value": "P-1"} in again["Study"].rows


def test_what_is_kept_gives_way_to_what_the_study_says_by_now(
    book: list[Table], tmp_path: Path
) -> None:
    kept = Kept(cells={"Variables": {"AE | AETERM | ": {"Label": ("Old", "OLD LABEL")}}})
    del book, tmp_path
    says = {each.name: each for each in shown_tables(trees(read_folder(BASE)), kept, None)}
    term = next(r for r in says["Variables"].rows if r["Variable"] == "AETERM")
    assert "Label" not in term


@pytest.mark.parametrize(
    ("text", "code"), [("cells: [", "E1001"), ("rows: &a {Documents: []}", "E1004")]
)
def test_a_rest_that_is_no_yaml_is_refused(text: str, code: str, tmp_path: Path) -> None:
    study = tmp_path / "study"
    shutil.copytree(BASE, study)
    (study / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as refused:
        export_workbook(study, "spec.xlsx")
    assert [(e.code, Path(e.place.file).name) for e in refused.value.diagnostics] == [(code, FILE)]


def test_methods_that_share_an_id_part_where_one_says_otherwise() -> None:
    files = trees(read_folder(BASE))
    ids = {"Methods": {"VS.VSORRES": "MT.1", "VS.VSORRESU": "MT.1", "VS.VSDTC": "MT.1"}}
    variables = files["sdtm/vs.yaml"]["variables"]
    assert isinstance(variables, dict)
    variables["VSORRESU"] = {"value": "test.unit", "method": "As the site wrote it."}
    variables["VSDTC"] = {"value": "iso8601(measured)", "method": "Otherwise."}
    made = {each.name: each for each in shown_tables(files, Kept(ids=ids), None)}
    rows = {row["ID"]: row["Description"] for row in made["Methods"].rows}
    assert rows == {"MT.1": "As the site wrote it.", "VS.VSDTC": "Otherwise."}


def test_a_study_without_a_plan_has_its_tables_too() -> None:
    assert [each.name for each in study_tables(BASE)][:3] == ["Study", "Datasets", "Variables"]
