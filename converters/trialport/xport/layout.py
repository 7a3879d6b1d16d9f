"""Lay the observations of a member out as bytes, and its description as header records.

Source: SAS technical note TS-140, "Record layout of a SAS version 5 or 6 data set".
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trialport.diagnostics import Diagnostic, Place, Severity, WriteError
from trialport.xport.batch_faults import cell_diagnostic, column_faults, raise_if
from trialport.xport.cell_fault import CellFault
from trialport.xport.encodings import Policy, encode, known_encoding
from trialport.xport.formats import format_parts
from trialport.xport.member_faults import member_faults
from trialport.xport.model import MISSING_SUFFIX, Member, Variable
from trialport.xport.records import (
    FIRST_YEAR,
    HEADING,
    LAST_YEAR,
    RECORD,
    Namestr,
    header,
    library_records,
    member_records,
    namestr_records,
    stamp_of,
)
from trialport.xport.sas_numbers import (
    FULL,
    missing_bytes,
    number_cells,
    number_patterns,
    sas_numbers,
)
from trialport.xport.text import encode_text, fill, longest, too_long

_CREATED = datetime(1960, 1, 1)


class Layout:
    """Where each variable of a member lies in an observation, and how it gets there."""

    def __init__(
        self, member: Member, encoding: str, on_unencodable: Policy, allow_underflow: bool
    ) -> None:
        raise_if(member_faults(member, encoding, on_unencodable))
        self.member = member
        self.codec = known_encoding(encoding) or encoding
        self.policy: Policy = on_unencodable
        self.allow_underflow = allow_underflow
        self.fields = _fields(member)
        self.size = sum(length for _, _, length in self.fields)
        self.changed = dict.fromkeys((each.name for each in member.variables), 0)
        self.opening_size = 0
        self._buffer = bytearray()

    def opening(self, created: datetime | None) -> bytes:
        """Return all records before the first observation."""
        stamp = stamp_of(_moment(created, self.member))
        name, label = self.member.name.encode("ascii"), self._label(self.member.label)
        namestrs = [
            self._namestr(number, variable, position, length)
            for number, (variable, position, length) in enumerate(self.fields, start=1)
        ]
        opening = library_records(stamp) + member_records(name, label, stamp)
        opening += namestr_records(namestrs) + header("OBS")
        self.opening_size = len(opening)
        return opening

    def check_columns(self, schema: pa.Schema) -> None:
        """Raise where a batch lacks a variable, holds one too many, or holds the wrong type."""
        raise_if(column_faults(self.member, schema))

    def rows(self, chunk: pa.RecordBatch, first_row: int) -> memoryview:
        """Return the observations of a chunk as bytes, or raise for every variable at fault."""
        size = chunk.num_rows * self.size
        if len(self._buffer) < size:
            self._buffer = bytearray(size)
        faults: list[Diagnostic] = []
        for variable, position, length in self.fields:
            fault = self._put(chunk, variable, position, length)
            if fault is not None:
                faults.append(cell_diagnostic(self.member, variable, fault, first_row))
        raise_if(faults)
        self._check_headings(size, first_row)
        return memoryview(self._buffer)[:size]

    def check_tail(self, last: bytes, observations: int) -> None:
        """Raise where the last observation could be taken for the blanks that fill the file."""
        has_numbers = any(each.type == "num" for each in self.member.variables)
        is_clear = self.size >= RECORD and not has_numbers
        if not last or is_clear or last.strip(b" "):
            return
        place = Place(record=f"{self.member.name} row {observations}")
        problem = "the last observation is blank and could be taken for the end of the file"
        remedy = f"drop it, sort it upwards, or make observations {RECORD} bytes long"
        raise WriteError([Diagnostic("E4029", place, problem, remedy)])

    def findings(self) -> tuple[Diagnostic, ...]:
        """Return a warning for each label and each variable that was changed to fit."""
        return self._changed_labels() + tuple(
            Diagnostic(
                "E4033",
                Place(record=self.member.name, column=name),
                f"{count} values were changed to fit the encoding {self.codec}",
                "compare them with the raw data",
                Severity.WARNING,
            )
            for name, count in self.changed.items()
            if count
        )

    def _changed_labels(self) -> tuple[Diagnostic, ...]:
        labels = {"": self.member.label}
        labels |= {each.name: each.label for each in self.member.variables}
        return tuple(
            Diagnostic(
                "E4033",
                Place(record=self.member.name, column=name),
                f"the label was changed to fit the encoding {self.codec}",
                "change it in the specification",
                Severity.WARNING,
            )
            for name, label in labels.items()
            if self._label(label).decode(self.codec) != label
        )

    def _label(self, label: str) -> bytes:
        return encode(label, self.codec, self.policy)

    def _namestr(self, number: int, variable: Variable, position: int, length: int) -> Namestr:
        form, width, decimals = format_parts(variable.format) or ("", 0, 0)
        inform, inwidth, indecimals = format_parts(variable.informat) or ("", 0, 0)
        return Namestr(
            ntype=1 if variable.type == "num" else 2,
            nhfun=0,
            nlng=length,
            nvar0=number,
            nname=variable.name.encode("ascii").ljust(8),
            nlabel=self._label(variable.label).ljust(40),
            nform=form.encode("ascii").ljust(8),
            nfl=width,
            nfd=decimals,
            nfj=0,
            nfill=b"",
            niform=inform.encode("ascii").ljust(8),
            nifl=inwidth,
            nifd=indecimals,
            npos=position,
            rest=b"",
        )

    def _put(
        self, chunk: pa.RecordBatch, variable: Variable, position: int, length: int
    ) -> CellFault | None:
        """Store the chunk's values of one variable in the buffer, or return the first fault."""
        column = chunk.column(variable.name)
        if variable.type == "char":
            cells = self._text_cells(column, variable, length)
        else:
            name = variable.name + MISSING_SUFFIX
            codes = chunk.column(name) if name in chunk.schema.names else None
            cells = self._number_cells(column, codes, length)
        if isinstance(cells, CellFault):
            return cells
        target = np.ndarray(
            (chunk.num_rows,),
            dtype=f"V{length}",
            buffer=self._buffer,
            offset=position,
            strides=(self.size,),
        )
        target[:] = cells
        return None

    def _text_cells(
        self, column: pa.Array[Any], variable: Variable, length: int
    ) -> NDArray[np.void] | CellFault:
        text = encode_text(column, self.codec, self.policy)
        if text.fault is not None:
            return text.fault
        if longest(text) > length:
            return too_long(text, length)
        self.changed[variable.name] += text.changed
        return fill(text, length)

    def _number_cells(
        self, column: pa.Array[Any], codes: pa.Array[Any] | None, length: int
    ) -> NDArray[np.void] | CellFault:
        numbers = sas_numbers(column)
        if isinstance(numbers, CellFault):
            return numbers
        patterns = number_patterns(numbers, allow_underflow=self.allow_underflow)
        if isinstance(patterns, CellFault):
            return patterns
        if codes is not None and codes.null_count < len(codes):
            firsts = missing_bytes(codes, numbers)
            if isinstance(firsts, CellFault):
                return firsts
            is_special = firsts != 0
            patterns[is_special] = firsts[is_special].astype(np.uint64) << np.uint64(56)
        return number_cells(patterns, length)

    def _check_headings(self, size: int, first_row: int) -> None:
        """Raise where text could be taken for a header record."""
        at = self._buffer.find(HEADING, 0, size)
        if at < 0:
            return
        row = first_row + at // self.size + 1
        inside = at % self.size
        name = next(each.name for each, start, length in self.fields if inside < start + length)
        place = Place(record=f"{self.member.name} row {row}", column=name)
        problem = "the text begins a header record of transport files and would end the dataset"
        raise WriteError([Diagnostic("E4031", place, problem, "drop the value")])


def _fields(member: Member) -> list[tuple[Variable, int, int]]:
    """Return each variable with its position and its length in an observation."""
    fields: list[tuple[Variable, int, int]] = []
    position = 0
    for variable in member.variables:
        length = variable.length or FULL
        fields.append((variable, position, length))
        position += length
    return fields


def _moment(created: datetime | None, member: Member) -> datetime:
    moment = created or _CREATED
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    if FIRST_YEAR <= moment.year <= LAST_YEAR:
        return moment
    problem = f"the year {moment.year} of the creation time cannot be stored"
    remedy = f"give a time from {FIRST_YEAR} to {LAST_YEAR}"
    raise WriteError([Diagnostic("E4032", Place(record=member.name), problem, remedy)])
