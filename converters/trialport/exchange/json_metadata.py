"""What a Dataset-JSON file says of itself, checked against the schema of the standard.

Source: CDISC Dataset-JSON 1.1 and its JSON Schema (mappings/dataset-json).
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import Any, Literal, NoReturn

import jsonschema_rs

from trialport.diagnostics import DataError, Diagnostic, Place, shown
from trialport.exchange.json_columns import Column
from trialport.templates import shipped
from trialport.xport.model import MISSING_SUFFIX, Member, Variable

_MOST_FAULTS = 20
_TEXTS = {"string", "URI"}
_MOMENTS = {"date", "datetime", "time"}


def json_object(content: bytes, file: str, line: int | None = None) -> dict[str, Any]:
    """Return the JSON object in `content`; no name may stand in it twice.

    Raises:
        DataError: E3191 no JSON, or no object; E3197 a name twice.
    """
    place = Place(file, line)
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except _TwiceError as error:
        problem = f"the name {shown(error.name)} stands twice in an object"
        raise DataError([Diagnostic("E3197", place, problem, "write the file again")]) from error
    except UnicodeDecodeError as error:
        _fail(place, f"byte {error.start} is no UTF-8")
    except json.JSONDecodeError as error:
        place = Place(file, error.lineno if line is None else line)
        _fail(place, f"this is no JSON: {error.msg} (character {error.colno})")
    except RecursionError:
        _fail(place, "the JSON is nested too deeply")
    except ValueError as error:
        _fail(place, f"this is no JSON: {shown(str(error))}")
    if not isinstance(found, dict):
        _fail(place, "a dataset is a JSON object, and this is none")
    return found


def described(metadata: dict[str, Any], file: str) -> tuple[Member, tuple[Column, ...]]:
    """Return the member that the metadata describe, and the columns of its rows.

    Raises:
        DataError: E3192 against the schema, E3193 what no SAS dataset can hold.
    """
    faults = [
        Diagnostic("E3192", Place(file), f"{_where(each)}{_said(each)}", "write the file again")
        for each, _ in zip(_schema().iter_errors(metadata), range(_MOST_FAULTS), strict=False)
    ]
    if faults:
        raise DataError(faults)
    columns = tuple(_column(each, file) for each in metadata["columns"])
    names = Counter(each.variable.name for each in columns)
    faults = [_unusable(file, name, "stands twice") for name, count in names.items() if count > 1]
    faults += [
        _unusable(file, name, "ends like a column of special missing values")
        for name in names
        if name.endswith(MISSING_SUFFIX)
    ]
    if not columns:
        faults.append(Diagnostic("E3193", Place(file), "the dataset has no columns"))
    if faults:
        raise DataError(faults)
    variables = tuple(each.variable for each in columns)
    return Member(metadata["name"], metadata["label"], variables), columns


def _column(values: dict[str, Any], file: str) -> Column:
    data_type, target = values["dataType"], values.get("targetDataType", "")
    if data_type == "boolean":
        problem = "is boolean, which no SAS dataset holds"
        raise DataError([_unusable(file, values["name"], problem, "write 'Y' and 'N' as string")])
    is_text = data_type in _TEXTS or (data_type in _MOMENTS and target != "integer")
    type_: Literal["char", "num"] = "char" if is_text else "num"
    length = values.get("length") if is_text else 8
    variable = Variable(
        name=values["name"],
        label=values["label"],
        type=type_,
        length=length,
        format=values.get("displayFormat", ""),
    )
    return Column(variable, data_type, target)


@cache
def _schema() -> jsonschema_rs.Draft201909Validator:

    text = (shipped() / "dataset-json" / "dataset.schema.json").read_text(encoding="utf-8")
    return jsonschema_rs.Draft201909Validator(json.loads(text))


def _where(error: jsonschema_rs.ValidationError) -> str:
    path = [str(each) for each in error.instance_path]
    return f"{'.'.join(path)}: " if path else ""


def _said(error: jsonschema_rs.ValidationError) -> str:
    message = str(error.message)
    return message if len(message) <= 200 else f"{message[:200]} ..."


def _unusable(file: str, name: str, problem: str, remedy: str = "") -> Diagnostic:
    return Diagnostic("E3193", Place(file, column=name), f"the column {problem}", remedy)


class _TwiceError(ValueError):
    """A name stands twice in an object."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _TwiceError(next(name for name, n in Counter(k for k, _ in pairs).items() if n > 1))
    return made


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _fail(place: Place, problem: str) -> NoReturn:
    raise DataError([Diagnostic("E3191", place, problem, "give a Dataset-JSON 1.1 file")])
