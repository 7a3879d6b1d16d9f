"""How many records meet each of many conditions, told by few queries.

To plan a query costs more than to look through a dataset of usual size. So all conditions over the
records of a dataset are asked in one query, those over the same looked-up records in another. A
condition that calls clinical functions is asked of all datasets in one query, for to plan such a
call costs most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlglot import exp

from trialport.functions.model import Type
from trialport.rules.database import Database, OtherTypeError
from trialport.rules.rule import RAW
from trialport.rules.target import NUMBER, RECORD, Failing, Joined, Target, Undecided
from trialport.spec import sql

_MOST_CONDITIONS = 100
_MOST_BRANCHES = 40
"""How many datasets a query looks at; each takes one bit of a number."""

_MOST_CELLS = 1_000_000
"""How many values of looked-up records a query holds beside the keys; always those of one."""

_COSTLY = ("tp_", "regexp_")
_BITS = "bits"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A condition over the records of a target, with its place among the others."""

    place: int
    target: Target
    condition: exp.Expr
    joins: tuple[Joined, ...]

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """Return table alias and name of the columns of the condition, in order, once each."""
        found = self.condition.find_all(exp.Column, bfs=False)
        return tuple(dict.fromkeys((each.table, each.name) for each in found))


def numbers_of_records(
    asked: Sequence[tuple[Target, Failing | Undecided]], database: Database
) -> list[int | None]:
    """Return how many records meet each condition; None where that is to be asked by itself.

    None are those over a source of their own or with a subquery, costly ones that some record
    meets, and what asks for a variable as another type than it has.
    """
    wanted = [
        Wanted(place, target, each.condition, each.joins)
        for place, (target, each) in enumerate(asked)
        if isinstance(each, Undecided) or each.source is None
    ]
    wanted = [each for each in wanted if each.condition.find(exp.Query) is None]
    found: dict[int, int | None] = {}
    of_all, of_one = _split(wanted, database)
    for template, group in of_all:
        for some in _chunks(group, _MOST_BRANCHES):
            found |= _each_that_can(partial(_stacked, template), some)
    for group in of_one:
        for some in _held_at_once(group, database):
            found |= _each_that_can(_at_once, some)
    return [found.get(place) for place in range(len(asked))]


def _each_that_can(
    ask: Callable[[Sequence[Wanted]], dict[int, int | None]], group: Sequence[Wanted]
) -> dict[int, int | None]:
    """Return what conditions come to that are asked together, or where one fails each by itself."""
    try:
        return ask(group)
    except OtherTypeError:
        if len(group) == 1:
            return {}
    return {place: n for each in group for place, n in _each_that_can(ask, [each]).items()}


def _split(
    wanted: Iterable[Wanted], database: Database
) -> tuple[list[tuple[exp.Expr, list[Wanted]]], list[list[Wanted]]]:
    """Return the costly conditions by what they say, and the others by what they look at."""
    of_all: dict[tuple[object, ...], tuple[exp.Expr, list[Wanted]]] = {}
    of_one: dict[tuple[object, ...], list[Wanted]] = {}
    for each in wanted:
        if _is_costly(each.condition):
            template = _template(each)
            kinds = tuple(_kind(each, column, database) for column in each.columns)
            of_all.setdefault((template, kinds), (template, []))[1].append(each)
        else:
            looked_up = (joined.kind for joined in each.joins)
            of_one.setdefault((each.target.name, *looked_up), []).append(each)
    return list(of_all.values()), list(of_one.values())


def _is_costly(condition: exp.Expr) -> bool:
    calls = condition.find_all(exp.Anonymous)
    return any(str(each.this).lower().startswith(_COSTLY) for each in calls)


def _template(each: Wanted) -> exp.Expr:
    """Return a condition with its columns named by their order."""
    names = {column: f"c{i}" for i, column in enumerate(each.columns)}
    template = each.condition.copy()
    for column in list(template.find_all(exp.Column)):
        column.replace(sql.column(names[column.table, column.name], RECORD))
    return template


def _kind(each: Wanted, column: tuple[str, str], database: Database) -> Type:
    """Return the type of a column; ISO 8601 text is text."""
    alias, name = column
    if name == NUMBER:
        return Type.NUMBER
    joined = next((joined for joined in each.joins if joined.alias == alias), None)
    relation = each.target.relation if joined is None else database.relation(joined.source)
    assert relation is not None, "what is looked up is there"
    # What was collected for a column stands beside it, as text.
    kind = relation.columns.get(name, Type.TEXT)
    return Type.TEXT if kind is Type.DTC else kind


def _stacked(template: exp.Expr, group: Sequence[Wanted]) -> dict[int, int | None]:
    """Return 0 for each dataset of which no record meets a condition, None for the others.

    It is asked once of the different values that there are, of which records have few. The bits of
    a number beside them tell which of the group have them.
    """
    every = sql.subquery(sql.stacked([_branch(each, 1 << i) for i, each in enumerate(group)]), "e")
    names = [sql.column(f"c{i}") for i in range(len(group[0].columns))]
    values = exp.select(*names, sql.alias(_all_bits(sql.column(_BITS)), _BITS))
    values = values.from_(every, copy=False).group_by(*names, copy=False)
    # A filter of an aggregate, for a WHERE is asked before values are put together.
    where = exp.Where(this=template.copy())
    bits = exp.Filter(this=_all_bits(sql.column(_BITS, RECORD)), expression=where)
    query = exp.select(bits).from_(sql.subquery(values, RECORD), copy=False)
    ((met,),) = group[0].target.database.rows(query)
    is_met = int(str(met or 0))
    return {each.place: None if is_met >> i & 1 else 0 for i, each in enumerate(group)}


def _all_bits(bits: exp.Expr) -> exp.Expr:
    return sql.call("bit_or", bits)


def _branch(each: Wanted, bit: int) -> exp.Select:
    cells = [
        sql.alias(sql.column(name, alias), f"c{i}") for i, (alias, name) in enumerate(each.columns)
    ]
    query = exp.select(sql.alias(exp.Literal.number(bit), _BITS), *cells)
    query.from_(sql.table(each.target.name, RECORD), copy=False)
    for joined in each.joins:
        query.join(joined.join, copy=False)
    return query


def _held_at_once(group: Sequence[Wanted], database: Database) -> Iterator[list[Wanted]]:
    """Yield the conditions of one query after the other: what they look up stays small."""
    if not group[0].joins:
        yield from _chunks(group, _MOST_CONDITIONS)
        return
    records = max(_records(joined.source, database) for joined in group[0].joins)
    some: list[Wanted] = []
    names: set[tuple[int, str]] = set()
    for each in group:
        more = {(i, name) for i, joined in enumerate(each.joins) for name in joined.wanted}
        is_full = len(names | more) * records > _MOST_CELLS or len(some) == _MOST_CONDITIONS
        if some and is_full:
            yield some
            some, names = [], set()
        some.append(each)
        names |= more
    yield some


def _records(name: str, database: Database) -> int:
    """Return how many records a dataset has by its metadata, which raw tables do not have."""
    dataset = database.dataset(name)
    return _MOST_CELLS if dataset is None or dataset.group == RAW else dataset.records


def _at_once(group: Sequence[Wanted]) -> dict[int, int | None]:
    """Return the numbers of records that meet conditions over the same looked-up records."""
    joins = [
        replace(joined, alias=f"j{i}", wanted=_together(each.joins[i] for each in group))
        for i, joined in enumerate(group[0].joins)
    ]
    cells = [_counted(_under(each, joins)) for each in group]
    query = exp.select(*cells).from_(sql.table(group[0].target.name, RECORD), copy=False)
    for joined in joins:
        query.join(joined.join, copy=False)
    (numbers,) = group[0].target.database.rows(query)
    return {each.place: int(str(n)) for each, n in zip(group, numbers, strict=True)}


def _together(joins: Iterable[Joined]) -> tuple[str, ...]:
    return tuple(sorted({name for joined in joins for name in joined.wanted}))


def _under(each: Wanted, joins: Sequence[Joined]) -> exp.Expr:
    """Return a condition with the looked-up records under the names that all conditions use."""
    names = {mine.alias: shared.alias for mine, shared in zip(each.joins, joins, strict=True)}
    condition = each.condition.copy()
    for column in condition.find_all(exp.Column):
        if column.table in names:
            column.set("table", sql.name(names[column.table]))
    return condition


def _counted(condition: exp.Expr) -> exp.Expr:
    """Return how many records meet a condition; nulls are told by what is counted beside them."""
    every = exp.Count(this=exp.Star())
    is_null = isinstance(condition, exp.Is) and isinstance(condition.expression, exp.Null)
    if is_null and isinstance(condition.this, exp.Column):
        return exp.Sub(this=every, expression=exp.Count(this=condition.this))
    return exp.Filter(this=every, expression=exp.Where(this=condition))


def _chunks(group: Sequence[Wanted], most: int) -> Iterator[list[Wanted]]:
    for first in range(0, len(group), most):
        yield list(group[first : first + most])
