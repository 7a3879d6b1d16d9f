"""Claims about workbooks of Pinnacle 21: a study is begun from them, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from trialport.diagnostics import SpecError
from trialport.pipeline.workbook import export_workbook, import_workbook, read_study
from trialport.workbook.book import Table
from trialport.workbook.kept import FILE
from trialport.workbook.read import read_workbook
from trialport.workbook.yaml_lines import readable

from tests.workbook.books import changed, write_book

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "p21-spec"
VARIABLES = (
    "Order", "Dataset", "Variable", "Label", "Data Type", "Length", "Significant Digits", "Format",
    "Mandatory", "Codelist", "Origin", "Pages", "Method", "Predecessor", "Role", "Comment",
)  # fmt: skip
VALUES = (
    "Order", "Dataset", "Variable", "Where Clause", "Description", "Data Type", "Length",
    "Mandatory", "Codelist", "Origin", "Pages", "Method", "Comment",
)  # fmt: skip


def _table(name: str, headings: tuple[str, ...], *rows: str) -> Table:
    """Return a table of rows whose cells stand between bars."""
    cells = [[cell.strip() for cell in row.split("|")] for row in rows]
    return Table(name, headings, tuple(dict(zip(headings, row, strict=True)) for row in cells))


def small_book() -> list[Table]:
    """Return a workbook in the layout of Define-XML 2.0: every sheet, a few rows each."""
    return [
        _table("Study", ("Attribute", "Value"), "StudyName | ABC-1", "StudyDescription | A trial",
               "ProtocolName | P-1", "StandardName | CDISC SDTM", "StandardVersion | 3.4"),
        _table("Datasets", ("Dataset", "Description", "Class", "Structure", "Purpose",
                            "Key Variables", "Repeating", "Reference Data", "Comment"),
               "VS | Vital Signs | FINDINGS | One record per test | Tabulation | "
               "STUDYID,USUBJID,VSTESTCD | Yes | No | ",
               "SUPPVS | Qualifiers | RELATIONSHIP | One record per qualifier | Tabulation | "
               "STUDYID,QNAM | Yes | No | "),
        _table("Variables", VARIABLES,
               "1 | VS | STUDYID | Study | text | 5 | | | Yes | | Protocol | | | | IDENTIFIER | ",
               "2 | VS | DOMAIN | Domain | text | 2 | | | Yes | | Assigned | | | | IDENTIFIER | ",
               "3 | VS | USUBJID | Subject | text | 9 | | | Yes | | CRF | 1 2 | | | IDENTIFIER | ",
               "4 | VS | VSSEQ | Number | integer | 8 | | | Yes | | Derived | | MT.1 | | | ",
               "5 | VS | VSTESTCD | Test | text | 8 | | | Yes | TC | Assigned | | | | TOPIC | ",
               "6 | VS | VSORRES | Result | text | 9 | | | No | | CRF | 3 | | | | C.1",
               "7 | VS | VSTEST | Name | text | 20 | | | No | DICT | eDT | | MT.1 | | | ",
               "1 | SUPPVS | QNAM | Name | text | 8 | | | Yes | | Assigned | | | | | ",
               "2 | SUPPVS | QVAL | Value | text | 9 | | | Yes | | CRF | | | | | C.2"),
        _table("ValueLevel", VALUES,
               "1 | VS | VSORRES | W.1 | Pressure | integer | 3 | No | | CRF | 3 | | ",
               "2 | VS | VSORRES | W.2 | | float | 5 | No | | CRF | 3 | | ",
               "1 | SUPPVS | QVAL | W.3 | Position | text | 9 | No | | CRF | 4 | | C.1"),
        _table("WhereClauses", ("ID", "Dataset", "Variable", "Comparator", "Value"),
               "W.1 | VS | VSTESTCD | EQ | SYSBP", "W.2 | VS | VSTESTCD | NE | SYSBP",
               "W.3 | SUPPVS | QNAM | EQ | POSITION"),
        _table("Codelists", ("ID", "Name", "NCI Codelist Code", "Data Type", "Order", "Term",
                             "NCI Term Code", "Decoded Value"),
               "TC | Tests | | text | 1 | SYSBP | C25298 | Systolic",
               "TC | Tests | | text | 2 | DIABP | | "),
        _table("Dictionaries", ("ID", "Name", "Data Type", "Dictionary", "Version"),
               "DICT | Names | text | HOUSE | 1.0"),
        _table("Methods", ("ID", "Name", "Type", "Description", "Document"),
               "MT.1 | Numbering | Computation | Counted. | SAP",
               "MT.2 | Other | Computation | X | "),
        _table("Comments", ("ID", "Description"), "C.1 | As collected.", "C.2 | Of the parent."),
        _table("Documents", ("ID", "Title", "Href"), "blankcrf | CRF | acrf.pdf"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "small",
        *(
            pytest.param(each, marks=pytest.mark.reference)
            for each in ("p21_mock", "SDTM_spec_CDISC_pilot", "odmlib-define21-metadata")
        ),
    ],
)
def test_a_study_is_begun_and_every_cell_comes_back(name: str, tmp_path: Path) -> None:
    book = tmp_path / "small.xlsx"
    if name == "small":
        write_book(book, small_book())
    else:
        book = REFERENCE / f"{name}.xlsx"
        if not book.is_file():
            pytest.skip(f"the reference workbook {name} is not here")
    made = import_workbook(book)
    study = tmp_path / "study"
    for path, text in made.files.items():
        (study / path).parent.mkdir(parents=True, exist_ok=True)
        (study / path).write_text(text, encoding="utf-8")
    again = tmp_path / "again.xlsx"
    again.write_bytes(export_workbook(study, again.name))
    files, kept, _ = read_study(again)
    assert {path: readable(tree) for path, tree in files.items()} | {
        FILE: kept.text()
    } == made.files
    written = read_workbook(again).tables
    for sheet, table in read_workbook(book).tables.items():
        headings = list(table.headings)
        assert set(headings) <= set(written[sheet].headings)
        rows = [tuple(row.text(each) for each in headings) for row in table.rows]
        found = [tuple(row.text(each) for each in headings) for row in written[sheet].rows]
        assert not Counter(rows) - Counter(found)


def test_the_study_says_what_a_specification_has_a_place_for(tmp_path: Path) -> None:
    made = import_workbook(write_book(tmp_path / "spec.xlsx", small_book()))
    assert made.planned is not None
    text = " ".join(made.files["sdtm/vs.yaml"].split())
    assert "USUBJID: value: src.USUBJID label: Subject type: Char length: '9'" in text
    assert "origin: {type: Collected, crf: ['1', '2']}" in text
    assert "VSSEQ: {value: sequence(), label: Number, type: Num" in text
    assert "method: Counted." in text
    assert "dictionary: HOUSE 1.0" in text
    assert "POSITION: value: src.POSITION label: Position" in text
    assert "when: {VSTESTCD: [SYSBP]}" in text
    assert "annotated_crf: acrf.pdf" in made.files["study.yaml"]
    told = [(each.code, each.place.record) for each in made.findings if each.code == "E4386"]
    assert told == [("E4386", "VS.VSORRES")]
    assert ("E1051", "Documents") in [(e.code, e.place.record) for e in made.findings]


@pytest.mark.parametrize(
    ("edit", "code", "cell"),
    [
        ({"Variables!Dataset@5": "VX"}, "E1041", "Variables!B5"),
        ({"Variables!Length@5": "8 bytes"}, "E1105", "Variables!F5"),
        ({"Variables!Data Type@5": "numeric"}, "E1045", "Variables!E5"),
        ({"Variables!Origin@5": "Site"}, "E1045", "Variables!K5"),
        ({"Variables!Method@5": "MT.9"}, "E1041", "Variables!M5"),
        ({"Variables!Comment@5": "C.9"}, "E1041", "Variables!P5"),
        ({"Variables!Codelist@6": "TD"}, "E1041", "Variables!J6"),
        ({"Variables!Variable@5": "USUBJID"}, "E1042", "Variables!C5"),
        ({"ValueLevel!Where Clause@2": "W.9"}, "E1041", "ValueLevel!D2"),
        ({"Methods!ID@3": "MT.1"}, "E1042", "Methods!A3"),
        ({"Datasets!Dataset@2": ""}, "E1040", "Datasets!A2"),
    ],
    ids=str,
)
def test_a_fault_names_its_cell(edit: dict[str, str], code: str, cell: str, tmp_path: Path) -> None:
    book = write_book(tmp_path / "spec.xlsx", changed(small_book(), edit))
    with pytest.raises(SpecError) as refused:
        import_workbook(book)
    assert (code, cell) in [(e.code, e.place.record) for e in refused.value.diagnostics]


def test_a_fault_of_the_begun_study_names_the_cell_it_comes_from(tmp_path: Path) -> None:
    label = "A label of far more than forty characters that no file holds"
    book = write_book(tmp_path / "spec.xlsx", changed(small_book(), {"Variables!Label@7": label}))
    found = [(e.code, e.place.record) for e in import_workbook(book).findings]
    assert ("E1230", "Variables!D7") in found
