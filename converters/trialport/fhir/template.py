"""The content of a resource as one Python expression for each pattern of nulls in its columns."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from trialport.fhir.schema import Definitions
from trialport.fhir.values import Value
from trialport.plan.model import ResourceStep
from trialport.spec.nodes import Content, Element, Leaf, Repeated

Fill = Callable[[Sequence[Value]], dict[str, Any]]

# A constant of the study is filled like an expression, but says nothing about the record.
_STUDY_CONSTANT = re.compile(r"\s*study\.\w+\s*")


@dataclass(frozen=True, slots=True)
class Slot:
    """A leaf that is filled from a column: its key, its FHIR type, and where it stands."""

    column: str
    key: str
    type: str
    path: str
    is_live: bool


class Template:
    """The content of one step, to be filled from rows whose values stand in the order of `slots`.

    Null values are left out, and with them every element that holds expressions of which none has
    a value; constants and `study.NAME` do not keep it. Only the resource itself always stays.
    Constant elements are shared by the resources: what is made is to be read, not changed.
    """

    def __init__(self, step: ResourceStep, definitions: Definitions) -> None:
        assert isinstance(step.content, Element)
        self._content = step.content
        self._filled: dict[frozenset[int], Fill] = {}
        self._places: dict[str, int] = {}
        self.slots: list[Slot] = []
        self.periods: list[tuple[str, int, int]] = []
        self.elements = tuple(step.content.children)
        for name, child in step.content.children.items():
            self._collect(child, step.type, name, name, definitions)

    def fill(self, nulls: Iterable[int]) -> Fill:
        """Return what makes the elements of a row in which the slots of these numbers are null."""
        missing = frozenset(nulls)
        if missing not in self._filled:
            self._filled[missing] = self._compiled(missing)
        return self._filled[missing]

    def _collect(
        self, content: Content, parent: str, name: str, path: str, definitions: Definitions
    ) -> None:
        if isinstance(content, Leaf):
            if content.value is not None:
                kind = definitions.element_type(parent, name)
                is_live = not _STUDY_CONSTANT.fullmatch(content.value.text)
                column = str(content.constant)
                self._places[column] = len(self.slots)
                self.slots.append(Slot(column, name, kind, path, is_live))
        elif isinstance(content, Repeated):
            for place, item in enumerate(content.items):
                self._collect(item, parent, name, f"{path}[{place}]", definitions)
        elif isinstance(content, Element):
            own = definitions.element_type(parent, name)
            for key, child in content.children.items():
                self._collect(child, own, key, f"{path}.{key}", definitions)
            self._collect_period(content, path)

    def _collect_period(self, content: Element, path: str) -> None:
        start, end = content.children.get("start"), content.children.get("end")
        if isinstance(start, Leaf) and isinstance(end, Leaf) and start.value and end.value:
            places = self._places[str(start.constant)], self._places[str(end.constant)]
            self.periods.append((path, *places))

    def _compiled(self, missing: frozenset[int]) -> Fill:
        body, _ = self._object(self._content, missing)
        constants = _Constants()
        body = constants.visit(body)
        parameter = ast.arguments([], [ast.arg("row")], None, [], [], None, [])
        whole = ast.fix_missing_locations(ast.Expression(ast.Lambda(parameter, body)))
        # The tree is made of names, constants and displays alone; no text is ever parsed.
        return eval(compile(whole, "<content>", "eval"), {"constants": constants.values})

    def _expression(
        self, content: Content, missing: frozenset[int]
    ) -> tuple[ast.expr | None, bool | None]:
        """Return the expression, None where it is left out, and whether the record fills it.

        The second value is None where the content holds no expression on the record.
        """
        if isinstance(content, Leaf):
            return self._leaf(content, missing)
        if isinstance(content, Repeated):
            items = [self._expression(each, missing) for each in content.items]
            kept = [made for made, _ in items if made is not None]
            return (ast.List(kept, ast.Load()) if kept else None), _any(live for _, live in items)
        assert isinstance(content, Element)
        made, is_filled = self._object(content, missing)
        return (made if made.keys and is_filled is not False else None), is_filled

    def _object(self, content: Element, missing: frozenset[int]) -> tuple[ast.Dict, bool | None]:
        parts = {key: self._expression(each, missing) for key, each in content.children.items()}
        kept = {key: made for key, (made, _) in parts.items() if made is not None}
        keys: list[ast.expr | None] = [ast.Constant(key) for key in kept]
        return ast.Dict(keys, list(kept.values())), _any(live for _, live in parts.values())

    def _leaf(self, leaf: Leaf, missing: frozenset[int]) -> tuple[ast.expr | None, bool | None]:
        if leaf.value is None:
            return ast.Constant(leaf.constant), None
        place = self._places[str(leaf.constant)]
        is_live = self.slots[place].is_live
        if place in missing:
            return None, False if is_live else None
        value = ast.Subscript(ast.Name("row", ast.Load()), ast.Constant(place), ast.Load())
        return value, True if is_live else None


class _Constants(ast.NodeTransformer):
    """Takes elements that no row changes out of the expression, to be made once for all."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def visit_Dict(self, node: ast.Dict) -> ast.expr:
        return self._once(node)

    def visit_List(self, node: ast.List) -> ast.expr:
        return self._once(node)

    def _once(self, node: ast.expr) -> ast.expr:
        if any(isinstance(each, ast.Name) for each in ast.walk(node)):
            return cast(ast.expr, self.generic_visit(node))
        self.values.append(ast.literal_eval(node))
        place = ast.Constant(len(self.values) - 1)
        return ast.Subscript(ast.Name("constants", ast.Load()), place, ast.Load())


def _any(claims: Iterable[bool | None]) -> bool | None:
    """Return whether any claim is true; None where there is none at all."""
    made = [each for each in claims if each is not None]
    return any(made) if made else None
