"""Resources as R5 writes them, made from those of R4 by a table of differences."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from trialport.fhir.schema import Definitions

EXTENSION = "http://hl7.org/fhir/5.0/StructureDefinition/extension-"
"""The URL of an extension that stands for an element of R5 begins so."""
_NO_ID = re.compile(r"[^A-Za-z0-9\-.]")

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the table: `take` an element and `put` it elsewhere, or `set` one."""

    take: tuple[str, ...] = ()
    put: str = ""
    id: str = ""
    shape: Any = "$"
    recode: Mapping[str, str] | None = None
    set: str = ""
    value: Any = None


def load_changes(folder: Traversable) -> dict[str, tuple[Change, ...]]:
    """Return the steps of each type from `<folder>/r5/from_r4.yaml`."""
    text = (folder / "r5" / "from_r4.yaml").read_text(encoding="utf-8")
    table = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {name: tuple(map(_change, steps)) for name, steps in table.items()}


def _change(step: Mapping[str, Any]) -> Change:
    recode = step.get("recode")
    codes = recode and {_text(old): new for old, new in recode.items()}
    return Change(
        take=tuple(str(step.get("take", "")).split(".")),
        put=str(step.get("put", "")),
        id=str(step.get("id", "")),
        shape=step.get("as", "$"),
        recode=codes,
        set=str(step.get("set", "")),
        value=step.get("value"),
    )


def changer(
    resource_type: str, changes: Mapping[str, Sequence[Change]], definitions: Definitions
) -> Callable[[Resource], Resource] | None:
    """Return what makes an R5 resource of one of R4, or None where nothing changes for the type.

    The resource that is given is not changed.

    Args:
        resource_type: the type, e.g. `AdverseEvent`.
        changes: the table of differences.
        definitions: the types of R5.
    """
    steps = changes.get(resource_type)
    if steps is None:
        return None

    def change(resource: Resource) -> Resource:
        made = dict(resource)
        for step in steps:
            _apply(step, made, resource_type, definitions)
        _unwrap(made, resource_type, resource_type, definitions)
        return {name: _repeated(made[name], resource_type, name, definitions) for name in made}

    return change


def _apply(step: Change, node: Resource, parent: str, definitions: Definitions) -> None:
    """Carry out a step in a node that may be changed."""
    if step.set:
        node.setdefault(step.set, step.value)
    else:
        _take(step, step.take, node, parent, definitions)


def _take(
    step: Change, path: Sequence[str], node: Resource, parent: str, definitions: Definitions
) -> None:
    name, *below = path
    if name not in node:
        return
    if below:
        kind = definitions.element_type(parent, name)
        children = node[name] if isinstance(node[name], list) else [node[name]]
        copies = [dict(each) for each in children]
        for each in copies:
            _take(step, below, each, kind, definitions)
        node[name] = copies if isinstance(node[name], list) else copies[0]
        return
    value = node.pop(name)
    if step.put:
        _put(node, step.put, _shaped(step, value, parent, definitions), parent, definitions)
    if step.id:
        node[step.id] = _NO_ID.sub("-", str(value))[:64]


def _shaped(step: Change, value: Any, parent: str, definitions: Definitions) -> Any:  # noqa: ANN401
    """Return the value, or each of its items, under its new code and inside its new shape."""
    items = value if isinstance(value, list) else [value]
    codes = step.recode
    recoded = [codes.get(_text(each), each) for each in items] if codes else items
    shaped = [_fill(step.shape, each) for each in recoded]
    return shaped if definitions.is_repeated(parent, step.put) else shaped[0]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _put(node: Resource, name: str, value: Any, parent: str, definitions: Definitions) -> None:  # noqa: ANN401
    there = node.get(name)
    if isinstance(there, list) and definitions.is_repeated(parent, name):
        node[name] = [*there, *value]
    else:
        node[name] = value


def _fill(shape: Any, value: Any) -> Any:  # noqa: ANN401
    if isinstance(shape, dict):
        return {name: _fill(each, value) for name, each in shape.items()}
    if isinstance(shape, list):
        return [_fill(each, value) for each in shape]
    return value if shape == "$" else shape


def _unwrap(node: Resource, path: str, kind: str, definitions: Definitions) -> None:
    """Turn cross-version extensions of a node into the elements that they stand for.

    `path` is where the node stands in R5, e.g. `ResearchStudy.comparisonGroup`; what stands in it
    is looked through too, as deep as elements have paths of their own.
    """
    start = f"{EXTENSION}{path}."
    kept: list[Any] = []
    for each in node.pop("extension", []):
        url = str(each.get("url", ""))
        if url.startswith(start):
            _set_element(node, url.removeprefix(start), each, kind, definitions)
        else:
            kept.append(each)
    if kept:
        node["extension"] = kept
    for name, value in node.items():
        below = f"{path}.{name}"
        if definitions.element_type(kind, name) == below and _extended(value):
            children = value if isinstance(value, list) else [value]
            copies = [dict(each) for each in children]
            for each in copies:
                _unwrap(each, below, below, definitions)
            node[name] = copies if isinstance(value, list) else copies[0]


def _extended(value: Any) -> bool:  # noqa: ANN401
    """Return whether any of the elements has extensions."""
    children = value if isinstance(value, list) else [value]
    return any(isinstance(each, dict) and "extension" in each for each in children)


def _set_element(
    node: Resource, name: str, extension: Mapping[str, Any], parent: str, definitions: Definitions
) -> None:
    value_key = next((each for each in extension if each.startswith("value")), "")
    if value_key:
        is_choice = not definitions.element_type(parent, name)
        others = [each for each in node if is_choice and is_choice_of(each, name)]
        replaced = {each: node.pop(each) for each in others}
        key = name + value_key.removeprefix("value") if is_choice else name
        value = _begun(extension[value_key], replaced.get(f"{name}DateTime"))
    else:
        key, value, kind = name, Resource(), definitions.element_type(parent, name)
        for each in extension.get("extension", []):
            _set_element(value, str(each.get("url", "")), each, kind, definitions)
    _put(node, key, _repeated(value, parent, key, definitions), parent, definitions)


def _begun(value: Any, date: Any) -> Any:  # noqa: ANN401
    """Return a Period that says only when it ends with the date in whose place it comes."""
    if date is not None and isinstance(value, dict) and "end" in value and "start" not in value:
        return {"start": date, **value}
    return value


def is_choice_of(key: str, name: str) -> bool:
    """Return whether a key is that of an element of several types: `valueQuantity` of `value`."""
    return key.startswith(name) and key[len(name) : len(name) + 1].isupper()


def _repeated(value: Any, parent: str, name: str, definitions: Definitions) -> Any:  # noqa: ANN401
    """Return the value as the definitions have it: in an array, or alone."""
    is_repeated = definitions.is_repeated(parent, name)
    if is_repeated and not isinstance(value, list):
        return [value]
    return value[0] if isinstance(value, list) and not is_repeated and value else value
