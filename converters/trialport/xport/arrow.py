"""The Arrow schema and table of a member."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from trialport.xport.model import MISSING_SUFFIX, Member, Variable


def dataset_schema(member: Member, *, special_missing: bool = False) -> pa.Schema:
    """Return the Arrow schema of a member; labels, formats and lengths are in its metadata."""
    fields: list[pa.Field[Any]] = []
    for variable in member.variables:
        type_ = pa.string() if variable.type == "char" else pa.float64()
        fields.append(pa.field(variable.name, type_, metadata=_metadata(variable)))
        if special_missing and variable.type == "num":
            fields.append(pa.field(variable.name + MISSING_SUFFIX, pa.string()))
    return pa.schema(fields, {"name": member.name, "label": member.label})


def without_empty_companions(table: pa.Table) -> pa.Table:
    """Return a table without the columns for special missing values that hold none."""
    empty = [
        name
        for name in table.column_names
        if name.endswith(MISSING_SUFFIX) and table[name].null_count == len(table)
    ]
    return table.drop_columns(empty) if empty else table


def _metadata(variable: Variable) -> dict[str, str]:
    known = {
        "label": variable.label,
        "format": variable.format,
        "informat": variable.informat,
        "length": "" if variable.length is None else str(variable.length),
    }
    return {key: value for key, value in known.items() if key != "length" or value}
