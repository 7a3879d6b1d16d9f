"""Named lookups: one record chosen once, or a set, in one pass that carries the record's key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from trialport.functions.model import Type
from trialport.plan.catalogue import Relation
from trialport.plan.collect import Collector, split_order
from trialport.plan.compared_days import LOOKED_UP, LOOKING, compared_days, with_columns
from trialport.plan.fault_queries import fault_query
from trialport.plan.model import FaultQuery, Source
from trialport.plan.nearest import nearness
from trialport.plan.partial_order import interval_terms, is_complete
from trialport.plan.scopes import RecordScope, RelationScope, in_table
from trialport.spec import sql
from trialport.spec.expressions import Aggregate, Compiled, Reference, Resolved, Scope
from trialport.spec.nodes import Lookup, PartialDates, Pick
from trialport.spec.parse import ExpressionError
from trialport.spec.sql import table

DEFAULT_KEY = ("STUDYID", "USUBJID")
LIST = "list"
"""The aggregate that keeps a value of every record of a set, in its order."""
_NO_DAYS: Mapping[str, Sequence[exp.Alias]] = {}


@dataclass(frozen=True, slots=True)
class CompiledLookup:
    """A lookup ready to be joined: `query` gives its columns under `<name>.<column>`.

    `correlated` lookups are joined on `__rid`, the others on pairs of this record's SQL and the
    looked-up column. Of a lookup that picks the only record, `<name>.__n` counts the records that
    could have been chosen.
    """

    name: str
    node: Lookup
    query: exp.Select
    keys: tuple[tuple[exp.Expr, str], ...]
    correlated: bool
    columns: tuple[str, ...]
    sources: tuple[Source, ...]
    row_key: str = ""
    fault_queries: tuple[FaultQuery, ...] = ()

    @property
    def carries_key(self) -> bool:
        """Return whether the key of the chosen record, or those of the set, are columns."""
        return self.row_key in self.columns

    @property
    def is_set(self) -> bool:
        """Return whether the lookup is a set of records."""
        return self.node.pick is None


def key_pairs(node: Lookup, relation: Relation) -> list[tuple[str, str]]:
    """Return (this record's name, looked-up column) of each key; the default for datasets."""
    if node.by is not None:
        return [(mine, theirs.text) for mine, theirs in node.by.items()]
    return [(each, each) for each in DEFAULT_KEY if each in relation.columns]


def this_names(node: Lookup, relation: Relation, collector: Collector) -> list[tuple[str, str]]:
    """Return the names of the looking record that the lookup uses."""
    outer = [("", name) for qualifier, name in collector.names(node.where) if qualifier == "this"]
    return [
        *outer,
        *collector.names(node.to),
        *(
            (mine.rpartition(".")[0], mine.rpartition(".")[2])
            for mine, _ in key_pairs(node, relation)
        ),
    ]


def compile_lookup(
    name: str,
    node: Lookup,
    relation: Relation,
    scope: Scope,
    wanted: Sequence[str],
    aggregates: Sequence[Aggregate],
    outer: Sequence[exp.CTE],
    row_key: str,
    collector: Collector,
) -> CompiledLookup | None:
    """Return the lookup compiled, or None with its faults collected.

    Args:
        name: name of the lookup.
        node: the lookup as written.
        relation: what it looks into.
        scope: the looking record.
        wanted: columns of the chosen record that are used.
        aggregates: aggregates of the set that are used.
        outer: the tables that make the looking records, theirs last, for a lookup with `this`.
        row_key: name of the column that carries the row key of the chosen record.
        collector: receives the faults.
    """
    inner = RelationScope(relation, "r", name, scope)
    where = collector.condition(node.where, inner) if node.where is not None else None
    keys = _keys(node, relation, scope, collector)
    order = _order(node, relation, collector)
    near = nearness(node, relation, scope, collector)
    if (node.where is not None and where is None) or None in (keys, order, near):
        return None
    assert keys is not None
    assert order is not None
    assert near is not None
    terms, exclude = [*near.terms, *order[0]], [*near.conditions, *order[1]]
    correlated = any(qualifier == "this" for qualifier, _ in collector.names(node.where))
    correlated |= node.to is not None or any(_looks(each.inner) for each in aggregates)
    conditions = [*([where.sql] if where else []), *exclude]
    group = (
        [sql.column("__rid", "p")]
        if correlated
        else [sql.column(theirs, "r") for _, theirs in keys]
    )
    select = exp.select()
    for place, column in enumerate(group):
        select = select.select(sql.alias(column, _key_name(name, place)), copy=False)
    if node.pick is None:
        columns = _aggregated(select, aggregates, terms)
        if collector.limits.keeps_sets and row_key:
            select.select(sql.alias(_every_key(relation), row_key), copy=False)
            columns = (*columns, row_key)
    else:
        counted = node.pick is Pick.ONLY
        columns = _chosen(select, name, relation, wanted, group, row_key, counted=counted)
    condition, days = sql.every(conditions), _NO_DAYS
    if condition is not None and correlated:
        compared = compared_days(condition)
        condition, days = compared.condition, compared.columns
    select = _from(select, relation, keys, outer if correlated else (), days)
    if condition is not None:
        select = select.where(condition, copy=False)
    if node.pick is None:
        select = select.group_by(*group, copy=False)
    else:
        first = exp.EQ(this=_number(group, terms), expression=exp.Literal.number(1))
        select = select.qualify(first, copy=False)
    pairs = [(sql.column("__rid"), "")] if correlated else keys
    joined = tuple((mine, _key_name(name, place)) for place, (mine, _) in enumerate(pairs))
    sources = (
        *_sources(name, relation, where, keys, node, scope),
        *(_source(each, "order") for each in sorted_uses(near.uses)),
    )
    watched = _fault_queries(name, node, relation, where, aggregates, keys, outer)
    return CompiledLookup(
        name, node, select, joined, correlated, columns, sources, row_key, watched
    )


def _from(
    select: exp.Select,
    relation: Relation,
    keys: Sequence[tuple[exp.Expr, str]],
    outer: Sequence[exp.CTE],
    days: Mapping[str, Sequence[exp.Alias]] = _NO_DAYS,
) -> exp.Select:
    """Add the looked-up records, and the looking ones where there are any, with their days."""
    looked_up = with_columns(table(relation.name, "r"), "r", days.get(LOOKED_UP, ()))
    select = select.from_(looked_up, copy=False)
    if not outer:
        return select
    on = [
        exp.EQ(this=in_table(mine, "p"), expression=sql.column(theirs, "r"))
        for mine, theirs in keys
    ]
    looking = with_columns(table(str(outer[-1].alias), "p"), "p", days.get(LOOKING, ()))
    return select.join(sql.inner_join(looking, exp.and_(*on, copy=False)), copy=False)


def _fault_queries(
    name: str,
    node: Lookup,
    relation: Relation,
    where: Compiled | None,
    aggregates: Sequence[Aggregate],
    keys: Sequence[tuple[exp.Expr, str]],
    outer: Sequence[exp.CTE],
) -> tuple[FaultQuery, ...]:
    """Return what looks for faults of the condition, and of the aggregates where it holds.

    A fault is looked for once per record of the relation, not per record that looks, unless the
    looking record has a say in it.
    """
    place = node.where.place if node.where is not None else node.place
    watched = [(each, None) for each in (where.faults if where is not None else ())]
    watched += [(each, where) for aggregate in aggregates for each in aggregate.faults]
    found: list[FaultQuery] = []
    for fault, condition in watched:
        asked = [fault.value, *([condition.sql] if condition is not None else [])]
        looks = any(map(_looks, asked))
        records = exp.select(sql.column(relation.key, "r"))
        records = _from(records, relation, keys, outer if looks else ())
        if condition is not None:
            records = records.where(condition.sql, copy=False)
        ctes = outer if looks else ()
        found.append(fault_query(fault, records, relation.name, name, place, ctes))
    return tuple(dict.fromkeys(found))


def _keys(
    node: Lookup, relation: Relation, scope: Scope, collector: Collector
) -> list[tuple[exp.Expr, str]] | None:
    pairs = key_pairs(node, relation)
    if not pairs:
        problem = f"no key says which records of {relation.shown} belong to a record"
        collector.fault("E1209", node.source.place, problem, "add by: [...]")
        return None
    found: list[tuple[exp.Expr, str]] = []
    for mine, theirs in pairs:
        place = node.by[mine].place if node.by is not None else node.place
        try:
            resolved, kind = _mine(node, mine, scope), relation.type_of(theirs)
        except ExpressionError as error:
            collector.add(error, place)
            return None
        if not _same(resolved.type, kind):
            problem = f"key '{mine}' is {resolved.type}, '{relation.shown}.{theirs}' is {kind}"
            collector.fault("E1401", place, problem)
            return None
        found.append((resolved.sql, theirs))
    return found


def _mine(node: Lookup, mine: str, scope: Scope) -> Resolved:
    """Return the looking record's side of a key: by default the variable, not a source column."""
    if node.by is None and isinstance(scope, RecordScope) and mine in scope.variables:
        return scope.variable(mine)
    qualifier, _, name = mine.rpartition(".")
    return scope.resolve(qualifier, name)


def _same(one: Type, other: Type) -> bool:
    texts = {Type.TEXT, Type.DTC}
    return one is other or Type.NULL in {one, other} or {one, other} <= texts


def _order(
    node: Lookup, relation: Relation, collector: Collector
) -> tuple[list[exp.Ordered], list[exp.Expr]] | None:
    """Return the order terms, total by the whole record, and conditions on partial dates."""
    terms: list[exp.Ordered] = []
    behind: list[exp.Ordered] = []
    conditions: list[exp.Expr] = []
    if node.pick in {Pick.FIRST, Pick.LAST, Pick.NEAREST} and not node.order:
        collector.fault(
            "E1210", node.place, f"pick: {node.pick} needs an order", "add order: [...]"
        )
        return None
    for entry in node.order:
        name, descending = split_order(entry)
        try:
            kind = relation.type_of(name)
        except ExpressionError as error:
            collector.add(error, entry.place)
            return None
        column: exp.Expr = sql.column(name, "r")
        if kind is Type.DTC:
            if node.partial_dates is PartialDates.EXCLUDE:
                conditions.append(is_complete(column))
            else:
                found = interval_terms(column, node.partial_dates)
                terms += [_ordered(each, descending, node) for each in found]
                behind.append(_ordered(column, descending, node))
                continue
        elif kind is Type.DATE and node.partial_dates is PartialDates.EXCLUDE:
            conditions.append(sql.not_null(column))
        terms.append(_ordered(column, descending, node))
    terms += behind
    named = {split_order(entry)[0] for entry in node.order}
    rest = [each for each in (*relation.order, relation.key) if each not in named]
    terms += [_ordered(sql.column(each, "r"), False, node) for each in rest]
    return terms, conditions


def _ordered(column: exp.Expr, descending: bool, node: Lookup) -> exp.Ordered:
    backwards = descending != (node.pick is Pick.LAST)
    return exp.Ordered(this=column, desc=backwards, nulls_first=False)


def _key_name(lookup: str, place: int) -> str:
    return f"{lookup}.__key{place}"


def _number(group: Sequence[exp.Expr], terms: Sequence[exp.Ordered]) -> exp.Window:
    return exp.Window(
        this=exp.RowNumber(),
        partition_by=list(group),
        order=exp.Order(expressions=list(terms)),
    )


def _chosen(
    select: exp.Select,
    name: str,
    relation: Relation,
    wanted: Sequence[str],
    group: Sequence[exp.Expr],
    row_key: str,
    *,
    counted: bool,
) -> tuple[str, ...]:
    """Add the columns of the chosen record, its row key and, where asked, how many could be it.

    DuckDB finds the first of each group without sorting them all, unless it has to count as well.
    """
    columns: list[str] = []
    for column in wanted:
        select.select(sql.alias(sql.column(column, "r"), f"{name}.{column}"), copy=False)
        columns.append(f"{name}.{column}")
    select.select(sql.alias(sql.column(relation.key, "r"), row_key), copy=False)
    if (
        not counted
    ):  # DuckDB looks for the first of each group without sorting, if nothing else is asked
        return (*columns, row_key)
    count = exp.Window(this=exp.Count(this=exp.Star()), partition_by=list(group))
    select.select(sql.alias(count, f"{name}.__n"), copy=False)
    return (*columns, row_key, f"{name}.__n")


def _looks(tree: exp.Expr) -> bool:
    """Return whether SQL reads a column of the looking record."""
    return any(column.table == "p" for column in tree.find_all(exp.Column))


def _aggregated(
    select: exp.Select, aggregates: Sequence[Aggregate], terms: Sequence[exp.Ordered]
) -> tuple[str, ...]:
    """Add the aggregates of the set; a list holds a value of each record, in the total order."""
    columns: list[str] = []
    for each in aggregates:
        inner = each.inner
        tree: exp.Expr
        if each.function == "any_of":
            tree = sql.call("bool_or", inner)
        elif each.function == LIST:
            tree = sql.call("list", exp.Order(this=inner, expressions=list(terms)))
        elif each.function == "sum":
            order = exp.Order(expressions=[exp.Ordered(this=inner, nulls_first=False)])
            tree = exp.Sum(this=exp.Order(this=inner, expressions=order.expressions))
        else:
            tree = sql.call(each.function, inner)
        select.select(sql.alias(tree, each.column), copy=False)
        columns.append(each.column)
    return tuple(columns)


def _every_key(relation: Relation) -> exp.Expr:
    """Return the list of the keys of all records of a set."""
    key = sql.column(relation.key, "r")
    ordered = exp.Ordered(this=key, nulls_first=False)
    return sql.call("list", exp.Order(this=key, expressions=[ordered]))


def _sources(
    name: str,
    relation: Relation,
    where: Compiled | None,
    keys: Sequence[tuple[exp.Expr, str]],
    node: Lookup,
    scope: Scope,
) -> tuple[Source, ...]:
    """Return what the choice of the record depends on: keys, filter and order."""
    found = [Source(relation.name, theirs, "key") for _, theirs in keys]
    for mine, _ in key_pairs(node, relation):
        found.append(_source(_mine(node, mine, scope).reference, "key"))
    found += [_source(each, "filter") for each in sorted_uses(where.uses if where else ())]
    found += [Source(relation.name, split_order(entry)[0], "order") for entry in node.order]
    return tuple(dict.fromkeys(found))


def _source(reference: Reference, role: str) -> Source:
    return Source(reference.relation, reference.name, role)


def sorted_uses(uses: Iterable[Reference]) -> list[Reference]:
    """Return references in a stable order."""
    return sorted(uses, key=lambda each: (each.relation, each.name, each.via))
