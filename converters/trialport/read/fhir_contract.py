"""What in the contract of a FHIR table cannot be carried out: its keys and its paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from trialport.diagnostics import Diagnostic, Place
from trialport.spec.expression_error import ExpressionError
from trialport.spec.fhir_path import parse_path
from trialport.spec.nodes import RawTable, Text

_SUFFIXES = (".ndjson", ".json")


def fhir_faults(contract: RawTable) -> list[Diagnostic]:
    """Return E3022 for keys that only the other kind of table has, E3073 for each faulty path."""
    if contract.format != "fhir":
        return [
            _fault(
                each.place, f"'{name}' is for FHIR resources", "add 'format: fhir', or remove it"
            )
            for name, each in _fhir_keys(contract).items()
        ]
    found: list[Diagnostic] = []
    if contract.resource is None:
        remedy = "add it, e.g. 'resource: Observation'"
        found.append(_fault(contract.place, "a table of FHIR resources has no 'resource'", remedy))
    if PurePosixPath(contract.file.text).suffix.lower() not in _SUFFIXES:
        problem = f"'{contract.file.text}' is no name of a FHIR file"
        remedy = "one resource a line is .ndjson, a Bundle or one resource .json"
        found.append(_fault(contract.file.place, problem, remedy))
    for name, column in contract.columns.items():
        if column.path is None:
            problem = f"column '{name}' has no path"
            remedy = "add one, or 'path: \"{}\"' where FHIR does not have it"
            found.append(_fault(column.place, problem, remedy))
    return found + [fault for each in paths(contract) for fault in _path_faults(each)]


def paths(contract: RawTable) -> Iterator[Text]:
    """Yield the paths of a contract: of the condition, the elements and the columns."""
    for each in (contract.where, contract.each):
        if each is not None:
            yield each
    for column in contract.columns.values():
        if column.path is not None:
            yield column.path


def _fhir_keys(contract: RawTable) -> Mapping[str, Text]:
    found = {"resource": contract.resource, "where": contract.where, "each": contract.each}
    found |= {f"path of {name}": column.path for name, column in contract.columns.items()}
    return {name: each for name, each in found.items() if each is not None}


def _path_faults(path: Text) -> Iterator[Diagnostic]:
    try:
        parse_path(path.text)
    except ExpressionError as error:
        yield Diagnostic(error.code, path.place, error.problem, error.remedy)


def _fault(place: Place, problem: str, remedy: str) -> Diagnostic:
    return Diagnostic("E3022", place, problem, remedy)
