"""Run the steps of a plan, each after those it needs, and say what could not be converted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from sqlglot import exp

from trialport.diagnostics import Diagnostic, Place, raw_place, shown
from trialport.engine.duckdb import Engine
from trialport.engine.together import Part, together
from trialport.metadata import sequence_variable
from trialport.plan.model import FaultColumn, FaultQuery, Plan, Step
from trialport.spec import sql

MOST_FINDINGS = 1000
"""How many findings of one kind are listed one by one; the rest is counted."""

_COUNTED = ("{value} record", "{value} characters")
"""Problems whose value is a number of things, shown without quotes."""


def run_step(engine: Engine, step: Step, files: Mapping[str, str]) -> list[Diagnostic]:
    """Create the table of a step, and return what could not be converted.

    Args:
        engine: the engine, holding what the step depends on.
        step: the step.
        files: file of each raw table, as messages show it.
    """
    engine.create(step.name, step.query)
    found = _column_faults(engine, step, files)
    for query in step.fault_queries:
        found += _query_faults(engine, query, step, files)
    # Two blocks, or two variables, may look at the same value of the same record.
    return list(dict.fromkeys(found))


def run_plan(
    engine: Engine, plan: Plan, files: Mapping[str, str], progress: Callable[[str], None]
) -> list[Diagnostic]:
    """Run every step and resource of a plan; return all findings, in the order of the steps."""
    parts = [
        Part(each.name, each.depends, partial(run_step, step=each, files=files))
        for each in plan.every_step
    ]
    return [each for found in together(engine, parts, progress) for each in found]


def _column_faults(engine: Engine, step: Step, files: Mapping[str, str]) -> list[Diagnostic]:
    if not step.faults:
        return []
    counts = [sql.call("count", sql.column(each.column)) for each in step.faults]
    table = sql.table(step.name)
    numbers = engine.rows(exp.select(*counts).from_(table.copy()))[0]
    found: list[Diagnostic] = []
    for fault, number in zip(step.faults, numbers, strict=True):
        if not number:
            continue
        keys = _record_keys(step)
        value = sql.column(fault.column)
        query = exp.select(
            sql.column("__block"), sql.column("__row"), value, *map(sql.column, keys)
        )
        query = query.from_(table.copy()).where(sql.not_null(value)).order_by(sql.column("__id"))
        rows = engine.rows(query.limit(MOST_FINDINGS))
        for block, row, text, *values in rows:
            place = _place(step, int(str(block)), int(str(row)), fault, keys, values, files)
            found.append(_finding(fault, place, str(text)))
        found += _uncounted(fault, step, int(str(number)))
    return found


def _place(
    step: Step,
    block: int,
    row: int,
    fault: FaultColumn,
    keys: list[str],
    values: list[object],
    files: Mapping[str, str],
) -> Place:
    """Return the raw record, where the block reads one, else the record by its keys."""
    relation = step.blocks[block].relation
    if relation in files:
        return raw_place(files[relation], row, fault.raw_column or fault.variable)
    shown = " ".join(
        f"{key}={_plain(value)}"
        for key, value in zip(keys, values, strict=True)
        if value is not None
    )
    return Place(record=f"{step.name} {shown}".strip(), column=fault.variable)


def _plain(value: object) -> str:
    """Return a key value as people write it: 7, not 7.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _record_keys(step: Step) -> list[str]:
    """Return the variables that name a record in messages, shortest first."""
    names = {each.name for each in step.variables}
    sequence = sequence_variable(step.name, names)
    if "USUBJID" in names and sequence:
        return ["USUBJID", sequence]
    return [each for each in step.keys if each != "STUDYID" and each in names]


def _finding(fault: FaultColumn, place: Place, value: str) -> Diagnostic:
    is_count = any(each in fault.problem for each in _COUNTED)
    problem = fault.problem.replace("{value}", value if is_count else shown(value))
    if not place.column.startswith(fault.variable) and fault.variable:
        problem = f"{fault.variable}: {problem}"
    return Diagnostic(fault.code, place, problem, fault.remedy, fault.severity)


def _uncounted(fault: FaultColumn, step: Step, number: int) -> list[Diagnostic]:
    if number <= MOST_FINDINGS:
        return []
    place = Place(record=step.name, column=fault.variable)
    problem = f"{number - MOST_FINDINGS} further records have the same fault"
    return [Diagnostic(fault.code, place, problem, severity=fault.severity)]


def _query_faults(
    engine: Engine, query: FaultQuery, step: Step, files: Mapping[str, str]
) -> list[Diagnostic]:
    every = exp.select(exp.Star()).from_(sql.subquery(query.query.copy(), "f"))
    ordered = every.order_by(sql.column("__row"), sql.column("value"))
    rows = engine.rows(ordered.limit(MOST_FINDINGS))
    found: list[Diagnostic] = []
    for row, value in rows:
        place = Place(record=f"{query.relation} record {row}", column=query.fault.variable)
        if query.relation in files:
            place = raw_place(
                files[query.relation], int(str(row)), query.fault.raw_column or query.fault.variable
            )
        elif query.relation:
            place = Place(
                record=_named(engine, query.relation, int(str(row))), column=query.fault.variable
            )
        found.append(_finding(query.fault, place, str(value)))
    if len(rows) == MOST_FINDINGS:
        count = sql.call("count", exp.Star())
        number = engine.rows(exp.select(count).from_(every.subquery("all")))[0][0]
        found += _uncounted(query.fault, step, int(str(number)))
    return found


def _named(engine: Engine, relation: str, row: int) -> str:
    """Return a record of a dataset by its subject and sequence number, where it has them."""
    table = sql.table(relation)
    columns = [str(each[0]) for each in engine.rows(exp.Describe(this=table.copy()))]
    known = ("USUBJID", sequence_variable(relation, columns))
    keys = [each for each in known if each in columns]
    query = exp.select(*map(sql.column, keys)).from_(table)
    where = exp.EQ(this=sql.column("__id"), expression=exp.Literal.number(row))
    values = engine.rows(query.where(where))[0] if keys else ()
    return " ".join(
        [relation, *(f"{key}={_plain(value)}" for key, value in zip(keys, values, strict=True))]
    )
