"""Comparisons with a text that no record can have, found before any record is read.

`DSDECOD = 'RANDOMISED'` is good SQL and never true where the terms of DSDECOD are known and this
is none of them. Known are the values of a raw column that its contract lists, of a variable that
is mapped through a codelist, of constants, flags, and of whatever is made of these alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from trialport.diagnostics import Diagnostic, did_you_mean, shown
from trialport.spec.nodes import (
    Dataset,
    Expression,
    Lookup,
    Records,
    Resource,
    Specification,
    Variable,
)
from trialport.spec.parse import ExpressionError, parse
from trialport.spec.vocabulary import Vocabulary

Values = frozenset[str] | None
"""The texts that a column can have; None where they are not known."""

Names = Callable[[str, str], Values]
"""What a name stands for at some place: (qualifier, name) to its values."""

_NOTHING: frozenset[str] = frozenset()


def value_faults(specification: Specification, vocabulary: Vocabulary) -> list[Diagnostic]:
    """Return E1233 for each comparison with a text that the column cannot have."""
    known = _Known(specification, vocabulary)
    return [
        _fault(expression, text, column, values)
        for expression, names in known.expressions()
        for column, text, values in _impossible(expression, names)
    ]


def _fault(expression: Expression, text: str, column: str, values: frozenset[str]) -> Diagnostic:
    problem = f"{column} is compared with {shown(text)}, which it never is"
    return Diagnostic("E1233", expression.place, problem, did_you_mean(text, values))


def _impossible(expression: Expression, names: Names) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Yield (column, text, values of the column) of each comparison that cannot hold."""
    tree = _tree(expression)
    for column, texts in _comparisons(tree) if tree is not None else ():
        values = names(column.table, column.name)
        if values:
            shown_name = ".".join(filter(None, [column.table, column.name]))
            yield from ((shown_name, each, values) for each in texts if each not in values)


def _tree(expression: Expression | None) -> exp.Expr | None:
    """Return the tree, or None for what is no expression (a fault told elsewhere)."""
    try:
        return parse(expression.text) if expression is not None else None
    except ExpressionError:
        return None


def _comparisons(tree: exp.Expr) -> Iterator[tuple[exp.Column, list[str]]]:
    """Yield every column that is compared with texts, and the texts."""
    for node in tree.find_all(exp.EQ, exp.NEQ, exp.In, exp.Case):
        left: exp.Expr | None = node.this
        others: list[exp.Expr] = [node.expression] if isinstance(node, exp.Binary) else []
        if isinstance(node, exp.In):
            others = list(node.expressions)
        elif isinstance(node, exp.Case):
            others = [each.this for each in node.args["ifs"]]
        elif isinstance(node.expression, exp.Column):
            left, others = node.expression, [node.this]
        if isinstance(left, exp.Column):
            yield left, [each.name for each in others if each.is_string]


@dataclass(slots=True)
class _Known:
    """The values of every column of a study, worked out when they are asked for."""

    specification: Specification
    vocabulary: Vocabulary
    datasets: Mapping[str, Dataset] = field(init=False)
    found: dict[tuple[str, str], Values] = field(default_factory=dict[tuple[str, str], Values])

    def __post_init__(self) -> None:
        every = (*self.specification.sdtm, *self.specification.adam)
        self.datasets = {each.dataset.text: each for each in every}

    # --- every expression, with what its names mean ---

    def expressions(self) -> Iterator[tuple[Expression, Names]]:
        """Yield the expressions of the study that compare something."""
        for node in self.datasets.values():
            blocks = [(block, self._of_block(node, block)) for block in _blocks(node)]
            for block, names in blocks:
                yield from self._block(block, names)
                yield from _written(block.set, names)
            anywhere = _any_of([names for _, names in blocks])
            yield from _written({**node.variables, **node.supplemental}, anywhere)
            yield from self._lookups(node.lookups)
            others = [*node.events.values()]
            others += [each for one in node.relationships for each in one.records]
            for each in others:
                if each.where is not None:
                    yield each.where, self._of_relation(each.source.text)
        for node in self.specification.resources:
            yield from self._block(node.each, self._of_resource(node))
            yield from self._lookups(node.lookups)

    def _block(self, block: Records, names: Names) -> Iterator[tuple[Expression, Names]]:
        yield from ((each, names) for each in (block.where, block.unless) if each is not None)
        yield from ((each.result, names) for each in block.tests.values())
        for join in block.join:
            if join.where is not None:
                yield join.where, self._of_relation(join.table.text)

    def _lookups(self, lookups: Mapping[str, Lookup]) -> Iterator[tuple[Expression, Names]]:
        for each in lookups.values():
            if each.where is not None:
                yield each.where, self._of_relation(each.source.text)

    # --- what names mean ---

    def _of_relation(self, relation: str) -> Names:
        """Bare names are the columns of one table or dataset."""
        return lambda qualifier, name: self.values(relation, name) if not qualifier else None

    def _of_resource(self, node: Resource) -> Names:
        source = node.each.source.text if node.each.source is not None else ""
        return lambda qualifier, name: self.values(source, name) if not qualifier else None

    def _of_block(self, node: Dataset, block: Records, defining: str = "") -> Names:
        """Names as in the variables of a block."""
        source = block.source.text if block.source is not None else ""
        tables = {"src": source}
        for join in block.join:
            tables[join.alias.text if join.alias else join.table.text] = join.table.text
        tables |= {name: each.source.text for name, each in node.lookups.items()}

        def names(qualifier: str, name: str) -> Values:
            if qualifier == "test" and name == "code" and block.tests:
                return frozenset(block.tests)
            if qualifier:
                return self.values(tables[qualifier], name) if qualifier in tables else None
            if name != defining and name in _variables(node, block):
                return self.values(node.dataset.text, name)
            return self.values(source, name)

        return names

    # --- what values there are ---

    def values(self, relation: str, column: str) -> Values:
        """Return the texts that a column of a raw table or dataset can have, where known."""
        place = (relation, column)
        if place not in self.found:
            self.found[place] = None  # a circle is a fault told elsewhere
            self.found[place] = self._values(relation, column)
        return self.found[place]

    def _values(self, relation: str, column: str) -> Values:
        table = self.specification.sources.tables.get(relation)
        if table is not None:
            contract = table.columns.get(column)
            listed = contract.values if contract is not None else None
            return frozenset(listed) if listed is not None else None
        if relation.startswith("SUPP") and relation.removeprefix("SUPP") in self.datasets:
            node = self.datasets[relation.removeprefix("SUPP")]
            return frozenset(node.supplemental) if column == "QNAM" else None
        node = self.datasets.get(relation)
        return self._of_variable(node, column) if node is not None else None

    def _of_variable(self, node: Dataset, name: str) -> Values:
        copied = [alias for alias, names in node.copy.items() if name in {n.text for n in names}]
        found: list[Values] = []
        for block in _blocks(node):
            names = self._of_block(node, block, name)
            variable = block.set.get(name) or node.variables.get(name)
            if variable is not None:
                found.append(self._of_definition(variable, names))
            elif copied:
                found.append(names(copied[0], name))
        return _all(found) if found else None

    def _of_definition(self, variable: Variable, names: Names) -> Values:
        if variable.window is not None:
            return frozenset({"Y"}) if variable.window.flag is not None else None
        if variable.codelist is not None:
            return self._terms(variable.codelist.text)
        if variable.text is not None:
            return frozenset({variable.text})
        tree = _tree(variable.value)
        return self._of_tree(tree, names) if tree is not None else None

    def _terms(self, name: str) -> Values:
        codelist = self.vocabulary.codelists.get(name)
        if codelist is None:
            return None
        return frozenset(codelist.terms) | frozenset(codelist.map.values())

    def _of_tree(self, tree: exp.Expr, names: Names) -> Values:
        if isinstance(tree, exp.Null):
            return _NOTHING
        if tree.is_string:
            return frozenset({tree.name})
        if isinstance(tree, exp.Paren):
            return self._of_tree(tree.this, names)
        if isinstance(tree, exp.Column):
            return names(tree.table, tree.name)
        if isinstance(tree, exp.Case):
            parts = [each.args["true"] for each in tree.args["ifs"]]
            parts += [tree.args["default"]] if tree.args.get("default") is not None else []
            return _all(self._of_tree(each, names) for each in parts)
        if isinstance(tree, exp.Coalesce):
            parts = [tree.this, *tree.expressions]
            return _all(self._of_tree(each, names) for each in parts)
        return self._of_call(tree) if isinstance(tree, exp.Anonymous) else None

    def _of_call(self, tree: exp.Anonymous) -> Values:
        name = tree.name.casefold()
        if name == "flag":
            return frozenset({"Y"})
        if name == "yes_no":
            return frozenset({"Y", "N"})
        if name == "codelist" and len(tree.expressions) == 2:
            return self._terms(tree.expressions[1].name)
        return None


def _written(variables: Mapping[str, Variable], names: Names) -> Iterator[tuple[Expression, Names]]:
    yield from ((each.value, names) for each in variables.values() if each.value is not None)


def _any_of(blocks: Sequence[Names]) -> Names:
    """Names as in the variables that all blocks share: what any of them may have."""
    return lambda qualifier, name: _all(names(qualifier, name) for names in blocks)


def _blocks(node: Dataset) -> list[Records]:
    return [*node.records, *([node.subjects] if node.subjects is not None else [])]


def _variables(node: Dataset, block: Records) -> set[str]:
    copied = {each.text for names in node.copy.values() for each in names}
    return {*copied, *node.variables, *block.set, *(n for one in node.records for n in one.set)}


def _all(parts: Iterable[Values]) -> Values:
    """Return the values of all parts together, or None where one of them is not known."""
    found: set[str] = set()
    for each in parts:
        if each is None:
            return None
        found |= each
    return frozenset(found)
