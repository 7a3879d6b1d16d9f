"""Write a dataset as Dataset-JSON 1.1: one JSON object, or lines (NDJSON), or compressed lines.

Source: CDISC Dataset-JSON 1.1; "Representing Dataset-JSON as NDJSON"; "Compressed Dataset-JSON":
a bare zlib stream of the lines.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Literal

import numpy as np
import orjson
import pyarrow as pa

from trialport.exchange.dataset import Dataset
from trialport.exchange.json_columns import Column, surveyed

Form = Literal["json", "ndjson", "dsjc"]
VERSION = "1.1.0"

_CREATED = datetime(1960, 1, 1)
_NOTHING: Mapping[str, str] = {}
_UNITS = {"date": ("datetime64[D]", 3653), "datetime": ("datetime64[s]", 3653 * 86_400)}
"""numpy's type, and how many of its units lie between 1960 and 1970."""


def write_dataset_json(
    stream: BinaryIO,
    dataset: Dataset,
    form: Form = "json",
    *,
    created: datetime | None = None,
    keys: Sequence[str] = (),
    about: Mapping[str, str] = _NOTHING,
) -> None:
    """Write a dataset to a binary stream; its observations are read twice.

    Args:
        stream: where the file goes.
        dataset: the dataset.
        form: `json`, `ndjson` (the metadata, then a line a record) or `dsjc` (those, compressed).
        created: the time that the file bears; 1960-01-01T00:00:00 where not given.
        keys: the variables that identify a record, in their order.
        about: further attributes of the file, e.g. `studyOID`.

    Raises:
        WriteError: E4090, special missing values, for which Dataset-JSON has no place.
    """
    columns = surveyed(dataset)
    head = orjson.dumps(_metadata(dataset, columns, created or _CREATED, keys, about))
    records = _records(dataset, columns)
    if form == "json":
        stream.write(head[:-1] + b',"rows":[')
        for number, record in enumerate(records):
            stream.write(b",\n" if number else b"\n")
            stream.write(record)
        stream.write(b"\n]}\n")
        return
    if form == "ndjson":
        stream.write(head + b"\n")
        stream.writelines(record + b"\n" for record in records)
        return
    packer = zlib.compressobj(9)
    stream.write(packer.compress(head + b"\n"))
    stream.writelines(packer.compress(record + b"\n") for record in records)
    stream.write(packer.flush())


def _metadata(
    dataset: Dataset,
    columns: Sequence[Column],
    created: datetime,
    keys: Sequence[str],
    about: Mapping[str, str],
) -> dict[str, Any]:
    """Return the attributes in the order of the specification."""
    member = dataset.member
    order = ("fileOID", "originator", "studyOID", "metaDataVersionOID", "metaDataRef")
    return {
        "datasetJSONCreationDateTime": created.isoformat(timespec="seconds"),
        "datasetJSONVersion": VERSION,
        **{key: about[key] for key in order if key in about},
        "itemGroupOID": f"IG.{member.name}",
        "records": dataset.observations,
        "name": member.name,
        "label": member.label,
        "columns": [_column(member.name, each, keys) for each in columns],
    }


def _column(dataset: str, column: Column, keys: Sequence[str]) -> dict[str, Any]:
    variable = column.variable
    made: dict[str, Any] = {
        "itemOID": f"IT.{dataset}.{variable.name}",
        "name": variable.name,
        "label": variable.label,
        "dataType": column.data_type,
    }
    if column.target:
        made["targetDataType"] = column.target
    if variable.type == "char" and variable.length:
        made["length"] = variable.length
    if variable.format:
        made["displayFormat"] = variable.format
    if variable.name in keys:
        made["keySequence"] = list(keys).index(variable.name) + 1
    return made


def _records(dataset: Dataset, columns: Sequence[Column]) -> Iterator[bytes]:
    for batch in dataset.batches(special_missing=True):
        cells = [_cells(batch.column(each.variable.name), each) for each in columns]
        for row in zip(*cells, strict=True):
            yield orjson.dumps(row)


def _cells(values: pa.Array[Any], column: Column) -> list[Any]:
    if column.variable.type == "char":
        return values.to_pylist()
    if column.data_type == "float":
        return values.to_pylist()
    whole = values.cast(pa.int64())
    if column.data_type == "integer":
        return whole.to_pylist()
    if column.data_type == "time":
        return [None if each is None else _clock(each) for each in whole.to_pylist()]
    type_, shift = _UNITS[column.data_type]
    numbers = whole.fill_null(0).to_numpy() - shift
    texts = np.datetime_as_string(numbers.astype(type_)).tolist()
    valid = values.is_valid().to_pylist()
    return [text if is_there else None for text, is_there in zip(texts, valid, strict=True)]


def _clock(seconds: int) -> str:
    """Return the time of day of so many seconds.

    >>> _clock(3661)
    '01:01:01'
    """
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
