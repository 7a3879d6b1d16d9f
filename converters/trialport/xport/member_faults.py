"""What keeps a member out of a version 5 file before any observation is looked at.

Source: SAS technical note TS-140 (lengths of names and labels, in bytes) and the SAS version 5
rules for names; US FDA Study Data Technical Conformance Guide, names in upper case.
"""

from __future__ import annotations

import re
from collections import Counter

from trialport.diagnostics import Diagnostic, Place, did_you_mean
from trialport.xport.encodings import ENCODINGS, POLICIES, Policy, encode, known_encoding
from trialport.xport.formats import format_parts
from trialport.xport.model import LONGEST_LABEL, Member, Variable
from trialport.xport.sas_numbers import FULL, SHORTEST

LONGEST_TEXT = 200
NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NAME_REMEDY = "names have 1 to 8 capital letters, digits or _, and no digit first"


def member_faults(member: Member, encoding: str, on_unencodable: Policy) -> list[Diagnostic]:
    """Return every fault of the names, labels, lengths and formats of a member.

    Codes: E4010 to E4018, E4030.
    """
    faults = _encoding_faults(member, encoding, on_unencodable)
    labels_with = None if faults else known_encoding(encoding)
    if not NAME.fullmatch(member.name):
        faults.append(_name_fault("E4010", Place(record=member.name), "dataset", member.name))
    if labels_with:
        faults += _label_faults(member.label, Place(record=member.name), encoding, on_unencodable)
    if not member.variables:
        faults.append(_no_variables(member))
    faults += _duplicate_faults(member)
    for variable in member.variables:
        place = Place(record=member.name, column=variable.name)
        if not NAME.fullmatch(variable.name):
            faults.append(_name_fault("E4011", place, "variable", variable.name))
        if labels_with:
            faults += _label_faults(variable.label, place, encoding, on_unencodable)
        faults += _length_faults(variable, place) + _format_faults(variable, place)
    return faults


def _encoding_faults(member: Member, encoding: str, on_unencodable: str) -> list[Diagnostic]:
    faults: list[Diagnostic] = []
    place = Place(record=member.name)
    if known_encoding(encoding) is None:
        remedy = did_you_mean(encoding, ENCODINGS) or "use 'ascii', 'utf-8' or 'gb18030'"
        faults.append(Diagnostic("E4030", place, f"unknown encoding '{encoding}'", remedy))
    if on_unencodable not in POLICIES:
        problem = f"unknown choice '{on_unencodable}' for on_unencodable"
        remedy = did_you_mean(on_unencodable, POLICIES)
        faults.append(Diagnostic("E4030", place, problem, remedy))
    return faults


def _name_fault(code: str, place: Place, what: str, name: str) -> Diagnostic:
    problem = f"the {what} name {name!a} cannot be stored" if name else f"the {what} has no name"
    upper = name.upper()
    remedy = f"write '{upper}'" if NAME.fullmatch(upper) and upper != name else _NAME_REMEDY
    return Diagnostic(code, place, problem, remedy)


def _no_variables(member: Member) -> Diagnostic:
    return Diagnostic(
        "E4013", Place(record=member.name), "the dataset has no variables", "give at least one"
    )


def _duplicate_faults(member: Member) -> list[Diagnostic]:
    counts = Counter(variable.name for variable in member.variables)
    return [
        Diagnostic(
            "E4012",
            Place(record=member.name, column=name),
            f"the variable name {name!a} is given {count} times",
            "rename or drop all but one",
        )
        for name, count in counts.items()
        if count > 1
    ]


def _label_faults(
    label: str, place: Place, encoding: str, on_unencodable: Policy
) -> list[Diagnostic]:
    if _CONTROL.search(label):
        problem = "the label holds a control character"
        return [Diagnostic("E4015", place, problem, "write the label on one line, without tabs")]
    try:
        size = len(encode(label, encoding, on_unencodable))
    except UnicodeEncodeError as error:
        problem = f"the label's character {label[error.start]!a} does not fit {encoding}"
        remedy = "change the label, or choose another encoding"
        return [Diagnostic("E4016", place, problem, remedy)]
    if size <= LONGEST_LABEL:
        return []
    problem = f"the label has {size} bytes in {encoding}"
    return [Diagnostic("E4014", place, problem, f"shorten it to {LONGEST_LABEL} bytes")]


def _length_faults(variable: Variable, place: Place) -> list[Diagnostic]:
    if variable.type == "char":
        fits = variable.length is not None and 1 <= variable.length <= LONGEST_TEXT
        remedy = f"text has 1 to {LONGEST_TEXT} bytes; split longer text over several variables"
    else:
        fits = variable.length is None or SHORTEST <= variable.length <= FULL
        remedy = f"numbers have {SHORTEST} to {FULL} bytes"
    if fits:
        return []
    if variable.length is None:
        problem, remedy = "the text has no length", "give a length, or measure the data first"
    else:
        problem = f"length {variable.length} cannot be stored"
    return [Diagnostic("E4017", place, problem, remedy)]


def _format_faults(variable: Variable, place: Place) -> list[Diagnostic]:
    faults: list[Diagnostic] = []
    for what, text in (("format", variable.format), ("informat", variable.informat)):
        parts = format_parts(text)
        if parts is None:
            problem = f"{what} {text!a} is not written as SAS writes one"
            remedy = "write it like DATE9., 8.2 or $20., with a name of at most 8 bytes"
            faults.append(Diagnostic("E4018", place, problem, remedy))
        elif parts[0] and parts[0].startswith("$") != (variable.type == "char"):
            kinds = {"char": "text formats start with $", "num": "number formats have no $"}
            problem = f"{what} {text!a} does not go with the variable's type"
            faults.append(Diagnostic("E4018", place, problem, kinds[variable.type]))
    return faults
