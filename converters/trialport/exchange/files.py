"""A dataset by the name of its file: what lies where, read and written."""

# pyarrow makes its compute functions when it is imported, out of sight of a type checker.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, cast

import pyarrow as pa
import pyarrow.compute as pc

from trialport.diagnostics import DataError, Diagnostic, Place, WriteError, did_you_mean
from trialport.exchange.csv import csv_chunks
from trialport.exchange.csv_metadata import csv_metadata, metadata_path
from trialport.exchange.csv_read import CsvDataset
from trialport.exchange.dataset import Dataset, as_table
from trialport.exchange.formats import EXTENSIONS, JSON_EXTENSIONS
from trialport.exchange.json_read import open_dataset_json
from trialport.exchange.json_write import write_dataset_json
from trialport.exchange.parquet import read_parquet, write_parquet
from trialport.xport.atomic import atomic_file
from trialport.xport.model import MISSING_SUFFIX
from trialport.xport.reader import StoredMember, read_members

_NOTHING: Mapping[str, str] = {}


def read_dataset(
    path: Path | str, *, encoding: str = "ascii", member: str | None = None
) -> pa.Table:
    """Return the dataset of a file as an Arrow table, the same whatever the format.

    Args:
        path: a file `.json`, `.ndjson`, `.dsjc`, `.parquet` or `.csv` (with the description that
            `export_dataset` puts beside it); any other is read as a transport file.
        encoding: the encoding of the text in a transport file.
        member: the dataset, where a transport file holds more than one.

    Returns:
        Text as strings; numbers as float64, dates and times as SAS days and seconds. Special
        missing values are in a column `NAME__missing`. Name and label are in the metadata of the
        schema, labels, formats and lengths in those of its fields.

    Raises:
        DataError: E3050 to E3067 transport files, E3191 to E3197 Dataset-JSON, E3291 and E3292
            CSV, E3293 Parquet.
    """
    path = Path(path)
    if path.suffix.lower() == ".parquet":
        return read_parquet(path)
    return as_table(open_dataset(path, encoding=encoding, member=member))


def open_dataset(
    path: Path, *, encoding: str = "ascii", member: str | None = None
) -> StoredMember | Dataset:
    """Return the dataset of a file that is read in batches: any but Parquet.

    Raises:
        DataError: as `read_dataset`; E3064 and E3065 no or several datasets of that name.
    """
    suffix = path.suffix.lower()
    if suffix in JSON_EXTENSIONS:
        return open_dataset_json(path)
    if suffix == ".csv":
        return CsvDataset(path)
    return _one(read_members(path, encoding=encoding), path, member)


def export_dataset(
    dataset: Dataset,
    out: Path,
    *,
    created: datetime | None = None,
    keys: Sequence[str] = (),
    about: Mapping[str, str] = _NOTHING,
) -> tuple[Path, ...]:
    """Write a dataset in the format of the file's extension, and return the files written.

    Each file appears under its name when it is whole. A CSV file has its description beside it.

    Args:
        dataset: the dataset, e.g. `read_members(path)[0]` or `open_dataset(path)`.
        out: the file to write: `.json`, `.ndjson`, `.dsjc`, `.parquet` or `.csv`.
        created: the time that Dataset-JSON bears; 1960-01-01T00:00:00 unless given.
        keys: the variables that identify a record.
        about: further attributes of Dataset-JSON, e.g. `studyOID`.

    Raises:
        WriteError: E4034 the file cannot be written, E4090 special missing values in
            Dataset-JSON, E4091 an unknown extension.
        DataError: what reading the dataset raises.
    """
    suffix = out.suffix.lower()
    if suffix not in EXTENSIONS[1:]:
        problem = f"no dataset is written to a file '{out.name}'"
        remedy = did_you_mean(suffix, EXTENSIONS[1:])
        raise WriteError([Diagnostic("E4091", Place(str(out)), problem, remedy)])
    with atomic_file(out) as stream:
        if suffix == ".parquet":
            write_parquet(dataset, stream)
        elif suffix == ".csv":
            stream.writelines(csv_chunks(dataset))
        else:
            form = cast("Literal['json', 'ndjson', 'dsjc']", suffix[1:])
            write_dataset_json(stream, dataset, form, created=created, keys=keys, about=about)
    if suffix != ".csv":
        return (out,)
    beside = metadata_path(out)
    with atomic_file(beside) as stream:
        stream.write(csv_metadata(dataset.member, out.name, _special(dataset)))
    return (out, beside)


def _special(dataset: Dataset) -> dict[str, list[str]]:
    """Return the special missing values that each number has."""
    found: dict[str, set[str]] = {}
    for batch in dataset.batches(special_missing=True):
        for name in batch.schema.names:
            if name.endswith(MISSING_SUFFIX) and batch.column(name).null_count < batch.num_rows:
                values = pc.unique(batch.column(name)).to_pylist()
                marks = found.setdefault(name.removesuffix(MISSING_SUFFIX), set())
                marks |= {each for each in values if each is not None}
    return {name: sorted(marks) for name, marks in found.items()}


def _one(stored: Iterable[StoredMember], path: Path, member: str | None) -> StoredMember:
    known = list(stored)
    chosen = [each for each in known if member in (None, each.member.name)]
    if len(chosen) == 1:
        return chosen[0]
    names = [each.member.name for each in known]
    if not chosen:
        problem, remedy = f"the file holds no dataset '{member}'", did_you_mean(str(member), names)
        raise DataError([Diagnostic("E3064", Place(str(path)), problem, remedy)])
    problem = f"the file holds {len(chosen)} datasets: {', '.join(names)}"
    remedy = f"name the member, e.g. {names[0]}" if member is None else ""
    raise DataError([Diagnostic("E3065", Place(str(path)), problem, remedy)])
