"""Datasets as SAS XPORT files, one a dataset, with lengths that hold for the whole study."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from trialport.diagnostics import Diagnostic, WriteError
from trialport.xport.lengths import measure
from trialport.xport.model import Member
from trialport.xport.writer import write_member

Batches = Callable[[], Iterable[pa.RecordBatch]]

_MOST_KEPT = 64 * 1024 * 1024
"""How many bytes of records are kept from measuring to writing, of all datasets together."""


@dataclass(frozen=True, slots=True)
class XptFile:
    """A dataset to be written: its description, its records (read up to twice), and its path."""

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
    kept = _Kept(_MOST_KEPT)
    for each in files:
        try:
            measured.append(measure(kept.first(each), each.member, encoding))
        except WriteError as error:
            faults += error.diagnostics
    if faults:
        raise WriteError(faults)
    members = common_lengths(measured, [each.member for each in files])
    for member, each in zip(members, files, strict=True):
        each.path.parent.mkdir(parents=True, exist_ok=True)
        with each.path.open("xb") as stream:
            write_member(stream, member, kept.again(each), encoding=encoding, created=created)
    return members


class _Kept:
    """Records that are read a second time, kept where they are few: to read them costs most."""

    def __init__(self, most: int) -> None:
        self._room = most
        self._batches: dict[Path, list[pa.RecordBatch]] = {}

    def first(self, file: XptFile) -> Iterator[pa.RecordBatch]:
        """Yield the batches of a file, and keep them where there is room for all of them."""
        batches: list[pa.RecordBatch] = []
        room = self._room
        for each in file.batches():
            room -= each.get_total_buffer_size()
            if room >= 0:
                batches.append(each)
            else:
                batches.clear()
            yield each
        if room >= 0:
            self._room, self._batches[file.path] = room, batches

    def again(self, file: XptFile) -> Iterable[pa.RecordBatch]:
        """Return the batches of a file; what was kept of it is let go with them."""
        kept = self._batches.pop(file.path, None)
        return file.batches() if kept is None else kept


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
