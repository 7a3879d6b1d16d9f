"""The records of datasets as tables of a database, streamed into it a batch at a time."""

# pyarrow makes its compute functions when it is imported, out of sight of a type checker.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from trialport.diagnostics import DataError
from trialport.exchange.dataset import Dataset
from trialport.rules.record_names import is_date_format, is_datetime_format
from trialport.spec import sql
from trialport.xport.model import Variable

if TYPE_CHECKING:
    import duckdb

ROW = "__row"
"""The column that numbers the records of a dataset from 1, in the order of its file."""

_INCOMING = "__incoming"
_DAYS_TO_1970, _SECONDS = 3653, 86_400
_FIRST_DAY, _LAST_DAY = -137_774, 2_936_547  # 1582-10-15 and 9999-12-31, as SAS has them


def store_records(dataset: Dataset, connection: duckdb.DuckDBPyConnection) -> None:
    """Make a table of a dataset's records, named as the dataset.

    Text without characters and special missing values are NULL. Numbers with a date format become
    DATE, those with a format of date and time TIMESTAMP; where a value of such a variable is no
    day or no second, all stay numbers.

    Raises:
        DataError: E3050 to E3293, the file cannot be read; there is no table then.
    """
    variables, failed = dataset.member.variables, list[DataError]()
    schema = pa.schema([*((each.name, _TYPES[each.type]) for each in variables), (ROW, pa.int64())])
    batches = _batches(dataset, schema, failed)
    name = dataset.member.name
    connection.register(_INCOMING, pa.RecordBatchReader.from_batches(schema, batches))
    create = exp.Create(
        this=sql.table(name),
        kind="TABLE",
        expression=exp.select(exp.Star()).from_(exp.table_(_INCOMING)),
    )
    try:
        connection.execute(create.sql("duckdb"))
    except Exception as error:
        if failed:  # an error of a batch comes back as one of the database, without what it tells
            raise failed[0] from error
        raise
    finally:
        connection.unregister(_INCOMING)
    _make_dates(name, variables, connection)


_TYPES = {"char": pa.string(), "num": pa.float64()}


def _batches(
    dataset: Dataset, schema: pa.Schema, failed: list[DataError]
) -> Iterator[pa.RecordBatch]:
    first = 1
    try:
        for batch in dataset.batches(special_missing=True):
            columns = [_values(batch.column(name)) for name in schema.names[:-1]]
            numbers = pa.array(np.arange(first, first + batch.num_rows, dtype=np.int64))
            first += batch.num_rows
            yield pa.RecordBatch.from_arrays([*columns, numbers], schema=schema)
    except DataError as error:
        failed.append(error)
        raise


def _values(column: pa.Array[Any]) -> pa.Array[Any]:
    """Return the values with text without characters as null; the characters are not copied."""
    if not pa.types.is_string(column.type):
        return column
    sizes = pc.fill_null(pc.binary_length(column), 0).to_numpy(zero_copy_only=False)
    before = np.zeros(column.offset, dtype=np.bool_)
    bits = np.packbits(np.concatenate((before, sizes > 0)), bitorder="little")
    buffers = [pa.py_buffer(bits), *column.buffers()[1:]]
    return pa.Array.from_buffers(column.type, len(column), buffers, offset=column.offset)


def _make_dates(
    name: str, variables: Sequence[Variable], connection: duckdb.DuckDBPyConnection
) -> None:
    """Turn numbers with a date format into dates or times, where each of them is one."""
    dates = [each.name for each in variables if each.type == "num" and is_date_format(each.format)]
    times = [
        each.name for each in variables if each.type == "num" and is_datetime_format(each.format)
    ]
    if not dates and not times:
        return
    of_days = [_all_whole(each, _FIRST_DAY, _LAST_DAY) for each in dates]
    last = (_LAST_DAY + 1) * _SECONDS - 1
    of_times = [_all_whole(each, _FIRST_DAY * _SECONDS, last) for each in times]
    query = exp.select(*of_days, *of_times).from_(sql.table(name))
    (fits,) = connection.execute(query.sql("duckdb")).fetchall()
    for each, is_whole in zip((*dates, *times), fits, strict=True):
        if is_whole:
            made = _day(each) if each in dates else _time(each)
            kind = "DATE" if each in dates else "TIMESTAMP"
            table, column = sql.table(name).sql("duckdb"), sql.column(each).sql("duckdb")
            change = f"ALTER TABLE {table} ALTER {column} TYPE {kind} USING {made.sql('duckdb')}"
            connection.execute(change)


def _all_whole(name: str, lowest: int, highest: int) -> exp.Expr:
    """Return SQL for whether all numbers of a variable are whole and within bounds."""
    number = sql.column(name)
    whole = exp.EQ(this=sql.call("floor", number), expression=number.copy())
    inside = exp.Between(this=number.copy(), low=sql.number(lowest), high=sql.number(highest))
    is_so = sql.call("bool_and", exp.And(this=whole, expression=inside))
    return sql.call("coalesce", is_so, exp.true())


def _day(name: str) -> exp.Expr:
    days = exp.cast(sql.column(name), exp.DataType.Type.INT)
    return exp.Sub(
        this=exp.Add(this=sql.date("1970-01-01"), expression=days),
        expression=exp.Literal.number(_DAYS_TO_1970),
    )


def _time(name: str) -> exp.Expr:
    seconds = exp.cast(sql.column(name), exp.DataType.Type.BIGINT)
    since_1970 = exp.Sub(this=seconds, expression=exp.Literal.number(_DAYS_TO_1970 * _SECONDS))
    micro = exp.Mul(this=sql.paren(since_1970), expression=exp.Literal.number(1_000_000))
    return sql.call("make_timestamp", micro)
