"""Where a raw file and its contract name different columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from trialport.diagnostics import Diagnostic, Place, Severity, did_you_mean
from trialport.spec.nodes import RawColumn, RawTable


def column_drift(contract: RawTable, columns_in_file: Sequence[str]) -> list[Diagnostic]:
    """Return E3020 for each column that the file lacks and E3021 for each that nobody named.

    Names are compared exactly; one that differs in case or blanks alone is E3020 with its remedy.
    """
    unnamed = unnamed_columns(contract, columns_in_file)
    folded = MappingProxyType({_folded(name): name for name in reversed(unnamed)})
    lacking = {
        name: column for name, column in contract.columns.items() if name not in columns_in_file
    }
    found = [_lacking(name, column, contract.file.text, folded) for name, column in lacking.items()]
    alike = {_folded(name) for name in lacking}
    return found + [
        _unnamed(name, contract.file.text) for name in unnamed if _folded(name) not in alike
    ]


def unnamed_columns(contract: RawTable, columns_in_file: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of the file that the contract does not name, in the order of the file."""
    return tuple(name for name in columns_in_file if name not in contract.columns)


def _lacking(name: str, column: RawColumn, file: str, unnamed: Mapping[str, str]) -> Diagnostic:
    alike = unnamed.get(_folded(name))
    if alike is not None:
        remedy = f"the file names it '{alike}'; write it so in the contract"
    else:
        remedy = did_you_mean(name, unnamed.values())
    return Diagnostic("E3020", column.place, f"column '{name}' is not in '{file}'", remedy)


def _unnamed(name: str, file: str) -> Diagnostic:
    problem = "the contract does not name this column, so it is left out"
    return Diagnostic("E3021", Place(file, column=name), problem, "", Severity.NOTE)


def _folded(name: str) -> str:
    return name.strip().casefold()
