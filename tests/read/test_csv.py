from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trialport.diagnostics import DataError, Place, Severity
from trialport.read import csv as reading
from trialport.read import records
from trialport.read.csv import read_csv
from trialport.read.texts import RawTexts
from trialport.spec.nodes import RawTable, Text

SOURCES = Place("sources.yaml", 4)


def contract(encoding: str | None = "utf-8", delimiter: str = ",") -> RawTable:
    return RawTable(
        place=SOURCES,
        file=Text("labs.csv", Place("sources.yaml", 5)),
        encoding=Text(encoding, Place("sources.yaml", 6)) if encoding else None,
        delimiter=delimiter,
        columns={},
    )


def read(data: bytes, encoding: str | None = "utf-8", delimiter: str = ",") -> RawTexts:
    return read_csv(io.BytesIO(data), contract(encoding, delimiter))


def faults(data: bytes, encoding: str | None = "utf-8", delimiter: str = ",") -> list[str]:
    with pytest.raises(DataError) as caught:
        read(data, encoding, delimiter)
    return [str(each) for each in caught.value.diagnostics]


def rows(texts: RawTexts) -> list[list[str | None]]:
    columns = [column.to_pylist() for column in texts.table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "big5"]
)
def test_chinese_text_is_read_in_the_stated_encoding(encoding: str) -> None:
    texts = read("subject_no,備註\r\n101-007,中文\r\n".encode(encoding), encoding)
    assert texts.columns == ("subject_no", "備註")
    assert rows(texts) == [["101-007", "中文"]]
    assert texts.lines.to_pylist() == [2]


def test_latin_1_is_read() -> None:
    assert rows(read(b"a\nGr\xfc\xdfe\n", "latin-1")) == [["Grüße"]]


def test_cells_are_kept_as_they_stand() -> None:
    data = b'a,b,c\n 001 ,NA,""\n1e5,"x, ""y""",\n'
    assert rows(read(data)) == [[" 001 ", "NA", ""], ["1e5", 'x, "y"', ""]]


def test_a_cell_may_begin_with_what_is_a_mark_only_in_front_of_a_file() -> None:
    assert rows(read("a\n\ufeffx\n\ufeff\n".encode())) == [["\ufeffx"], ["\ufeff"]]


def test_a_file_is_read_by_path(tmp_path: Path) -> None:
    path = tmp_path / "labs.csv"
    path.write_bytes(b"a\n1\n")
    assert rows(read_csv(path, contract())) == [["1"]]


def test_records_have_the_line_that_an_editor_shows() -> None:
    data = b'a,b\r\n1,"two\r\nlines\r\n\r\n"\r\n2,x\r\n\r\n\r\n3,y\r\n\r\n'
    texts = read(data)
    assert rows(texts) == [["1", "two\r\nlines\r\n\r\n"], ["2", "x"], ["3", "y"]]
    assert texts.lines.to_pylist() == [2, 6, 9]
    assert [str(each) for each in texts.findings] == [
        "E3015 labs.csv:7: an empty line and 1 more empty lines between records, which is no record"
    ]
    assert texts.findings[0].severity is Severity.NOTE


def test_a_header_may_follow_empty_lines_and_hold_line_breaks() -> None:
    texts = read(b'\n"a\nb",c\n1,2')
    assert texts.columns == ("a\nb", "c")
    assert texts.lines.to_pylist() == [4]


def test_cr_alone_ends_a_line() -> None:
    texts = read(b"a,b\r1,2\r3,4")
    assert rows(texts) == [["1", "2"], ["3", "4"]]
    assert texts.lines.to_pylist() == [2, 3]


def test_empty_lines_at_the_end_are_no_records() -> None:
    texts = read(b"a,b\n1,2\n\n\n")
    assert rows(texts) == [["1", "2"]]
    assert texts.findings == ()


def test_a_header_without_records_is_an_empty_table() -> None:
    texts = read(b"a,b\n")
    assert texts.columns == ("a", "b")
    assert rows(texts) == []


def test_other_delimiters() -> None:
    assert rows(read(b"a;b\n1,5;2\n", delimiter=";")) == [["1,5", "2"]]
    assert rows(read(b"a\tb\n1\t2\n", delimiter="\t")) == [["1", "2"]]
    assert faults(b"a", delimiter="||") == [
        "E3016 sources.yaml:4: the delimiter '||' is not one ASCII character;"
        " state one, e.g. ',' or ';'"
    ]


def test_bytes_of_another_encoding_are_named_with_their_place() -> None:
    data = "a,b\n1,x\r\n2,中文\n".encode("gb18030")
    assert faults(data) == [
        "E3002 labs.csv:3: byte 0xD6 at offset 11 cannot be read as utf-8; the whole file reads"
        " as gb18030; if it is, state 'encoding: gb18030'"
    ]


def test_a_character_beyond_gbk_is_a_fault() -> None:
    data = "a\n㐀\n".encode("gb18030")
    assert faults(data, "gbk") == [
        "E3002 labs.csv:2: byte 0x81 at offset 2 cannot be read as gbk; the whole file reads as"
        " gb18030; if it is, state 'encoding: gb18030'"
    ]


def test_a_character_cut_off_at_the_end_is_a_fault() -> None:
    assert faults("a\n中".encode() + b"\xe4\xb8") == [
        "E3002 labs.csv:2: bytes 0xE4 0xB8 at offset 5 cannot be read as utf-8"
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
@pytest.mark.parametrize("shift", [0, 1, 2, 3])
def test_the_place_of_a_wrong_byte_is_exact_across_blocks(
    encoding: str, shift: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trialport.read.decoding._BLOCK", 7)
    good = "a\r\n中文\r\n中".encode(encoding) + "x".encode(encoding) * shift
    bad = b"\x00\xdc" if encoding == "utf-16-le" else b"\xff"
    with pytest.raises(UnicodeDecodeError) as expected:
        (good + bad + good).decode(encoding)
    found = faults(good + bad + good, encoding)[0]
    assert expected.value.start == len(good)
    assert found.startswith("E3002 labs.csv:3: byte")
    assert f" at offset {len(good)} cannot be read as {encoding}" in found


def test_blocks_do_not_change_what_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trialport.read.decoding._BLOCK", 3)
    assert rows(read("a\n中文㐀𠀀\n".encode("gb18030"), "gb18030")) == [["中文㐀𠀀"]]


def test_a_byte_order_mark_must_be_stated() -> None:
    assert faults(b"\xef\xbb\xbfa,b\n1,2\n") == [
        "E3002 labs.csv:1: the file begins with a byte order mark (0xEF 0xBB 0xBF), which utf-8"
        " has not; state 'encoding: utf-8-sig'"
    ]
    assert faults("\ufeffa\n".encode("utf-16-le"), "utf-16-le") == [
        "E3002 labs.csv:1: the file begins with a byte order mark (0xFF 0xFE), which utf-16-le"
        " has not; state 'encoding: utf-16'"
    ]
    assert faults("\ufeffa\n".encode("gb18030"), "gb18030") == [
        "E3002 labs.csv:1: the file begins with a byte order mark; save it without the mark"
    ]
    assert read(b"a\n1\n", "utf-8-sig").columns == ("a",)


def test_the_encoding_is_stated_and_known() -> None:
    assert faults(b"a", None) == [
        "E3002 sources.yaml:4: the encoding of 'labs.csv' is not stated;"
        " add 'encoding: utf-8-sig', or what the file is in"
    ]
    assert faults(b"a", "gb1803") == [
        "E3002 sources.yaml:6: unknown encoding 'gb1803'; did you mean 'gb18030'?"
    ]
    assert faults(b"a", "rot13")[0].startswith("E3002 sources.yaml:6: unknown encoding 'rot13'")
    assert faults(b"a", "undefined")[0].startswith("E3002 sources.yaml:6: unknown encoding")


def test_utf_8_read_as_gb18030_is_doubted() -> None:
    texts = read("a\n中文\n".encode(), "gb18030")
    assert [str(each) for each in texts.findings] == [
        "E3009 labs.csv: every byte reads as utf-8 too, although gb18030 is stated; look at a text"
        " that is not ASCII; if it is garbled, state 'encoding: utf-8'"
    ]
    assert texts.findings[0].severity is Severity.WARNING
    assert read("a\n中文\n".encode("gb18030"), "gb18030").findings == ()


def test_column_names_are_there_once() -> None:
    assert faults(b"a,b,a,B,,__line\n") == [
        "E3003 labs.csv:1: columns 1 and 3 are both named 'a'; rename one of them",
        "E3003 labs.csv:1: columns 2 and 4 differ only in case: 'b', 'B'; rename one of them",
        "E3003 labs.csv:1: column 5 has no name; name it, or remove the empty column",
        "E3003 labs.csv:1: the column name '__line' is kept for the line of a record;"
        " rename the column",
    ]


def test_every_record_has_as_many_cells_as_the_header() -> None:
    assert faults(b'a,b\n1,2\n1,2,3\n"x\ny"\n1,"2,3"\n') == [
        "E3004 labs.csv:3: the record has 3 cells, the header 2;"
        " quote cells that hold the delimiter",
        "E3004 labs.csv:4: the record has 1 cell, the header 2; add the missing cells",
    ]


def test_many_faulty_records_are_counted() -> None:
    found = faults(b"a,b\n" + b"1\n" * 50)
    assert len(found) == 21
    assert found[-1] == (
        "E3004 labs.csv: 30 more records have another number of cells than the header"
    )


REMEDY = "close the cell, quote it as a whole, and double each quote inside it"


@pytest.mark.parametrize(
    ("data", "line", "problem"),
    [
        (b'a,b\n1,"x\n2,y\n', 2, "the quote that opens here is never closed"),
        (b'a,b\n1,"x ""y""\n2,z\n', 2, "the quote that opens here is never closed"),
        (b'"', 1, "the quote that opens here is never closed"),
        (
            b'a,b\n1,"x\n2,y\n3,"z"\n',
            2,
            "the quoted cell that opens here has a quote on line 4 that does not end it",
        ),
        (
            b'a,b\n"","" x\n',
            2,
            "the quoted cell that opens here has a quote on line 2 that does not end it",
        ),
        (
            b'a,b\n"""q","w\n""\ne"r",\n',
            2,
            "the quoted cell that opens here has a quote on line 4 that does not end it",
        ),
        (b'a,b\n1,2\n5" tall,3\n', 3, "a quote stands inside a cell that is not quoted"),
        (b'a,b\n1, "x"\n', 2, "a quote stands inside a cell that is not quoted"),
    ],
)
@pytest.mark.parametrize("block", [1, 2, 3, 5, 4096])
def test_quotes_that_cannot_be_understood(
    data: bytes, line: int, problem: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "_BLOCK", block)
    assert faults(data) == [f"E3005 labs.csv:{line}: {problem}; {REMEDY}"]


@pytest.mark.parametrize("data", [b"", b"\n\r\n\n"])
def test_an_empty_file_is_a_fault(data: bytes) -> None:
    assert faults(data) == ["E3006 labs.csv: the file is empty; export it again"]


def test_nul_is_a_fault() -> None:
    assert faults(b"a\r\n1\n2\x003\n") == [
        "E3008 labs.csv:3: a NUL stands at offset 6 of the text;"
        " export the file again, or state the encoding that it is in"
    ]


# Text that a CSV file can hold: no NUL, no half of a surrogate pair.
CELL = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=6)
TRICKY = st.text(st.sampled_from('",;\r\n x中\ufeff\u2028'), max_size=6)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    width = draw(st.integers(1, 4))
    names = [f"c{each}" for each in range(width)]
    cell = CELL | TRICKY
    return names, draw(st.lists(st.lists(cell, min_size=width, max_size=width), max_size=6))


@given(
    tables(),
    # Where lines end with LF alone, QUOTE_MINIMAL leaves a cell that holds CR without quotes.
    st.sampled_from(
        [("\r\n", csv.QUOTE_MINIMAL), *((end, csv.QUOTE_ALL) for end in ("\n", "\r\n", "\r"))]
    ),
    st.integers(1, 9),
)
def test_what_the_csv_module_writes_is_read_again(
    written: tuple[list[str], list[list[str]]], style: tuple[str, int], block: int
) -> None:
    line_end, quoting = style
    names, cells = written
    stream = io.StringIO(newline="")
    # QUOTE_* are plain numbers to the csv module.
    writer = csv.writer(stream, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(names)
    expected_lines: list[int] = []
    for record in cells:
        before = stream.getvalue()
        breaks = before.count("\n") + before.count("\r") - before.count("\r\n")
        expected_lines.append(breaks + 1)
        writer.writerow(record)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "_BLOCK", block)
        patch.setattr(reading, "_BLOCK", 4 * block)
        texts = read(stream.getvalue().encode())
    assert list(texts.columns) == names
    assert rows(texts) == cells
    assert texts.lines.to_pylist() == expected_lines


def test_a_line_break_in_a_cell_is_kept_whole_wherever_it_lies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "_BLOCK", 64)
    cells = [[str(n), 'a "long"\r\ncell ' * (n % 9)] for n in range(500)]
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([["n", "note"], *cells])
    assert rows(read(stream.getvalue().encode())) == cells
