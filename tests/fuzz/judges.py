"""What must hold for any bytes: an answer or a fault of ours, and no record from nowhere."""

from __future__ import annotations

import io
import zlib
from contextlib import suppress
from pathlib import Path

from trialport.define.check import agreement_faults, define_faults
from trialport.define.reader import read_define
from trialport.diagnostics import DataError, Place
from trialport.exchange import open_dataset_json
from trialport.read.odm import odm_tables, read_odm
from trialport.spec.nodes import RawTable, Text
from trialport.xport import read_members

Outcome = str
READ, REFUSED = "read", "refused"


class BrokenLawError(AssertionError):
    """Something was read that is not in the file."""


def judge_xpt(content: bytes) -> Outcome:
    """Read every observation; they must all have their bytes in the file."""
    try:
        stored = read_members(io.BytesIO(content))
        used = 0
        for each in stored:
            rows = sum(batch.num_rows for batch in each.batches(special_missing=True))
            if rows != each.observations:
                raise BrokenLawError(f"{rows} rows, {each.observations} announced")
            used += rows * sum(variable.length or 8 for variable in each.member.variables)
    except DataError:
        return REFUSED
    if used > len(content):
        raise BrokenLawError(f"{used} bytes of observations in a file of {len(content)}")
    return READ


def judge_json(content: bytes, path: Path) -> Outcome:
    """Read every record; there must be as many as the file gives and no more than it can hold."""
    path.write_bytes(content)
    try:
        dataset = open_dataset_json(path)
        rows = sum(batch.num_rows for batch in dataset.batches(special_missing=True))
    except DataError:
        return REFUSED
    # A record takes at least a bracket and, in the forms by lines, a line.
    room = zlib.decompressobj(47).decompress(content) if path.suffix == ".dsjc" else content
    if rows != dataset.observations or rows > room.count(b"["):
        raise BrokenLawError(f"{rows} rows, {dataset.observations} announced")
    return READ


def judge_odm(content: bytes, path: Path) -> Outcome:
    """Read every table; no more records than the file has groups, nor a value that it has not."""
    path.write_bytes(content)
    place = Place("sources.yaml", 1)
    try:
        tables = odm_tables(path, path.name)
        contracts = {
            each: RawTable(place=place, file=Text(path.name, place), sheet=each, columns={})
            for each in tables
        }
        read = read_odm(path, contracts) if contracts else {}
    except DataError:
        return REFUSED
    rows = sum(each.table.num_rows for each in read.values())
    room = content.count(b"ItemGroupData") + content.count(b"FormData")
    if rows > room:
        raise BrokenLawError(f"{rows} records, {room} groups and forms")
    return READ


def judge_define(content: bytes, folder: Path) -> Outcome:
    """Check the document, read it and, where it is XML, hold it against the files it names."""
    found = define_faults(content)
    with suppress(DataError):
        read_define(content)
    if not any(each.code == "E4310" for each in found):
        agreement_faults(content, folder)
    return REFUSED if found else READ
