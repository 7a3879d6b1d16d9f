"""Short ways to write small members and to read them back, for the tests of this room."""

from __future__ import annotations

import io
from typing import Any, Literal

import pyarrow as pa
from trialport.xport import Member, Variable, measure, write_member

from tests.xport.strict_parser import ParsedMember, parse


def char(name: str, length: int | None = None, label: str = "") -> Variable:
    return Variable(name, label, "char", length)


def num(name: str, length: int | None = None, label: str = "") -> Variable:
    return Variable(name, label, "num", length)


def written(
    variables: list[Variable],
    columns: dict[str, Any],
    *,
    name: str = "AE",
    label: str = "",
    encoding: str = "ascii",
    on_unencodable: Literal["error", "transliterate", "replace"] = "error",
    allow_underflow: bool = False,
) -> bytes:
    """Return the bytes of a file with one member; lengths not given are measured."""
    batch = pa.RecordBatch.from_pydict(columns)
    member = Member(name, label, tuple(variables))
    stream = io.BytesIO()
    write_member(
        stream,
        measure([batch], member, encoding, on_unencodable),
        [batch],
        encoding=encoding,
        on_unencodable=on_unencodable,
        allow_underflow=allow_underflow,
    )
    return stream.getvalue()


def parsed(content: bytes) -> ParsedMember:
    """Return the only member of a file, as the strict parser sees it."""
    (member,) = parse(content)
    return member
