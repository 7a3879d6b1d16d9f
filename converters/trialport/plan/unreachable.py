"""Parts of a time-to-event dataset that no subject can ever reach, found before any record is read.

An endpoint whose event is also its competing event, a reason of censoring below one that always
holds, a named event that no endpoint asks for: each is good YAML, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialport.diagnostics import Diagnostic, Place, Severity
from trialport.spec.nodes import Dataset, Endpoint, Ties


def unreachable(nodes: Sequence[Dataset]) -> list[Diagnostic]:
    """Return E1265 for each part that never decides, E1266 for each that nothing names.

    An endpoint that cannot have its event is an error; the rest does no harm and is a warning. An
    event that a dataset has `like` another one is named where one of the two names it.
    """
    found: list[Diagnostic] = []
    for node in nodes:
        found += [each for one in node.endpoints.items() for each in _endpoint(*one, node)]
        found += _censoring(node)
    named = {place for node in nodes for place in _named(node)}
    return found + [each for node in nodes for each in _unnamed(node) if each.place not in named]


def _endpoint(code: str, endpoint: Endpoint, node: Dataset) -> Iterator[Diagnostic]:
    if endpoint.window is not None and endpoint.window < 0:
        problem = f"endpoint {code} has a window of {endpoint.window} days: no event lies in it"
        yield Diagnostic("E1265", endpoint.place, problem, "count the days after the start")
    own = {each.text for each in endpoint.event}
    first_rival: dict[str, str] = {}
    for each in endpoint.competing:
        if each.text not in node.competing:
            continue  # E1215
        event = node.competing[each.text].event.text
        if event in own:
            yield _rival_of_itself(code, event, own, endpoint, each.text)
        elif event in first_rival:
            problem = f"{code}: '{each.text}' never decides, '{first_rival[event]}' has its event"
            remedy = "take one of them out of competing"
            yield Diagnostic("E1265", each.place, problem, remedy, Severity.WARNING)
        first_rival.setdefault(event, each.text)


def _rival_of_itself(
    code: str, event: str, own: set[str], endpoint: Endpoint, rival: str
) -> Diagnostic:
    """Return the fault of an event that competes with itself: on its day one of the two wins."""
    remedy = f"take '{rival}' out of competing, or '{event}' out of event"
    if endpoint.ties is Ties.EVENT_FIRST:
        problem = f"{code}: '{rival}' never decides, its event '{event}' is the endpoint's own"
        return Diagnostic("E1265", endpoint.place, problem, remedy, Severity.WARNING)
    problem = f"{code}: event '{event}' never counts, '{rival}' competes on the same day and wins"
    severity = Severity.ERROR if own == {event} else Severity.WARNING
    return Diagnostic("E1265", endpoint.place, problem, remedy, severity)


def _censoring(node: Dataset) -> Iterator[Diagnostic]:
    always = next((at for at, each in enumerate(node.censoring) if each.when is None), None)
    for each in node.censoring[always + 1 :] if always is not None else ():
        problem = f"censoring '{each.description}' is never reached: one above it has no condition"
        yield Diagnostic("E1265", each.place, problem, "move it up, or remove it", Severity.WARNING)


def _named(node: Dataset) -> Iterator[Place]:
    """Yield the places of the events and competing events that something names."""
    rivals = {each.text for one in node.endpoints.values() for each in one.competing}
    yield from (each.place for name, each in node.competing.items() if name in rivals)
    events = {each.text for one in node.endpoints.values() for each in one.event}
    events |= {each.start.text for each in node.endpoints.values() if each.start}
    events |= {each.assessed.event.text for each in node.endpoints.values() if each.assessed}
    events |= {each.event.text for each in node.competing.values()}
    events |= {each.after.event.text for each in node.competing.values() if each.after}
    events |= {each.not_before.text for each in node.events.values() if each.not_before}
    yield from (each.place for name, each in node.events.items() if name in events)


def _unnamed(node: Dataset) -> Iterator[Diagnostic]:
    """Yield a warning for each event and competing event; those that are named are left out."""
    parts = [(f"event '{name}'", each.place) for name, each in node.events.items()]
    parts += [(f"competing event '{name}'", each.place) for name, each in node.competing.items()]
    for what, place in parts:
        problem = f"{what} is in no endpoint of {node.dataset.text}"
        yield Diagnostic("E1266", place, problem, "name it, or remove it", Severity.WARNING)
