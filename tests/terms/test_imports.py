"""One small codelist in each format that NCI EVS publishes gives the same table."""

from __future__ import annotations

import gzip
import io

import pytest
import xlsxwriter
from trialport.diagnostics import DataError
from trialport.terms import import_terminology, load_terminology

HEADER = (
    "Code",
    "Codelist Code",
    "Codelist Extensible (Yes/No)",
    "Codelist Name",
    "CDISC Submission Value",
    "CDISC Synonym(s)",
    "CDISC Definition",
    "NCI Preferred Term",
)
LINES = (
    ("C66742", "", "No", "No Yes Response", "NY", "No Yes Response", "A yes or no.", "NY"),
    ("C49488", "C66742", "", "No Yes Response", "Y", "Yes", "Affirmative", "Yes"),
    ("C17998", "C66742", "", "No Yes Response", "U", "U; UNK; Unknown", 'not "known"', "Unknown"),
)
TABLE = (
    "codelist_code,codelist,codelist_name,extensible,term_code,term,decode,synonyms\n"
    "C66742,NY,No Yes Response,No,C17998,U,Unknown,U; UNK; Unknown\n"
    "C66742,NY,No Yes Response,No,C49488,Y,Yes,Yes\n"
)
ODM = """<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"
     xmlns:nciodm="http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC">
  <Study OID="CT"><MetaDataVersion OID="V1" Name="CT">
    <CodeList OID="CL.C66742.NY" Name="No Yes Response" DataType="text"
              nciodm:ExtCodeID="C66742" nciodm:CodeListExtensible="No">
      <Description><TranslatedText xml:lang="en">A yes or no.</TranslatedText></Description>
      <EnumeratedItem CodedValue="U" nciodm:ExtCodeID="C17998">
        <nciodm:CDISCSynonym>U</nciodm:CDISCSynonym>
        <nciodm:CDISCSynonym>UNK</nciodm:CDISCSynonym>
        <nciodm:CDISCSynonym>Unknown</nciodm:CDISCSynonym>
        <nciodm:PreferredTerm>Unknown</nciodm:PreferredTerm>
      </EnumeratedItem>
      <EnumeratedItem CodedValue="Y" nciodm:ExtCodeID="C49488">
        <nciodm:CDISCSynonym>Yes</nciodm:CDISCSynonym>
        <nciodm:PreferredTerm>Yes</nciodm:PreferredTerm>
      </EnumeratedItem>
      <nciodm:CDISCSubmissionValue>NY</nciodm:CDISCSubmissionValue>
    </CodeList>
  </MetaDataVersion></Study>
</ODM>
"""


def _text() -> bytes:
    return "\n".join("\t".join(line) for line in (HEADER, *LINES)).encode()


def _workbook() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.add_worksheet("ReadMe").write_string(0, 0, "SDTM Terminology")
        sheet = book.add_worksheet("SDTM Terminology 2025-03-28")
        for row, line in enumerate((HEADER, *LINES)):
            for column, value in enumerate(line):
                sheet.write_string(row, column, value)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("SDTM Terminology.txt", _text()),
        ("SDTM Terminology.xlsx", _workbook()),
        ("SDTM Terminology.odm.xml", ODM.encode()),
        ("sdtmct.csv", TABLE.encode()),
        ("sdtmct.csv.gz", gzip.compress(TABLE.encode())),
    ],
)
def test_every_format_gives_the_same_table(name: str, content: bytes) -> None:
    table = import_terminology(content, name)
    assert gzip.decompress(table).decode() == TABLE
    assert load_terminology(table)["C66742"].values == ("U", "Y")


def test_the_same_content_gives_the_same_bytes() -> None:
    table = import_terminology(_text(), "ct.txt")
    assert table == import_terminology(ODM.encode(), "ct.xml")
    assert table[4:8] == bytes(4)  # the time in the gzip header (RFC 1952)


def test_a_document_type_is_refused_before_its_entities_are_read() -> None:
    hostile = '<!DOCTYPE ODM [<!ENTITY x SYSTEM "file:///etc/hostname">]><ODM>&x;</ODM>'
    with pytest.raises(DataError) as raised:
        import_terminology(hostile.encode(), "ct.xml")
    assert str(raised.value) == (
        "E3093 ct.xml: the XML declares a document type; "
        "take the file as published, or remove the document type"
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "ct.pdf",
            b"",
            "E3091 ct.pdf: '.pdf' is no known ending; "
            "'.txt', '.tsv', '.csv', '.csv.gz', '.xlsx', '.xls', '.xml'",
        ),
        (
            "ct.txt",
            b"\t".join(each.encode() for each in HEADER[1:]),
            "E3092 ct.txt:1: the header lacks 'Code'; take the file as NCI EVS publishes it",
        ),
        ("ct.xml", b"<ODM>\n<Study></ODM>", "E3093 ct.xml:2: the XML is not well-formed"),
        ("ct.txt", "\t".join(HEADER).encode(), "E3094 ct.txt: the file has no terms"),
        (
            "ct.txt",
            "\n".join("\t".join(line) for line in (HEADER, LINES[1])).encode(),
            "E3095 ct.txt:2: term 'Y' belongs to codelist C66742, which has no line; "
            "take the whole package",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(name: str, content: bytes, message: str) -> None:
    with pytest.raises(DataError) as raised:
        import_terminology(content, name)
    assert str(raised.value) == message
