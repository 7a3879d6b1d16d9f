"""The length a text variable needs: bytes after encoding, never characters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pyarrow as pa

from trialport.diagnostics import Diagnostic
from trialport.xport.batch_faults import cell_diagnostic, column_faults, raise_if
from trialport.xport.encodings import Policy, known_encoding
from trialport.xport.member_faults import LONGEST_TEXT, member_faults
from trialport.xport.model import Member
from trialport.xport.sas_numbers import FULL
from trialport.xport.text import encode_text, longest, too_long


def measure(
    batches: Iterable[pa.RecordBatch],
    member: Member,
    encoding: str = "ascii",
    on_unencodable: Policy = "error",
) -> Member:
    """Return the member with the length of every variable that has none yet.

    Numbers get 8 bytes, text those of its longest value once encoded, at least 1; a text of more
    than 200 bytes is refused. Blanks at the end of a value count.

    Raises:
        WriteError: E4010 to E4018 and E4030, or E4016 and E4019 to E4022, one fault a variable.
    """
    raise_if(member_faults(_with_lengths(member, {}), encoding, on_unencodable))
    codec = known_encoding(encoding) or encoding
    asked = [each for each in member.variables if each.type == "char" and each.length is None]
    lengths = {variable.name: 1 for variable in asked}
    faults: dict[str, Diagnostic] = {}
    first_row = 0
    for batch in batches:
        raise_if(column_faults(member, batch.schema))
        for variable in asked:
            text = encode_text(batch.column(variable.name), codec, on_unencodable)
            length = longest(text)
            fault = text.fault
            if fault is None and length > LONGEST_TEXT:
                fault = too_long(text, LONGEST_TEXT)
            if fault is not None:
                found = cell_diagnostic(member, variable, fault, first_row)
                faults.setdefault(variable.name, found)
            lengths[variable.name] = max(length, lengths[variable.name])
        first_row += batch.num_rows
    raise_if(list(faults.values()))
    return _with_lengths(member, lengths)


def _with_lengths(member: Member, measured: Mapping[str, int]) -> Member:
    """Return the member with a length for every variable: its own, the measured one, the least."""
    variables = [
        each
        if each.length is not None
        else replace(each, length=FULL if each.type == "num" else measured.get(each.name, 1))
        for each in member.variables
    ]
    return replace(member, variables=tuple(variables))
