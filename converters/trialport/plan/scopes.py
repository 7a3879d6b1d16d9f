"""What names mean at each place of a dataset's specification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from trialport.diagnostics import did_you_mean
from trialport.functions.model import Type
from trialport.plan.catalogue import Relation
from trialport.spec import sql
from trialport.spec.expressions import Reference, Resolved, Scope
from trialport.spec.parse import ExpressionError


@dataclass(frozen=True, slots=True)
class RelationScope:
    """Bare names are the columns of one relation, e.g. in the `where` of a join or lookup.

    `outer` gives meaning to `this.X`, the record that looks; its columns belong to table `p`.
    """

    relation: Relation
    table: str
    via: str
    outer: Scope | None = None

    def resolve(self, qualifier: str, name: str) -> Resolved:
        """Return what the name stands for; raise ExpressionError for one that means nothing."""
        if qualifier == "this" and self.outer is not None:
            found = self.outer.resolve("", name)
            return Resolved(in_table(found.sql, "p"), found.type, found.reference)
        if qualifier not in {"", self.via}:
            remedy = "use this.NAME for the record that looks" if self.outer else ""
            columns = f"the columns of {self.relation.shown}"
            problem = f"'{qualifier}.{name}' means nothing here; names are {columns}"
            raise ExpressionError("E1201", problem, remedy)
        kind = self.relation.type_of(name)
        tree = sql.column(name, self.table)
        collected = self.relation.collected.get(name)
        text = sql.column(collected, self.table) if collected else None
        return Resolved(tree, kind, Reference(self.relation.name, name, self.via), text)

    def set_scope(self, qualifier: str) -> Scope | None:
        """Return the scope of the records of a set lookup, or None where it is no set."""
        return None


@dataclass(frozen=True, slots=True)
class MemberScope:
    """Names where content is repeated: `set.X` is of the record it is repeated for.

    `member` are the records of the set, in table `r`; all other names are those of the record that
    looks, in table `p`.
    """

    name: str
    member: RelationScope
    outer: RecordScope

    def resolve(self, qualifier: str, name: str) -> Resolved:
        """Return what the name stands for; raise ExpressionError for one that means nothing."""
        if qualifier == self.name:
            return self.member.resolve("", name)
        found = self.outer.resolve(qualifier, name)
        text = in_table(found.collected, "p") if found.collected is not None else None
        return Resolved(in_table(found.sql, "p"), found.type, found.reference, text)

    def set_scope(self, qualifier: str) -> Scope | None:
        """Refuse an aggregate: its value is one of the record that looks (E1218)."""
        problem = f"an aggregate of '{qualifier}' stands inside content that is repeated"
        raise ExpressionError("E1218", problem, "name it under variables, and use the name here")


@dataclass(frozen=True, slots=True)
class LookupNames:
    """What a dataset's expressions may know of one lookup."""

    name: str
    relation: Relation
    is_set: bool


@dataclass(slots=True)
class RecordScope:
    """Names while the records of a block, or of the stacked dataset, are filled.

    `sources` are the source record (`src`) and joined records by alias; empty once the blocks are
    stacked. `variables` grows as variables are compiled, in an order in which none is missing.
    `ties_by_keys` says of stacked records that their tie breaker orders by the keys first of all.
    """

    dataset: str
    sources: Mapping[str, Relation] = field(default_factory=dict)
    lookups: Mapping[str, LookupNames] = field(default_factory=dict)
    tests: Mapping[str, Type] = field(default_factory=dict)
    targets: frozenset[str] = frozenset()
    copies: frozenset[str] = frozenset()
    variables: dict[str, Type] = field(default_factory=dict)
    defining: str = ""
    stacked: bool = False
    ties_by_keys: bool = False

    def resolve(self, qualifier: str, name: str) -> Resolved:
        """Return what the name stands for; raise ExpressionError for one that means nothing."""
        if qualifier == "":
            return self._bare(name)
        if qualifier in self.sources:
            return self._source(qualifier, name)
        if qualifier == "test" and self.tests:
            return self._test(name)
        if qualifier in self.lookups:
            return self._lookup(self.lookups[qualifier], name)
        known = [*self.sources, *self.lookups, *(["test"] if self.tests else []), "study"]
        problem = f"unknown name '{qualifier}' in '{qualifier}.{name}'"
        if self.stacked and qualifier in {"src", "test"}:
            problem = f"'{qualifier}.{name}' is of one record; windows see the whole dataset"
            raise ExpressionError("E1207", problem, "put the value into a variable first")
        raise ExpressionError("E1201", problem, did_you_mean(qualifier, known))

    def set_scope(self, qualifier: str) -> Scope | None:
        """Return the scope of the records of a set lookup, or None where it is no set."""
        lookup = self.lookups.get(qualifier)
        if lookup is None or not lookup.is_set:
            return None
        return RelationScope(lookup.relation, "r", lookup.name)

    def variable(self, name: str) -> Resolved:
        """Return what a name stands for as a variable of the dataset."""
        kind = self.variables.get(name, Type.NULL)
        return Resolved(sql.column(name), kind, Reference(self.dataset, name))

    def _bare(self, name: str) -> Resolved:
        source = next((each for each in self.sources if name in self.sources[each].columns), None)
        in_source = "src" in self.sources and name in self.sources["src"].columns
        if name in self.targets and name != self.defining:
            if in_source and name not in self.copies:
                remedy = f"write src.{name} for the source's, or give the variable another name"
                both = f"a variable of {self.dataset} and a column of {self.sources['src'].shown}"
                problem = f"'{name}' is both {both}"
                raise ExpressionError("E1205", problem, remedy)
            return self.variable(name)
        if in_source:
            return self._source("src", name)
        raise self._unknown(name, source)

    def _unknown(self, name: str, elsewhere: str | None) -> ExpressionError:
        # What has a dot in its name is a leaf of a resource, which nobody wrote.
        named = [each for each in self.targets if "." not in each]
        if self.stacked:
            problem = f"'{name}' is not a variable of {self.dataset}"
            return ExpressionError("E1203", problem, did_you_mean(name, named))
        if elsewhere is not None:
            problem = f"'{name}' is a column of joined {elsewhere}, not of the source record"
            return ExpressionError("E1203", problem, f"write {elsewhere}.{name}")
        known = named
        where = f"dataset {self.dataset}"
        if "src" in self.sources:
            relation = self.sources["src"]
            known += relation.columns
            where = (
                f"raw table {relation.shown}" if relation.is_raw else f"dataset {relation.shown}"
            )
        return ExpressionError(
            "E1203", f"unknown column '{name}' in {where}", did_you_mean(name, known)
        )

    def _source(self, alias: str, name: str) -> Resolved:
        relation = self.sources[alias]
        kind = relation.type_of(name)
        collected = relation.collected.get(name)
        text = sql.column(f"{alias}.{collected}") if collected else None
        reference = Reference(relation.name, name, alias)
        return Resolved(sql.column(f"{alias}.{name}"), kind, reference, text)

    def _test(self, name: str) -> Resolved:
        if name not in self.tests:
            problem = f"unknown 'test.{name}'"
            raise ExpressionError("E1203", problem, did_you_mean(name, self.tests))
        reference = Reference(self.dataset, f"test.{name}", "test")
        return Resolved(sql.column(f"test.{name}"), self.tests[name], reference)

    def _lookup(self, lookup: LookupNames, name: str) -> Resolved:
        kind = lookup.relation.type_of(name)
        if lookup.is_set:
            problem = f"'{lookup.name}' is a set of records"
            remedy = f"use count, min, max, sum or any_of, e.g. max({lookup.name}.{name}), or pick"
            raise ExpressionError("E1208", problem, remedy)
        reference = Reference(lookup.relation.name, name, lookup.name)
        return Resolved(sql.column(f"{lookup.name}.{name}"), kind, reference)


def in_table(tree: exp.Expr, table: str) -> exp.Expr:
    """Return the tree with every column that names no table put into `table`."""
    copy = tree.copy()
    for column in list(copy.find_all(exp.Column)):
        if not column.table:
            column.set("table", sql.name(table))
    return copy
