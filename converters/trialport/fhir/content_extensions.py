"""Cross-version extensions in content: they are named by elements of R5, which must be there."""

from __future__ import annotations

from collections.abc import Iterator

from trialport.diagnostics import Diagnostic, did_you_mean
from trialport.fhir.schema import Definitions
from trialport.fhir.version_change import EXTENSION, is_choice_of
from trialport.spec.nodes import Content, Element, Leaf, Repeated


def is_cross_version(element: Element) -> bool:
    """Return whether an extension stands for an element of R5."""
    return _url(element).startswith(EXTENSION)


def cross_version_faults(element: Element, r5: Definitions) -> Iterator[Diagnostic]:
    """Yield E1251 for each name in a cross-version extension that is no element of R5.

    Types without a shipped definition are not looked into.
    """
    first, *names = _url(element).removeprefix(EXTENSION).split(".")
    kind = first if r5.defines(first) else ""
    for name in names:
        fault, kind = _step(element, name, kind, r5)
        yield from fault
    yield from _inner(element, kind, r5)


def _inner(element: Element, kind: str, r5: Definitions) -> Iterator[Diagnostic]:
    """Look at the extensions of an extension, which stand for the children of its element."""
    for each in _items(element.children.get("extension")):
        if isinstance(each, Element) and _url(each):
            fault, inner = _step(each, _url(each), kind, r5)
            yield from fault
            yield from _inner(each, inner, r5)


def _step(
    element: Element, name: str, parent: str, r5: Definitions
) -> tuple[list[Diagnostic], str]:
    """Return the fault of a name that the parent does not have, and the type of the element."""
    properties = r5.types.get(parent, {}).get("properties", {})
    if not properties:
        return [], ""
    if name in properties:
        return [], r5.element_type(parent, name)
    if any(is_choice_of(each, name) for each in properties):
        return [], ""
    place = element.children["url"].place
    problem = f"the extension stands for an element of R5, where {parent} has no '{name}'"
    return [Diagnostic("E1251", place, problem, did_you_mean(name, properties))], ""


def _items(content: Content | None) -> tuple[Content, ...]:
    return content.items if isinstance(content, Repeated) else ()


def _url(element: Element) -> str:
    url = element.children.get("url")
    return str(url.constant) if isinstance(url, Leaf) and url.value is None else ""
