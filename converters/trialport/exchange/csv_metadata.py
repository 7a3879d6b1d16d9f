"""What a CSV file cannot say itself, in a file beside it: `ae.csv` has `ae.csv-metadata.json`.

Source: W3C, Metadata Vocabulary for Tabular Data (CSVW), 2015.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.xport.model import Member, Variable

_OWN = "urn:trialport:"


def metadata_path(path: Path) -> Path:
    """Return where the description of a CSV file lies.

    >>> metadata_path(Path("out/ae.csv")).name
    'ae.csv-metadata.json'
    """
    return path.with_name(f"{path.name}-metadata.json")


def csv_metadata(member: Member, url: str, special: dict[str, list[str]]) -> bytes:
    """Return the description of a CSV file; `special` names the missing values of each number."""
    document = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": url,
        "dc:identifier": member.name,
        "dc:title": member.label,
        f"{_OWN}formula-guard": "'",
        "tableSchema": {"columns": [_column(each, special) for each in member.variables]},
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def read_csv_metadata(path: Path) -> Member:
    """Return the member that the description beside a CSV file describes.

    Raises:
        DataError: E3291, there is none, or it is not one that `export_dataset` wrote.
    """
    beside = metadata_path(path)
    try:
        document: Any = json.loads(beside.read_text(encoding="utf-8"))
        columns = document["tableSchema"]["columns"]
        variables = tuple(_variable(each) for each in columns)
        return Member(str(document["dc:identifier"]), str(document["dc:title"]), variables)
    except OSError as error:
        problem = f"the description of the CSV file cannot be read: {error.strerror or error}"
    except (ValueError, KeyError, TypeError, RecursionError):
        problem = "the description of the CSV file is not one that trialport wrote"
    remedy = "keep the file ...-metadata.json beside the CSV file, or read another format"
    raise DataError([Diagnostic("E3291", Place(str(beside)), problem, remedy)])


def _column(variable: Variable, special: dict[str, list[str]]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": variable.name,
        "titles": variable.name,
        "dc:description": variable.label,
        "datatype": "string" if variable.type == "char" else "double",
    }
    if special.get(variable.name):
        made["null"] = ["", *special[variable.name]]
    own = {
        "length": variable.length,
        "format": variable.format,
        "informat": variable.informat,
    }
    return made | {f"{_OWN}{key}": value for key, value in own.items() if value}


def _variable(column: dict[str, Any]) -> Variable:
    type_: Literal["char", "num"] = "char" if column["datatype"] == "string" else "num"
    length = column.get(f"{_OWN}length")
    return Variable(
        name=str(column["name"]),
        label=str(column["dc:description"]),
        type=type_,
        length=None if length is None else int(length),
        format=str(column.get(f"{_OWN}format", "")),
        informat=str(column.get(f"{_OWN}informat", "")),
    )
