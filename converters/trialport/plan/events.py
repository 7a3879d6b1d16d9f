"""Named events of a time-to-event dataset: the first record of each subject, or all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

_DAYS = {
    "__complete": "tp_complete_date",
    "__earliest": "tp_earliest_day",
    "__latest": "tp_latest_day",
    "__imputed": "tp_imputation_flag",
}
"""What ISO 8601 texts of events say of their days: found once for all events of a relation."""

FIRST_EVENTS = "of_first_events"
"""The table of all first events, one record per subject: `NAME.d`, `NAME.f`, `NAME.s`, `NAME.k`."""


@dataclass(frozen=True, slots=True)
class Named:
    """A named event.

    `records` is the table of all records of its relation, with their days where they are texts;
    `table` has the first record of each subject as a structure of `d`, `k`, `f` and `s`.
    """

    name: str
    node: Event
    relation: Relation
    kind: Type
    where: Compiled | None
    records: str
    table: str = ""

    def first(self, part: str, alias: str) -> exp.Expr:
        """Return a part of the first record, where `table` is joined under an alias."""
        return sql.call("struct_extract", sql.column(self.name, alias), sql.text(part))


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
    try:
        order = levels(depends)
    except CycleError as error:
        names = cycle_of(error)
        problem = f"events must not be before each other: {' -> '.join(names)}"
        collector.fault("E2001", node.events[names[0]].place, problem, "remove one 'not_before'")
        return None
    made = {
        name: _event(name, node.events[name], node, base, chain, catalogue, collector, used)
        for level in order
        for name in level
    }
    known = {name: each for name, each in made.items() if each is not None}
    return _add_first(known, node, chain, subjects, "") if len(known) == len(made) else None


def _event(
    name: str,
    event: Event,
    node: Dataset,
    base: Base,
    chain: Chain,
    catalogue: Catalogue,
    collector: Collector,
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
    if where is not None and event.where is not None:
        base.fault_queries += filter_faults(where, relation, name, event.where.place)
        base.fault_queries.append(_undated(name, event, relation, where))
    if kind is Type.DTC and "event" not in node.impute:
        base.fault_queries.append(_unimputed(name, event, relation, where))
    used.append(Source(relation.name, event.date.text))
    uses = sorted_uses(where.uses) if where is not None else []
    used += [Source(each.relation, each.name, "filter") for each in uses]
    if event.sequence is not None:
        used.append(Source(relation.name, event.sequence.text))
    records = _records(event, relation, kind, node, chain)
    return Named(name, event, relation, kind, where, records)


def _records(event: Event, relation: Relation, kind: Type, node: Dataset, chain: Chain) -> str:
    """Return the table of an event's records; of dates that are texts, one with their days.

    Names of tables have `_` and no point, so a point tells a table from its column.
    """
    if kind is not Type.DTC:
        return relation.name
    name = f"of_days_{relation.name}.{event.date.text}"
    if all(str(each.alias) != name for each in chain.ctes):
        column = sql.column(event.date.text, "r")
        wanted = _DAYS if "event" in node.impute else list(_DAYS)[:1]
        days = [sql.alias(sql.call(_DAYS[each], column.copy()), each) for each in wanted]
        star = exp.Column(this=exp.Star(), table=sql.name("r"))
        chain.add(exp.select(star, *days).from_(table(relation.name, "r"), copy=False), name)
        chain.materialise()
    return name


def begin_events(
    begins: str, node: Dataset, named: Mapping[str, Named], chain: Chain, subjects: str
) -> tuple[str, dict[str, Named]]:
    """Add the subjects who have an event, with its day as their start, and their events."""
    first = named[begins]
    star = exp.Star(**{"replace": [sql.alias(first.first("d", "n"), "tte.startdt")]})
    select = exp.select(exp.Column(this=star, table=sql.name("p"))).from_(table(subjects, "p"))
    on = exp.EQ(this=sql.column("__rid", "n"), expression=sql.column("__rid", "p"))
    select = select.join(sql.inner_join(table(first.table, "n"), on), copy=False)
    select.where(sql.not_null(sql.column(begins, "n")), copy=False)
    own_subjects = chain.add(select, f"of_start_{begins}")
    return own_subjects, _add_first(named, node, chain, own_subjects, f"_from_{begins}")


def _add_first(
    events: Mapping[str, Named], node: Dataset, chain: Chain, subjects: str, suffix: str
) -> dict[str, Named]:
    """Add the first record of each subject for all events, each after the one it is not before.

    Events by the same date of the same records are looked for together: one join, not one each.
    """
    found: dict[str, Named] = {}
    waiting = dict(events)
    while True:
        ready = [
            each
            for each in waiting.values()
            if each.node.not_before is None or each.node.not_before.text in found
        ]
        if not ready:
            return found
        groups: dict[tuple[object, ...], list[Named]] = {}
        for each in ready:
            groups.setdefault(_alike(each.node), []).append(each)
            del waiting[each.name]
        for group in groups.values():
            name = f"of_event_{group[0].name}{suffix}"
            chain.add(_first_of(group, node, subjects, found), name)
            found.update({each.name: replace(each, table=name) for each in group})


def _alike(event: Event) -> tuple[object, ...]:
    """Return what events have in common whose records differ in their condition alone."""
    others = (event.sequence, event.flag, event.not_before)
    return (event.source.text, event.date.text, *(each.text if each else None for each in others))


def _first_of(
    group: Sequence[Named], node: Dataset, subjects: str, named: Mapping[str, Named]
) -> exp.Select:
    """Return the first record of each subject for each event of a group."""
    record = exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier(each), expression=sql.column(each, "c"))
            for each in "dkfs"
        ]
    )
    select = _usable(group, node, subjects, named).select(sql.column("__rid", "c"), copy=False)
    for place, each in enumerate(group):
        first: exp.Expr = exp.Min(this=record.copy())
        if each.where is not None and len(group) > 1:
            only = exp.Where(this=sql.column(f"w{place}", "c"))
            first = exp.Filter(this=first, expression=only)
        select.select(sql.alias(first, each.name), copy=False)
    return select.group_by(sql.column("__rid", "c"), copy=False)


def add_first_events(
    subjects: str, columns: Sequence[str], named: Mapping[str, Named], chain: Chain, name: str
) -> str:
    """Add the table of all first events of each subject, with columns of the subject."""
    select = exp.select(*(sql.column(each, "p") for each in columns))
    select.from_(table(subjects, "p"), copy=False)
    tables = {
        each: f"x{place}"
        for place, each in enumerate(dict.fromkeys(x.table for x in named.values()))
    }
    for each in named.values():
        found = [
            sql.alias(each.first(part, tables[each.table]), f"{each.name}.{part}")
            for part in "dfsk"
        ]
        select.select(*found, copy=False)
    for name_of, x in tables.items():
        on = exp.EQ(this=sql.column("__rid", x), expression=sql.column("__rid", "p"))
        select.join(sql.left_join(table(name_of, x), on), copy=False)
    made = chain.add(select, name)
    chain.materialise()
    return made


def candidates(
    event: Named, node: Dataset, subjects: str, named: Mapping[str, Named]
) -> exp.Select:
    """Return the records that an event can be: `__rid`, `d`, `f`, `s`, `k`."""
    columns = [sql.column(each, "c") for each in ("__rid", *"dfsk")]
    return _usable([event], node, subjects, named).select(*columns, copy=False)


def _usable(
    group: Sequence[Named], node: Dataset, subjects: str, named: Mapping[str, Named]
) -> exp.Select:
    """Return the records that events of a group can be, as table `c`, without any column yet.

    `c` has `__rid`, `d`, `f`, `s`, `k`, and as `w0` ... whether the record is of each event.
    """
    event = group[0]
    start = sql.column("tte.startdt", "p")
    date, flag = _event_date(event, start, imputed="event" in node.impute)
    sequence = sql.column(event.node.sequence.text, "r") if event.node.sequence else exp.Null()
    inner = exp.select(
        sql.column("__rid", "p"),
        start,
        sql.column("tte.cutoff", "p"),
        sql.alias(date, "d"),
        sql.alias(sql.cast(flag, exp.DataType.Type.VARCHAR), "f"),
        sql.alias(sql.cast(sequence, exp.DataType.Type.DOUBLE), "s"),
        sql.alias(sql.column(event.relation.key, "r"), "k"),
    ).from_(table(subjects, "p"), copy=False)
    on = [
        exp.EQ(this=sql.column(key, "r"), expression=sql.column(f"src.{key}", "p"))
        for key in ("STUDYID", "USUBJID")
        if key in event.relation.columns
    ]
    inner.join(sql.inner_join(table(event.records, "r"), exp.and_(*on, copy=False)), copy=False)
    tests = {f"w{place}": each.where.sql for place, each in enumerate(group) if each.where}
    inner.select(*(sql.alias(test, name) for name, test in tests.items()), copy=False)
    conditions: list[exp.Expr] = []
    if len(tests) == len(group):
        any_of = exp.or_(*(sql.column(name, "c") for name in tests), copy=False)
        conditions.append(exp.Paren(this=any_of))
    # A day that is not known is not on or after any other.
    day = sql.column("d", "c")
    conditions.append(exp.GTE(this=day, expression=sql.column("tte.startdt", "c")))
    if node.cutoff is not None:
        conditions.append(exp.LTE(this=day.copy(), expression=sql.column("tte.cutoff", "c")))
    select = exp.select().from_(sql.subquery(inner, "c"), copy=False)
    if event.node.not_before is not None:
        earlier = named[event.node.not_before.text]
        on_rid = exp.EQ(this=sql.column("__rid", "n"), expression=sql.column("__rid", "c"))
        select.join(sql.inner_join(table(earlier.table, "n"), on_rid), copy=False)
        conditions.append(exp.GTE(this=day.copy(), expression=earlier.first("d", "n")))
    return select.where(sql.every(conditions), copy=False)


def _event_date(event: Named, start: exp.Expr, *, imputed: bool) -> tuple[exp.Expr, exp.Expr]:
    """Return the day of an event and its imputation flag; null where the day cannot be used."""
    if event.kind is Type.DATE:
        flag = event.node.flag
        return sql.column(event.node.date.text, "r"), (
            sql.column(flag.text, "r") if flag else exp.Null()
        )
    complete = sql.column("__complete", "r")
    if not imputed:
        return complete, exp.Null()
    first = sql.call("greatest", sql.column("__earliest", "r"), start.copy())
    possible = exp.GTE(this=sql.column("__latest", "r"), expression=start.copy())
    date = sql.call("coalesce", complete, sql.when(possible, first))
    return date, sql.column("__imputed", "r")


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
