"""The content of a resource as one Python expression for each pattern of nulls in its columns."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from trialport.fhir.coding import QUANTITIES, coded_element
from trialport.fhir.schema import Definitions, Version
from trialport.spec.coded import CodedBy
from trialport.spec.nodes import Content, Each, Element, Leaf, Repeated

Fill = Callable[[Sequence[Any]], Any]

# A constant of the study is filled like an expression, but says nothing about the record.
_STUDY_CONSTANT = re.compile(r"\s*study\.\w+\s*")


@dataclass(frozen=True, slots=True)
class Slot:
    """What is filled for each record: a leaf from a column, or the items of repeated content.

    Of a leaf it tells the key, the FHIR type, and where it stands. Items have a template of their
    own; their `column` is one whose lists are as long as there are items. `coded` says how the
    values of the column become codes, where they do; `parent` is the type that has the element.
    """

    column: str
    key: str
    type: str
    path: str
    is_live: bool
    items: Template | None = None
    coded: CodedBy | None = None
    parent: str = ""


class Template:
    """Content to be filled from rows whose values stand in the order of `slots`.

    Null values are left out, and with them every element that holds expressions of which none has
    a value; constants, concepts and `study.NAME` do not keep it, nor does the unit of a quantity.
    Only the resource itself always stays: what is left out of an item is the item, and None is made
    of it.
    Constant elements are shared by the resources: what is made is to be read, not changed.

    Args:
        content: the content of a resource, or of an item.
        parent: type of the element that it stands in; of the resource itself where it is whole.
        name: name of the element; empty for a resource.
        path: where it stands, for messages.
        definitions: the types of the FHIR version that the content is written for.
        version: the FHIR version that codes are spelled for.
    """

    def __init__(
        self,
        content: Content,
        parent: str,
        name: str,
        path: str,
        definitions: Definitions,
        version: Version = "R4",
    ) -> None:
        self._content = content
        self._version: Version = version
        self._types: dict[int, str] = {}
        self._is_item = bool(name)
        self._filled: dict[frozenset[int], Fill] = {}
        self._places: dict[int, int] = {}
        self.slots: list[Slot] = []
        self.periods: list[tuple[str, int, int]] = []
        if self._is_item:
            self._collect(content, parent, name, path, definitions)
        else:
            assert isinstance(content, Element)
            for key, child in content.children.items():
                self._collect(child, parent, key, key, definitions)

    @property
    def elements(self) -> tuple[str, ...]:
        """The names of the elements of a resource."""
        return tuple(self._content.children) if isinstance(self._content, Element) else ()

    @property
    def has_ranges(self) -> bool:
        """Whether an element holds a Range."""
        inner = any(each.items.has_ranges for each in self.slots if each.items is not None)
        return inner or "Range" in self._types.values()

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
                self._add(content, Slot(column, name, kind, path, is_live, parent=parent))
        elif isinstance(content, Each):
            items = Template(content.content, parent, name, path, definitions, self._version)
            self._add(content, Slot(items.slots[0].column, name, "", path, True, items))
        elif isinstance(content, Repeated):
            for place, item in enumerate(content.items):
                self._collect(item, parent, name, f"{path}[{place}]", definitions)
        else:
            own = definitions.element_type(parent, name)
            self._types[id(content)] = own
            coded = content.coded
            if isinstance(coded, CodedBy) and coded.column:
                is_live = own not in QUANTITIES
                self._add(content, Slot(coded.column, name, own, path, is_live, coded=coded))
            for key, child in content.children.items():
                self._collect(child, own, key, f"{path}.{key}", definitions)
            self._collect_period(content, path)

    def _add(self, content: Leaf | Each | Element, slot: Slot) -> None:
        self._places[id(content)] = len(self.slots)
        self.slots.append(slot)

    def _collect_period(self, content: Element, path: str) -> None:
        start, end = content.children.get("start"), content.children.get("end")
        if isinstance(start, Leaf) and isinstance(end, Leaf) and start.value and end.value:
            self.periods.append((path, self._places[id(start)], self._places[id(end)]))

    def _compiled(self, missing: frozenset[int]) -> Fill:
        body: ast.expr | None
        if self._is_item:
            body, is_filled = self._expression(self._content, missing)
            body = None if is_filled is False else body
        else:
            assert isinstance(self._content, Element)
            body, _ = self._object(self._content, missing)
        constants = _Constants()
        made: ast.expr = constants.visit(body or ast.Constant(None))
        parameter = ast.arguments([], [ast.arg("row")], None, [], [], None, [])
        whole = ast.fix_missing_locations(ast.Expression(ast.Lambda(parameter, made)))
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
        if isinstance(content, Each):
            return self._value(self._places[id(content)], missing)
        if isinstance(content, Repeated):
            items = [(each, *self._expression(each, missing)) for each in content.items]
            kept = [
                ast.Starred(made, ast.Load()) if isinstance(each, Each) else made
                for each, made, _ in items
                if made is not None
            ]
            found = ast.List(kept, ast.Load()) if kept else None
            return found, _any(live for _, _, live in items)
        if isinstance(content.coded, CodedBy):
            return self._coded(content, content.coded, missing)
        made, is_filled = self._object(content, missing)
        return (made if made.keys and is_filled is not False else None), is_filled

    def _coded(
        self, content: Element, coded: CodedBy, missing: frozenset[int]
    ) -> tuple[ast.expr | None, bool | None]:
        """Return the codes of an element with its children beside them, which win."""
        made, is_filled = self._object(content, missing)
        if coded.concept is not None:
            kind = self._types[id(content)]
            codes = _literal(coded_element(coded.concept, kind, self._version))
        else:
            codes, is_coded = self._value(self._places[id(content)], missing)
            is_filled = _any(each for each in (is_filled, is_coded))
        if is_filled is False:
            return None, False
        if not made.keys or codes is None:
            return codes or (made if made.keys else None), is_filled
        return _beside(made, codes, self._types[id(content)]), is_filled

    def _object(self, content: Element, missing: frozenset[int]) -> tuple[ast.Dict, bool | None]:
        parts = {key: self._expression(each, missing) for key, each in content.children.items()}
        kept = {key: made for key, (made, _) in parts.items() if made is not None}
        keys: list[ast.expr | None] = [ast.Constant(key) for key in kept]
        return ast.Dict(keys, list(kept.values())), _any(live for _, live in parts.values())

    def _leaf(self, leaf: Leaf, missing: frozenset[int]) -> tuple[ast.expr | None, bool | None]:
        if leaf.value is None:
            return ast.Constant(leaf.constant), None
        return self._value(self._places[id(leaf)], missing)

    def _value(self, place: int, missing: frozenset[int]) -> tuple[ast.expr | None, bool | None]:
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


def _beside(children: ast.Dict, codes: ast.expr, kind: str) -> ast.Dict:
    """Return the children of an element with its codes, which they win over.

    A quantity begins with its value, everything else with its codes, as FHIR orders them.
    """
    names = {str(cast(ast.Constant, key).value) for key in children.keys}
    is_last = kind in QUANTITIES and not names & {"unit", "system", "code"}
    if isinstance(codes, ast.Dict):
        pairs = zip(codes.keys, codes.values, strict=True)
        kept = [each for each in pairs if cast(ast.Constant, each[0]).value not in names]
    else:
        kept: list[tuple[ast.expr | None, ast.expr]] = [(None, codes)]
    own = list(zip(children.keys, children.values, strict=True))
    every = [*own, *kept] if is_last else [*kept, *own]
    return ast.Dict([key for key, _ in every], [value for _, value in every])


def _literal(value: Any) -> ast.expr | None:  # noqa: ANN401
    """Return the tree of a JSON value; None for nothing."""
    if value is None:
        return None
    if isinstance(value, dict):
        parts = {str(key): _literal(each) for key, each in value.items()}
        kept = {key: each for key, each in parts.items() if each is not None}
        return ast.Dict([ast.Constant(key) for key in kept], list(kept.values()))
    if isinstance(value, list):
        items = [_literal(each) for each in value]
        return ast.List([each for each in items if each is not None], ast.Load())
    return ast.Constant(value)


def _any(claims: Iterable[bool | None]) -> bool | None:
    """Return whether any claim is true; None where there is none at all."""
    made = [each for each in claims if each is not None]
    return any(made) if made else None
