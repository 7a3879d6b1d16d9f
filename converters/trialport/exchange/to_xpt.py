"""A dataset of any file as a transport file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from trialport.exchange.dataset import Dataset
from trialport.xport.encodings import Policy
from trialport.xport.lengths import measure
from trialport.xport.member_faults import LONGEST_TEXT
from trialport.xport.model import Variable
from trialport.xport.writer import Written, write_member


def write_transport(
    stream: BinaryIO,
    dataset: Dataset,
    *,
    encoding: str = "ascii",
    on_unencodable: Policy = "error",
    created: datetime | None = None,
) -> Written:
    """Write a dataset as a transport file; its observations are read twice.

    A text variable is as long as the dataset says, or as its longest value where that is longer:
    Dataset-JSON counts characters, a transport file bytes.

    Raises:
        WriteError: E4010 to E4035.
        DataError: what reading the dataset raises.
    """
    asked = dataset.member
    unpinned = replace(asked, variables=tuple(_unpinned(each) for each in asked.variables))
    measured = measure(dataset.batches(special_missing=True), unpinned, encoding, on_unencodable)
    variables = tuple(
        replace(each, length=_length(each, said.length))
        for each, said in zip(measured.variables, asked.variables, strict=True)
    )
    return write_member(
        stream,
        replace(measured, variables=variables),
        dataset.batches(special_missing=True),
        encoding=encoding,
        on_unencodable=on_unencodable,
        created=created,
    )


def _unpinned(variable: Variable) -> Variable:
    return replace(variable, length=None) if variable.type == "char" else variable


def _length(measured: Variable, said: int | None) -> int | None:
    if measured.type == "num" or said is None or said > LONGEST_TEXT:
        return measured.length
    return max(measured.length or 1, said)
