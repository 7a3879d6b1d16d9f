"""Make a terminology table from what NCI EVS publishes: text, workbook or ODM XML."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from xml.etree import ElementTree

from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.terms.codelists import COLUMNS

Row = tuple[str, str, str, str, str, str, str, str]

_KINDS = (".txt", ".tsv", ".csv", ".csv.gz", ".xlsx", ".xls", ".xml")
_ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
_NCI = "{http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC}"
_EVS = {
    "code": "Code",
    "codelist_code": "Codelist Code",
    "extensible": "Codelist Extensible (Yes/No)",
    "codelist_name": "Codelist Name",
    "value": "CDISC Submission Value",
    "synonyms": "CDISC Synonym(s)",
    "decode": "NCI Preferred Term",
}


def import_terminology(content: bytes, name: str) -> bytes:
    """Return the gzipped terminology table of a published package; same content, same bytes.

    Args:
        content: the file as downloaded, or a table of ours.
        name: its file name; the ending tells the format: `.txt` (tab separated), `.xlsx` or
            `.xls`, `.xml` (ODM), `.csv` or `.csv.gz`.

    Raises:
        DataError: E3091 unknown ending, E3092 a needed column is absent, E3093 the XML is not
            well-formed or declares a document type, E3094 there are no terms, E3095 a term
            stands under a codelist that the file does not define, E3260 the file is damaged.
    """
    try:
        return terminology_table(_rows(content, name), name)
    except (UnicodeDecodeError, OSError, EOFError, zlib.error) as error:
        raise _fault("E3260", name, "the file is not text in UTF-8, or is damaged", "") from error


def _rows(content: bytes, name: str) -> list[Row]:
    ending = name.lower()
    if ending.endswith((".txt", ".tsv")):
        return rows_of_text(content, name)
    if ending.endswith((".xlsx", ".xls")):
        return rows_of_workbook(content, name)
    if ending.endswith(".xml"):
        return rows_of_odm(content, name)
    if ending.endswith((".csv", ".csv.gz")):
        return rows_of_table(content, name)
    kinds = ", ".join(f"'{each}'" for each in _KINDS)
    raise _fault("E3091", name, f"'{PurePath(name).suffix}' is no known ending", kinds)


def terminology_table(rows: Iterable[Row], name: str = "") -> bytes:
    """Return the rows as a gzipped table, sorted by codelist code, submission value and code."""
    unique = sorted(set(rows), key=lambda row: (row[0], row[5].casefold(), row[5], row[4]))
    if not unique:
        raise _fault("E3094", name, "the file has no terms", "")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(unique)
    return gzip.compress(text.getvalue().encode("utf-8"), compresslevel=9, mtime=0)


def rows_of_text(content: bytes, name: str = "") -> list[Row]:
    """Return the terms of the tab-separated text that NCI EVS publishes."""
    lines = content.decode("utf-8-sig").splitlines()
    table = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return _evs_rows(list(table), name)


def rows_of_workbook(content: bytes, name: str = "") -> list[Row]:
    """Return the terms of the workbook that NCI EVS publishes: its widest matching sheet."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = [book.get_sheet_by_name(each).to_python() for each in book.sheet_names]
    tables = [[[str(cell) for cell in row] for row in sheet] for sheet in sheets]
    fitting = [each for each in tables if each and not _missing(each[0])]
    return _evs_rows(fitting[0] if fitting else (tables or [[]])[0], name)


def rows_of_odm(content: bytes, name: str = "") -> list[Row]:
    """Return the terms of the ODM XML that NCI EVS publishes.

    A document type is refused before anything it declares is read, so no entity is expanded and
    nothing outside the file is opened.
    """
    parser = ElementTree.XMLParser(target=_NoDocumentType())
    try:
        parser.feed(content)
        root = parser.close()
    except ElementTree.ParseError as error:
        line, _ = error.position
        raise _fault("E3093", name, "the XML is not well-formed", "", line) from error
    except _DocumentTypeFoundError as error:
        remedy = "take the file as published, or remove the document type"
        raise _fault("E3093", name, "the XML declares a document type", remedy) from error
    return [row for each in root.iter(f"{_ODM}CodeList") for row in _odm_rows(each)]


def rows_of_table(content: bytes, name: str = "") -> list[Row]:
    """Return the terms of a table of ours, gzipped or not."""
    plain = gzip.decompress(content) if name.lower().endswith(".gz") else content
    table = csv.DictReader(io.StringIO(plain.decode("utf-8-sig"), newline=""))
    missing = [each for each in COLUMNS if each not in (table.fieldnames or ())]
    if missing:
        raise _columns_missing(missing, name)
    return [_row(*(each[column] for column in COLUMNS)) for each in table]


def _evs_rows(table: Sequence[Sequence[str]], name: str) -> list[Row]:
    """Return the terms of an EVS table: a codelist's own line has no codelist code."""
    missing = _missing(table[0] if table else ())
    if missing:
        raise _columns_missing(missing, name)
    place = {key: list(table[0]).index(column) for key, column in _EVS.items()}
    lines = [
        (number, {key: row[at].strip() if at < len(row) else "" for key, at in place.items()})
        for number, row in enumerate(table[1:], 2)
        if any(row)
    ]
    codelists = {line["code"]: line for _, line in lines if not line["codelist_code"]}
    return [
        _evs_row(line, codelists, Place(name, number))
        for number, line in lines
        if line["codelist_code"]
    ]


def _evs_row(
    line: Mapping[str, str], codelists: Mapping[str, Mapping[str, str]], place: Place
) -> Row:
    code = line["codelist_code"]
    codelist = codelists.get(code)
    if codelist is None:
        problem = f"term '{line['value']}' belongs to codelist {code}, which has no line"
        raise DataError([Diagnostic("E3095", place, problem, "take the whole package")])
    head = (code, codelist["value"], codelist["codelist_name"], codelist["extensible"])
    return _row(*head, line["code"], line["value"], line["decode"], line["synonyms"])


def _odm_rows(codelist: ElementTree.Element) -> Iterator[Row]:
    head = (
        codelist.get(f"{_NCI}ExtCodeID", ""),
        codelist.findtext(f"{_NCI}CDISCSubmissionValue", ""),
        codelist.get("Name", ""),
        codelist.get(f"{_NCI}CodeListExtensible", "No"),
    )
    for item in codelist:
        if item.tag in {f"{_ODM}EnumeratedItem", f"{_ODM}CodeListItem"}:
            synonyms = "; ".join(each.text or "" for each in item.findall(f"{_NCI}CDISCSynonym"))
            decode = item.findtext(f"{_NCI}PreferredTerm", "")
            value = item.get("CodedValue", "")
            yield _row(*head, item.get(f"{_NCI}ExtCodeID", ""), value, decode, synonyms)


def _row(
    codelist_code: str,
    codelist: str,
    codelist_name: str,
    extensible: str,
    term_code: str,
    term: str,
    decode: str,
    synonyms: str,
) -> Row:
    """Return the row with every field on one line, as the loader finds codelists by lines."""
    is_extensible = "Yes" if extensible.strip().casefold() == "yes" else "No"
    names = (each.strip() for each in " ".join(synonyms.split()).split(";"))
    return (
        codelist_code.strip(),
        codelist.strip(),
        " ".join(codelist_name.split()),
        is_extensible,
        term_code.strip(),
        " ".join(term.split()),
        " ".join(decode.split()),
        "; ".join(each for each in names if each),
    )


def _missing(header: Sequence[str]) -> list[str]:
    return [each for each in _EVS.values() if each not in header]


def _columns_missing(missing: Sequence[str], name: str) -> DataError:
    columns = ", ".join(f"'{each}'" for each in missing)
    remedy = "take the file as NCI EVS publishes it"
    return _fault("E3092", name, f"the header lacks {columns}", remedy, 1)


def _fault(code: str, name: str, problem: str, remedy: str, line: int | None = None) -> DataError:
    return DataError([Diagnostic(code, Place(name, line), problem, remedy)])


class _DocumentTypeFoundError(Exception):
    pass


class _NoDocumentType(ElementTree.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuse the document type: no published package has one."""
        raise _DocumentTypeFoundError
