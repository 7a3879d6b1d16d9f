"""What is written, judged by the strict parser; what is refused, judged by its message."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trialport.diagnostics import WriteError
from trialport.xport import Member, Variable, Written, measure, write_member

from tests.xport.members import char, num, parsed, written
from tests.xport.strict_parser import Missing, ibm_pattern


def _refusals(
    variables: list[Variable], columns: dict[str, Any], encoding: str = "ascii"
) -> list[str]:
    with pytest.raises(WriteError) as caught:
        written(variables, columns, encoding=encoding)
    return [str(each) for each in caught.value.diagnostics]


def test_the_header_is_what_the_layout_asks_for() -> None:
    content = written(
        [char("USUBJID", label="Subject"), num("AESEQ", label="Number")],
        {"USUBJID": ["S1", "S22"], "AESEQ": [1, 2]},
        label="Adverse Events",
    )
    member = parsed(content)
    assert (member.name, member.label) == ("AE", b"Adverse Events")
    assert [(each.name, each.label, each.length) for each in member.variables] == [
        ("USUBJID", b"Subject", 3),
        ("AESEQ", b"Number", 8),
    ]
    assert member.rows == [(b"S1", 1.0), (b"S22", 2.0)]
    assert member.created == member.modified == b"01JAN60:00:00:00"
    assert content[104:120] == b"9.4     " + b" " * 8


def test_the_creation_time_is_an_argument() -> None:
    stream = io.BytesIO()
    member = Member("AE", "", (num("X"),))
    batch = pa.RecordBatch.from_pydict({"X": [1.0]})
    zone = datetime.timezone(datetime.timedelta(hours=8))
    created = datetime.datetime(2024, 3, 1, 7, 5, 9, tzinfo=zone)
    found = write_member(stream, member, [batch], created=created)
    assert parsed(stream.getvalue()).created == b"29FEB24:23:05:09"
    assert found == Written(1, len(stream.getvalue()))


def test_a_creation_time_out_of_range_is_refused() -> None:
    with pytest.raises(WriteError) as caught:
        created = datetime.datetime(2060, 1, 1)
        write_member(io.BytesIO(), Member("AE", "", (num("X"),)), [], created=created)
    assert str(caught.value) == (
        "E4032 AE: the year 2060 of the creation time cannot be stored; "
        "give a time from 1960 to 2059"
    )


def test_the_same_input_gives_the_same_bytes() -> None:
    first = written([char("A"), num("B")], {"A": ["x"], "B": [0.5]})
    assert first == written([char("A"), num("B")], {"A": ["x"], "B": [0.5]})


def test_numbers_dates_and_times_become_sas_numbers() -> None:
    columns = {
        "D": pa.array([datetime.date(1960, 1, 1), datetime.date(2024, 3, 1), None]),
        "T": pa.array([datetime.datetime(1960, 1, 1, 0, 0, 1, 500_000), None, None]),
        "M": pa.array([datetime.time(1, 2, 3), None, None]),
        "I": pa.array([2**53, -(2**53), None]),
        "F": pa.array([0.1, float("nan"), None], pa.float64()),
        "S": pa.array([1.5, -0.0, None], pa.float32()),
        "N": pa.nulls(3),
    }
    member = parsed(written([num(name) for name in columns], columns))
    none = Missing(".")
    assert member.rows == [
        (0.0, 1.5, 3723.0, 2.0**53, 0.1, 1.5, none),
        (23436.0, none, none, -(2.0**53), none, 0.0, none),
        (none,) * 7,
    ]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_timestamps_of_every_unit_are_seconds(unit: str) -> None:
    moments = pa.array([datetime.datetime(2024, 3, 1, 8, 30)], pa.timestamp(unit))
    # 23436 days to 2024-03-01, then 8 hours and a half
    assert parsed(written([num("T")], {"T": moments})).rows == [(23436 * 86400.0 + 30600,)]


def test_special_missing_values_come_from_a_column_of_their_own() -> None:
    codes = [None, ".A", "._", ".Z", "."]
    columns = {
        "X": pa.array([1.0, None, None, None, None]),
        "X__missing": pa.array(codes, pa.string()),
    }
    content = written([num("X")], columns)
    member = parsed(content)
    assert [row[0] for row in member.rows] == [1.0, *(Missing(code or "") for code in codes[1:])]
    firsts = [member.observation_bytes[at : at + 8].hex() for at in range(8, 40, 8)]
    assert firsts == [first + "00" * 7 for first in ("41", "5f", "5a", "2e")]


@pytest.mark.parametrize(
    ("number", "code", "problem"),
    [
        (None, ".a", "'.a' is no missing value; missing values are '.', '._' and '.A' to '.Z'"),
        (
            1.0,
            ".A",
            "a missing value '.A' stands beside a number; "
            "let the number be NULL where the value is missing",
        ),
    ],
)
def test_wrong_special_missing_values_are_refused(
    number: float | None, code: str, problem: str
) -> None:
    columns = {"X": pa.array([0.0, number]), "X__missing": pa.array([None, code])}
    assert _refusals([num("X")], columns) == [f"E4028 AE row 2 column X: {problem}"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: pa.array(["a", None, "ccc"]),
        lambda: pa.array(["a", None, "ccc"], pa.large_string()),
        lambda: pa.array(["a", None, "ccc"], pa.string_view()),
        lambda: pa.array(["a", None, "ccc"]).dictionary_encode(),
        lambda: pa.array(["zz", "a", None, "ccc", "zz"]).slice(1, 3),
    ],
)
def test_text_of_every_arrow_kind_is_written(make: Callable[[], pa.Array[Any]]) -> None:
    member = parsed(written([char("A")], {"A": make()}))
    assert member.rows == [(b"a",), (b"",), (b"ccc",)]
    assert member.variables[0].length == 3


@pytest.mark.parametrize(
    ("encoding", "fits", "too_long", "size"),
    [
        ("ascii", "a" * 40, "a" * 41, 41),
        ("utf-8", "维" * 13, "维" * 14, 42),
        ("gb18030", "维" * 20, "维" * 21, 42),
    ],
)
def test_labels_have_40_bytes_at_most(encoding: str, fits: str, too_long: str, size: int) -> None:
    member = parsed(written([num("X", label=fits)], {"X": [1]}, label=fits, encoding=encoding))
    assert member.variables[0].label == member.label == fits.encode(encoding)
    assert _refusals([num("X", label=too_long)], {"X": [1]}, encoding=encoding) == [
        f"E4014 AE column X: the label has {size} bytes in {encoding}; shorten it to 40 bytes"
    ]


@pytest.mark.parametrize(
    ("encoding", "fits", "too_long", "size"),
    [
        ("ascii", "a" * 200, "a" * 201, 201),
        ("utf-8", "维" * 66, "维" * 67, 201),
        ("gb18030", "维" * 100, "维" * 101, 202),
    ],
)
def test_text_has_200_bytes_at_most(encoding: str, fits: str, too_long: str, size: int) -> None:
    member = parsed(written([char("A")], {"A": ["x", fits]}, encoding=encoding))
    assert member.rows[1] == (fits.encode(encoding),)
    assert _refusals([char("A")], {"A": ["x", too_long]}, encoding=encoding) == [
        f"E4021 AE row 2 column A: the text has {size} bytes, more than the 200 of the variable; "
        "give a greater length, up to 200 bytes, or split the text over several variables"
    ]


def test_text_longer_than_its_pinned_length_is_refused_for_every_variable() -> None:
    columns = {"A": ["12", "123"], "B": ["1", "12"], "C": ["1", "1"]}
    refusals = _refusals([char("A", 2), char("B", 1), char("C", 1)], columns)
    assert [each.split(":")[0] for each in refusals] == [
        "E4021 AE row 2 column A",
        "E4021 AE row 2 column B",
    ]


def test_all_bad_names_labels_and_lengths_are_named_at_once() -> None:
    variables = [
        num("AAAAAAAA"),
        num("AAAAAAAAA"),
        num("1A"),
        num("A B"),
        num("a"),
        num(""),
        num("B", label="x" * 41),
        num("B", label="two\nlines"),
        num("C", 9),
        char("D", 201),
    ]
    member = Member("ae", "", tuple(variables))
    with pytest.raises(WriteError) as caught:
        write_member(io.BytesIO(), member, [])
    rule = "names have 1 to 8 capital letters, digits or _, and no digit first"
    assert str(caught.value).split("\n") == [
        "E4010 ae: the dataset name 'ae' cannot be stored; write 'AE'",
        "E4012 ae column B: the variable name 'B' is given 2 times; rename or drop all but one",
        f"E4011 ae column AAAAAAAAA: the variable name 'AAAAAAAAA' cannot be stored; {rule}",
        f"E4011 ae column 1A: the variable name '1A' cannot be stored; {rule}",
        f"E4011 ae column A B: the variable name 'A B' cannot be stored; {rule}",
        "E4011 ae column a: the variable name 'a' cannot be stored; write 'A'",
        f"E4011 ae: the variable has no name; {rule}",
        "E4014 ae column B: the label has 41 bytes in ascii; shorten it to 40 bytes",
        "E4015 ae column B: the label holds a control character; "
        "write the label on one line, without tabs",
        "E4017 ae column C: length 9 cannot be stored; numbers have 3 to 8 bytes",
        "E4017 ae column D: length 201 cannot be stored; "
        "text has 1 to 200 bytes; split longer text over several variables",
    ]


def test_a_dataset_without_variables_is_refused() -> None:
    assert _refusals([], {}) == ["E4013 AE: the dataset has no variables; give at least one"]


def test_columns_that_are_no_variables_are_refused() -> None:
    assert _refusals([num("X")], {"X": [1], "A": [1]}) == [
        "E4019 AE column A: the column is no variable of the dataset; drop it, or describe it"
    ]


def test_a_text_without_length_is_refused_when_streaming() -> None:
    with pytest.raises(WriteError, match="E4017 AE column A: the text has no length; give a"):
        write_member(io.BytesIO(), Member("AE", "", (char("A"),)), [])


def test_an_unknown_encoding_is_refused() -> None:
    assert _refusals([char("A")], {"A": ["x"]}, encoding="utf8-sig") == [
        "E4030 AE: unknown encoding 'utf8-sig'; did you mean 'utf-8'?"
    ]


@pytest.mark.parametrize(
    ("value", "refusal"),
    [
        (float("inf"), "E4023 AE row 2 column X: the number is infinite"),
        (float("-inf"), "E4023 AE row 2 column X: the number is infinite"),
        (7.3e75, "E4024 AE row 2 column X: the number 7.3e+75 is too large"),
        (-1e300, "E4024 AE row 2 column X: the number -1e+300 is too large"),
        (1e-80, "E4025 AE row 2 column X: the number 1e-80 is too small"),
        (5e-324, "E4025 AE row 2 column X: the number 5e-324 is too small"),
    ],
)
def test_numbers_out_of_range_are_refused(value: float, refusal: str) -> None:
    (found,) = _refusals([num("X")], {"X": [1.0, value]})
    assert found.split(";")[0] == refusal


def test_underflow_to_0_is_allowed_on_request_only() -> None:
    content = written([num("X")], {"X": [1e-80, -5e-324, 1.0]}, allow_underflow=True)
    assert parsed(content).rows == [(0.0,), (0.0,), (1.0,)]
    with pytest.raises(WriteError, match="E4024"):
        written([num("X")], {"X": [1e76, 1e-80]}, allow_underflow=True)


def test_whole_numbers_that_a_double_cannot_hold_are_refused() -> None:
    assert _refusals([num("X")], {"X": pa.array([1, None, 2**53 + 1])}) == [
        "E4026 AE row 3 column X: the whole number 9007199254740993 cannot be stored exactly; "
        "write it as text; numbers are exact up to 9007199254740992"
    ]


def test_times_finer_than_a_microsecond_are_refused() -> None:
    (found,) = _refusals([num("X")], {"X": pa.array([1000, 1001], pa.timestamp("ns"))})
    assert found.startswith("E4035 AE row 2 column X: the time is finer than a microsecond")


@pytest.mark.parametrize("length", range(3, 9))
def test_short_numbers_are_written_where_nothing_is_lost(length: int) -> None:
    member = parsed(
        written([num("X", length), char("C")], {"X": [1.0, -2.5, None], "C": ["a"] * 3})
    )
    assert member.rows == [(1.0, b"a"), (-2.5, b"a"), (Missing("."), b"a")]
    assert member.variables[0].length == length


def test_short_numbers_lose_no_digits() -> None:
    assert _refusals([num("X", 3)], {"X": [1.0, 0.1]}) == [
        "E4027 AE row 2 column X: the number does not fit in 3 bytes without losing digits; "
        "let the variable have length 8"
    ]


@pytest.mark.parametrize("control", ["\n", "\t", "\0", "\x7f", "\x1f"])
def test_control_characters_are_refused(control: str) -> None:
    (found,) = _refusals([char("A")], {"A": ["x", "y", f"a{control}b"]}, encoding="utf-8")
    assert found.startswith("E4022 AE row 3 column A: the text holds a control character")


def test_characters_that_do_not_fit_are_refused() -> None:
    assert _refusals([char("A")], {"A": ["x", "5 µg"]}) == [
        "E4016 AE row 2 column A: the character '\\xb5' does not fit the encoding ascii; "
        "replace it in the mapping, choose another encoding, or allow on_unencodable="
        "'transliterate' or 'replace'"
    ]


def test_changed_characters_are_counted() -> None:
    member = Member("AE", "", (char("A", 9, "µg"),))
    batch = pa.RecordBatch.from_pydict({"A": ["5 µg", "x", "5 µg", "≥ 5"]})
    stream = io.BytesIO()
    found = write_member(stream, member, [batch], on_unencodable="transliterate")
    assert parsed(stream.getvalue()).column("A") == [b"5 ug", b"x", b"5 ug", b">= 5"]
    assert [str(each) for each in found.findings] == [
        "E4033 AE column A: the label was changed to fit the encoding ascii; "
        "change it in the specification",
        "E4033 AE column A: 3 values were changed to fit the encoding ascii; "
        "compare them with the raw data",
    ]


@pytest.mark.parametrize(
    ("columns", "refusal"),
    [
        (
            {"AETREM": ["x"]},
            "E4019 AE column AETERM: the data hold no such column; did you mean 'AETREM'?",
        ),
        (
            {"AETERM": [True]},
            "E4020 AE column AETERM: the type bool cannot be written as text; "
            "write 'Y' and NULL, or 1 and 0",
        ),
        (
            {"AETERM": [b"x"]},
            "E4020 AE column AETERM: the type binary cannot be written as text; "
            "cast it to text first",
        ),
    ],
)
def test_columns_that_do_not_fit_are_refused(columns: dict[str, Any], refusal: str) -> None:
    assert _refusals([char("AETERM")], columns)[0] == refusal


def test_times_with_a_zone_and_truth_values_are_no_numbers() -> None:
    zoned = pa.array([0], pa.timestamp("us", "UTC"))
    refusals = _refusals([num("T"), num("B")], {"T": zoned, "B": [True]})
    assert refusals == [
        "E4020 AE column T: the type timestamp[us, tz=UTC] cannot be written as a number; "
        "convert it to local time without a zone first",
        "E4020 AE column B: the type bool cannot be written as a number; "
        "write 'Y' and NULL, or 1 and 0",
    ]


def test_zero_rows_are_a_header_alone() -> None:
    content = written(
        [char("A"), num("X")], {"A": pa.array([], pa.string()), "X": pa.array([], pa.float64())}
    )
    member = parsed(content)
    assert member.rows == []
    assert [each.length for each in member.variables] == [1, 8]
    assert member.observation_bytes == b""


def test_variables_without_a_value_have_their_shortest_length() -> None:
    columns = {"A": pa.nulls(2, pa.string()), "X": pa.nulls(2, pa.float64())}
    member = parsed(written([char("A"), num("X")], columns))
    assert member.rows == [(b"", Missing("."))] * 2
    assert member.variables[0].length == 1


@pytest.mark.parametrize("length", [1, 40, 79, 80, 81, 160])
def test_the_last_record_is_filled_with_blanks(length: int) -> None:
    content = written([char("A", length)], {"A": ["x"] * 7})
    assert len(content) % 80 == 0
    assert parsed(content).rows == [(b"x",)] * 7


@pytest.mark.parametrize(("length", "is_clear"), [(1, False), (79, False), (80, True), (81, True)])
def test_a_blank_last_observation_is_refused_where_it_would_be_lost(
    length: int, is_clear: bool
) -> None:
    if is_clear:
        content = written([char("A", length)], {"A": ["x", "", ""]})
        assert parsed(content).rows == [(b"x",), (b"",), (b"",)]
        return
    assert _refusals([char("A", length)], {"A": ["x", "", ""]}) == [
        "E4029 AE row 3: the last observation is blank and could be taken for the end of the "
        "file; drop it, sort it upwards, or make observations 80 bytes long"
    ]


def test_text_that_would_begin_another_member_is_refused() -> None:
    trap = "HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!" + "0" * 30
    (found,) = _refusals([num("X"), char("A")], {"X": [1, 2], "A": ["", trap]})
    assert found.startswith("E4031 AE row 2 column A: the text begins a header record")


def test_formats_are_kept_in_the_namestr() -> None:
    formats = {
        "A": ("num", "DATE9.", ("DATE", 9, 0)),
        "B": ("num", "E8601DT19.", ("E8601DT", 19, 0)),
        "C": ("num", "8.2", ("", 8, 2)),
        "D": ("char", "$20.", ("$", 20, 0)),
        "E": ("num", "BEST12.", ("BEST", 12, 0)),
    }
    variables = [
        Variable(name, "", "char" if kind == "char" else "num", None, text, text)
        for name, (kind, text, _) in formats.items()
    ]
    columns: dict[str, Any] = {name: ["x"] if name == "D" else [1.0] for name in formats}
    member = parsed(written(variables, columns))
    for variable in member.variables:
        assert variable.format == variable.informat == formats[variable.name][2]


def test_formats_that_do_not_fit_are_refused() -> None:
    variables = [
        Variable("A", "", "num", None, "DATE 9."),
        Variable("B", "", "num", None, "$8."),
        Variable("C", "", "char", 1, "DATE9."),
    ]
    with pytest.raises(WriteError) as caught:
        write_member(io.BytesIO(), Member("AE", "", tuple(variables)), [])
    assert str(caught.value).split("\n") == [
        "E4018 AE column A: format 'DATE 9.' is not written as SAS writes one; "
        "write it like DATE9., 8.2 or $20., with a name of at most 8 bytes",
        "E4018 AE column B: format '$8.' does not go with the variable's type; "
        "number formats have no $",
        "E4018 AE column C: format 'DATE9.' does not go with the variable's type; "
        "text formats start with $",
    ]


def test_lengths_are_measured_over_all_batches() -> None:
    member = Member("AE", "", (char("A"), char("B", 7), num("X")))
    batches = [
        pa.RecordBatch.from_pydict({"A": [text], "B": ["x"], "X": [1.0]})
        for text in ("aaa", "aaaaaaa", "aaaaa")
    ]
    assert [each.length for each in measure(batches, member).variables] == [7, 7, 8]
    assert [each.length for each in measure([], member).variables] == [1, 7, 8]


def test_batches_of_every_size_make_the_same_file() -> None:
    numbers = [float(each) for each in range(1000)]
    table = pa.table({"X": numbers, "A": [f"t{each:.0f}" for each in numbers]})
    member = Member("AE", "", (char("A", 5), num("X")))
    files: set[bytes] = set()
    for rows in (1, 7, 1000):
        stream = io.BytesIO()
        write_member(stream, member, table.to_batches(max_chunksize=rows))
        files.add(stream.getvalue())
    assert len(files) == 1


def test_chunks_keep_their_order_and_rows_their_number() -> None:
    numbers = np.arange(70_000, dtype=np.float64)
    member = parsed(written([num("X")], {"X": numbers}))
    assert member.column("X") == numbers.tolist()
    numbers[69_998] = np.inf
    (found,) = _refusals([num("X")], {"X": numbers})
    assert found.startswith("E4023 AE row 69999 column X")


def test_a_million_doubles_are_stored_as_exact_arithmetic_says() -> None:
    random = np.random.default_rng(4)
    numbers = 10.0 ** random.uniform(-75, 75, 1_000_000) * random.choice([-1.0, 1.0], 1_000_000)
    content = written([num("X")], {"X": numbers})
    start = content.index(b"HEADER RECORD*******OBS     ") + 80
    sample = range(0, 1_000_000, 20)
    stored = [content[start + at * 8 : start + at * 8 + 8] for at in sample]
    assert stored == [ibm_pattern(value) for value in numbers[::20].tolist()]


_TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=90)
_NUMBERS = st.one_of(
    st.none(),
    st.integers(-(2**53), 2**53).map(float),
    st.floats(-1e75, 1e75).filter(lambda value: value == 0 or abs(value) > 1e-78),
)


@settings(deadline=None)
@given(st.lists(st.tuples(_TEXTS, _NUMBERS), max_size=8))
def test_the_strict_parser_reads_what_was_written(rows: list[tuple[str, float | None]]) -> None:
    columns = {
        "A": pa.array([text for text, _ in rows], pa.string()),
        "X": pa.array([number for _, number in rows], pa.float64()),
    }
    member = parsed(written([char("A"), num("X")], columns))
    assert member.rows == [
        (text.rstrip(" ").encode(), Missing(".") if number is None else number)
        for text, number in rows
    ]


def test_pyreadstat_reads_the_same(tmp_path: Path) -> None:
    columns = {"A": ["a", "", "ccc"], "X": [0.1, 0.0, None], "D": [datetime.date(2024, 3, 1)] * 3}
    variables = [
        Variable("A", "Text", "char"),
        Variable("X", "Number", "num", None, "8.2"),
        Variable("D", "Day", "num", None, "DATE9."),
    ]
    path = tmp_path / "ae.xpt"
    path.write_bytes(written(variables, columns, label="Adverse Events"))
    found: Any = pyreadstat.read_xport(str(path))
    frame, metadata = found
    assert frame["A"].tolist() == ["a", "", "ccc"]
    assert frame["X"].tolist()[:2] == [0.1, 0.0]
    assert np.isnan(frame["X"].tolist()[2])
    assert frame["D"].tolist() == [datetime.date(2024, 3, 1)] * 3
    assert metadata.column_names_to_labels == {"A": "Text", "X": "Number", "D": "Day"}
    assert (metadata.table_name, metadata.file_label) == ("AE", "Adverse Events")
    assert metadata.original_variable_types == {"A": None, "X": "8.2", "D": "DATE9"}
