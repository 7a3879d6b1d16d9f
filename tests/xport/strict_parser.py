"""A strict parser of XPORT version 5 files, byte by byte, independent of what it judges.

Pure Python on the layout of SAS technical note TS-140; it imports nothing of the project. Anything
that is not exactly as the layout says raises `NotStrictError` (numbers may have 2 to 8 bytes).
Text is given as bytes without the blanks at the end, numbers as floats, missing values as
`Missing(".A")`.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass
from fractions import Fraction

_STAMP = re.compile(rb"\d\d(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)\d\d:\d\d:\d\d:\d\d")


class NotStrictError(Exception):
    """The bytes are not what the layout asks for."""


@dataclass(frozen=True)
class Missing:
    code: str


@dataclass(frozen=True)
class ParsedVariable:
    name: str
    label: bytes
    is_number: bool
    length: int
    position: int
    format: tuple[str, int, int]
    informat: tuple[str, int, int]


@dataclass(frozen=True)
class ParsedMember:
    name: str
    label: bytes
    created: bytes
    modified: bytes
    variables: tuple[ParsedVariable, ...]
    rows: list[tuple[bytes | float | Missing, ...]]
    observation_bytes: bytes

    def column(self, name: str) -> list[bytes | float | Missing]:
        at = [variable.name for variable in self.variables].index(name)
        return [row[at] for row in self.rows]

    def variable(self, name: str) -> ParsedVariable:
        return next(each for each in self.variables if each.name == name)


def parse(content: bytes) -> list[ParsedMember]:
    """Return all members of a transport file."""
    if len(content) % 80:
        raise NotStrictError("not whole records")
    records = [content[at : at + 80] for at in range(0, len(content), 80)]
    if len(records) < 3:
        raise NotStrictError("no library header")
    _need(records[0] == _header("LIBRARY", "0" * 30), "library header")
    _need(records[1][:24] == b"SAS     SAS     SASLIB  ", "first real header")
    _need(records[1][40:64] == b" " * 24, "blanks of the first real header")
    _need(_STAMP.fullmatch(records[1][64:]) is not None, "stamp of creation")
    _need(_STAMP.fullmatch(records[2][:16]) is not None, "stamp of change")
    starts = [
        number
        for number in range(3, len(records) - 1)
        if records[number].startswith(_heading("MEMBER"))
        and records[number + 1].startswith(_heading("DSCRPTR"))
    ]
    _need(bool(starts) and starts[0] == 3, "member header")
    ends = [*starts[1:], len(records)]
    return [_member(records[start:end]) for start, end in zip(starts, ends, strict=True)]


def ibm_value(pattern: bytes) -> float | Missing:
    """Return the number or the missing value of 2 to 8 bytes, by exact arithmetic."""
    whole = pattern.ljust(8, b"\0")
    fraction = int.from_bytes(whole[1:], "big")
    if not fraction:
        if whole[0] in (0x00, 0x80):
            return 0.0
        letter = chr(whole[0])
        if letter in "._" or "A" <= letter <= "Z":
            return Missing("." if letter == "." else "." + letter)
        raise NotStrictError(f"pattern {whole.hex()}")
    power = 4 * ((whole[0] & 0x7F) - 64) - 56
    exact = Fraction(fraction) * Fraction(2) ** power
    value = exact.numerator / exact.denominator
    return -value if whole[0] & 0x80 else value


def ibm_pattern(value: float) -> bytes:
    """Return the normalised 8 bytes of a finite number, by exact arithmetic."""
    if value == 0:
        return bytes(8)
    exact = abs(Fraction(value))
    exponent = math.frexp(abs(value))[1]
    power = -(-exponent // 4)
    fraction = exact / Fraction(16) ** power * 2**56
    if not -64 <= power <= 63:
        raise NotStrictError(f"{value!r} is out of range")
    _need(fraction.denominator == 1 and 2**52 <= fraction < 2**56, "56-bit fraction")
    return bytes([power + 64 | (0x80 if value < 0 else 0)]) + int(fraction).to_bytes(7, "big")


def _heading(kind: str) -> bytes:
    return b"HEADER RECORD*******" + kind.encode().ljust(8) + b"HEADER RECORD!!!!!!!"


def _header(kind: str, digits: str) -> bytes:
    return _heading(kind) + digits.encode() + b"  "


def _need(fact: bool, what: str) -> None:
    if not fact:
        raise NotStrictError(what)


def _member(records: list[bytes]) -> ParsedMember:
    _need(records[0] == _header("MEMBER", "000000000000000001600000000140"), "member header")
    _need(records[1] == _header("DSCRPTR", "0" * 30), "descriptor header")
    first, second = records[2], records[3]
    _need(first[:8] == b"SAS     " and first[16:24] == b"SASDATA ", "member data")
    _need(_STAMP.fullmatch(first[64:80]) is not None, "stamp of creation")
    _need(_STAMP.fullmatch(second[:16]) is not None, "stamp of change")
    _need(second[16:32] == b" " * 16, "blanks before the label")
    count = int(records[4][54:58])
    _need(records[4] == _header("NAMESTR", f"000000{count:04}" + "0" * 20), "namestr header")
    size = -(-count * 140 // 80)
    block = b"".join(records[5 : 5 + size])
    _need(not block[count * 140 :].strip(b" "), "padding of the namestrs")
    variables = tuple(_variable(block[at * 140 : at * 140 + 140], at + 1) for at in range(count))
    position = 0
    for variable in variables:
        _need(variable.position == position, f"position of {variable.name}")
        position += variable.length
    _need(records[5 + size] == _header("OBS", "0" * 30), "observation header")
    data = b"".join(records[6 + size :])
    rows = _rows(data, variables, position)
    return ParsedMember(
        name=_name(first[8:16]),
        label=second[32:72].rstrip(b" "),
        created=first[64:80],
        modified=second[:16],
        variables=variables,
        rows=rows,
        observation_bytes=data,
    )


def _variable(namestr: bytes, number: int) -> ParsedVariable:
    fields = struct.unpack(">hhhh8s40s8shhh2s8shhl52s", namestr)
    ntype, nhfun, length, nvar0, name, label, form, width, decimals, justify = fields[:10]
    fill, inform, inwidth, indecimals, position, rest = fields[10:]
    _need(ntype in (1, 2), "variable type")
    _need(nhfun == 0 and nvar0 == number and justify == 0, "hash, number, justification")
    _need(fill == b"\0\0" and rest == bytes(52), "unused bytes")
    _need(2 <= length <= 8 if ntype == 1 else 1 <= length <= 200, "length")
    return ParsedVariable(
        name=_name(name),
        label=label.rstrip(b" "),
        is_number=ntype == 1,
        length=length,
        position=position,
        format=(form.decode("ascii").rstrip(" "), width, decimals),
        informat=(inform.decode("ascii").rstrip(" "), inwidth, indecimals),
    )


def _name(field: bytes) -> str:
    name = field.rstrip(b" ").decode("ascii")
    _need(re.fullmatch(r"[A-Z_][A-Z0-9_]{0,7}", name) is not None, f"name {name!r}")
    return name


def _rows(
    data: bytes, variables: tuple[ParsedVariable, ...], size: int
) -> list[tuple[bytes | float | Missing, ...]]:
    count = len(data) // size
    _need(len(data) - count * size < 80, "size of the observations")
    _need(not data[count * size :].strip(b" "), "padding of the observations")
    while count and len(data) - (count - 1) * size < 80:
        if data[(count - 1) * size : count * size].strip(b" "):
            break
        count -= 1
    return [_row(data[at * size : at * size + size], variables) for at in range(count)]


def _row(row: bytes, variables: tuple[ParsedVariable, ...]) -> tuple[bytes | float | Missing, ...]:
    cells = [(each, row[each.position : each.position + each.length]) for each in variables]
    return tuple(ibm_value(cell) if each.is_number else cell.rstrip(b" ") for each, cell in cells)
