"""Every raw table of a study, from a folder or from tables handed in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

import pyarrow as pa

from trialport.diagnostics import DataError, Diagnostic, did_you_mean
from trialport.read.csv import read_csv
from trialport.read.excel import read_excel
from trialport.read.fhir import read_fhir
from trialport.read.frames import read_frame
from trialport.read.parquet import read_parquet
from trialport.read.sas import read_sas7bdat, read_xpt
from trialport.read.texts import RawTexts
from trialport.spec.nodes import RawTable, Sources

if TYPE_CHECKING:
    import pandas as pd

_READERS: Mapping[str, Callable[[Path, RawTable], RawTexts]] = {
    ".csv": read_csv,
    ".xlsx": read_excel,
    ".xpt": read_xpt,
    ".sas7bdat": read_sas7bdat,
    ".parquet": read_parquet,
}


def read_tables(
    sources: Sources,
    raw: Path | Mapping[str, pd.DataFrame | pa.Table],
    only: Collection[str],
) -> tuple[dict[str, RawTexts], list[Diagnostic]]:
    """Return the texts of raw tables by name, and the faults of all of them.

    Args:
        sources: the contracts.
        raw: the raw folder, or the tables themselves by the name of their contract.
        only: the tables to read.

    Returns:
        The tables that could be read, in the order of the contracts, with the diagnostics of these
        and of the others: E3001 (missing), E3007 (outside the raw folder), E3011 (kind of file),
        and those of each reader.
    """
    tables: dict[str, RawTexts] = {}
    found: list[Diagnostic] = []
    for group in _groups(sources, only, raw):
        try:
            read = _read(group, raw)
        except DataError as error:
            found += error.diagnostics
            continue
        tables |= read
        found += [each for texts in read.values() for each in texts.findings]
    return {name: tables[name] for name in sources.tables if name in tables}, found


def _groups(sources: Sources, only: Collection[str], raw: object) -> list[dict[str, RawTable]]:
    """Return the tables to read: those of one FHIR file together, any other alone."""
    groups: dict[tuple[str, str], dict[str, RawTable]] = {}
    for name, contract in sources.tables.items():
        if name in only:
            is_fhir = contract.format == "fhir" and isinstance(raw, Path)
            key = ("fhir", contract.file.text) if is_fhir else ("", name)
            groups.setdefault(key, {})[name] = contract
    return list(groups.values())


def _read(
    group: Mapping[str, RawTable], raw: Path | Mapping[str, pd.DataFrame | pa.Table]
) -> dict[str, RawTexts]:
    name, contract = next(iter(group.items()))
    if isinstance(raw, Path):
        reader = _reader(contract)
        path = _path(contract, raw)
        try:
            return read_fhir(path, group) if reader is None else {name: reader(path, contract)}
        except OSError as error:
            problem = f"'{contract.file.text}' cannot be opened ({error.strerror})"
            raise _fault("E3001", contract, problem, "") from error
    if name in raw:
        return {name: read_frame(raw[name], contract)}
    raise _fault("E3001", contract, f"no table '{name}' is handed in", did_you_mean(name, raw))


def _reader(contract: RawTable) -> Callable[[Path, RawTable], RawTexts] | None:
    """Return what reads the file of a table; None for FHIR, whose tables are read together."""
    suffix = PurePosixPath(contract.file.text).suffix.lower()
    if contract.format == "fhir":
        return None
    kind = f".{contract.format}" if contract.format else suffix
    if kind in _READERS:
        return _READERS[kind]
    problem = f"'{contract.file.text}' is of no kind that can be read"
    remedy = (
        "known: " + ", ".join(sorted(_READERS)) + "; state 'format:' for a file of another name"
    )
    raise _fault("E3011", contract, problem, remedy)


def _path(contract: RawTable, raw: Path) -> Path:
    """Return where the file lies; it stays inside the raw folder, through links too."""
    name = contract.file.text
    parts = PurePosixPath(name).parts
    windows = PureWindowsPath(name)
    if not parts or ".." in (*parts, *windows.parts) or windows.anchor or name.startswith("/"):
        problem = f"'{name}' does not lie in the raw folder"
        raise _fault("E3007", contract, problem, "state a path inside it, without '..'")
    path = raw.joinpath(*parts)
    if not path.resolve().is_relative_to(raw.resolve()):
        problem = f"'{name}' is a link that leads out of the raw folder"
        raise _fault("E3007", contract, problem, "put the file itself there")
    if not path.is_file():
        problem = f"'{name}' is not in the raw folder"
        raise _fault("E3001", contract, problem, did_you_mean(path.name, _beside(path)))
    return path


def _beside(path: Path) -> list[str]:
    if not path.parent.is_dir():
        return []
    return [each.name for each in path.parent.iterdir() if each.is_file()]


def _fault(code: str, contract: RawTable, problem: str, remedy: str) -> DataError:
    return DataError([Diagnostic(code, contract.file.place, problem, remedy)])
