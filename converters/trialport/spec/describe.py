"""The keys of the mapping language, read off the node classes, for reference pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

from trialport.spec.concept_nodes import Concepts
from trialport.spec.label_nodes import Labels
from trialport.spec.nodes import (
    Coded,
    Content,
    Dataset,
    Each,
    Expression,
    Resource,
    Sources,
    Study,
    Terminology,
)
from trialport.spec.read_scalar import is_scalar
from trialport.spec.report_nodes import Report
from trialport.spec.schema import class_words, keys

FILES: tuple[type, ...] = (
    Study,
    Sources,
    Terminology,
    Concepts,
    Dataset,
    Resource,
    Report,
    Labels,
)


@dataclass(frozen=True, slots=True)
class DescribedKey:
    """One line of the reference: a key, needed unless the key `unless` is there."""

    node_class: type
    key: str
    type: str
    required: bool
    unless: str
    doc: str


def describe(roots: tuple[type, ...] = FILES) -> Iterator[DescribedKey]:
    """Yield every key of the classes and of all that they hold, class by class, each class once."""
    waiting, seen = list(roots), set(roots)
    while waiting:
        node_class = waiting.pop(0)
        inside: list[type] = []
        for key in keys(node_class):
            words = type_words(key.annotation, listed=key.listed)
            yield DescribedKey(node_class, key.name, words, key.required, key.unless, key.doc)
            inside += [each for each in _node_classes(key.annotation) if each not in seen]
            seen.update(inside)
        waiting[:0] = dict.fromkeys(inside)


def type_words(annotation: Any, *, listed: bool = False) -> str:  # noqa: ANN401 - an annotation
    """Return the type of a key in words.

    >>> type_words(tuple[Expression, ...])
    'list of expression'
    >>> type_words(Literal["R4", "R5"])
    "'R4' or 'R5'"
    """
    if annotation == Content:
        return "content"
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is tuple:
        return f"list of {type_words(inner[0])}"
    if origin is Mapping:
        return f"mapping of name to {type_words(inner[1])}" + (
            ", or list of name" if listed else ""
        )
    if origin is Literal:
        return _choice([each for each in inner if each])
    return _class_words(annotation)


def _class_words(annotation: type) -> str:
    if annotation is bool:
        return "yes or no"
    if annotation is int:
        return "whole number"
    if issubclass(annotation, StrEnum):
        return _choice([each.value for each in annotation])
    if issubclass(annotation, Expression):
        return "expression"
    if is_scalar(annotation):
        return "text"
    words = class_words(annotation)
    shorthand = getattr(annotation, "SHORTHAND", "")
    return f"{words}, or its {shorthand}" if shorthand else words


def _choice(words: list[str]) -> str:
    quoted = [f"'{each}'" for each in words]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}" if len(quoted) > 1 else quoted[0]


def _node_classes(annotation: Any) -> Iterator[type]:  # noqa: ANN401
    """Yield the node classes in a type."""
    if annotation == Content:
        yield from (Each, Coded)
    elif get_origin(annotation) in (tuple, Mapping):
        for each in get_args(annotation):
            if each is not Ellipsis:
                yield from _node_classes(each)
    elif get_origin(annotation) is not Literal and not is_scalar(annotation):
        yield annotation
