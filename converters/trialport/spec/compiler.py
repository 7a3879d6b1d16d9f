"""The compiler of one expression: its scope, its vocabulary, a handler for each kind of node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlglot import exp

from trialport.functions.model import Type
from trialport.spec import sql
from trialport.spec.compiled import Compiled, Scope
from trialport.spec.expression_error import ExpressionError
from trialport.spec.expression_types import fits, type_error
from trialport.spec.function_names import not_in_language
from trialport.spec.vocabulary import Vocabulary

Handler = Callable[[exp.Expr, "Compiler"], Compiled]
Call = Callable[[exp.Anonymous, "Compiler"], Compiled]

_PARTS: Mapping[type[exp.Expr], frozenset[str]] = {
    exp.Column: frozenset({"this", "table"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Anonymous: frozenset({"this", "expressions"}),
    exp.In: frozenset({"this", "expressions"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.Case: frozenset({"this", "ifs", "default"}),
    exp.Div: frozenset({"this", "expression", "typed", "safe"}),
    exp.DPipe: frozenset({"this", "expression", "safe"}),
}
_TWO_PARTS = frozenset({"this", "expression"})
"""What the handlers read of each node; a node that holds more would be read in part."""


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles the nodes of one expression; a node without a handler is not in the language."""

    scope: Scope
    vocabulary: Vocabulary
    handlers: Mapping[type[exp.Expr], Handler]

    def within(self, scope: Scope) -> Compiler:
        """Return the compiler for names that mean something else."""
        return replace(self, scope=scope)

    def compile(self, node: exp.Expr) -> Compiled:
        """Return the node compiled."""
        handler = self.handlers.get(type(node))
        known = _PARTS.get(type(node), _TWO_PARTS)
        if handler is None or any(value and key not in known for key, value in node.args.items()):
            raise not_in_language(node)
        return handler(node, self)

    def condition(self, node: exp.Expr) -> Compiled:
        """Return a condition compiled; E1402 for anything else."""
        inner = self.compile(node)
        if inner.type not in {Type.BOOLEAN, Type.NULL}:
            shown = node.sql("duckdb")
            raise ExpressionError("E1402", f"'{shown}' is {inner.type}, a condition is needed")
        return inner

    def expect(self, node: exp.Expr, wanted: Type, what: str = "") -> Compiled:
        """Return a value of the wanted type compiled; a date serves as ISO 8601 text."""
        part = self.compile(node)
        if part.type is Type.DATE and wanted is Type.DTC:
            tree = sql.call("tp_iso_date", part.sql)
            return Compiled(tree, Type.DTC, part.uses, part.faults, part.aggregates)
        if not fits(part.type, wanted):
            raise type_error(what or f"'{node.sql('duckdb')}'", part.type, wanted.value)
        return part
