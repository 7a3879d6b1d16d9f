"""What a step's SQL says of each variable: the text to compare where two plans differ.

The names of a chain's tables carry running numbers, and each table takes over what the one before
has. Both are left out here, so that a variable added somewhere else changes no definition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from trialport.plan.model import Step

_OWN = ("!", "__")
"""How fault columns and the columns of the chain itself begin: their text depends on all others."""

_NUMBERED = re.compile('"![0-9]+"')
"""A fault column: its number depends on all faults before it."""

_WITH_CODELIST = ("tp_codelist", "tp_large_codelist", "tp_term_decode")


@dataclass(frozen=True, slots=True)
class Definitions:
    """The definitions of one step.

    `variables` are the texts that make each variable, those of the lookups and other columns that
    it reads included, but not those of other variables; `records` what decides which records there
    are; `codelists` the codelists that each variable is mapped through; `checks` what makes each
    finding, by its variable, code and problem.
    """

    variables: Mapping[str, tuple[str, ...]]
    records: tuple[str, ...]
    codelists: Mapping[str, frozenset[str]]
    checks: Mapping[tuple[str, str, str], tuple[str, ...]] = field(
        default_factory=dict[tuple[str, str, str], tuple[str, ...]]
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """One projection of one SELECT, with the clauses that it depends on."""

    tree: exp.Expr
    clauses: tuple[exp.Expr, ...]


def definitions(step: Step) -> Definitions:
    """Return what the query of a step says, by variable."""
    query = step.query
    tables = {str(each.alias): each for each in query.find_all(exp.CTE)}
    chain = _chain(query, tables)
    names = _Names(tables, chain)
    parts: dict[str, list[_Part]] = {}
    records: list[str] = []
    for name, select in _tables(query):
        clauses = tuple(_clauses(select))
        if name in chain:
            records += [names.text(each) for each in clauses if not _is_lookup(each, tables, chain)]
        for column in select.expressions:
            if isinstance(column, exp.Alias):
                own = () if name in chain else clauses
                parts.setdefault(column.alias, []).append(_Part(column.this, own))
    variables = {each.name for each in step.variables}
    closures = {
        each.name: list(_closure(each.name, parts, variables, {each.name}))
        for each in step.variables
    }
    return Definitions(
        {
            name: tuple(names.text(each) for part in found for each in (part.tree, *part.clauses))
            for name, found in closures.items()
        },
        tuple(records),
        {name: frozenset(_codelists(found)) for name, found in closures.items()},
        _checks(step, parts, variables, names),
    )


def _tables(query: exp.Expr) -> Iterator[tuple[str, exp.Select]]:
    """Yield every SELECT with the table that it belongs to, '' for the query itself."""
    for select in query.find_all(exp.Select):
        table = select.find_ancestor(exp.CTE)
        yield (str(table.alias) if table is not None else ""), select


def _checks(
    step: Step, parts: Mapping[str, list[_Part]], variables: set[str], names: _Names
) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """Return what makes each finding; those of one variable, code and problem are put in order."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for each in step.faults:
        texts = (names.text(one.tree) for one in _closure(each.column, parts, variables, set()))
        found.setdefault((each.variable, each.code, each.problem), []).extend(texts)
    return {key: tuple(sorted(texts)) for key, texts in found.items()}


def _chain(query: exp.Expr, tables: Mapping[str, exp.CTE]) -> set[str]:
    """Return the tables that records pass through, from the last one backwards."""
    found = {""}
    waiting = [query]
    while waiting:
        for select in _selects(waiting.pop()):
            start = select.args.get("from_")
            name = start.this.name if start is not None else ""
            if name in tables and name not in found:
                found.add(name)
                waiting.append(tables[name].this)
    return found


def _selects(query: exp.Expr) -> Iterator[exp.Select]:
    """Yield a SELECT, or those that a UNION stacks."""
    waiting = [query]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, exp.Select):
            yield each
        elif isinstance(each, exp.SetOperation):
            waiting[:0] = [each.this, each.expression]


def _clauses(select: exp.Select) -> Iterator[exp.Expr]:
    """Yield what decides which records a SELECT gives; a query inside it says so itself."""
    for name in ("from_", "where", "group", "qualify"):
        clause = select.args.get(name)
        if clause is not None and not isinstance(clause.this, exp.Subquery):
            yield clause
    for join in select.args.get("joins") or ():
        condition = join.args.get("on") if isinstance(join.this, exp.Subquery) else join
        if condition is not None:
            yield condition


def _is_lookup(clause: exp.Expr, tables: Mapping[str, exp.CTE], chain: set[str]) -> bool:
    """Return whether a clause reads a table of the query itself; a lookup adds no record."""
    inner = clause.this
    return (
        isinstance(clause, exp.Join | exp.From)
        and isinstance(inner, exp.Table)
        and inner.name in tables
        and (isinstance(clause, exp.From) or inner.name not in chain)
    )


def _closure(
    name: str, parts: Mapping[str, list[_Part]], stop: set[str], seen: set[str]
) -> Iterator[_Part]:
    for part in parts.get(name, ()):
        yield part
        for tree in (part.tree, *part.clauses):
            for column in tree.find_all(exp.Column):
                inner = column.name
                if inner not in seen and inner not in stop and not inner.startswith(_OWN):
                    seen.add(inner)
                    yield from _closure(inner, parts, stop, seen)


class _Names:
    """The names of a query's tables, left out of its text; a lookup keeps its own name."""

    def __init__(self, tables: Iterable[str], chain: Iterable[str]) -> None:
        self._own = {name: _own_name(name, chain) for name in tables}
        longest = sorted(self._own, key=len, reverse=True)
        self._any = re.compile(f'"({"|".join(map(re.escape, longest))})"') if longest else None

    def text(self, tree: exp.Expr) -> str:
        """Return the SQL of a part."""
        found = _NUMBERED.sub('"!"', tree.sql("duckdb"))
        if self._any is None:
            return found
        return self._any.sub(lambda each: f'"{self._own[each[1]]}"', found)


def _own_name(name: str, chain: Iterable[str]) -> str:
    """Return what is left of a table's name without that of the chain before it."""
    before = [each for each in chain if each and name.startswith(f"{each}_")]
    return name[len(max(before, key=len)) + 1 :] if before and name not in chain else ""


def _codelists(found: list[_Part]) -> Iterator[str]:
    for part in found:
        for tree in (part.tree, *part.clauses):
            for call in tree.find_all(exp.Anonymous):
                if call.name in _WITH_CODELIST:
                    yield call.expressions[-1].name
