"""A chain of SELECTs, each adding the variables and lookups that the one before makes possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from sqlglot import exp

from trialport.diagnostics import Place, Severity
from trialport.plan.lookups import CompiledLookup
from trialport.plan.model import FaultColumn
from trialport.spec import sql
from trialport.spec.expressions import Fault, Reference
from trialport.spec.sql import table


@dataclass(slots=True)
class Chain:
    """Common table expressions in order; `last` is the name of the newest.

    `prefix` begins their names; with more than 8 characters they are no dataset's.
    """

    prefix: str
    ctes: list[exp.CTE] = field(default_factory=list)

    @property
    def last(self) -> str:
        """Return the name of the newest table."""
        return str(self.ctes[-1].alias)

    def add(self, query: exp.Query, name: str = "") -> str:
        """Add a query under a name of its own and return the name."""
        made = name or f"{self.prefix}{len(self.ctes)}"
        self.ctes.append(exp.CTE(this=query, alias=exp.TableAlias(this=sql.name(made))))
        return made

    def materialise(self) -> None:
        """Have the newest table computed once, because two others will read it."""
        self.ctes[-1].set("materialized", True)

    def extend(self, additions: Sequence[exp.Expr], joins: Sequence[CompiledLookup] = ()) -> None:
        """Add a table with further columns, and those of lookups joined to each record."""
        before = self.last
        if any(each.correlated for each in joins):
            self.materialise()
        joined = [(self.add(each.query, f"{before}_{each.name}"), each) for each in joins]
        select = exp.select(exp.Column(this=exp.Star(), table=sql.name("p")))
        found = [
            sql.alias(sql.column(column, name), column)
            for name, lookup in joined
            for column in lookup.columns
        ]
        select.select(*found, *additions, copy=False)
        select.from_(table(before, "p"), copy=False)
        for name, lookup in joined:
            pairs = [
                exp.EQ(this=_outer(mine), expression=sql.column(theirs, name))
                for mine, theirs in lookup.keys
            ]
            on = exp.and_(*pairs, copy=False)
            select.join(sql.left_join(table(name, name), on), copy=False)
        self.add(select)

    def filter(self, condition: exp.Expr) -> None:
        """Add a table of the records for which the condition holds."""
        select = exp.select(exp.Star()).from_(table(self.last), copy=False)
        self.add(select.where(condition, copy=False))


def _outer(tree: exp.Expr) -> exp.Expr:
    copy = tree.copy()
    for column in list(copy.find_all(exp.Column)):
        column.set("table", sql.name("p"))
    return copy


def levels(depends: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the names in levels: each depends only on names of earlier levels.

    Names inside a level keep the order in which they were given.

    Raises:
        graphlib.CycleError: its second argument is the cycle, first name repeated at the end.

    >>> levels({"C": {"A", "B"}, "A": set(), "B": {"A"}})
    [['A'], ['B'], ['C']]
    """
    inside = {
        name: {each for each in needed if each in depends} for name, needed in depends.items()
    }
    sorter = TopologicalSorter(inside)
    sorter.prepare()
    places = {name: place for place, name in enumerate(depends)}
    found: list[list[str]] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=places.__getitem__)
        found.append(ready)
        sorter.done(*ready)
    return found


def cycle_of(error: CycleError) -> list[str]:
    """Return the names of a cycle, in the order in which each needs the next."""
    return list(reversed(error.args[1]))


@dataclass(slots=True)
class FaultColumns:
    """The fault columns of one dataset, numbered as they come.

    `test_columns` are the raw columns behind `test.result` and its kin in the block at hand.
    """

    columns: list[FaultColumn] = field(default_factory=list)
    test_columns: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def add(
        self,
        fault: Fault,
        variable: str,
        place: Place,
        severity: Severity = Severity.ERROR,
    ) -> exp.Expr:
        """Return the SQL of a new fault column."""
        name = f"!{len(self.columns) + 1}"
        raw = self._raw_column(fault.uses)
        shown = variable.removeprefix("q.")
        column = FaultColumn(
            name, fault.code, fault.problem, fault.remedy, shown, place, raw, severity
        )
        self.columns.append(column)
        return sql.alias(sql.cast(fault.value, exp.DataType.Type.VARCHAR), name)

    def _raw_column(self, uses: frozenset[Reference]) -> str:
        """Return the raw column at fault, where it is one and of the source record."""
        found = {
            each.name for each in uses if each.via == "src" and each.relation.startswith("raw.")
        }
        for each in uses:
            if each.via == "test":
                found |= self.test_columns.get(each.name.removeprefix("test."), frozenset())
        return next(iter(found)) if len(found) == 1 else ""
