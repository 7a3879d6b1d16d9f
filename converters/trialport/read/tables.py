"""Every raw table of a study, from a folder or from tables handed in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from trialport.diagnostics import DataError, Diagnostic, did_you_mean
from trialport.read.frames import read_frame
from trialport.read.texts import RawTexts
from trialport.spec.nodes import RawTable, Sources

if TYPE_CHECKING:
    import pandas as pd

_READERS = {
    ".csv": "csv.read_csv",
    ".xlsx": "excel.read_excel",
    ".xpt": "sas.read_xpt",
    ".sas7bdat": "sas.read_sas7bdat",
    ".parquet": "parquet.read_parquet",
}
"""What reads each kind of file: imported with the first file of the kind, as some take long."""

_Reader = Callable[[Path, RawTable], RawTexts]
_GroupReader = Callable[[Path, Mapping[str, RawTable]], dict[str, RawTexts]]

_TOGETHER = {".fhir": "fhir.read_fhir", ".odm": "odm.read_odm"}
"""Kinds of files that hold many tables: they are read once for all of them."""


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
    """Return the tables to read: those of one FHIR or ODM file together, any other alone."""
    groups: dict[tuple[str, str], dict[str, RawTable]] = {}
    for name, contract in sources.tables.items():
        if name in only:
            is_shared = _kind(contract) in _TOGETHER and isinstance(raw, Path)
            key = (_kind(contract), contract.file.text) if is_shared else ("", name)
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
            return reader(path, group)
        except OSError as error:
            problem = f"'{contract.file.text}' cannot be opened ({error.strerror})"
            raise _fault("E3001", contract, problem, "") from error
    if name in raw:
        return {name: read_frame(raw[name], contract)}
    raise _fault("E3001", contract, f"no table '{name}' is handed in", did_you_mean(name, raw))


def _kind(contract: RawTable) -> str:
    """Return the kind of a file as its extension, whatever it is called."""
    if contract.format:
        return f".{contract.format}"
    suffix = PurePosixPath(contract.file.text).suffix.lower()
    return ".odm" if suffix == ".xml" else suffix


def _reader(contract: RawTable) -> _GroupReader:
    """Return what reads the tables of a file."""
    kind = _kind(contract)
    if kind in _TOGETHER:
        together: _GroupReader = _imported(_TOGETHER[kind])
        return together
    if kind in _READERS:
        reader: _Reader = _imported(_READERS[kind])
        return lambda path, group: {name: reader(path, each) for name, each in group.items()}
    problem = f"'{contract.file.text}' is of no kind that can be read"
    known = ", ".join(sorted((*_READERS, ".xml")))
    remedy = f"known: {known}; state 'format:' for a file of another name"
    raise _fault("E3011", contract, problem, remedy)


def _imported(name: str) -> Any:  # noqa: ANN401 - either kind of reader
    module, _, function = name.partition(".")
    return getattr(import_module(f"trialport.read.{module}"), function)


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
