"""What follows from the plan of a study: labels, roles, types and order as the standard has."""

from __future__ import annotations

from collections.abc import Iterator

from trialport.plan.model import Plan, Step, VariablePlan
from trialport.spec.nodes import DataType
from trialport.workbook.layout import GROUP
from trialport.workbook.render import Face

_PURPOSE = {"sdtm": "Tabulation", "adam": "Analysis"}


def plan_face(plan: Plan) -> Face:
    """Return the cells and rows of datasets and variables that a plan fills.

    A dataset that is not written has but what its own file says: it is none of the output.
    """
    datasets = {each.name: _dataset(each) for each in plan.written}
    variables = {key: row for each in plan.written for key, row in _variables(each)}
    cells = {"Datasets": datasets, "Variables": variables}
    rows = {"Datasets": list(datasets.values()), "Variables": list(variables.values())}
    return Face(cells, rows)


def _dataset(step: Step) -> dict[str, str]:
    structure = "" if step.structure == "time_to_event" else step.structure
    return {
        "Dataset": step.name,
        GROUP: step.group,
        "Description": step.label,
        "Class": step.class_,
        "Structure": structure,
        "Purpose": _PURPOSE[step.group],
        "Key Variables": ", ".join(step.keys),
    }


def _variables(step: Step) -> Iterator[tuple[str, dict[str, str]]]:
    for order, each in enumerate(step.variables, 1):
        cells = {"Dataset": step.name, "Variable": each.name, "Order": str(order), **_cells(each)}
        yield f"{step.name} | {each.name} | ", cells


def _cells(variable: VariablePlan) -> dict[str, str]:
    is_number = variable.type is DataType.NUM
    return {
        "Label": variable.label,
        "Data Type": "float" if is_number else "text",
        "Length": str(variable.length or ""),
        "Format": variable.format,
        "Mandatory": "Yes" if variable.core == "Req" else "No",
        "Codelist": variable.codelist,
        "Origin": variable.origin.value if variable.origin else "",
        "Role": variable.role,
        "Type": variable.type.value,
        "Core": variable.core,
    }
