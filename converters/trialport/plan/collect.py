"""Compile expressions of a specification and collect their faults with the lines they stand on."""

from __future__ import annotations

from dataclasses import dataclass, field

from trialport.diagnostics import Diagnostic, Place, Severity, did_you_mean
from trialport.functions.model import Type
from trialport.plan.model import Limits
from trialport.spec import sql
from trialport.spec.expressions import (
    Compiled,
    Scope,
    compile_expression,
    compile_mapped,
    names,
)
from trialport.spec.nodes import Expression, Text, Variable
from trialport.spec.parse import ExpressionError
from trialport.spec.vocabulary import Vocabulary


@dataclass(slots=True)
class Collector:
    """The faults found so far, and what all of a study shares: vocabulary and limits.

    `lookups` tells of each lookup, by name and place, whether anything uses it.
    """

    vocabulary: Vocabulary
    limits: Limits = field(default_factory=Limits)
    found: list[Diagnostic] = field(default_factory=list)
    lookups: dict[tuple[str, Place], bool] = field(default_factory=dict[tuple[str, Place], bool])

    def fault(self, code: str, place: Place, problem: str, remedy: str = "") -> None:
        """Add a fault of the specification."""
        self.found.append(Diagnostic(code, place, problem, remedy))

    def warn(self, code: str, place: Place, problem: str, remedy: str = "") -> None:
        """Add a warning."""
        self.found.append(Diagnostic(code, place, problem, remedy, Severity.WARNING))

    def note(self, code: str, place: Place, problem: str, remedy: str = "") -> None:
        """Add a note."""
        self.found.append(Diagnostic(code, place, problem, remedy, Severity.NOTE))

    def add(self, error: ExpressionError, place: Place) -> None:
        """Add the fault of an expression."""
        self.fault(error.code, place, error.problem, error.remedy)

    def compile(self, expression: Expression, scope: Scope) -> Compiled | None:
        """Return the expression compiled, or None and a fault added."""
        try:
            return compile_expression(expression.text, scope, self.vocabulary)
        except ExpressionError as error:
            self.add(error, expression.place)
            return None

    def compile_variable(self, node: Variable, scope: Scope) -> Compiled | None:
        """Return the value of a variable compiled, mapped through its codelist where it has one."""
        if node.text is not None:
            return self._mapped_constant(node, scope)
        if node.number is not None:
            return Compiled(sql.number(node.number), Type.NUMBER)
        if node.value is None:
            return None
        if node.codelist is None:
            return self.compile(node.value, scope)
        try:
            return compile_mapped(node.value.text, node.codelist.text, scope, self.vocabulary)
        except ExpressionError as error:
            place = node.codelist.place if error.code == "E1206" else node.value.place
            self.add(error, place)
            return None

    def _mapped_constant(self, node: Variable, scope: Scope) -> Compiled | None:
        assert node.text is not None
        constant = Compiled(sql.text(node.text), Type.TEXT)
        if node.codelist is None:
            return constant
        try:
            codelist = self.vocabulary.codelist(node.codelist.text)
        except ExpressionError as error:
            self.add(error, node.codelist.place)
            return None
        if node.text not in codelist.terms and node.text not in codelist.map:
            problem = f"'{node.text}' is no term of codelist {codelist.title}"
            self.fault("E1220", node.place, problem, did_you_mean(node.text, codelist.terms))
        return constant

    def condition(self, expression: Expression, scope: Scope) -> Compiled | None:
        """Return a condition compiled, or None and a fault added."""
        found = self.compile(expression, scope)
        if found is not None and found.type not in {Type.BOOLEAN, Type.NULL}:
            problem = f"'{expression.text}' is {found.type}, a condition is needed"
            self.fault("E1402", expression.place, problem)
            return None
        return found

    def names(self, expression: Expression | None) -> list[tuple[str, str]]:
        """Return the names in the expression; a malformed one has none (a fault elsewhere)."""
        if expression is None:
            return []
        try:
            return names(expression.text)
        except ExpressionError:
            return []


def split_order(entry: Text) -> tuple[str, bool]:
    """Return name and whether it is descending, from an entry of `order`.

    >>> split_order(Text("RSDTC desc", Place()))
    ('RSDTC', True)
    """
    words = entry.text.split()
    if len(words) == 2 and words[1].casefold() in {"asc", "desc"}:
        return words[0], words[1].casefold() == "desc"
    return entry.text.strip(), False
