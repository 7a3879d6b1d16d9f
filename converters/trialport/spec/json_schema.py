"""The language as JSON Schema, for editors: made from what the node classes declare.

Draft 7, which the usual YAML language servers read. A scalar that is text to us may look like a
number, yes or no to an editor; both are let pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any, Literal, get_args, get_origin

from trialport.spec.forms import ELEMENT, LENGTH, Form
from trialport.spec.nodes import Coded, Content, Each
from trialport.spec.read_scalar import BOOLEANS, is_scalar
from trialport.spec.schema import Key, class_words, keys

Schema = dict[str, Any]

_TEXT: Schema = {"type": ["string", "number", "boolean"]}
_CONTENT = "Content"
_NAMING = ("dataset", "resource")
"""What names a file, and is in it whatever lies beneath."""


def json_schema(
    node_class: type,
    *,
    title: str,
    listed: bool = False,
    under: str = "",
    layered: bool = False,
    also: Sequence[Schema] = (),
) -> Schema:
    """Return the JSON Schema of a file.

    Args:
        node_class: the class of the file, or of each entry where it is a list.
        title: what the file is.
        listed: whether the file is a list.
        under: the one key that such a list may stand under.
        layered: whether templates may lie beneath the file: of what it and its named entries need
            only the name of the file has to be in it, and an entry may be left empty.
        also: schemas of the whole that hold as well, e.g. to know names; they may refer to
            `#/definitions/` and the name of a class.
    """
    made = _Definitions(layered=node_class if layered else None)
    whole = made.reference(node_class)
    if listed:
        whole = {"type": "array", "items": whole}
        if under:
            named: Schema = {"properties": {under: whole}, "additionalProperties": False}
            whole = {"if": {"type": "object"}, "then": named, "else": whole}
    schema: Schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        **whole,
    }
    if also:
        schema = {**schema, "allOf": [*schema.get("allOf", []), *also]}
    return {**schema, "definitions": dict(sorted(made.finished().items()))}


class _Definitions:
    """The classes that are met, each one defined once."""

    def __init__(self, *, layered: type | None) -> None:
        self._layered = _merged(layered) if layered else ()
        self._done: dict[str, Schema] = {}
        self._waiting: list[type] = []
        self._names: dict[str, type] = {}

    def reference(self, node_class: type) -> Schema:
        """Return a reference to a class, which is defined when all is finished."""
        name = node_class.__name__
        if self._names.setdefault(name, node_class) is not node_class:
            raise ValueError(name)
        if name not in self._done and node_class not in self._waiting:
            self._waiting.append(node_class)
        return {"allOf": [{"$ref": f"#/definitions/{name}"}]}

    def finished(self) -> dict[str, Schema]:
        """Return the definitions of all classes."""
        while self._waiting:
            node_class = self._waiting.pop()
            self._done[node_class.__name__] = self._node(node_class)
        return self._done

    def _node(self, node_class: type) -> Schema:
        mapping: Schema = {
            "type": "object",
            "title": class_words(node_class),
            "properties": {
                key.name: self._key(key, may_be_empty=node_class in self._layered)
                for key in keys(node_class)
            },
            "additionalProperties": False,
        }
        needed = [key.name for key in keys(node_class) if key.required and not key.unless]
        choices = [*map(_unless, (key for key in keys(node_class) if key.unless))]
        if node_class in self._layered:
            needed = [name for name in needed if name in _NAMING]
            choices = []
        if needed:
            mapping["required"] = needed
        choices += _choice(node_class)
        if choices:
            mapping["allOf"] = choices
        shorthand: str = getattr(node_class, "SHORTHAND", "")
        if not shorthand:
            return mapping
        (short,) = (key for key in keys(node_class) if key.name == shorthand)
        # Not `anyOf`: of a fault inside the mapping an editor would say that text is expected.
        return {"if": _TEXT, "then": self._type(short.annotation, short), "else": mapping}

    def _key(self, key: Key, *, may_be_empty: bool) -> Schema:
        blank = key.blank or (may_be_empty and get_origin(key.annotation) is Mapping)
        told = self._type(key.annotation, replace(key, blank=blank))
        if not key.required or key.unless:
            told = _or_empty(told)
        return {"description": key.doc, **told}

    def _type(self, annotation: Any, key: Key) -> Schema:  # noqa: ANN401 - an annotation
        """Return the schema of a value; what the key declares is of names or of text."""
        if annotation == Content:
            return self._content()
        origin, inner = get_origin(annotation), get_args(annotation)
        if origin is tuple:
            entry = self._type(inner[0], key)
            several: Schema = {"type": "array", "items": entry}
            return {"anyOf": [several, entry]} if is_scalar(inner[0]) else several
        if origin is Mapping:
            return self._mapping(inner[1], key)
        if is_scalar(annotation):
            return _scalar(annotation, key.form)
        return self.reference(annotation)

    def _mapping(self, annotation: Any, key: Key) -> Schema:  # noqa: ANN401
        entry = self._type(annotation, replace(key, form=None, listed=False, blank=False))
        mapping: Schema = {
            "type": "object",
            "additionalProperties": _or_empty(entry) if key.blank else entry,
        }
        pattern = _pattern(key.form)
        if pattern:
            mapping["propertyNames"] = {"pattern": pattern}
        if not key.listed:
            return mapping
        name = _scalar(str, key.form)
        return {"anyOf": [mapping, {"type": "array", "items": name}, name]}

    def _content(self) -> Schema:
        reference: Schema = {"$ref": f"#/definitions/{_CONTENT}"}
        if _CONTENT not in self._done:
            self._done[_CONTENT] = {}
            self._done[Coded.__name__] = _element(reference)
            repeated = self.reference(Each)
            self._done[_CONTENT] = {
                "anyOf": [
                    _TEXT,
                    {"type": "array", "items": reference},
                    {
                        "type": "object",
                        "if": {"required": ["each"]},
                        "then": repeated,
                        "else": {"$ref": f"#/definitions/{Coded.__name__}"},
                    },
                ]
            }
        return {"allOf": [reference]}


def _merged(root: type) -> tuple[type, ...]:
    """Return the classes of which a file may hold a part: the whole, and what it names."""
    inside = (
        get_args(key.annotation)[1] for key in keys(root) if get_origin(key.annotation) is Mapping
    )
    return (root, *(each for each in inside if isinstance(each, type) and is_dataclass(each)))


def _element(content: Schema) -> Schema:
    """Return the schema of an element: its children, and the keys that code it.

    Those keys may be children as well, e.g. the `display` of a Reference.
    """
    coded = keys(Coded)
    fixed = "|".join(key.name for key in coded if "_" in key.name)
    return {
        "title": "element",
        "properties": {key.name: {"description": key.doc, "allOf": [content]} for key in coded},
        "propertyNames": {"pattern": f"{_pattern(ELEMENT)}|^({fixed})$"},
        "additionalProperties": content,
    }


def _scalar(annotation: Any, form: Form | None) -> Schema:  # noqa: ANN401
    if get_origin(annotation) is Literal:
        return {"enum": [each for each in get_args(annotation) if each]}
    if annotation is bool:
        return {"enum": [True, False, *BOOLEANS]}
    if annotation is int:
        return {"type": ["integer", "string"], "pattern": "^[+-]?[0-9]{1,9}$"}
    if issubclass(annotation, StrEnum):
        return {"enum": [each.value for each in annotation]}
    pattern = _pattern(form)
    if form is LENGTH:
        return {"type": ["integer", "string"], "minimum": 1, "maximum": 99999, "pattern": pattern}
    return {**_TEXT, "pattern": pattern} if pattern else dict(_TEXT)


def _pattern(form: Form | None) -> str:
    """Return the regular expression of a form, or '' where a program decides."""
    fits = form.fits if form is not None else None
    return f"^({fits.args[0]})$" if isinstance(fits, partial) else ""


def _or_empty(schema: Schema) -> Schema:
    """Return a schema that lets a key be left empty, which is as if it were not there."""
    kinds = schema.get("type")
    if isinstance(kinds, list):
        return {**schema, "type": [*kinds, "null"]}
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    return {"anyOf": [*schema.get("anyOf", [schema]), {"type": "null"}]}


def _unless(key: Key) -> Schema:
    return {"anyOf": [{"required": [name]} for name in (key.name, *key.unless.split(" or "))]}


def _choice(node_class: type) -> list[Schema]:
    one_of: tuple[str, ...] = getattr(node_class, "ONE_OF", ())
    if one_of:
        return [{"oneOf": [{"required": [name]} for name in one_of]}]
    at_most: tuple[str, ...] = getattr(node_class, "AT_MOST_ONE_OF", ())
    pairs = [(a, b) for at, a in enumerate(at_most) for b in at_most[at + 1 :]]
    return [{"not": {"required": [a, b]}} for a, b in pairs]
