"""Claims about faults in workbooks: each with its sheet and cell."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import xlsxwriter
from trialport.cli import main
from trialport.diagnostics import Severity, SpecError, WriteError
from trialport.pipeline.workbook import check_workbook
from trialport.workbook.book import Table
from trialport.workbook.read import read_workbook
from trialport.workbook.write import workbook_bytes

from tests.workbook.books import (
    EVERY_KEY,
    NO_RESULT,
    TINY,
    changed,
    changed_parts,
    study_tables,
    without_results,
    write_book,
)


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            {"Datasets!Group@2": "tables"},
            "E1045 spec.xlsx Datasets!B2: 'tables' is no word of 'Group'; "
            "known: 'adam', 'sdtm'",
        ),
        (
            {"Variables!Dataset@6": "AEE"},
            "E1041 spec.xlsx Variables!A6: 'AEE' is no dataset of the sheet Datasets; "
            "did you mean 'AE'?",
        ),
        (
            {"Variables!Variable@6": "AESEQ"},
            "E1042 spec.xlsx Variables!B6: 'AESEQ' stands in Variables!B5 already; "
            "keep one of the rows, or rename one",
        ),
        (
            {"Variables!Variable@6": ""},
            "E1040 spec.xlsx Variables!B6: the row has no 'Variable'; "
            "fill the cell, or clear the row",
        ),
        (
            {"Variables!Part@6": "suplemental"},
            "E1045 spec.xlsx Variables!C6: 'suplemental' is no word of 'Part'; "
            "did you mean 'supplemental'?",
        ),
        (
            {"Variables!Method@6": "AE.TERM"},
            "E1041 spec.xlsx Variables!O6: 'AE.TERM' is no method of the sheet Methods; "
            "add it to the sheet Methods",
        ),
        (
            {"Methods!ID@2": "AE.X", "Methods!Description@2": "As read."},
            "E1049 spec.xlsx Methods!A2: nothing refers to the method 'AE.X', "
            "which is kept beside the specification",
        ),
        (
            {"Codelists!Decoded Value@3": "Female"},
            "E1048 spec.xlsx Codelists!H3: 'Decoded Value' follows from the rest and cannot be "
            "'Female'; clear the cell; a row of 'map' has Collected Value and Term",
        ),
        (
            {"Variables!Window@6": "{flag: last"},
            "E1046 spec.xlsx Variables!V6: the list or mapping in the cell cannot be read: the "
            "file is not YAML: did not find expected ',' or '}' while parsing a flow mapping that "
            "begins in line 1; write it as in YAML, [a, b] or "
            "{a: b}; a text that begins so needs '\\' before it",
        ),
        (
            {"Records!Block@2": "2"},
            "E1043 spec.xlsx Records!B2: '2' is not the block that comes next; number it 1",
        ),
        (
            {"Codelists!NCI Codelist Code@3": "C66742"},
            "E1044 spec.xlsx Codelists!C3: 'C66742' is not the NCI Codelist Code that "
            "Codelists!C2 gives to 'SEX'; write the same in all its rows",
        ),
        (
            {"Other!Path@2": "missing..x"},
            "E1047 spec.xlsx Other!B2: the path 'missing..x' cannot be read; write names with '.' "
            "between them, the number of an entry as [1], other names quoted",
        ),
        (
            {"Other!File@2": "../sources.yaml"},
            "E1045 spec.xlsx Other!A2: '../sources.yaml' is no word of 'File'; "
            "did you mean 'sources.yaml'?",
        ),
        (
            {"Variables!Label@1": "Lable"},
            "E1036 spec.xlsx Variables!E1: unknown column 'Lable'; did you mean 'Label'?",
        ),
        (
            {"Variables!Variable@1": "VARIABLE NAME"},
            "E1035 spec.xlsx Variables!A1: the sheet has no column 'Variable'; "
            "did you mean 'VARIABLE NAME'?",
        ),
        (
            {"Datasets!Dataset@2": "../AE"},
            "E1110 spec.xlsx Datasets!A2: '../AE' of 'Dataset' is not a dataset name; write at "
            "most 8 capital letters, digits and '_', not beginning with a digit",
        ),
        (
            {"Variables!Length@6": "long"},
            "E1105 spec.xlsx Variables!G6: 'long' of 'length' is not a length; "
            "write a whole number of bytes from 1",
        ),
        (
            {"Variables!Value@6": "upper(term"},
            "E1301 spec.xlsx Variables!S6",
        ),
        (
            {"Variables!Value@11": "study_day(AESTDTC, dm.RFSTDT)"},
            "E1203 spec.xlsx Variables!S11",
        ),
        (
            {"Variables!Codelist@9": "NYY"},
            "E1206 spec.xlsx Variables!K9: unknown codelist 'NYY'; did you mean 'NY'?",
        ),
        (
            {"Columns!References@6": "demography.sub"},
            "E3022 spec.xlsx Columns!N6",
        ),
        (
            {"Records!From@2": "event"},
            "E1202 spec.xlsx Records!C2",
        ),
    ],
    ids=str,
)  # fmt: skip
def test_a_fault_names_its_sheet_and_cell(
    edits: dict[str, str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    book = write_book(Path("spec.xlsx"), changed(study_tables(TINY), edits))
    found = [str(each) for each in check_workbook(book)]
    assert any(each.startswith(expected) for each in found), found


def test_a_missing_sheet_is_named(tmp_path: Path) -> None:
    made = [each for each in study_tables(TINY) if each.name != "Datasets"]
    found = check_workbook(write_book(tmp_path / "spec.xlsx", [*made, _table("DataSet")]))
    errors = [each for each in found if each.severity is Severity.ERROR]
    assert str(errors[0]).endswith(
        "spec.xlsx Datasets: the workbook has no sheet 'Datasets'; did you mean 'DataSet'?"
    )


def test_a_sheet_of_nearly_a_name_is_a_fault_and_any_other_is_told(tmp_path: Path) -> None:
    made = [each for each in study_tables(TINY) if each.name != "Lookups"]
    book = write_book(tmp_path / "spec.xlsx", [*made, _table("Lookup"), _table("Notes")])
    told = [(each.severity.value, each.place.record, each.remedy) for each in check_workbook(book)]
    assert ("error", "Lookup", "did you mean 'Lookups'?") in told
    assert ("note", "Notes", "") in told


def _table(name: str) -> Table:
    return Table(name, ("A",), ({"A": "1"},))


def _book_of(cells: Mapping[str, object]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("Study")
        for cell, value in cells.items():
            if isinstance(value, tuple):
                sheet.write_formula(cell, value[0], None, value[1])
            else:
                sheet.write(cell, value)
    return content.getvalue()


def test_values_are_read_and_what_is_no_value_is_named(tmp_path: Path) -> None:
    book = tmp_path / "spec.xlsx"
    cells = {
        "A1": "Attribute", "B1": "Value", "C1": "Value", "A2": "title", "D2": "lost",
        "B2": ('="A"&"B"', "AB"), "A3": "x", "B3": ("=1/0", "#DIV/0!"), "A4": "y",
        "B4": True, "A5": "z", "B5": 1000.0, "A6": "date", "B6": ("=1", NO_RESULT),
    }  # fmt: skip
    book.write_bytes(without_results(_book_of(cells)))
    reading = read_workbook(book)
    values = [row.text("Value") for row in reading.tables["Study"].rows]
    assert values == ["AB", "", "true", "1000", ""]
    assert [(each.code, each.place.record) for each in reading.found] == [
        ("E1038", "Study!B3"),
        ("E1039", "Study!B6"),
        ("E1037", "Study!C1"),
        ("E1037", "Study!D2"),
    ]


def test_a_merged_cell_counts_for_each_of_its_rows(tmp_path: Path) -> None:
    book = tmp_path / "spec.xlsx"
    with xlsxwriter.Workbook(book) as made:
        sheet = made.add_worksheet("Variables")
        sheet.write_row(0, 0, ["Dataset", "Variable"])
        sheet.merge_range("A2:A4", "AE")
        for row, name in enumerate(["STUDYID", "DOMAIN", "USUBJID"], 1):
            sheet.write(row, 1, name)
    rows = read_workbook(book).tables["Variables"].rows
    assert [dict(row.cells) for row in rows] == [
        {"Dataset": "AE", "Variable": name} for name in ("STUDYID", "DOMAIN", "USUBJID")
    ]


TRICKY = (
    "=1+1", "+1", "-1", "@x", "\tx", "00123", "1E3", " a ", "a\nb", "a\r\nb", "_x0041_", "~", "\\~",
    '""', "{a: b}", "[1]", "\\[1]", "http://a.b", "TRUE", "2024-01-02", "😀", "\u2028", "'x",
)  # fmt: skip


def test_any_text_comes_back_as_it_was_and_none_is_a_formula(tmp_path: Path) -> None:
    book = tmp_path / "spec.xlsx"
    rows = tuple({"Attribute": each, "Value": each} for each in TRICKY)
    book.write_bytes(workbook_bytes([Table("Study", ("Attribute", "Value"), rows)], "spec.xlsx"))
    assert [row.text("Value") for row in read_workbook(book).tables["Study"].rows] == list(TRICKY)
    with zipfile.ZipFile(book) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
    assert b"<f" not in sheet
    assert b"hyperlink" not in sheet


def test_a_text_that_is_too_long_for_a_cell_is_refused_with_the_cell() -> None:
    table = Table("Study", ("Attribute", "Value"), ({"Attribute": "a", "Value": "x" * 32_768},))
    with pytest.raises(WriteError) as refused:
        workbook_bytes([table], "spec.xlsx")
    assert str(refused.value) == (
        "E4110 spec.xlsx Study!B2: the text has 32768 characters, a cell holds 32767; "
        "write it as several entries"
    )


_SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"no zip", "E1030 spec.xlsx: the file is no .xlsx workbook; "),
        (
            changed_parts(_book_of({"A1": "a"}), _SHEET, b"<worksheet", b"<!DOCTYPE x><worksheet"),
            "E1032 spec.xlsx: its part xl/worksheets/sheet1.xml declares a document type or an",
        ),
        (
            changed_parts(_book_of({"A1": 1}), _SHEET, b'r="A1"', b'r="XFD1048576"'),
            "E1031 spec.xlsx: the cell Study!XFD1048576 lies outside of 100000 rows and 500",
        ),
        (
            changed_parts(_book_of({"A1": 1}), _SHEET, b"</worksheet>", b" " * 200_000_001),
            "E1031 spec.xlsx: the workbook unpacks to more than 200000000 bytes or 1000 parts",
        ),
        (
            changed_parts(_book_of({"A1": 1}), _SHEET, b"</worksheet>", b""),
            "E1030 spec.xlsx: the file is no workbook (",
        ),
    ],
    ids=["no zip", "a document type", "a cell far out", "a zip bomb", "broken XML"],
)
def test_a_file_that_is_no_workbook_or_a_trap_is_refused(
    content: bytes, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spec.xlsx").write_bytes(content)
    with pytest.raises(SpecError) as refused:
        read_workbook(Path("spec.xlsx"))
    assert str(refused.value).startswith(expected)


@pytest.mark.parametrize("name", ["a:b", "x" * 32, "STUDY"])
def test_a_name_that_no_sheet_can_have_is_refused(name: str) -> None:
    table = Table("Study", ("Attribute",), ())
    with pytest.raises(WriteError) as refused:
        workbook_bytes([table, Table(name, ("A",), ())], "spec.xlsx")
    assert str(refused.value).startswith("E4111 workbook.yaml: no sheet can be called ")


def test_import_writes_a_study_that_checks_clean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book, study = str(tmp_path / "spec.xlsx"), str(tmp_path / "study")
    assert main(["spec", "export", str(TINY), book]) == 0
    assert main(["spec", "import", book, "--to", study]) == 0
    assert main(["check", book]) == 0
    capsys.readouterr()
    assert main(["plan", study, "--compare", str(TINY)]) == 0
    assert capsys.readouterr().out == "no difference\n"
    assert main(["spec", "export", str(TINY), book]) == 2
    assert "E4101" in capsys.readouterr().err


def test_import_writes_nothing_where_the_workbook_is_no_study(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = changed(study_tables(EVERY_KEY), {"Tests!Block@2": "9"})
    book = write_book(tmp_path / "spec.xlsx", made)
    assert main(["spec", "import", str(book), "--to", str(tmp_path / "study")]) == 2
    assert "Tests!B2: error: '9' is no block of the sheet Records" in capsys.readouterr().err
    assert not (tmp_path / "study").exists()
