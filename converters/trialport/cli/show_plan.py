"""A plan as text and as plain values: what will be made, from what, by which SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from trialport.cli.show import plain, table
from trialport.pipeline import reduced
from trialport.plan.model import Plan, Source, Step, VariablePlan


def chosen_steps(plan: Plan, dataset: str | None) -> list[Step]:
    """Return the steps to show, in the order of the work: all, or those of one name.

    Raises:
        SpecError: E2020, the study makes no dataset or resource of this name.
    """
    if dataset is None:
        return list(plan.every_step)
    of_one = reduced(plan, [dataset])
    steps = [each for each in of_one.steps if each.name == dataset]
    return steps + [each.step for each in of_one.resources if each.type == dataset]


def overview(steps: Sequence[Step]) -> str:
    """Return one line a dataset."""
    rows = [
        (
            number,
            step.name,
            step.group,
            step.class_,
            len(step.variables),
            step.place,
            ", ".join(step.depends),
        )
        for number, step in enumerate(steps, start=1)
    ]
    return table(["#", "name", "group", "class", "variables", "written at", "made from"], rows)


def description(step: Step) -> str:
    """Return what a dataset is, and a table of its variables."""
    heads = [
        ("dataset", step.name),
        ("label", step.label),
        ("group", step.group),
        ("class", step.class_),
        ("structure", step.structure),
        ("keys", ", ".join(step.keys)),
        ("made from", ", ".join(step.depends)),
        ("subjects", "each by itself" if step.is_local else "seen together"),
        ("written at", str(step.place)),
    ]
    lines = [f"{name + ':':<12}{plain(value)}" for name, value in heads if value]
    rows = [
        (
            each.name,
            each.type.value,
            each.length or "measured",
            each.codelist or "-",
            each.core or "-",
            each.label,
            each.expression,
        )
        for each in step.variables
    ]
    names = ["variable", "type", "length", "codelist", "core", "label", "made by"]
    return "\n".join([*lines, "", table(names, rows)])


def details(steps: Sequence[Step], *, sql: bool, lineage: bool) -> str:
    """Return SQL, lineage or both, dataset by dataset."""
    parts: list[str] = []
    for step in steps:
        if sql:
            parts.append(f"-- {step.name}: {plain(step.label)}\n{_sql(step)};")
        if lineage:
            parts.append("\n".join(_lineage_lines(step)))
    return ("\n\n" if sql else "\n").join(parts)


def plan_json(plan: Plan, steps: Sequence[Step], *, sql: bool, lineage: bool) -> dict[str, Any]:
    """Return the plan as plain values."""
    return {
        "study": plan.studyid,
        "specification_sha256": plan.digest,
        "datasets": [_step_json(each, sql=sql, lineage=lineage) for each in steps],
    }


def _step_json(step: Step, *, sql: bool, lineage: bool) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": step.name,
        "group": step.group,
        "label": step.label,
        "class": step.class_,
        "structure": step.structure,
        "keys": list(step.keys),
        "local_to_a_subject": step.is_local,
        "made_from": list(step.depends),
        "written_at": str(step.place),
        "variables": [_variable_json(each) for each in step.variables],
    }
    if sql:
        values["sql"] = _sql(step)
    if lineage:
        values["records_from"] = [_source_json(each) for each in step.row_sources]
        values["lineage"] = {
            name: [_source_json(each) for each in sources] for name, sources in step.lineage.items()
        }
    return values


def _variable_json(variable: VariablePlan) -> dict[str, Any]:
    return {
        "name": variable.name,
        "type": variable.type.value,
        "length": variable.length,
        "codelist": variable.codelist,
        "core": variable.core,
        "label": variable.label,
        "made_by": variable.expression,
        "written_at": str(variable.place),
    }


def _source_json(source: Source) -> dict[str, str]:
    return {"from": source.relation, "variable": source.column, "as": source.role}


def _sql(step: Step) -> str:
    return step.query.sql("duckdb", pretty=True)


def _lineage_lines(step: Step) -> Iterator[str]:
    """Yield `AE <- raw.ae.ae_term (filter)` for the records, `AE.AESTDY <- DM.RFSTDTC (value)`."""
    for source in step.row_sources:
        yield _lineage_line(step.name, source)
    for name, sources in step.lineage.items():
        for source in sources:
            yield _lineage_line(f"{step.name}.{name}", source)
        if not sources:
            yield f"{step.name}.{name} <- the specification"


def _lineage_line(target: str, source: Source) -> str:
    return plain(f"{target} <- {source.relation}.{source.column} ({source.role})")
