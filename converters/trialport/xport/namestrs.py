"""The variables of a member that is read: each namestr checked, and all of them together.

Source: SAS technical note TS-140, "Record layout of a SAS version 5 or 6 data set".
"""

from __future__ import annotations

from collections import Counter
from typing import Literal

from trialport.diagnostics import Diagnostic, Place, Severity
from trialport.xport.formats import format_text
from trialport.xport.member_faults import LONGEST_TEXT, NAME
from trialport.xport.model import Member, Variable
from trialport.xport.records import Namestr
from trialport.xport.sas_numbers import FULL
from trialport.xport.source import CUT, Source

_LONGEST_STORED = 32_767
_SHORTEST_NUMBER = 2


def stored_variable(source: Source, namestr: Namestr, offset: int, member: str) -> Variable:
    """Return the variable of a namestr at `offset`, or raise E3057 or E3060."""
    name = field_text(source, namestr.nname, "ascii", offset + 8, "variable name", member)
    type_: Literal["char", "num"] = "num" if namestr.ntype == 1 else "char"
    longest = FULL if type_ == "num" else _LONGEST_STORED
    shortest = _SHORTEST_NUMBER if type_ == "num" else 1
    if not name:
        source.fail("E3057", "the variable has no name", CUT, offset + 8, member)
    if namestr.ntype not in (1, 2):
        problem = f"the variable type {namestr.ntype} is neither 1 (number) nor 2 (text)"
        source.fail("E3057", problem, CUT, offset, member, name)
    if not shortest <= namestr.nlng <= longest:
        problem = f"the length {namestr.nlng} is not possible"
        source.fail("E3057", problem, CUT, offset + 4, member, name)
    return Variable(
        name=name,
        label=field_text(
            source, namestr.nlabel, source.encoding, offset + 16, "label", member, name
        ),
        type=type_,
        length=namestr.nlng,
        format=_format(source, namestr[6:9], offset + 56, member, name),
        informat=_format(source, namestr[11:14], offset + 72, member, name),
    )


def _format(
    source: Source, parts: tuple[bytes, int, int], offset: int, member: str, variable: str
) -> str:
    name, width, decimals = parts
    if width < 0 or decimals < 0:
        source.fail("E3057", "a format has a negative width", CUT, offset + 8, member, variable)
    form = field_text(source, name, "ascii", offset, "format", member, variable)
    return format_text(form, width, decimals)


def field_text(
    source: Source,
    content: bytes,
    encoding: str,
    offset: int,
    what: str,
    member: str,
    variable: str = "",
) -> str:
    """Return the text of a header field without the blanks and zero bytes at its end."""
    stripped = content.rstrip(b" \0")
    try:
        text = stripped.decode(encoding)
    except UnicodeDecodeError as error:
        problem = f"the {what} holds the byte 0x{stripped[error.start]:02x}, no text in {encoding}"
        remedy = "give the encoding the file was written in, e.g. encoding='cp1252'"
        source.fail("E3060", problem, remedy, offset + error.start, member, variable)
    if any(byte < 0x20 or byte == 0x7F for byte in stripped):
        problem = f"the {what} holds a control character"
        source.fail("E3057", problem, CUT, offset, member, variable)
    return text


def check_names(source: Source, member: Member, offset: int) -> None:
    """Raise where two variables have one name (E3058)."""
    counts = Counter(variable.name for variable in member.variables)
    for name, count in counts.items():
        if count > 1:
            problem = f"{count} variables have the name {name!a}"
            source.fail("E3058", problem, "write the file again", offset, member.name, name)


def row_size(source: Source, member: Member, namestrs: list[Namestr], offset: int) -> int:
    """Return the size of an observation once the variables are known to tile it."""
    position = 0
    order = sorted(range(len(namestrs)), key=lambda number: namestrs[number].npos)
    for number in order:
        namestr = namestrs[number]
        if namestr.npos != position:
            name = member.variables[number].name
            problem = f"the variable begins at position {namestr.npos}, not at {position}"
            source.fail("E3057", problem, CUT, offset, member.name, name)
        position += namestr.nlng
    return position


def departures(source: Source, member: Member, offset: int) -> tuple[Diagnostic, ...]:
    """Return warnings for what can be read but does not keep to version 5."""
    found: list[Diagnostic] = []
    if not NAME.fullmatch(member.name):
        place = source.place(offset, member.name)
        found.append(_warning("E3072", place, "the dataset name is not in version 5 spelling"))
    for variable in member.variables:
        place = source.place(offset, member.name, variable.name)
        if not NAME.fullmatch(variable.name):
            found.append(_warning("E3072", place, "the name is not in version 5 spelling"))
        if variable.type == "num" and variable.length != FULL:
            problem = f"the number has {variable.length} bytes and fewer digits than a double"
            found.append(_warning("E3070", place, problem))
        if variable.type == "char" and (variable.length or 0) > LONGEST_TEXT:
            problem = f"the text has {variable.length} bytes, more than the {LONGEST_TEXT} allowed"
            found.append(_warning("E3071", place, problem))
    return tuple(found)


def _warning(code: str, place: Place, problem: str) -> Diagnostic:
    return Diagnostic(code, place, problem, severity=Severity.WARNING)
