"""A dataset of a transport file as CSV (RFC 4180, UTF-8, line feeds), chunk by chunk.

Values are written as they are. A number is the shortest text that reads back as the same double,
without `.0`; a missing number and an empty text are empty; a special missing value is `.A` to `.Z`
or `._`. Dates and times stay the numbers SAS keeps.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from trialport.xport.model import MISSING_SUFFIX, Variable
from trialport.xport.reader import StoredMember

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_chunks(stored: StoredMember, *, safe: bool = False) -> Iterator[bytes]:
    """Yield a dataset as CSV: first the names of the variables, then the observations.

    Args:
        stored: the dataset.
        safe: put an apostrophe before text that a spreadsheet would run as a formula (it begins
            with `=`, `+`, `-`, `@`, a tab or a carriage return). This changes those values.

    Raises:
        DataError: E3050, E3054, E3061, E3062.
    """
    variables = stored.member.variables
    yield _lines([[each.name for each in variables]])
    for batch in stored.batches(special_missing=True):
        columns = [_cells(batch, each, safe=safe) for each in variables]
        yield _lines(zip(*columns, strict=True))


def _cells(batch: pa.RecordBatch, variable: Variable, *, safe: bool) -> list[str]:
    values = batch.column(variable.name).to_pylist()
    if variable.type == "char":
        return [_safe(each or "") for each in values] if safe else [each or "" for each in values]
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


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")
