"""The resources of a FHIR file: NDJSON by lines, a Bundle by its entries, or a single resource.

One resource is in memory at a time, however large the file. Numbers stay the text that is written.

Source: FHIR R4, Bundle; FHIR Bulk Data Access 2.0.0, NDJSON.
"""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from trialport.diagnostics import DataError, Diagnostic, Place, raw_place, row_number, shown

Resource = dict[str, Any]

_MARK = "\ufeff".encode()
# A text that nothing closes is one token up to the end: else each quote in it would be tried anew.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\],:]', re.DOTALL)
_OPENING, _CLOSING = (b"{", b"["), (b"}", b"]")


@dataclass(frozen=True, slots=True)
class Found:
    """A resource, the key of its record, and the address that a Bundle gives it."""

    row: int
    resource: Resource
    url: str = ""


def resources(path: Path, file: str) -> Iterator[Found]:
    """Yield the resources of a file in their order; `.ndjson` holds one a line.

    Args:
        path: the file.
        file: its name in messages.

    Raises:
        DataError: E3002 the text is not UTF-8, E3006 nothing in the file, E3074 no JSON, or
            JSON that is no resource.
    """
    if path.stat().st_size == 0:
        raise DataError([Diagnostic("E3006", Place(file), "the file is empty", "export it again")])
    if PurePosixPath(file).suffix.lower() == ".ndjson":
        yield from _lines(path, file)
        return
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield from _document(data, file)


def _lines(path: Path, file: str) -> Iterator[Found]:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            text = line.removeprefix(_MARK) if number == 1 else line
            if text.strip():
                yield Found(number, _resource(text, Place(file, number)))


def _document(data: mmap.mmap, file: str) -> Iterator[Found]:
    """Yield the resources of a Bundle, or the one that the file is."""
    if _root_type(data) != b'"Bundle"':
        yield Found(1, _resource(data[:].removeprefix(_MARK), Place(file)))
        return
    start, end = len(data), len(data)
    gap = 0
    for number, (first, last) in enumerate(_entries(data), start=1):
        start = min(start, first)
        row = row_number(number, is_entry=True)
        place = raw_place(file, row, "")
        if gap and data[gap:first].strip() != b",":
            _refuse(place, "no comma stands before it alone")
        gap = end = last
        entry = _json(data[first:last], place)
        resource = entry.get("resource")
        if isinstance(resource, dict):
            url = entry.get("fullUrl")
            yield Found(row, _checked(resource, place), url if isinstance(url, str) else "")
        elif resource is not None:
            _refuse(place, "its resource is no object")
    # What is around the entries is JSON too, or a cut file would pass for a short one.
    _json(data[:start].removeprefix(_MARK) + data[end:], Place(file))


def _tokens(data: mmap.mmap) -> Iterator[tuple[re.Match[bytes], int]]:
    """Yield texts and marks with their depth: 1 for the keys of the document."""
    depth = 0
    for match in _TOKEN.finditer(data):
        depth -= match[0] in _CLOSING
        yield match, depth
        depth += match[0] in _OPENING


def _root_type(data: mmap.mmap) -> bytes:
    """Return the resourceType of the document in its quotes, or nothing."""
    before: tuple[bytes, ...] = (b"", b"")
    for match, depth in _tokens(data):
        if depth == 1:
            if before == (b'"resourceType"', b":"):
                return match[0]
            before = (before[1], match[0])
    return b""


def _entries(data: mmap.mmap) -> Iterator[tuple[int, int]]:
    """Yield where each element of the `entry` of a Bundle begins and ends."""
    before: tuple[bytes, ...] = (b"", b"")
    is_within, first = False, 0
    for match, depth in _tokens(data):
        if depth == 1:
            if is_within:
                return
            is_within = before == (b'"entry"', b":") and match[0] == b"["
            before = (before[1], match[0])
        elif is_within and depth == 2 and match[0] in _OPENING:
            first = match.start()
        elif is_within and depth == 2 and match[0] in _CLOSING:
            yield first, match.end()


def _resource(data: bytes, place: Place) -> Resource:
    return _checked(_json(data, place), place)


def _checked(found: Resource, place: Place) -> Resource:
    if not isinstance(found.get("resourceType"), str):
        _refuse(place, "the object has no resourceType")
    return found


def _json(data: bytes, place: Place) -> Resource:
    try:
        found = _DECODER.decode(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        problem = f"byte 0x{data[error.start]:02X} cannot be read as utf-8"
        raise DataError([Diagnostic("E3002", place, problem, "export it as UTF-8")]) from None
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, " if error.lineno > 1 else ""
        _refuse(place, f"no JSON ({error.msg} at {at}character {error.colno})")
    except RecursionError:
        _refuse(place, "the JSON lies too deep")
    if not isinstance(found, dict):
        _refuse(place, "the JSON is no object")
    return found


def _constant(text: str) -> NoReturn:
    raise json.JSONDecodeError(f"{shown(text)} is no number of JSON", text, 0)


_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_constant)


def _refuse(place: Place, problem: str) -> NoReturn:
    remedy = "write one resource a line in .ndjson, and a Bundle or one resource in .json"
    raise DataError([Diagnostic("E3074", place, problem, remedy)])
