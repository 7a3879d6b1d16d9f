"""Fill the variables of a chain, each after what it needs, with the lookups that they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from graphlib import CycleError

from sqlglot import exp

from trialport.diagnostics import Place
from trialport.functions.model import Type
from trialport.plan.catalogue import Catalogue
from trialport.plan.chain import Chain, FaultColumns, cycle_of, levels
from trialport.plan.collect import Collector
from trialport.plan.lookups import CompiledLookup, compile_lookup, sorted_uses, this_names
from trialport.plan.members import Member, listed
from trialport.plan.model import Source
from trialport.plan.scopes import LookupNames, MemberScope, RecordScope, RelationScope
from trialport.plan.shared_calls import share_calls
from trialport.plan.text_length import bounded
from trialport.plan.windows import compile_window, is_sequence
from trialport.spec import sql
from trialport.spec.expressions import (
    Aggregate,
    Compiled,
    Fault,
    Reference,
    compile_expression,
)
from trialport.spec.nodes import DataType, Expression, Lookup, Pick, Variable
from trialport.spec.parse import ExpressionError

LEAF = "leaf."
"""Prefix of the variables that are leaves of a resource's content; these may be true or false."""


@dataclass(slots=True)
class Filled:
    """What filling gave: the type and sources of each variable, and the lookups joined.

    `asked` are the lookups that something names, those with faults too.
    """

    types: dict[str, Type] = field(default_factory=dict)
    lineage: dict[str, tuple[Source, ...]] = field(default_factory=dict)
    lookups: list[CompiledLookup] = field(default_factory=list)
    lookup_uses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    uses: dict[str, frozenset[Reference]] = field(default_factory=dict[str, frozenset[Reference]])


@dataclass(slots=True)
class Filler:
    """Fills variables level by level.

    `definitions` are the variables to fill, `lookups` those that they may name, `needed` extra
    expressions (such as `unless`) whose names must be there at the end.
    """

    dataset: str
    scope: RecordScope
    chain: Chain
    catalogue: Catalogue
    collector: Collector
    faults: FaultColumns
    declared: Mapping[str, DataType | None]
    keys: tuple[str, ...] = ()
    row_prefix: str = "__row."

    def fill(
        self,
        definitions: Mapping[str, Variable],
        lookups: Mapping[str, Lookup],
        others: Sequence[Expression] = (),
    ) -> Filled:
        """Add the variables and the lookups to the chain that they, and `others`, need."""
        needed = {name for each in others for name in self.collector.names(each)}
        usable = self._usable(lookups)
        depends = self._dependencies(definitions, usable, needed)
        asked = frozenset(each.removeprefix("@") for each in depends if each.startswith("@"))
        try:
            order = levels(depends)
        except CycleError as error:
            self._report_cycle(cycle_of(error), definitions, usable)
            return Filled(dict.fromkeys(definitions, Type.NULL), asked=asked)
        filled = Filled(asked=asked)
        compiled = self._compile_all(order, definitions, filled)
        aggregates = _aggregates([*compiled.values(), *self._compiled(others)])
        self._emit(order, definitions, usable, compiled, needed, aggregates, filled)
        return filled

    def _compiled(self, others: Sequence[Expression]) -> list[Compiled]:
        """Return expressions compiled; what is wrong with one is told where it is used."""
        found: list[Compiled] = []
        for each in others:
            with suppress(ExpressionError):
                found.append(compile_expression(each.text, self.scope, self.collector.vocabulary))
        return found

    def _usable(self, lookups: Mapping[str, Lookup]) -> dict[str, Lookup]:
        """Return the lookups whose relation is known, and tell the scope of them."""
        names: dict[str, LookupNames] = dict(self.scope.lookups)
        found: dict[str, Lookup] = {}
        for name, node in lookups.items():
            if name in {"src", "test", "this", "study"} or name in self.scope.sources:
                self.collector.fault("E1211", node.place, f"the name '{name}' is taken")
                continue
            try:
                relation = self.catalogue.relation(node.source.text)
            except ExpressionError as error:
                self.collector.add(error, node.source.place)
                continue
            names[name] = LookupNames(name, relation, node.pick is None)
            found[name] = node
        self.scope.lookups = names
        return found

    # --- what needs what ---

    def _dependencies(
        self,
        definitions: Mapping[str, Variable],
        lookups: Mapping[str, Lookup],
        needed: set[tuple[str, str]],
    ) -> dict[str, set[str]]:
        """Return for each variable, and each lookup as `@name`, what must be there before."""
        depends: dict[str, set[str]] = {}
        inside: dict[str, set[tuple[str, str]]] = {}
        for name, node in definitions.items():
            mentioned = set(self._names(node))
            if isinstance(node, Member):
                mine = {(q, n) for q, n in mentioned if q != node.set}
                inside.setdefault(node.lookup, set()).update(mine)
                mentioned = {(node.lookup, "")}
            if node.window is not None or is_sequence(node):
                mentioned |= {("", key) for key in self.keys if key != name}
            depends[name] = self._nodes(mentioned, name, lookups)
        wanted = {each for found in depends.values() for each in found if each.startswith("@")}
        wanted |= {f"@{q}" for q, _ in needed if q in lookups}
        todo = sorted(wanted)
        while todo:
            each = todo.pop()
            if each in depends:
                continue
            node = lookups[each[1:]]
            relation = self.scope.lookups[each[1:]].relation
            asked = {*this_names(node, relation, self.collector), *inside.get(each[1:], ())}
            depends[each] = self._nodes(asked, "", lookups)
            todo += sorted(other for other in depends[each] if other.startswith("@"))
        return depends

    def _nodes(
        self, mentioned: set[tuple[str, str]], own: str, lookups: Mapping[str, Lookup]
    ) -> set[str]:
        found: set[str] = set()
        for qualifier, name in mentioned:
            if qualifier in lookups:
                found.add(f"@{qualifier}")
            elif (qualifier == "" and name in self.scope.targets and name != own) or (
                qualifier == "" and name == own and not self._has_source(name)
            ):
                found.add(name)
        return found

    def _has_source(self, name: str) -> bool:
        return "src" in self.scope.sources and name in self.scope.sources["src"].columns

    def _names(self, node: Variable) -> list[tuple[str, str]]:
        found = self.collector.names(node.value)
        if node.window is not None:
            found += self.collector.names(node.window.value) + self.collector.names(
                node.window.where
            )
            found += [("", each.text.split()[0]) for each in (*node.window.by, *node.window.order)]
        return found

    def _report_cycle(
        self, names: list[str], definitions: Mapping[str, Variable], lookups: Mapping[str, Lookup]
    ) -> None:
        shown = " -> ".join(map(_shown, names))
        first = names[0]
        place = lookups[first[1:]].place if first.startswith("@") else definitions[first].place
        lines = sorted(
            {p.line for each in names if (p := self._place(each, definitions, lookups)).line}
        )
        where = ", ".join(str(line) for line in lines)
        self.collector.fault(
            "E2001",
            place,
            f"variables need each other: {shown} (lines {where})",
            "break the circle",
        )

    def _place(
        self, name: str, definitions: Mapping[str, Variable], lookups: Mapping[str, Lookup]
    ) -> Place:
        return lookups[name[1:]].place if name.startswith("@") else definitions[name].place

    # --- compiling ---

    def _compile_all(
        self, order: list[list[str]], definitions: Mapping[str, Variable], filled: Filled
    ) -> dict[str, Compiled]:
        compiled: dict[str, Compiled] = {}
        for name in [each for level in order for each in level if not each.startswith("@")]:
            self.scope.defining = name
            made = self._compile(name, definitions[name])
            self.scope.defining = ""
            filled.types[name] = self.scope.variables[name] = made.type if made else Type.NULL
            compiled[name] = made or Compiled(exp.Null(), Type.NULL)
            filled.lineage[name] = tuple(
                dict.fromkeys(
                    Source(each.relation, each.name) for each in sorted_uses(compiled[name].uses)
                )
            )
            filled.uses[name] = compiled[name].uses
            named = {each.via for each in compiled[name].uses} & set(self.scope.lookups)
            filled.lookup_uses[name] = tuple(sorted(named))
        return compiled

    def _compile(self, name: str, node: Variable) -> Compiled | None:
        declared = self.declared.get(name)
        if isinstance(node, Member):
            return self._member(name, node)
        if node.window is not None or is_sequence(node):
            made = compile_window(name, node, self.scope, self.keys, self.collector)
        else:
            made = self.collector.compile_variable(node, self.scope)
        if made is None:
            return None
        place = node.value.place if node.value is not None else node.place
        return self._typed(name, made, declared, place)

    def _member(self, name: str, node: Member) -> Compiled | None:
        """Return the list of a leaf's values, one for each record of its set."""
        if node.lookup not in self.scope.lookups or node.value is None:
            return None
        relation = self.scope.lookups[node.lookup].relation
        inner = RelationScope(relation, "r", node.lookup)
        made = self.collector.compile(node.value, MemberScope(node.set, inner, self.scope))
        made = self._typed(name, made, None, node.place) if made is not None else None
        return listed(made, name, node.lookup) if made is not None else None

    def _typed(
        self, name: str, made: Compiled, declared: DataType | None, place: Place
    ) -> Compiled | None:
        texts, numbers = {Type.TEXT, Type.DTC}, {Type.NUMBER, Type.DATE, Type.DATETIME}
        if made.type is Type.BOOLEAN and not name.startswith(LEAF):
            problem = f"{name} is given a condition"
            self.collector.fault("E1411", place, problem, "use flag(...) or yes_no(...)")
            return None
        if declared is DataType.CHAR and made.type in numbers:
            remedy = "use number_text(...)" if made.type is Type.NUMBER else "use iso_date(...)"
            self.collector.fault(
                "E1410", place, f"{name} is Char, the value is a {made.type}", remedy
            )
            return None
        if declared is DataType.NUM and made.type in texts:
            remedy = "use complete_date(...)" if made.type is Type.DTC else "use number(...)"
            self.collector.fault("E1410", place, f"{name} is Num, the value is {made.type}", remedy)
            return None
        made = bounded(made)
        tree, kind = made.sql, made.type
        if kind in texts and not isinstance(tree, (exp.Column, exp.Literal)):
            tree = sql.call("nullif", sql.call("rtrim", tree), sql.text(""))
        if kind is Type.NULL and declared is not None:
            char = declared is DataType.CHAR
            tree = sql.cast(tree, exp.DataType.Type.VARCHAR if char else exp.DataType.Type.DOUBLE)
        if isinstance(tree, exp.Literal) and tree.name == "":
            tree = sql.cast(exp.Null(), exp.DataType.Type.VARCHAR)
        if name.endswith("DTC") and kind is Type.TEXT:
            kind = Type.DTC
        is_same = tree is made.sql and kind is made.type
        return made if is_same else replace(made, sql=tree, type=kind)

    # --- emitting ---

    def _emit(
        self,
        order: list[list[str]],
        definitions: Mapping[str, Variable],
        lookups: Mapping[str, Lookup],
        compiled: Mapping[str, Compiled],
        needed: set[tuple[str, str]],
        aggregates: Mapping[str, list[Aggregate]],
        filled: Filled,
    ) -> None:
        wanted = self._wanted(compiled, lookups, needed)
        late: list[exp.Expr] = []
        for level in order:
            for column in [part for each in level for part in _before(each, compiled)]:
                self.chain.extend([column])
            joins: list[CompiledLookup] = []
            values: list[exp.Expr] = []
            found: list[exp.Expr] = []
            for each in level:
                if each.startswith("@"):
                    made = self._lookup(each[1:], lookups[each[1:]], wanted, aggregates)
                    joins += [made] if made else []
                    continue
                values.append(sql.alias(compiled[each].sql, each))
                found += self._fault_columns(each, definitions[each], compiled[each])
            layers, columns = share_calls([*values, *found], f"#{len(self.chain.ctes)}.")
            for layer in layers:
                self.chain.extend(layer)
            additions = [*late, *columns[: len(values)]]
            late = columns[len(values) :]
            if joins or additions:
                self.chain.extend(additions, joins)
            filled.lookups += joins
        if late:
            self.chain.extend(late)
        watched = [self._watch(each) for each in filled.lookups if each.node.pick is Pick.ONLY]
        if watched:
            self.chain.extend(watched)

    def _fault_columns(self, name: str, node: Variable, made: Compiled) -> list[exp.Expr]:
        """Return the fault columns of a variable, which look at its value once it is there."""
        place = node.value.place if node.value is not None else node.place
        found = [self.faults.add(fault, name, place) for fault in made.faults]
        if isinstance(made.sql, exp.Column | exp.Literal):
            return found
        whole = _innermost(made.sql)
        column = sql.column(name)
        return [_with_column(each, whole, column) for each in found]

    def _wanted(
        self,
        compiled: Mapping[str, Compiled],
        lookups: Mapping[str, Lookup],
        needed: set[tuple[str, str]],
    ) -> dict[str, list[str]]:
        """Return the columns that are used of each lookup."""
        uses = {reference for each in compiled.values() for reference in each.uses}
        found = {name: {use.name for use in uses if use.via == name} for name in lookups}
        for qualifier, name in needed:
            if qualifier in found:
                found[qualifier].add(name)
        for node in lookups.values():
            relation = self.catalogue.relation(node.source.text)
            for qualifier, name in this_names(node, relation, self.collector):
                if qualifier in found:
                    found[qualifier].add(name)
        return {
            name: sorted(columns & set(self.scope.lookups[name].relation.columns))
            for name, columns in found.items()
        }

    def _lookup(
        self,
        name: str,
        node: Lookup,
        wanted: Mapping[str, list[str]],
        aggregates: Mapping[str, list[Aggregate]],
    ) -> CompiledLookup | None:
        relation = self.scope.lookups[name].relation
        row_key = f"{self.row_prefix}{name}"
        return compile_lookup(
            name,
            node,
            relation,
            self.scope,
            wanted[name],
            aggregates.get(name, []),
            tuple(self.chain.ctes),
            row_key,
            self.collector,
        )

    def _watch(self, lookup: CompiledLookup) -> exp.Expr:
        count = sql.column(f"{lookup.name}.__n")
        several = exp.GT(this=count, expression=exp.Literal.number(1))
        problem = (
            f"{{value}} records of {lookup.node.source.text} belong to it, at most one is declared"
        )
        remedy = "correct the records, or pick first or last with an order"
        fault = Fault("E3212", sql.when(several, count), problem, remedy, frozenset[Reference]())
        return self.faults.add(fault, lookup.name, lookup.node.place)


def _shown(name: str) -> str:
    """Return a variable, a lookup or a leaf of a resource as messages name it."""
    if name.startswith(LEAF):
        return "identity" if name.startswith(f"{LEAF}id.") else "content"
    return name.removeprefix("@")


def _before(name: str, compiled: Mapping[str, Compiled]) -> tuple[exp.Alias, ...]:
    """Return the columns that a variable needs; a lookup needs none."""
    return compiled[name].before if name in compiled else ()


def _with_column(tree: exp.Expr, part: exp.Expr, column: exp.Column) -> exp.Expr:
    """Return the tree with a column wherever the part stands in it."""
    if all(each != part for each in tree.find_all(type(part))):
        return tree
    copy = tree.copy()
    for each in [each for each in copy.find_all(type(part)) if each == part]:
        each.replace(column.copy())
    return copy


def _innermost(tree: exp.Expr) -> exp.Expr:
    """Return what stands inside the trimming that every text gets, and nothing of its own."""
    inner = tree.expressions[0] if isinstance(tree, exp.Anonymous) and tree.expressions else tree
    trimmed = isinstance(inner, exp.Anonymous) and str(inner.this) == "rtrim"
    return inner.expressions[0] if trimmed else tree


def _aggregates(compiled: Iterable[Compiled]) -> dict[str, list[Aggregate]]:
    found: dict[str, dict[str, Aggregate]] = {}
    for each in compiled:
        for aggregate in each.aggregates:
            found.setdefault(aggregate.lookup, {})[aggregate.column] = aggregate
    return {name: list(made.values()) for name, made in found.items()}
