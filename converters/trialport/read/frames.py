"""Tables handed in as pandas data frames or Arrow tables, as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.read.cells import Texts, array_texts, cell_text
from trialport.read.header import header_faults
from trialport.read.texts import RawTexts
from trialport.spec.nodes import ColumnType, RawTable

if TYPE_CHECKING:
    import pandas as pd


def read_frame(frame: pd.DataFrame | pa.Table, contract: RawTable) -> RawTexts:
    """Return a data frame or Arrow table as text; None, NaN and NaT become null.

    The line of a record is its position + 1, as if the frame were a file with a header.

    Raises:
        DataError: E3003 names of columns, E3014 values that have no text.
    """
    if isinstance(frame, pa.Table):
        names: list[object] = list(frame.column_names)
        columns: list[Any] = list(frame.columns)
    else:
        names = list(frame.columns)
        columns = [frame.iloc[:, position] for position in range(len(names))]
    return column_texts(names, columns, _texts_of, contract, first_line=2)


def column_texts(
    names: list[object],
    columns: list[Any],
    texts_of: Callable[[Any, ColumnType], Texts],
    contract: RawTable,
    *,
    first_line: int,
) -> RawTexts:
    """Return the raw table of columns that `texts_of` turns into texts.

    Raises:
        DataError: E3003 names of columns, E3014 values that have no text.
    """
    place = Place(contract.file.text)
    faults = [_not_text(name, place) for name in names if not isinstance(name, str)]
    faults += header_faults([str(name) for name in names], place)
    texts: list[Texts] = []
    for name, column in zip(names, columns, strict=True):
        stated = contract.columns.get(str(name))
        try:
            texts.append(texts_of(column, stated.type if stated else ColumnType.TEXT))
        except (TypeError, pa.ArrowException) as error:
            faults.append(_no_text(str(name), str(error), place))
    if faults:
        raise DataError(faults)
    table = pa.Table.from_arrays(texts, names=[str(name) for name in names])
    lines = pa.array(range(first_line, table.num_rows + first_line), pa.int64())
    return RawTexts(table, lines)


def _texts_of(column: Any, type_: ColumnType) -> Texts:  # noqa: ANN401 - pandas Series or Arrow
    if isinstance(column, pa.ChunkedArray):
        return array_texts(column, type_)
    if column.dtype == object:
        return _objects(column)
    return array_texts(pa.array(column, from_pandas=True), type_)


def _objects(series: pd.Series) -> pa.Array:
    missing = series.isna()
    texts = [
        None if is_missing else cell_text(value)
        for value, is_missing in zip(series, missing, strict=True)
    ]
    return pa.array(texts, pa.string())


def _not_text(name: object, place: Place) -> Diagnostic:
    return Diagnostic(
        "E3003", place, f"the column name {name!r} is not a text", "rename the column"
    )


def _no_text(name: str, why: str, place: Place) -> Diagnostic:
    at = Place(place.file, column=name)
    problem = f"the values cannot be read as text ({why.splitlines()[0] if why else 'no reason'})"
    return Diagnostic("E3014", at, problem, "turn the column into text before")
