"""A dataset as CSV (RFC 4180, UTF-8, line feeds), chunk by chunk, and back.

A number is the shortest text that reads back as the same double, without `.0`; a missing number
and an empty text are empty; a special missing value is `.A` to `.Z` or `._`. Dates and times stay
the numbers SAS keeps.

A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@` as a formula. Such text gets an
apostrophe in front, and so does text that begins with an apostrophe: whoever takes one apostrophe
off gets every value back. Numbers are never touched.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from trialport.exchange.dataset import Dataset
from trialport.xport.model import MISSING_SUFFIX, Variable

GUARD = "'"
_GUARDED = ("=", "+", "-", "@", "\t", "\r", GUARD)


def csv_chunks(dataset: Dataset, *, guarded: bool = True) -> Iterator[bytes]:
    """Yield a dataset as CSV: first the names of the variables, then the observations.

    Args:
        dataset: the dataset.
        guarded: put an apostrophe before text that a spreadsheet would run as a formula, and
            before text that begins with an apostrophe.

    Raises:
        DataError: what reading the dataset raises.
    """
    variables = dataset.member.variables
    yield _lines([[each.name for each in variables]])
    for batch in dataset.batches(special_missing=True):
        columns = [_cells(batch, each, guarded=guarded) for each in variables]
        yield _lines(zip(*columns, strict=True))


def _cells(batch: pa.RecordBatch, variable: Variable, *, guarded: bool) -> list[str]:
    values = batch.column(variable.name).to_pylist()
    if variable.type == "char":
        texts = [each or "" for each in values]
        return [guard(each) for each in texts] if guarded else texts
    special = batch.column(variable.name + MISSING_SUFFIX).to_pylist()
    return [
        mark or ("" if value is None else number_text(value))
        for value, mark in zip(values, special, strict=True)
    ]


def number_text(value: float) -> str:
    """Return the shortest text that reads back as the same double.

    >>> [number_text(each) for each in (72.0, 0.1, -5.44, 1e300)]
    ['72', '0.1', '-5.44', '1e+300']
    """
    return repr(value).removesuffix(".0")


def guard(text: str) -> str:
    """Return text that no spreadsheet runs; `unguard` takes it back.

    >>> guard("=1+1"), guard("'tis"), guard("plain")
    ("'=1+1", "''tis", 'plain')
    """
    return GUARD + text if text.startswith(_GUARDED) else text


def unguard(text: str) -> str:
    """Return the text that `guard` was given."""
    return text.removeprefix(GUARD)


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")
