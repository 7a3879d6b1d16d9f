"""The files of a raw folder, read without a contract: how they are written is guessed, and said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from trialport.diagnostics import DataError, Diagnostic, Place, Severity
from trialport.draft.delimiter import guess_delimiter
from trialport.draft.encoding import guess_encoding
from trialport.draft.guess import Guess
from trialport.read.csv import read_csv
from trialport.read.excel import read_excel, sheet_names
from trialport.read.odm import odm_tables, read_odm
from trialport.read.parquet import read_parquet
from trialport.read.sas import member_names, read_sas7bdat, read_xpt
from trialport.read.texts import RawTexts
from trialport.spec.nodes import RawTable, Text

_SAMPLE = 1 << 18
_TEXTS = (".csv", ".txt", ".tsv", ".dat")
_ODM = ".xml"
MOST_FILES = 500


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A raw table as it was found: the contract it was read with, the guesses in it, its texts."""

    name: str
    contract: RawTable
    guesses: Mapping[str, Guess]
    texts: RawTexts


def found_tables(folder: Path) -> tuple[list[FoundTable], list[Diagnostic]]:
    """Return the raw tables of a folder and its folders, in the order of their files.

    Returns:
        The tables, and what was seen or could not be read: E3024 a file of no known kind (a note),
        the faults of the readers.

    Raises:
        DataError: E3000 no such folder, E3025 no table in it, or too many files.
    """
    if not folder.is_dir():
        raise DataError([Diagnostic("E3000", Place(str(folder)), "there is no such folder")])
    tables: list[FoundTable] = []
    found: list[Diagnostic] = []
    for path in _files(folder):
        try:
            file = path.relative_to(folder).as_posix()
            tables += _tables(path, file, {each.name for each in tables})
        except DataError as error:
            found += error.diagnostics
    found += [each for table in tables for each in table.texts.findings]
    if not tables and not any(each.severity is Severity.ERROR for each in found):
        problem = "no file in the folder can be read as a raw table"
        remedy = "known: " + ", ".join(sorted((*_TEXTS, *_BINARY, _ODM)))
        found.append(Diagnostic("E3025", Place(str(folder)), problem, remedy))
    if not tables:
        raise DataError(found)
    return tables, found


def _tables(path: Path, file: str, taken: set[str]) -> list[FoundTable]:
    """Return the tables of a file, each under a name that is not taken."""
    guessed = list(_contracts(path, file))
    names: list[str] = []
    for contract, _ in guessed:
        names.append(_name(path, contract, {*taken, *names}))
    contracts = {name: each for name, (each, _) in zip(names, guessed, strict=True)}
    texts = _read(path, contracts)
    return [
        FoundTable(name, contract, guesses, texts[name])
        for name, (contract, guesses) in zip(names, guessed, strict=True)
    ]


def _files(folder: Path) -> list[Path]:
    inside = folder.resolve()
    paths = [
        each
        for each in sorted(folder.rglob("*"))
        if each.is_file()
        and not any(part.startswith(".") for part in each.relative_to(folder).parts)
        and each.resolve().is_relative_to(inside)
    ]
    if len(paths) > MOST_FILES:
        problem = f"there are {len(paths)} files in the folder, more than {MOST_FILES}"
        raise DataError([Diagnostic("E3025", Place(str(folder)), problem, "name a folder in it")])
    return paths


def _contracts(path: Path, file: str) -> Iterator[tuple[RawTable, dict[str, Guess]]]:
    """Yield how each table of a file may be read, with what of it is guessed."""
    suffix = path.suffix.lower()
    if suffix in _TEXTS:
        yield _of_text(path, file)
    elif suffix == _ODM:
        yield from ((_contract(file, sheet=each), {}) for each in odm_tables(path, file))
    elif suffix in _BINARY:
        names = _BINARY[suffix][0](path, file)
        for name in names:
            yield _contract(file, sheet=name if len(names) > 1 else None), {}
    else:
        problem = "nothing is drafted from a file of this kind"
        raise DataError([Diagnostic("E3024", Place(file), problem, "", Severity.NOTE)])


def _of_text(path: Path, file: str) -> tuple[RawTable, dict[str, Guess]]:
    data = path.read_bytes()
    encoding = guess_encoding(data)
    text = data[:_SAMPLE].decode(encoding.value, errors="replace").lstrip("\ufeff")
    delimiter = guess_delimiter(text)
    contract = _contract(
        file,
        encoding=encoding.value,
        delimiter=delimiter.value,
        is_other_name=path.suffix.lower() != ".csv",
    )
    return contract, {"encoding": encoding, "delimiter": delimiter}


def _contract(
    file: str,
    *,
    encoding: str = "",
    delimiter: str = ",",
    sheet: str | None = None,
    is_other_name: bool = False,
) -> RawTable:
    place = Place(file)
    return RawTable(
        place=place,
        file=Text(file, place),
        format="csv" if is_other_name else None,
        encoding=Text(encoding, place) if encoding else None,
        delimiter=delimiter,
        sheet=sheet,
        columns={},
    )


def _read(path: Path, contracts: Mapping[str, RawTable]) -> dict[str, RawTexts]:
    if path.suffix.lower() == _ODM:
        return read_odm(path, contracts)
    kind = path.suffix.lower()
    reader = read_csv if kind in _TEXTS else _BINARY[kind][1]
    return {name: reader(path, contract) for name, contract in contracts.items()}


def _name(path: Path, contract: RawTable, taken: set[str]) -> str:
    """Return a name for the table: small letters and digits, none that another one has."""
    words = path.stem if contract.sheet is None else f"{path.stem}_{contract.sheet}"
    if contract.sheet is not None and _plain(contract.sheet):
        words = contract.sheet
    stem = _plain(words) or "table"
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name


def _plain(words: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:48]
    return f"t_{name}" if name[:1].isdigit() else name


def _one(path: Path, file: str) -> list[str]:
    del path, file
    return [""]


_BINARY: Mapping[
    str, tuple[Callable[[Path, str], list[str]], Callable[[Path, RawTable], RawTexts]]
] = {
    ".xlsx": (sheet_names, read_excel),
    ".xpt": (member_names, read_xpt),
    ".sas7bdat": (_one, read_sas7bdat),
    ".parquet": (_one, read_parquet),
}
"""Kinds of files that are not text: the tables in one, and its reader."""
