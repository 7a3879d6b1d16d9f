"""The invariants of the standard as it writes them, in FHIRPath, over one resource."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from trialport.fhir.schema import Definitions

Rule = Callable[[Any, Mapping[str, Any]], list[Any]]


@dataclass(frozen=True, slots=True)
class BrokenInvariant:
    """An invariant that does not hold of an element, or (`reason`) that cannot be decided."""

    element: str
    key: str
    reason: str = ""


def broken_invariants(
    resource: Mapping[str, Any], definitions: Definitions
) -> Iterator[BrokenInvariant]:
    """Yield each invariant of the definitions that does not hold, in the order of the elements.

    It takes milliseconds: ask it once for resources of one shape.

    Args:
        resource: a resource that satisfies the schema of its type; it is not changed.
        definitions: the types of its version with their invariants.
    """
    own = copy.deepcopy(dict(resource))
    kind = str(own.get("resourceType", ""))
    yield from _node(own, kind, kind, "", own, definitions)


def _node(
    node: Any,  # noqa: ANN401 - a value of JSON
    kind: str,
    place: str,
    path: str,
    resource: Any,  # noqa: ANN401
    definitions: Definitions,
) -> Iterator[BrokenInvariant]:
    """Yield what does not hold of a node and of what is in it.

    `kind` is the type of the node, `place` the element of the definitions that it is.
    """
    rules = definitions.invariants
    for base in dict.fromkeys((kind, place)):
        for key, expression in rules.get(base, {}).items():
            reason = _fault(
                expression, node, "" if node is resource else kind, resource, definitions
            )
            if reason is not None:
                yield BrokenInvariant(path, key, reason)
    for name, value in node.items():
        own = definitions.element_type(kind, name)
        for number, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, dict):
                below = f"{path}.{name}" if path else name
                below = f"{below}[{number}]" if isinstance(value, list) else below
                if "resourceType" in child:
                    inner = str(child["resourceType"])
                    yield from _node(child, inner, inner, below, resource, definitions)
                elif own:
                    yield from _node(child, own, f"{kind}.{name}", below, resource, definitions)


def _fault(
    expression: str,
    node: Any,  # noqa: ANN401
    base: str,
    resource: Any,  # noqa: ANN401
    definitions: Definitions,
) -> str | None:
    """Return None where an invariant holds, else why it cannot be decided, or ''."""
    from fhirpathpy.engine.nodes import ResourceNode

    focus = ResourceNode.create_node(node, base) if base else node
    try:
        rule = _rule(expression, definitions.version)
        found = rule(focus, {"resource": resource, "rootResource": resource})
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    # Nothing is no objection: R4 writes ref-1 so that a reference without an address gives nothing.
    return "" if False in found else None


@cache
def _rule(expression: str, version: str) -> Rule:
    from fhirpathpy import compile as compiled
    from fhirpathpy.models import models

    options = {
        "traceFn": _silent,
        "userInvocationTable": {"hasValue": {"fn": _has_value, "arity": {0: []}}},
    }
    return compiled(expression, models[version.lower()], options)


def _has_value(nodes: list[Any]) -> bool:
    """Return whether there is one primitive with a value; the library lacks the function.

    Source: FHIR R4 and R5, FHIRPath, hasValue().
    """
    data = [getattr(each, "data", each) for each in nodes]
    return len(data) == 1 and data[0] is not None and not isinstance(data[0], dict)


def _silent(*_: object) -> None:
    """Take what the library would print where an expression says trace()."""
