"""Datasets as SAS XPORT files, one a dataset, with lengths that hold for the whole study."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from trialport.diagnostics import Diagnostic, WriteError
from trialport.xport.lengths import measure
from trialport.xport.model import Member
from trialport.xport.writer import write_member

Batches = Callable[[], Iterable[pa.RecordBatch]]


@dataclass(frozen=True, slots=True)
class XptFile:
    """A dataset to be written: its description, its records (read twice), and its path."""

    member: Member
    batches: Batches
    path: Path


def write_xpt_files(
    files: Sequence[XptFile], *, encoding: str, created: datetime | None
) -> tuple[Member, ...]:
    """Write the files and return their members with the lengths they got.

    A text variable is as long as its longest value in any dataset of the study; supplemental
    qualifiers are measured apart. Every fault of every dataset is collected before the first file.

    Raises:
        WriteError: E4010 to E4035.
    """
    faults: list[Diagnostic] = []
    measured: list[Member] = []
    for each in files:
        try:
            measured.append(measure(each.batches(), each.member, encoding))
        except WriteError as error:
            faults += error.diagnostics
    if faults:
        raise WriteError(faults)
    members = common_lengths(measured, [each.member for each in files])
    for member, each in zip(members, files, strict=True):
        each.path.parent.mkdir(parents=True, exist_ok=True)
        with each.path.open("xb") as stream:
            write_member(stream, member, each.batches(), encoding=encoding, created=created)
    return members


def common_lengths(measured: Sequence[Member], asked: Sequence[Member]) -> tuple[Member, ...]:
    """Return the members with the same length for a text variable wherever it is not pinned.

    Source: FDA Study Data Technical Conformance Guide, 3.3.3 Dataset Column Length (read
    second-hand): the longest value of the variable across all datasets of the study.
    """
    longest: dict[str, int] = {}
    for member in measured:
        if not _is_supplemental(member):
            for variable in member.variables:
                longest[variable.name] = max(longest.get(variable.name, 1), variable.length or 1)
    return tuple(
        _with_common(member, original, longest)
        for member, original in zip(measured, asked, strict=True)
    )


def _with_common(member: Member, original: Member, longest: Mapping[str, int]) -> Member:
    if _is_supplemental(member):
        return member
    pinned = {each.name for each in original.variables if each.length is not None}
    variables = tuple(
        each
        if each.type == "num" or each.name in pinned
        else replace(each, length=longest[each.name])
        for each in member.variables
    )
    return replace(member, variables=variables)


def _is_supplemental(member: Member) -> bool:
    return member.name.startswith("SUPP")
