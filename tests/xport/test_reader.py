"""What is read from files of other programs, and what is refused, judged by its message."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trialport.diagnostics import DataError
from trialport.xport import Member, Variable, measure, read_members, write_member

from tests.xport.members import char, num, written
from tests.xport.strict_parser import Missing, parse

_DATA = Path(__file__).parent / "data"
_CUT = "the file is cut or damaged; fetch or write it again"


def _read(content: bytes, encoding: str = "ascii") -> list[list[dict[str, Any]]]:
    """Return the rows of every member of a file."""
    return [
        [row for batch in stored.batches(special_missing=True) for row in batch.to_pylist()]
        for stored in read_members(io.BytesIO(content), encoding=encoding)
    ]


def _refusal(content: bytes, encoding: str = "ascii") -> str:
    with pytest.raises(DataError) as caught:
        for stored in read_members(io.BytesIO(content), encoding=encoding):
            list(stored.batches())
    return str(caught.value)


def _patched(content: bytes, at: int, patch: bytes) -> bytes:
    return content[:at] + patch + content[at + len(patch) :]


def _namestr(content: bytes, number: int = 0) -> int:
    return content.index(b"HEADER RECORD*******NAMESTR") + 80 + 140 * number


def _observations(content: bytes) -> int:
    return content.index(b"HEADER RECORD*******OBS     ") + 80


def _small() -> bytes:
    """Return a file of 4 observations of 98 bytes."""
    columns = {"A": ["a", "bb", "", "d"], "X": [1.0, None, 0.0, -2.5]}
    return written([char("A", 90, "Text"), num("X", label="Number")], columns)


def test_a_member_is_described_as_it_was_written() -> None:
    member = Member(
        "AE",
        "Adverse Events",
        (Variable("A", "Text", "char", 7, "$7."), Variable("D", "Day", "num", 8, "DATE9.", "8.2")),
    )
    stream = io.BytesIO()
    write_member(stream, member, [])
    (stored,) = read_members(stream)
    assert stored.member == member
    assert (stored.observations, stored.findings) == (0, ())
    assert list(stored.batches()) == []
    assert stored.schema().field("D").metadata == {
        b"label": b"Day",
        b"format": b"DATE9.",
        b"informat": b"8.2",
        b"length": b"8",
    }


@pytest.mark.parametrize("name", ["dm", "relrec"])
def test_sas_files_hold_what_their_publisher_says(name: str) -> None:
    expected = json.loads((_DATA / f"{name}.json").read_text(encoding="utf-8"))
    (stored,) = read_members(_DATA / f"{name}.xpt")
    rows = [list(row.values()) for batch in stored.batches() for row in batch.to_pylist()]
    assert rows == [[_plain(cell) for cell in row] for row in expected["rows"]]
    assert [each.name for each in stored.member.variables] == [
        each["name"] for each in expected["columns"]
    ]
    assert stored.member.label == expected["label"]


def _plain(cell: object) -> object:
    return cell.rstrip(" ") if isinstance(cell, str) else cell


@pytest.mark.parametrize("name", ["dm", "mh", "relrec", "adtte", "tdf-ts"])
def test_files_of_others_are_read_as_the_strict_parser_reads_them(name: str) -> None:
    content = (_DATA / f"{name}.xpt").read_bytes()
    (expected,) = parse(content)
    (rows,) = _read(content, "cp1252")
    names = [variable.name for variable in expected.variables]
    assert [[_stored(row[each]) for each in names] for row in rows] == [
        [None if isinstance(cell, Missing) else cell for cell in row] for row in expected.rows
    ]


def _stored(cell: object) -> object:
    return cell.encode("cp1252") if isinstance(cell, str) else cell


@pytest.mark.parametrize("name", ["dm", "mh", "relrec", "adtte", "tdf-ts"])
def test_reading_and_writing_keeps_every_byte_of_the_observations(name: str) -> None:
    content = (_DATA / f"{name}.xpt").read_bytes()
    (stored,) = read_members(_DATA / f"{name}.xpt", encoding="cp1252")
    stream = io.BytesIO()
    write_member(stream, stored.member, stored.batches(), encoding="cp1252")
    again = stream.getvalue()
    assert again[_observations(again) :] == content[_observations(content) :]
    assert (
        again[_namestr(again) : _observations(again)]
        == (content[_namestr(content) : _observations(content)])
    )


def test_zero_is_zero() -> None:
    (rows,) = _read((_DATA / "adtte.xpt").read_bytes())
    # 152 of the 254 subjects have an event: CNSR is 0
    assert [row["CNSR"] for row in rows].count(0.0) == 152


def test_special_missing_values_have_a_column_of_their_own() -> None:
    codes = [None, ".A", ".Z", "._", None]
    columns = {"X": [1.0, None, None, None, None], "X__missing": pa.array(codes, pa.string())}
    (rows,) = _read(written([num("X")], columns))
    assert [row["X"] for row in rows] == columns["X"]
    assert [row["X__missing"] for row in rows] == codes


def test_special_missing_values_are_never_lost_in_silence() -> None:
    columns = {"X": [1.0, None], "X__missing": pa.array([None, ".A"])}
    content = written([num("X")], columns)
    assert _refusal(content) == (
        f"E3063 stream AE row 2 at byte {_observations(content) + 8} column X: the number is the "
        "special missing value .A; read with special_missing, which gives such values a column "
        "of their own"
    )


@pytest.mark.parametrize("length", [79, 80, 81, 160])
@pytest.mark.parametrize("rows", [1, 2, 3, 80])
def test_the_number_of_observations_follows_from_the_size(length: int, rows: int) -> None:
    (found,) = _read(written([char("A", length)], {"A": ["x"] * rows}))
    assert len(found) == rows


@pytest.mark.parametrize("length", [80, 81, 100])
def test_blank_last_observations_are_kept(length: int) -> None:
    (found,) = _read(written([char("A", length)], {"A": ["x", "", "", ""]}))
    assert [row["A"] for row in found] == ["x", "", "", ""]


@pytest.mark.parametrize("length", [2, 3, 4, 5, 6, 7, 8])
def test_short_numbers_are_read_and_reported(length: int) -> None:
    content = written([num("X"), char("A", 80)], {"X": [1.0, -2.5, None], "A": ["a", "b", "c"]})
    start = _observations(content)
    rows = b"".join(
        content[at : at + length] + content[at + 8 : at + 88]
        for at in range(start, start + 3 * 88, 88)
    )
    short = _patched(content[:start], _namestr(content) + 4, bytes([0, length]))
    short = _patched(short, _namestr(content, 1) + 84, bytes([0, 0, 0, length]))
    short += rows + b" " * (-len(rows) % 80)
    (stored,) = read_members(io.BytesIO(short))
    (batch,) = stored.batches()
    assert batch.column("X").to_pylist() == [1.0, -2.5, None]
    assert batch.column("A").to_pylist() == ["a", "b", "c"]
    assert [each.code for each in stored.findings] == ["E3070"] * (length < 8)


def test_56_bit_numbers_of_mainframes_are_read() -> None:
    content = _patched(_small(), _observations(_small()) + 90, bytes.fromhex("42ffffffffffffff"))
    assert _read(content)[0][0]["X"] == 256.0


def test_long_text_of_other_writers_is_read_and_reported() -> None:
    content = written([char("A", 200), char("B", 50)], {"A": ["a"], "B": ["b"]})
    content = _patched(content, _namestr(content) + 4, (249).to_bytes(2, "big"))
    content = _patched(content, _namestr(content, 1) + 4, (1).to_bytes(2, "big"))
    content = _patched(content, _namestr(content, 1) + 84, (249).to_bytes(4, "big"))
    (stored,) = read_members(io.BytesIO(content))
    assert [str(each) for each in stored.findings] == [
        f"E3071 stream AE at byte {_namestr(content)} column A: "
        "the text has 249 bytes, more than the 200 allowed"
    ]
    (batch,) = stored.batches()
    assert batch.to_pylist() == [{"A": "a".ljust(200) + "b", "B": ""}]


@pytest.mark.parametrize(
    ("text", "encoding"), [("维生素", "gb18030"), ("維生素", "utf-8"), ("5 µg", "cp1252")]
)
def test_text_comes_back_in_its_encoding(text: str, encoding: str) -> None:
    content = written([char("A", 90, text)], {"A": ["a", text, ""]}, label=text, encoding=encoding)
    (stored,) = read_members(io.BytesIO(content), encoding=encoding)
    assert stored.member.label == stored.member.variables[0].label == text
    assert [row["A"] for row in _read(content, encoding)[0]] == ["a", text, ""]


@pytest.mark.parametrize(
    ("encoding", "other", "byte"), [("gb18030", "utf-8", "c9"), ("cp1252", "ascii", "b5")]
)
def test_the_wrong_encoding_is_refused_with_its_row(encoding: str, other: str, byte: str) -> None:
    text = "维生素" if encoding == "gb18030" else "5 µg"
    content = written([char("A", 90)], {"A": ["a", text]}, encoding=encoding)
    assert _refusal(content, other) == (
        f"E3061 stream AE row 2 at byte {_observations(content) + 90} column A: the byte 0x{byte} "
        f"is no text in the encoding {other}; give the encoding the file was written in, "
        "e.g. encoding='cp1252'"
    )


def test_utf8_text_is_not_taken_for_gb18030() -> None:
    content = written([char("A", 90)], {"A": ["ab维"]}, encoding="utf-8")
    assert _refusal(content, "gb18030").startswith("E3061 stream AE row 1")


def test_the_apostrophe_of_windows_needs_its_encoding() -> None:
    path = _DATA / "tdf-ts.xpt"
    with pytest.raises(DataError) as caught:
        list(read_members(path)[0].batches())
    assert str(caught.value).startswith(f"E3061 {path} TS row 8 at byte 4260 column TSVAL: ")
    (batch,) = read_members(path, encoding="cp1252")[0].batches()
    assert "Alzheimer’s" in batch.column("TSVAL")[7].as_py()


def test_labels_are_decoded_or_refused() -> None:
    content = written([num("X", label="5 µg")], {"X": [1.0]}, encoding="cp1252")
    assert _refusal(content) == (
        f"E3060 stream AE at byte {_namestr(content) + 18} column X: the label holds the byte "
        "0xb5, no text in ascii; give the encoding the file was written in, e.g. "
        "encoding='cp1252'"
    )


def test_an_unknown_encoding_is_refused() -> None:
    assert _refusal(_small(), "utf-99") == "E3067 stream: unknown encoding 'utf-99'; " + (
        "did you mean 'utf-8'?"
    )


def test_two_members_are_both_read() -> None:
    first, second = _small(), written([char("B", 80)], {"B": ["b", ""]}, name="DM")
    content = first + second[240:]
    assert [stored.member.name for stored in read_members(io.BytesIO(content))] == ["AE", "DM"]
    one, two = _read(content)
    assert [row["A"] for row in one] == ["a", "bb", "", "d"]
    assert [row["B"] for row in two] == ["b", ""]


def test_a_second_member_at_an_odd_offset_is_refused() -> None:
    first, second = _small(), written([char("B", 80)], {"B": ["b"]}, name="DM")
    content = first + b" " * 40 + second[240:] + b" " * 40
    assert _refusal(content) == (
        f"E3055 stream AE at byte {len(first) + 40}: a header record stands within the "
        f"observations; {_CUT}"
    )


def test_files_put_together_are_refused() -> None:
    content = _small()
    assert _refusal(content + content) == (
        f"E3055 stream AE at byte {len(content)}: a header record stands within the "
        f"observations; {_CUT}"
    )


@pytest.mark.parametrize("lost", [1, 79, 80, 100, 160])
def test_a_cut_file_is_refused(lost: int) -> None:
    content = written([char("A", 100)], {"A": ["a" * 100] * 4})
    assert len(content) - _observations(content) == 400
    code = "E3066" if lost % 80 == 0 else "E3054"
    assert _refusal(content[:-lost]).startswith(f"{code} stream ")


def test_a_cut_file_is_named_with_its_place() -> None:
    content = written([char("A", 100)], {"A": ["a" * 100] * 4})
    assert _refusal(content[:-80]) == (
        f"E3066 stream AE at byte {_observations(content) + 300}: the last observation is not "
        f"complete; {_CUT}"
    )
    assert _refusal(content[:-1]) == (
        f"E3054 stream at byte {len(content) - 1}: the size of {len(content) - 1} bytes is not a "
        f"multiple of 80; {_CUT}"
    )


def test_blank_records_at_the_end_are_no_observations() -> None:
    content = written([num("X"), num("Y"), char("A", 84)], {"X": [1.0], "Y": [1.0], "A": ["a"]})
    assert _refusal(content + b" " * 80).startswith("E3066 stream AE at byte ")


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (
            b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!" + b"0" * 30 + b"  ",
            "E3051 stream at byte 0: this is a SAS version 8 transport file, not XPORT version 5; "
            "write it as version 5",
        ),
        (
            bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011") + bytes(512),
            "E3051 stream at byte 0: this is a SAS data file (sas7bdat), not XPORT version 5; "
            "read it as sas7bdat, or write it as XPORT version 5",
        ),
        (
            b"**COMPRESSED** **COMPRESSED** **COMPRESSED** ",
            "E3051 stream at byte 0: this is a file of SAS procedure CPORT, not XPORT version 5; "
            "write it with the XPORT engine",
        ),
        (b"", "E3052 stream at byte 0: the file is empty; give an XPORT version 5 file"),
        (
            b"USUBJID,AETERM\n" * 40,
            "E3052 stream at byte 0: this is not a SAS transport file; "
            "give an XPORT version 5 file",
        ),
    ],
)
def test_other_files_are_named_as_what_they_are(content: bytes, refusal: str) -> None:
    assert _refusal(content) == refusal


def test_hostile_headers_are_refused() -> None:
    content = _small()
    count = content.index(b"HEADER RECORD*******NAMESTR") + 54
    first, second = _namestr(content), _namestr(content, 1)
    cases = {
        _patched(content, count, b"9999"): "no room for the 9999 variables",
        _patched(content, count, b"0000"): "no room for the 0 variables",
        _patched(content, count, b"00x2"): "a count is not written in digits",
        _patched(content, count, b"0001"): "no OBS header stands here",
        _patched(content, 240 + 74, b"0999"): "a namestr of 999 bytes is not known",
        _patched(content, first, b"\0\3"): "the variable type 3 is neither 1",
        _patched(content, first + 4, b"\xff\xff"): "the length -1 is not possible",
        _patched(content, first + 4, b"\0\0"): "the length 0 is not possible",
        _patched(content, second + 4, b"\0\x09"): "the length 9 is not possible",
        _patched(content, first + 4, b"\x7f\xff"): "begins at position 90, not at 32767",
        _patched(content, second + 84, b"\0\0\0\0"): "the variable begins at position 0, not at 90",
        _patched(content, second + 84, b"\xff\xff\xff\xff"): "begins at position -1, not at 0",
        _patched(content, second + 8, b"A       "): "2 variables have the name 'A'",
        _patched(content, first + 8, b" " * 8): "the variable has no name",
        _patched(content, first + 8, b"A\x01      "): "the variable name holds a control",
        _patched(content, first + 64, b"\xff\xff"): "a format has a negative width",
        _patched(content, 240, b"X"): "no MEMBER header stands here",
        _patched(content, 80, b"X"): "the library record does not begin with SAS",
        _patched(content, 400, b"X"): "the member record does not begin with SAS",
        _patched(content, 408, b" " * 8): "the dataset has no name",
        content[:240]: "the file ends within 80 bytes from here",
        content[:640]: "no room for the 2 variables",
    }
    for hostile, problem in cases.items():
        assert problem in _refusal(hostile)


def test_names_padded_with_zero_bytes_are_read() -> None:
    content = _small()
    padded = _patched(content, _namestr(content) + 8, b"A" + bytes(7))
    assert _read(padded) == _read(content)


def test_names_in_lower_case_are_read_and_reported() -> None:
    content = _patched(_small(), _namestr(_small()) + 8, b"a")
    (stored,) = read_members(io.BytesIO(content))
    assert [str(each) for each in stored.findings] == [
        f"E3072 stream AE at byte {_namestr(content)} column a: "
        "the name is not in version 5 spelling"
    ]


def test_a_pattern_that_is_no_number_is_refused() -> None:
    content = _patched(_small(), _observations(_small()) + 98 + 90, b"\x30")
    assert _refusal(content) == (
        f"E3062 stream AE row 2 at byte {_observations(content) + 188} column X: the bytes 3000... "
        "are neither a number nor a missing value; write the file again from its source"
    )


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "ae.xpt"):
        with pytest.raises(DataError) as caught:
            read_members(path)
        assert str(caught.value).startswith(f"E3050 {path}: the file cannot be read: ")


def test_variables_may_lie_in_another_order() -> None:
    content = _small()
    swapped = _patched(content, _namestr(content) + 84, (8).to_bytes(4, "big"))
    swapped = _patched(swapped, _namestr(content, 1) + 84, bytes(4))
    start = _observations(content)
    for at in range(start, start + 4 * 98, 98):
        row = content[at : at + 98]
        swapped = _patched(swapped, at, row[90:] + row[:90])
    assert _read(swapped) == _read(content)


def test_a_large_member_comes_in_chunks() -> None:
    numbers = np.arange(150_000, dtype=np.float64)
    content = written([num("X")], {"X": numbers})
    (stored,) = read_members(io.BytesIO(content))
    batches = list(stored.batches())
    assert [batch.num_rows for batch in batches] == [65_536, 65_536, 18_928]
    assert pa.Table.from_batches(batches).column("X").to_pylist() == numbers.tolist()


_TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30)
_NUMBERS = st.one_of(
    st.none(), st.floats(-1e75, 1e75).filter(lambda value: value == 0 or abs(value) > 1e-78)
)


@settings(deadline=None)
@given(st.lists(st.tuples(_TEXTS, _NUMBERS), max_size=8))
def test_what_is_written_is_read(rows: list[tuple[str, float | None]]) -> None:
    batch = pa.RecordBatch.from_pydict(
        {
            "A": pa.array([text for text, _ in rows], pa.string()),
            "X": pa.array([number for _, number in rows], pa.float64()),
        }
    )
    member = measure([batch], Member("AE", "", (char("A"), num("X"))), "utf-8")
    stream = io.BytesIO()
    write_member(stream, member, [batch], encoding="utf-8")
    (found,) = _read(stream.getvalue(), "utf-8")
    assert [(row["A"], row["X"]) for row in found] == [(a.rstrip(" "), x) for a, x in rows]


def test_damaged_files_are_refused_or_read_but_never_add_rows() -> None:
    random = np.random.default_rng(11)
    content = _small()
    start, rows = _observations(content), 4
    outcomes = {"read": 0, "refused": 0}
    for _ in range(4000):
        damaged, touched = _damaged(content, random)
        try:
            found = _read(damaged)
        except DataError:
            outcomes["refused"] += 1
            continue
        outcomes["read"] += 1
        assert sum(len(each) for each in found) * 9 <= len(damaged)
        if touched >= start:
            assert sum(len(each) for each in found) <= rows
    assert min(outcomes.values()) > 200


def _damaged(content: bytes, random: np.random.Generator) -> tuple[bytes, int]:
    """Return the content with bytes changed, dropped, or put in, and the first place of it."""
    at = int(random.integers(0, len(content)))
    noise = random.bytes(int(random.integers(1, 5)))
    kind = int(random.integers(0, 4))
    if kind == 0:
        return content[:at], at
    if kind == 1:
        return content[:at] + noise + content[at:], at
    return _patched(content, at, noise)[: len(content)], at
