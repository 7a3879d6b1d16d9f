"""What an expression compiles to: SQL, type, names used, aggregates needed, faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sqlglot import exp

from trialport.functions.model import Type
from trialport.spec import sql


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that an expression uses: relation and column, and the name it was reached by.

    `via` is `src`, the alias of a join, the name of a lookup, `test`, or empty for a variable of
    the dataset itself. Raw tables are relations named `raw.<table>`.
    """

    relation: str
    name: str
    via: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """SQL that gives the value at fault as text, or null; with the words for the finding."""

    code: str
    value: exp.Expr
    problem: str
    remedy: str
    uses: frozenset[Reference]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregate over the records of a set lookup, available as column `column`.

    Its faults are those of the records of the set, not of the record that asks.
    """

    lookup: str
    function: str
    inner: exp.Expr
    column: str
    uses: frozenset[Reference]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled expression.

    `before` are columns that it needs, each made from those before it.
    """

    sql: exp.Expr
    type: Type
    uses: frozenset[Reference] = frozenset()
    faults: tuple[Fault, ...] = ()
    aggregates: tuple[Aggregate, ...] = ()
    before: tuple[exp.Alias, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a name stands for: SQL, type and the reference to record."""

    sql: exp.Expr
    type: Type
    reference: Reference
    collected: exp.Expr | None = None


class Scope(Protocol):
    """What the names of an expression mean where it is written."""

    def resolve(self, qualifier: str, name: str) -> Resolved:
        """Return what the name stands for; raise ExpressionError for one that means nothing."""
        ...

    def set_scope(self, qualifier: str) -> Scope | None:
        """Return the scope of the records of set lookup `qualifier`, or None where it is no set."""
        ...


def merged(parts: Sequence[Compiled]) -> tuple[frozenset[Reference], tuple[Aggregate, ...]]:
    """Return the names that the parts use, and the aggregates that they need."""
    uses = frozenset[Reference]().union(*(part.uses for part in parts))
    aggregates = {each.column: each for part in parts for each in part.aggregates}
    return uses, tuple(aggregates.values())


def faults_of(parts: Sequence[Compiled]) -> tuple[Fault, ...]:
    """Return the faults of all parts."""
    return tuple(fault for part in parts for fault in part.faults)


def guarded(fault: Fault, condition: exp.Expr) -> Fault:
    """Return the fault as it counts where the condition holds; both are put into it as they are."""
    value = exp.Case(ifs=[exp.If(this=condition, true=fault.value)])
    return replace(fault, value=value)


def with_fault(whole: Compiled, value: Compiled, code: str, problem: str, remedy: str) -> Compiled:
    """Return the whole, at fault where the value is there and the whole is null."""
    failed = sql.every([sql.not_null(value.sql), sql.is_null(whole.sql)])
    assert failed is not None
    fault = Fault(code, sql.when(failed, value.sql), problem, remedy, value.uses)
    return Compiled(whole.sql, whole.type, whole.uses, (*whole.faults, fault), whole.aggregates)


def combined(tree: exp.Expr, kind: Type, parts: Sequence[Compiled]) -> Compiled:
    """Return the SQL of several parts, with all that they use, need and can fail in."""
    uses, aggregates = merged(parts)
    return Compiled(tree, kind, uses, faults_of(parts), aggregates)


def finite(made: Compiled) -> Compiled:
    """Return a calculation that is null, and a fault, where its result is beyond every double."""
    beyond = exp.Not(this=sql.call("isfinite", made.sql))
    shown = sql.cast(made.sql, exp.DataType.Type.VARCHAR)
    fault = Fault(
        "E3250",
        sql.when(beyond, shown),
        "the calculation gives {value}, which is no number",
        "correct the record",
        made.uses,
    )
    tree = sql.call("tp_finite", made.sql)
    return replace(made, sql=tree, faults=(*made.faults, fault))
