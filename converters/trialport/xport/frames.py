"""Transport files as pandas frames and Arrow tables, one dataset a file.

The metadata of a file read are in `frame.attrs["xport"]` (name, label, labels, formats, informats,
lengths) or in the metadata of the Arrow schema. Writing takes labels and formats from there where
none are given; lengths are measured unless given, for the data may have changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from trialport.diagnostics import DataError, Diagnostic, Place, did_you_mean
from trialport.xport.arrow import without_empty_companions
from trialport.xport.atomic import atomic_file
from trialport.xport.batch_faults import raise_if
from trialport.xport.encodings import Policy
from trialport.xport.lengths import measure
from trialport.xport.model import MISSING_SUFFIX, Member, Variable
from trialport.xport.reader import StoredMember, read_members
from trialport.xport.text import is_text
from trialport.xport.writer import CHUNK_ROWS, Written, write_member

if TYPE_CHECKING:
    import pandas as pd

ATTRS = "xport"
"""The key of `frame.attrs` that holds what a frame cannot say itself."""

_NO_TEXTS: Mapping[str, str] = {}
_NO_LENGTHS: Mapping[str, int] = {}
_PER_VARIABLE = ("labels", "formats", "informats")


def read_xpt(path: Path | str, encoding: str = "ascii", member: str | None = None) -> pd.DataFrame:
    """Return a dataset of a transport file as a pandas frame.

    Numbers are float64 with NaN where missing; dates and times stay SAS days and seconds; empty
    text is ''. Where a number has special missing values, a column `NAME__missing` behind it
    holds them as `.A` to `.Z` or `._`.

    Args:
        path: the file.
        encoding: the encoding the text was written in; it is never guessed.
        member: the dataset, where the file holds more than one.

    Raises:
        DataError: E3050 to E3067.
    """
    table = read_xpt_arrow(path, encoding, member)
    frame: pd.DataFrame = table.to_pandas()
    frame.attrs[ATTRS] = _metadata(table.schema)
    return frame


def read_xpt_arrow(
    path: Path | str, encoding: str = "ascii", member: str | None = None
) -> pa.Table:
    """Return a dataset of a transport file as an Arrow table; like `read_xpt`, with NULLs."""
    stored = _chosen(read_members(path, encoding=encoding), str(path), member)
    schema = stored.schema(special_missing=True)
    table = pa.Table.from_batches(stored.batches(special_missing=True), schema=schema)
    return without_empty_companions(table)


def write_xpt(
    data: pd.DataFrame | pa.Table | pa.RecordBatch,
    path: Path | str,
    *,
    name: str,
    label: str | None = None,
    labels: Mapping[str, str] = _NO_TEXTS,
    formats: Mapping[str, str] = _NO_TEXTS,
    informats: Mapping[str, str] = _NO_TEXTS,
    lengths: Mapping[str, int] = _NO_LENGTHS,
    encoding: str = "ascii",
    on_unencodable: Policy = "error",
    created: datetime | None = None,
    allow_underflow: bool = False,
) -> Written:
    """Write a frame or an Arrow table as a transport file with one dataset.

    Columns of text (or of NULLs only) become text variables, those of numbers, dates and times
    become numbers; dates get the format DATE9., datetimes DATETIME20. and times TIME8. unless
    others are given. A text column `NAME__missing` beside the number NAME holds special missing
    values. The index of a frame is not written. The file appears under its name when it is
    whole, and not at all after a fault.

    Args:
        data: the observations.
        path: the file to write; one that is there is replaced.
        name: the dataset's name.
        label: the dataset's label; else that of the file the data were read from, else blank.
        labels: labels by variable; what is not named is treated like `label`.
        formats: SAS formats by variable, e.g. `{"AVAL": "8.2"}`.
        informats: SAS informats by variable.
        lengths: bytes by variable; text that is not named is measured, numbers have 8.
        encoding: the encoding of the text; the file does not say which.
        on_unencodable: see `write_member`.
        created: see `write_member`.
        allow_underflow: see `write_member`.

    Raises:
        WriteError: E4010 to E4035; the names, labels, lengths and formats at fault all at once.
    """
    table, known = _as_table(data, name)
    raise_if(_unknown_names(table, name, labels, formats, informats, lengths))
    given = {"labels": labels, "formats": formats, "informats": informats}
    texts = {key: {**known[key], **given[key]} for key in _PER_VARIABLE}
    variables = tuple(
        _variable(field, texts, lengths.get(field.name))
        for field in table.schema
        if not _is_companion(field.name, table)
    )
    member = Member(name, known["label"] if label is None else label, variables)
    batches = table.to_batches(max_chunksize=CHUNK_ROWS)
    measured = measure(batches, member, encoding, on_unencodable)
    with atomic_file(Path(path)) as stream:
        return write_member(
            stream,
            measured,
            batches,
            encoding=encoding,
            on_unencodable=on_unencodable,
            created=created,
            allow_underflow=allow_underflow,
        )


def _chosen(stored: tuple[StoredMember, ...], file: str, member: str | None) -> StoredMember:
    names = [each.member.name for each in stored]
    if member is None and len(stored) == 1:
        return stored[0]
    if member is not None and names.count(member) == 1:
        return stored[names.index(member)]
    listed = ", ".join(f"'{each}'" for each in names)
    if member is None:
        problem = f"the file holds {len(names)} datasets: {listed}"
        fault = Diagnostic("E3065", Place(file), problem, f"choose one, e.g. member={names[0]!a}")
    elif member in names:
        problem = f"the file holds {names.count(member)} datasets named {member!a}"
        fault = Diagnostic("E3065", Place(file), problem, "read them with read_members")
    else:
        problem = f"the file holds no dataset {member!a}"
        fault = Diagnostic("E3064", Place(file), problem, did_you_mean(member, names))
    raise DataError([fault])


def _metadata(schema: pa.Schema) -> dict[str, Any]:
    """Return what the metadata of a schema say about a dataset; blank where they say nothing."""
    of_member = _decoded(schema.metadata)
    found: dict[str, Any] = {key: of_member.get(key, "") for key in ("name", "label")}
    of_variable = {field.name: _decoded(field.metadata) for field in schema}
    for key in _PER_VARIABLE:
        found[key] = {
            name: texts[key[:-1]] for name, texts in of_variable.items() if texts.get(key[:-1])
        }
    found["lengths"] = {
        name: int(texts["length"]) for name, texts in of_variable.items() if texts.get("length")
    }
    return found


def _decoded(metadata: Mapping[bytes, bytes] | None) -> dict[str, str]:
    return {key.decode(): value.decode() for key, value in (metadata or {}).items()}


def _as_table(
    data: pd.DataFrame | pa.Table | pa.RecordBatch, name: str
) -> tuple[pa.Table, dict[str, Any]]:
    """Return the data as an Arrow table, with what is known about it."""
    if isinstance(data, pa.RecordBatch):
        data = pa.Table.from_batches([data])
    if isinstance(data, pa.Table):
        return data, _metadata(data.schema)
    known = _metadata(pa.schema([])) | data.attrs.get(ATTRS, {})
    faults: list[Diagnostic] = []
    columns: list[pa.ChunkedArray | pa.Array[Any]] = []
    for column in range(data.shape[1]):
        series = data.iloc[:, column]
        try:
            columns.append(pa.array(series, from_pandas=True))
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            place = Place(record=name, column=str(data.columns[column]))
            problem = (
                f"the column holds values of several kinds or of a kind unknown ({series.dtype})"
            )
            faults.append(Diagnostic("E4020", place, problem, "make it all text or all numbers"))
    raise_if(faults)
    names = [str(each) for each in data.columns]
    return pa.Table.from_arrays(columns, names), known


def _unknown_names(table: pa.Table, name: str, *given: Mapping[str, Any]) -> list[Diagnostic]:
    """Return E4019 for labels, formats, informats and lengths of variables that are not there."""
    unknown = sorted({each for named in given for each in named if each not in table.column_names})
    return [
        Diagnostic(
            "E4019",
            Place(record=name, column=each),
            "a label, format or length is given, but the data hold no such column",
            did_you_mean(each, table.column_names),
        )
        for each in unknown
    ]


def _is_companion(name: str, table: pa.Table) -> bool:
    base = name.removesuffix(MISSING_SUFFIX)
    return name != base and base in table.column_names


def _variable(
    field: pa.Field[Any], texts: Mapping[str, Mapping[str, str]], length: int | None
) -> Variable:
    type_ = "char" if is_text(field.type) else "num"
    return Variable(
        name=field.name,
        label=texts["labels"].get(field.name, ""),
        type=type_,
        length=length,
        format=texts["formats"].get(field.name, _usual_format(field.type)),
        informat=texts["informats"].get(field.name, ""),
    )


def _usual_format(type_: pa.DataType) -> str:
    if pa.types.is_date(type_):
        return "DATE9."
    if pa.types.is_timestamp(type_):
        return "DATETIME20."
    return "TIME8." if pa.types.is_time(type_) else ""
