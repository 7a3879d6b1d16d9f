"""Named events of a time-to-event dataset: the first record of each subject, or all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError

from sqlglot import exp

from trialport.functions.model import Type
from trialport.plan.blocks import Base
from trialport.plan.catalogue import Catalogue, Relation
from trialport.plan.chain import Chain, cycle_of, levels
from trialport.plan.collect import Collector
from trialport.plan.fault_queries import filter_faults
from trialport.plan.lookups import sorted_uses
from trialport.plan.model import FaultColumn, FaultQuery, Source
from trialport.plan.scopes import RelationScope
from trialport.spec import sql
from trialport.spec.expressions import Compiled
from trialport.spec.nodes import Dataset, Event
from trialport.spec.parse import ExpressionError
from trialport.spec.sql import table


@dataclass(frozen=True, slots=True)
class Named:
    """A named event: its node, and the table that holds its first record per subject."""

    node: Event
    relation: Relation
    table: str
    kind: Type
    where: Compiled | None


def add_events(
    node: Dataset,
    base: Base,
    chain: Chain,
    subjects: str,
    catalogue: Catalogue,
    collector: Collector,
    used: list[Source],
) -> dict[str, Named] | None:
    """Add for each named event the table of its first record per subject."""
    depends = {
        name: {each.not_before.text} & set(node.events) if each.not_before else set[str]()
        for name, each in node.events.items()
    }
    named: dict[str, Named] = {}
    faulty = False
    try:
        order = [each for level in levels(depends) for each in level]
    except CycleError as error:
        names = cycle_of(error)
        problem = f"events must not be before each other: {' -> '.join(names)}"
        collector.fault("E2001", node.events[names[0]].place, problem, "remove one 'not_before'")
        return None
    for name in order:
        event = node.events[name]
        made = _event(name, event, node, base, chain, subjects, catalogue, collector, named, used)
        faulty |= made is None
        if made is not None:
            named[name] = made
    return None if faulty else named


def _event(
    name: str,
    event: Event,
    node: Dataset,
    base: Base,
    chain: Chain,
    subjects: str,
    catalogue: Catalogue,
    collector: Collector,
    named: dict[str, Named],
    used: list[Source],
) -> Named | None:
    try:
        relation = catalogue.relation(event.source.text)
        kind = relation.type_of(event.date.text)
        relation.type_of("USUBJID")
        for variable in (event.sequence, event.flag):
            if variable is not None:
                relation.type_of(variable.text)
    except ExpressionError as error:
        collector.add(error, event.source.place)
        return None
    if kind not in {Type.DATE, Type.DTC}:
        collector.fault(
            "E1401", event.date.place, f"'{event.date.text}' is {kind}, a date is needed"
        )
        return None
    if event.not_before is not None and event.not_before.text not in node.events:
        collector.fault("E1215", event.not_before.place, f"unknown event '{event.not_before.text}'")
        return None
    where = (
        collector.condition(event.where, RelationScope(relation, "r", "")) if event.where else None
    )
    if event.where is not None and where is None:
        return None
    select = first_of(candidates(event, relation, kind, where, node, subjects, named))
    if where is not None and event.where is not None:
        base.fault_queries += filter_faults(where, relation, name, event.where.place)
        base.fault_queries.append(_undated(name, event, relation, where))
    if kind is Type.DTC and "event" not in node.impute:
        base.fault_queries.append(_unimputed(name, event, relation, where))
    made = chain.add(select, f"of_event_{name}")
    used.append(Source(relation.name, event.date.text))
    uses = sorted_uses(where.uses) if where is not None else []
    used += [Source(each.relation, each.name, "filter") for each in uses]
    if event.sequence is not None:
        used.append(Source(relation.name, event.sequence.text))
    return Named(event, relation, made, kind, where)


def begin_events(
    begins: str, node: Dataset, named: Mapping[str, Named], chain: Chain, subjects: str
) -> tuple[str, dict[str, Named]]:
    """Add the subjects who have an event, with its day as their start, and their events."""
    star = exp.Star(**{"replace": [sql.alias(sql.column("d", "n"), "tte.startdt")]})
    select = exp.select(exp.Column(this=star, table=sql.name("p"))).from_(table(subjects, "p"))
    on = exp.EQ(this=sql.column("__rid", "n"), expression=sql.column("__rid", "p"))
    select = select.join(sql.inner_join(table(named[begins].table, "n"), on), copy=False)
    own_subjects = chain.add(select, f"of_start_{begins}")
    own: dict[str, Named] = {}
    for name, each in named.items():
        if each.node.not_before is not None and each.node.not_before.text not in own:
            continue
        every = candidates(each.node, each.relation, each.kind, each.where, node, own_subjects, own)
        made = chain.add(first_of(every), f"of_event_{name}_from_{begins}")
        own[name] = replace(each, table=made)
    return own_subjects, own


def candidates(
    event: Event,
    relation: Relation,
    kind: Type,
    where: Compiled | None,
    node: Dataset,
    subjects: str,
    named: Mapping[str, Named],
) -> exp.Select:
    """Return the records of an event: `__rid`, `d`, `f`, `s`, `k`."""
    start, cutoff = sql.column("tte.startdt", "p"), sql.column("tte.cutoff", "p")
    date, flag, possible = _event_date(event, kind, start, imputed="event" in node.impute)
    sequence = sql.column(event.sequence.text, "r") if event.sequence else exp.Null()
    conditions = [
        possible,
        exp.GTE(this=date, expression=start),
    ]
    if node.cutoff is not None:
        conditions.append(exp.LTE(this=date, expression=cutoff))
    conditions += [where.sql] if where is not None else []
    select = exp.select(
        sql.column("__rid", "p"),
        sql.alias(date, "d"),
        sql.alias(sql.cast(flag, exp.DataType.Type.VARCHAR), "f"),
        sql.alias(sql.cast(sequence, exp.DataType.Type.DOUBLE), "s"),
        sql.alias(sql.column(relation.key, "r"), "k"),
    ).from_(table(subjects, "p"), copy=False)
    on = [
        exp.EQ(this=sql.column(key, "r"), expression=sql.column(f"src.{key}", "p"))
        for key in ("STUDYID", "USUBJID")
        if key in relation.columns
    ]
    joined = exp.and_(*on, copy=False)
    select.join(sql.inner_join(table(relation.name, "r"), joined), copy=False)
    if event.not_before is not None:
        earlier = named[event.not_before.text].table
        on_rid = exp.EQ(this=sql.column("__rid", "n"), expression=sql.column("__rid", "p"))
        select.join(sql.inner_join(table(earlier, "n"), on_rid), copy=False)
        conditions.append(exp.GTE(this=date, expression=sql.column("d", "n")))
    whole = sql.every(conditions)
    assert whole is not None
    return select.where(whole, copy=False)


def first_of(records: exp.Select) -> exp.Select:
    """Return the first of the records of each subject."""
    date, key = (each.this for each in records.expressions if each.alias in {"d", "k"})
    order = [exp.Ordered(this=each, nulls_first=False) for each in (date, key)]
    number = exp.Window(
        this=exp.RowNumber(),
        partition_by=[sql.column("__rid", "p")],
        order=exp.Order(expressions=order),
    )
    first = exp.EQ(this=number, expression=exp.Literal.number(1))
    return records.qualify(first, copy=False)


def _event_date(
    event: Event, kind: Type, start: exp.Expr, *, imputed: bool
) -> tuple[exp.Expr, exp.Expr, exp.Expr]:
    """Return date, imputation flag, and the condition that the date can be used."""
    column = sql.column(event.date.text, "r")
    if kind is Type.DATE:
        flag = sql.column(event.flag.text, "r") if event.flag else exp.Null()
        return column, flag, sql.not_null(column)
    complete = sql.call("tp_complete_date", column)
    if not imputed:
        return complete, exp.Null(), sql.not_null(complete)
    first = sql.call("greatest", sql.call("tp_earliest_day", column), start)
    possible = exp.GTE(this=sql.call("tp_latest_day", column), expression=start)
    date = sql.call("coalesce", complete, sql.when(possible, first))
    return date, sql.call("tp_imputation_flag", column), sql.not_null(date)


def _undated(name: str, event: Event, relation: Relation, where: Compiled | None) -> FaultQuery:
    column = sql.column(event.date.text, "r")
    problem = f"event '{name}' has no {event.date.text}, and cannot count"
    return _event_query(event, relation, where, sql.is_null(column), "E3231", problem)


def _unimputed(name: str, event: Event, relation: Relation, where: Compiled | None) -> FaultQuery:
    column = sql.column(event.date.text, "r")
    partial = exp.Not(this=sql.call("tp_is_complete", column))
    problem = f"event '{name}' has the partial {event.date.text} {{value}}, and cannot count"
    return _event_query(event, relation, where, partial, "E3233", problem)


def _event_query(
    event: Event,
    relation: Relation,
    where: Compiled | None,
    test: exp.Expr,
    code: str,
    problem: str,
) -> FaultQuery:
    value = sql.call(
        "coalesce",
        sql.cast(sql.column(event.date.text, "r"), exp.DataType.Type.VARCHAR),
        sql.text(""),
    )
    condition = sql.every([test, *([where.sql] if where is not None else [])])
    assert condition is not None
    query = exp.select(sql.alias(sql.column(relation.key, "r"), "__row"), sql.alias(value, "value"))
    query.from_(table(relation.name, "r"), copy=False).where(condition, copy=False)
    remedy = (
        "collect the date"
        if code == "E3231"
        else "collect the date, or state impute: {event: earliest}"
    )
    column = FaultColumn("", code, problem, remedy, event.date.text, event.place)
    return FaultQuery(query, relation.name, column)
