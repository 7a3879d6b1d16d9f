"""What the writers of this room ask of a dataset, whatever file it lies in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pyarrow as pa

from trialport.xport.arrow import dataset_schema, without_empty_companions
from trialport.xport.model import Member


class Dataset(Protocol):
    """A described dataset whose observations can be read several times, in batches.

    Text is text; numbers are float64, dates and times the numbers SAS keeps. With
    `special_missing` every number has a column `NAME__missing` behind it.
    """

    @property
    def member(self) -> Member:
        """Name, label and variables."""
        ...

    @property
    def observations(self) -> int:
        """How many observations there are."""
        ...

    def batches(self, *, special_missing: bool = False) -> Iterator[pa.RecordBatch]:
        """Yield the observations in the order of the file."""
        ...


def as_table(dataset: Dataset) -> pa.Table:
    """Return a dataset as a table; columns for special missing values are there where any is."""
    schema = dataset_schema(dataset.member, special_missing=True)
    table = pa.Table.from_batches(dataset.batches(special_missing=True), schema=schema)
    return without_empty_companions(table)
