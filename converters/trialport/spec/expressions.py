"""Typed compilation of expressions: a closed list of SQL and the clinical functions.

An expression compiles to a SQL tree over the columns that its scope names, with its type, the
names that it uses, the set aggregates that it needs, and its *faults*: SQL that gives the value at
fault where a value that is there cannot be converted, and null elsewhere.
"""

from __future__ import annotations

from functools import lru_cache

from sqlglot import exp

from trialport.functions.model import Type
from trialport.spec import calls, conditions, values
from trialport.spec.calls import through_codelist
from trialport.spec.compiled import (
    Aggregate,
    Compiled,
    Fault,
    Reference,
    Resolved,
    Scope,
)
from trialport.spec.compiler import Compiler
from trialport.spec.expression_types import fits, type_error
from trialport.spec.function_names import known_functions, not_in_language
from trialport.spec.parse import parse
from trialport.spec.vocabulary import Vocabulary

__all__ = [
    "Aggregate",
    "Compiled",
    "Fault",
    "Reference",
    "Resolved",
    "Scope",
    "compile_expression",
    "compile_mapped",
    "known_functions",
    "names",
]


def compile_expression(text: str, scope: Scope, vocabulary: Vocabulary) -> Compiled:
    """Return the expression compiled in its scope.

    Raises:
        ExpressionError: E12xx names, E13xx the language, E14xx types.
    """
    return _compiler(scope, vocabulary).compile(parse(text))


def compile_mapped(text: str, codelist: str, scope: Scope, vocabulary: Vocabulary) -> Compiled:
    """Return the expression compiled and mapped through a codelist of the study."""
    compiler = _compiler(scope, vocabulary)
    value = compiler.compile(parse(text))
    if not fits(value.type, Type.TEXT):
        raise type_error(f"the value for codelist {codelist}", value.type, "text")
    return through_codelist(compiler, value, codelist)


def names(text: str) -> list[tuple[str, str]]:
    """Return (qualifier, name) of every column that the expression mentions, in order, once each.

    >>> names("study_day(AESTDTC, dm.RFSTDTC)")
    [('', 'AESTDTC'), ('dm', 'RFSTDTC')]
    """
    return list(_names(text))


@lru_cache(maxsize=8192)
def _names(text: str) -> tuple[tuple[str, str], ...]:
    found = {(each.table, each.name): None for each in parse(text).find_all(exp.Column, bfs=False)}
    return tuple(found)


def _column(node: exp.Expr, c: Compiler) -> Compiled:
    assert isinstance(node, exp.Column)
    if node.args.get("db") or not isinstance(node.this, exp.Identifier):
        raise not_in_language(node)
    qualifier = node.table
    if qualifier == "study":
        constant = c.vocabulary.constant(node.name)
        return Compiled(constant.sql.copy(), constant.type)  # outlives the plan
    found = c.scope.resolve(qualifier, node.name)
    return Compiled(found.sql, found.type, frozenset([found.reference]))


_HANDLERS = {
    exp.Column: _column,
    **conditions.HANDLERS,
    **values.HANDLERS,
    **calls.HANDLERS,
}


def _compiler(scope: Scope, vocabulary: Vocabulary) -> Compiler:
    return Compiler(scope, vocabulary, _HANDLERS)
