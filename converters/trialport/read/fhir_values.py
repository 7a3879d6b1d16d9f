"""What a path gives for one resource: trees of FHIRPath turned into functions, made once a column.

Collections are lists, as FHIRPath has them. A number is the text that stands in the file, so that
7.50 stays 7.50; `null` and what is not there are the empty collection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from trialport.spec.fhir_path import Binary, Call, Empty, Index, Literal, Member, Node, Variable

Items = list[Any]
Resolve = Callable[[Any, Any, Node, "Evaluate"], Items]
"""Gives what the rest of a path has in the resource that a reference names: the reference, the
resource that holds it (contained ones lie there), the rest as a tree, and as what evaluates it."""


class Focus(NamedTuple):
    """What a path is read from: the items that it begins at, and the whole resource."""

    items: Items
    resource: Any


Evaluate = Callable[[Focus], Items]

# Elements of several types, `value[x]`: JSON names the type, FHIRPath does not.
CHOICES = frozenset(
    (
        *("abatement", "age", "allowed", "asNeeded", "born", "content", "deceased", "definition"),
        *("dose", "due", "effective", "entity", "event", "exposure", "item", "medication"),
        *("multipleBirth", "occurred", "occurrence", "onset", "performed", "product", "quantity"),
        *("rate", "reason", "reported", "serviced", "start", "subject", "target", "timing"),
        *("used", "value"),
    )
)


class PathError(Exception):
    """A path that cannot be read from this resource; the text says why."""


def compile_path(node: Node, resolve: Resolve) -> Evaluate:
    """Return what gives the collection of a path.

    The function raises `PathError` where a part that must be one value is several.
    """
    match node:
        case Literal(value):
            return lambda focus: [value]
        case Empty():
            return lambda focus: []
        case Variable("%resource"):
            return lambda focus: [focus.resource]
        case Variable():
            return lambda focus: focus.items
        case Member(of, name):
            return _member(of, name, resolve)
        case Index(of, number):
            inner = compile_path(of, resolve)
            return lambda focus: inner(focus)[number : number + 1]
        case Binary(operator, left, right):
            return _binary(operator, compile_path(left, resolve), compile_path(right, resolve))
        case Call():
            return _call(node, resolve)


def value_text(items: Items) -> str | None:
    """Return the one value of a collection as text, None where there is none.

    Raises:
        PathError: there are several values, or the value has elements of its own.
    """
    if not items:
        return None
    if len(items) > 1:
        message = f"the path gives {len(items)} values"
        raise PathError(message)
    value = items[0]
    if isinstance(value, dict | list):
        message = "the path ends at an element that has others in it"
        raise PathError(message)
    return _text(value)


def is_true(items: Items) -> bool:
    """Return whether a collection holds as a condition: one value that is not false.

    Source: FHIRPath 2.0.0, 4.5 Singleton Evaluation of Collections.
    """
    if len(items) > 1:
        message = "a condition gives several values"
        raise PathError(message)
    return bool(items) and items[0] is not False


def _text(value: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _of(node: Node | None, resolve: Resolve) -> Evaluate:
    return (lambda focus: focus.items) if node is None else compile_path(node, resolve)


def _member(of: Node | None, name: str, resolve: Resolve) -> Evaluate:
    if of is not None and _has_resolve(of):
        return _behind_resolve(Member(of, name), resolve)
    inner = _of(of, resolve)
    is_choice = name in CHOICES

    def evaluate(focus: Focus) -> Items:
        found: Items = []
        for item in inner(focus):
            if not isinstance(item, dict):
                continue
            value = item.get(name)
            if value is None and is_choice:
                value = _choice(item, name)
            if isinstance(value, list):
                found += [each for each in value if each is not None] if None in value else value
            elif value is not None:
                found.append(value)
        return found

    # A path may begin with the type of the resource: Observation.status.
    if of is None and name[0].isupper():
        return lambda focus: [
            each
            for each in focus.items
            if isinstance(each, dict) and each.get("resourceType") == name
        ]
    return evaluate


def _choice(item: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - JSON
    end = len(name)
    for key, value in item.items():
        if key.startswith(name) and key[end : end + 1].isupper():
            return value
    return None


def _binary(operator: str, left: Evaluate, right: Evaluate) -> Evaluate:
    match operator:
        case "and":
            return lambda focus: [is_true(left(focus)) and is_true(right(focus))]
        case "or":
            return lambda focus: [is_true(left(focus)) or is_true(right(focus))]
        case "|":
            return lambda focus: _distinct([*left(focus), *right(focus)])
        case "&":
            return lambda focus: [
                (value_text(left(focus)) or "") + (value_text(right(focus)) or "")
            ]
        case "in":
            return lambda focus: _in(left(focus), right(focus))
        case _:
            return lambda focus: _equal(left(focus), right(focus), wanted=operator == "=")


def _in(left: Items, right: Items) -> Items:
    if len(left) > 1:
        message = "what stands before 'in' gives several values"
        raise PathError(message)
    return [left[0] in right] if left else []


def _equal(left: Items, right: Items, *, wanted: bool) -> Items:
    return [(left == right) is wanted] if left and right else []


def _distinct(items: Items) -> Items:
    found: Items = []
    for each in items:
        if each not in found:
            found.append(each)
    return found


def _call(node: Call, resolve: Resolve) -> Evaluate:
    if node.name != "resolve" and node.of is not None and _has_resolve(node.of):
        return _behind_resolve(node, resolve)
    if node.name == "extension":
        return _extension(node, resolve)
    if node.name == "ofType":
        return _of_type(node, resolve)
    if node.name == "resolve":
        return _resolved(node.of, Variable("$this"), resolve)
    inner = _of(node.of, resolve)
    texts = [each.value for each in node.arguments if isinstance(each, Literal)]
    parts = [compile_path(each, resolve) for each in node.arguments]
    match node.name:
        case "where":
            return lambda focus: _where(inner(focus), parts[0], focus)
        case "exists":
            if parts:
                return lambda focus: [bool(_where(inner(focus), parts[0], focus))]
            return lambda focus: [bool(inner(focus))]
        case "empty":
            return lambda focus: [not inner(focus)]
        case "not":
            return lambda focus: [not is_true(items)] if (items := inner(focus)) else []
        case "first":
            return lambda focus: inner(focus)[:1]
        case "last":
            return lambda focus: inner(focus)[-1:]
        case "count":
            return lambda focus: [str(len(inner(focus)))]
        case "distinct":
            return lambda focus: _distinct(inner(focus))
        case "iif":
            return lambda focus: _chosen(Focus(inner(focus), focus.resource), parts)
        case "join":
            return lambda focus: _joined(inner(focus), str(texts[0]) if texts else "")
        case "split":
            return lambda focus: [
                part
                for each in inner(focus)
                for part in (_plain(each).split(str(texts[0])) if texts[0] else [each])
            ]
        case "substring":
            first = int(texts[0])
            after = first + int(texts[1]) if len(texts) > 1 else None
            return lambda focus: [
                text[first:after] for each in inner(focus) if first < len(text := _plain(each))
            ]
        case _:
            change = _TEXTS[node.name]
            return lambda focus: [change(_plain(each), *texts) for each in inner(focus)]


_TEXTS: dict[str, Callable[..., Any]] = {
    "replace": lambda text, old, new: text.replace(old, new),
    "startsWith": lambda text, part: text.startswith(part),
    "endsWith": lambda text, part: text.endswith(part),
    "contains": lambda text, part: part in text,
    "upper": lambda text: text.upper(),
    "lower": lambda text: text.lower(),
    "trim": lambda text: text.strip(),
}


def _plain(value: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return value
    message = "a function of texts is given what is no text"
    raise PathError(message)


def _where(items: Items, condition: Evaluate, focus: Focus) -> Items:
    return [each for each in items if is_true(condition(Focus([each], focus.resource)))]


def _chosen(focus: Focus, parts: list[Evaluate]) -> Items:
    if is_true(parts[0](focus)):
        return parts[1](focus)
    return parts[2](focus) if len(parts) > 2 else []


def _joined(items: Items, separator: str) -> Items:
    return [separator.join(_plain(each) for each in items)] if items else []


def _extension(node: Call, resolve: Resolve) -> Evaluate:
    """Return the extensions with a URL; those of a primitive stand under its name with '_'."""
    (argument,) = node.arguments
    url = argument.value if isinstance(argument, Literal) else ""
    inner = _of(node.of, resolve)
    beside: Evaluate | None = None
    if isinstance(node.of, Member):
        beside = _member(node.of.of, f"_{node.of.name}", resolve)

    def evaluate(focus: Focus) -> Items:
        items = inner(focus)
        if beside is not None:
            items = [*items, *beside(focus)]
        return [
            each
            for item in items
            if isinstance(item, dict)
            for each in item.get("extension") or ()
            if isinstance(each, dict) and each.get("url") == url
        ]

    return evaluate


def _of_type(node: Call, resolve: Resolve) -> Evaluate:
    (argument,) = node.arguments
    name = argument.name if isinstance(argument, Member) else ""
    if isinstance(node.of, Member) and node.of.name in CHOICES:
        return _member(node.of.of, node.of.name + name[0].upper() + name[1:], resolve)
    inner = _of(node.of, resolve)
    return lambda focus: [
        each for each in inner(focus) if isinstance(each, dict) and each.get("resourceType") == name
    ]


# --- references: the rest of the path is read in the other resource ---


def _has_resolve(node: Node | None) -> bool:
    """Return whether a resolve() lies on the way that a path takes (not in its arguments)."""
    while isinstance(node, Member | Index | Call):
        if isinstance(node, Call) and node.name == "resolve":
            return True
        node = node.of
    return False


def _behind_resolve(node: Node, resolve: Resolve) -> Evaluate:
    """Return a path with a resolve() in it: what stands behind the last one is read over there.

    What is read there is kept for all references to the same resource, and nothing else of it.
    """
    way: list[Node] = []
    here: Node | None = node
    while not (isinstance(here, Call) and here.name == "resolve"):
        assert isinstance(here, Member | Index | Call)
        way.append(here)
        here = here.of
    rest: Node | None = None
    for each in reversed(way):
        match each:
            case Member(_, name):
                rest = Member(rest, name)
            case Index(_, number):
                rest = Index(rest or Variable("$this"), number)
            case Call(_, name, arguments):
                rest = Call(rest, name, arguments)
            case _:
                break
    return _resolved(here.of, rest or Variable("$this"), resolve)


def _resolved(of: Node | None, rest: Node, resolve: Resolve) -> Evaluate:
    inner, there = _of(of, resolve), compile_path(rest, resolve)
    return lambda focus: [
        value for each in inner(focus) for value in resolve(each, focus.resource, rest, there)
    ]
