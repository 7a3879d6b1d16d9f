"""Queries for values at fault in what is no column: conditions, links, aggregates of a set."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from trialport.diagnostics import Place
from trialport.plan.catalogue import Relation
from trialport.plan.model import FaultColumn, FaultQuery
from trialport.spec import sql
from trialport.spec.expressions import Compiled, Fault, Reference


def fault_query(
    fault: Fault,
    records: exp.Select,
    relation: str,
    variable: str,
    place: Place,
    ctes: Sequence[exp.CTE] = (),
) -> FaultQuery:
    """Return the query for the source records at which a fault occurs, each value once.

    Args:
        fault: what is looked for.
        records: a SELECT of the row key alone, from where the fault's SQL has its columns.
        relation: the relation that the row key belongs to.
        variable: what messages name where no raw column is at fault: a variable, lookup or key.
        place: where the expression is written.
        ctes: the tables that `records` reads beside those of the engine.
    """
    (key,) = records.expressions
    value = sql.cast(fault.value, exp.DataType.Type.VARCHAR)
    query = records.copy().select(
        sql.alias(key, "__row"), sql.alias(value, "value"), append=False, copy=False
    )
    query = query.where(sql.not_null(fault.value), copy=False).distinct(copy=False)
    if ctes:
        query.set("with_", exp.With(expressions=[each.copy() for each in ctes]))
    raw = raw_column(fault.uses, relation)
    column = FaultColumn("value", fault.code, fault.problem, fault.remedy, variable, place, raw)
    return FaultQuery(query, relation, column)


def filter_faults(
    condition: Compiled, relation: Relation, variable: str, place: Place
) -> list[FaultQuery]:
    """Return the queries for what a condition on the records of a relation, `r`, cannot read."""
    records = exp.select(sql.column(relation.key, "r"))
    records.from_(sql.table(relation.name, "r"), copy=False)
    return [fault_query(each, records, relation.name, variable, place) for each in condition.faults]


def raw_column(uses: frozenset[Reference], relation: str) -> str:
    """Return the column of a raw table that is at fault, where it is one."""
    found = {each.name for each in uses if each.relation == relation}
    return next(iter(found)) if len(found) == 1 and relation.startswith("raw.") else ""
