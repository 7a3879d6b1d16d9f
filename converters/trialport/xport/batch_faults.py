"""What keeps record batches from being written as a member: columns, types, single cells."""

from __future__ import annotations

import pyarrow as pa

from trialport.diagnostics import Diagnostic, Place, WriteError, did_you_mean
from trialport.xport.cell_fault import CellFault
from trialport.xport.model import MISSING_SUFFIX, Member, Variable
from trialport.xport.sas_numbers import is_number
from trialport.xport.text import is_text


def column_faults(member: Member, schema: pa.Schema) -> list[Diagnostic]:
    """Return E4019 for absent, double or surplus columns and E4020 for types that do not fit."""
    faults: list[Diagnostic] = []
    for variable in member.variables:
        place = Place(record=member.name, column=variable.name)
        count = schema.names.count(variable.name)
        if count != 1:
            problem = (
                "the data hold no such column" if not count else f"{count} columns are so named"
            )
            remedy = did_you_mean(variable.name, schema.names)
            faults.append(Diagnostic("E4019", place, problem, remedy))
            continue
        type_ = schema.field(variable.name).type
        is_fit = is_text(type_) if variable.type == "char" else is_number(type_)
        if not is_fit:
            faults.append(_type_fault(place, variable, type_))
    return faults + _surplus_faults(member, schema)


def _surplus_faults(member: Member, schema: pa.Schema) -> list[Diagnostic]:
    names = {variable.name for variable in member.variables}
    companions = {each.name + MISSING_SUFFIX for each in member.variables if each.type == "num"}
    faults: list[Diagnostic] = []
    for field in schema:
        place = Place(record=member.name, column=field.name)
        if field.name in companions and not is_text(field.type):
            problem = f"special missing values come as text, not as {field.type}"
            faults.append(Diagnostic("E4020", place, problem, "give '.A' to '.Z', '._' or NULL"))
        elif field.name not in names | companions:
            problem = "the column is no variable of the dataset"
            faults.append(Diagnostic("E4019", place, problem, "drop it, or describe it"))
    return faults


def _type_fault(place: Place, variable: Variable, type_: pa.DataType) -> Diagnostic:
    kind = "text" if variable.type == "char" else "a number"
    remedies = {"bool": "write 'Y' and NULL, or 1 and 0"}
    remedy = remedies.get(str(type_), f"cast it to {'text' if kind == 'text' else 'double'} first")
    if pa.types.is_timestamp(type_):
        remedy = "convert it to local time without a zone first"
    return Diagnostic("E4020", place, f"the type {type_} cannot be written as {kind}", remedy)


def cell_diagnostic(
    member: Member, variable: Variable, fault: CellFault, first_row: int
) -> Diagnostic:
    """Return a cell's fault with its place; `first_row` rows were written before its batch."""
    record = f"{member.name} row {first_row + fault.row + 1}"
    place = Place(record=record, column=variable.name)
    return Diagnostic(fault.code, place, fault.problem, fault.remedy)


def raise_if(faults: list[Diagnostic]) -> None:
    """Raise a WriteError that carries all faults, if there are any."""
    if faults:
        raise WriteError(faults)
