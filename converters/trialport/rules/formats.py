"""Whether the formats of a folder say the same of a dataset, and whether its counts agree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.exchange.dataset import as_table
from trialport.rules.stored import EXTENSIONS, open_stored

if TYPE_CHECKING:
    import pyarrow as pa

_PLACES = ("", "sdtm", "adam")


def format_differences(folder: Path, *, encoding: str = "ascii") -> list[Diagnostic]:
    """Return where Dataset-JSON or Parquet files differ from the transport files beside them.

    Held against each other are names and order of the variables, the number of records, and every
    value: text as it is, numbers to the last bit, special missing values as missing.

    Returns:
        E3096 for each dataset and variable that differs, with the first record; E3097 where the
        resources of FHIR are not as many as the records they are made from.
    """
    found: list[Diagnostic] = []
    for place in _PLACES:
        for file in sorted((folder / place).glob("*.xpt")):
            others = [file.with_suffix(each) for each in EXTENSIONS if each != ".xpt"]
            for other in (each for each in others if each.is_file()):
                found += _differences(folder, file, other, encoding)
    return [*found, *_patients(folder, encoding)]


def _differences(folder: Path, file: Path, other: Path, encoding: str) -> Iterator[Diagnostic]:
    try:
        (one,), (two,) = open_stored(file, encoding), open_stored(other, encoding)
        mine, theirs = as_table(one), as_table(two)
    except (DataError, ValueError):
        return  # what cannot be read is told by those that read it
    shown, name = other.relative_to(folder).as_posix(), one.member.name
    if mine.column_names != theirs.column_names:
        problem = f"the variables are not those of {file.name}, in their order"
        yield Diagnostic("E3096", Place(shown, record=name), problem)
        return
    if mine.num_rows != theirs.num_rows:
        problem = f"there are {theirs.num_rows} records, {mine.num_rows} in {file.name}"
        yield Diagnostic("E3096", Place(shown, record=name), problem)
        return
    for variable in mine.column_names:
        record = _first_difference(mine[variable], theirs[variable])
        if record is not None:
            where = Place(shown, column=variable, record=f"{name} record {record + 1}")
            yield Diagnostic("E3096", where, f"the value is not that of {file.name}")


def _first_difference(one: pa.ChunkedArray, other: pa.ChunkedArray) -> int | None:
    """Return the first record in which two columns differ; no text is the same as empty text."""
    if one.equals(other):
        return None
    pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
    return next((at for at, (a, b) in enumerate(pairs) if _known(a) != _known(b)), None)


def _known(value: object) -> object:
    return None if value == "" else value


def _patients(folder: Path, encoding: str) -> Iterator[Diagnostic]:
    """Yield E3097 where there are not as many patients as subjects in DM."""
    subjects = folder / "sdtm" / "dm.xpt"
    for file in sorted((folder / "fhir").glob("*/Patient.ndjson")):
        if not subjects.is_file():
            return
        try:
            (dm,) = open_stored(subjects, encoding)
        except (DataError, ValueError):
            return
        with file.open("rb") as lines:
            count = sum(bool(each.strip()) for each in lines)
        if count != dm.observations:
            problem = f"there are {count} patients, {dm.observations} subjects in sdtm/dm.xpt"
            yield Diagnostic("E3097", Place(file.relative_to(folder).as_posix()), problem)
