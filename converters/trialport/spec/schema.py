"""What the node classes declare about their YAML keys."""

from __future__ import annotations

import dataclasses
import re
import types
from dataclasses import dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from trialport.spec.forms import Form


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a node class; `annotation` is the type without `None`."""

    name: str
    field: str
    annotation: Any
    required: bool
    doc: str
    form: Form | None
    listed: bool
    blank: bool
    unless: str


@cache
def keys(node_class: type) -> tuple[Key, ...]:
    """Return the keys of a node class in the order of its fields; `place` is none of them.

    >>> from trialport.spec.nodes import Start
    >>> [(key.name, key.required) for key in keys(Start)]
    [('date', True), ('description', False)]
    """
    annotations = get_type_hints(node_class)
    return tuple(
        _key(field, _without_none(annotations[field.name]))
        for field in dataclasses.fields(node_class)
        if field.name != "place"
    )


def class_words(node_class: type) -> str:
    """Return the name of a node class in words.

    >>> from trialport.spec.nodes import WindowEnd
    >>> class_words(WindowEnd)
    'window end'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", node_class.__name__).lower()


def _key(field: dataclasses.Field[Any], annotation: object) -> Key:
    told = field.metadata
    missing = dataclasses.MISSING
    return Key(
        name=told["name"] or field.name,
        field=field.name,
        annotation=annotation,
        required=(field.default is missing and field.default_factory is missing)
        or bool(told["unless"]),
        doc=told["doc"],
        form=told["form"],
        listed=told["listed"],
        blank=told["blank"],
        unless=told["unless"],
    )


def _without_none(annotation: Any) -> Any:  # noqa: ANN401 - an annotation may be anything
    if get_origin(annotation) not in (types.UnionType, Union):
        return annotation
    kept = tuple(each for each in get_args(annotation) if each is not types.NoneType)
    return Union[kept]  # noqa: UP007 - made of a tuple
