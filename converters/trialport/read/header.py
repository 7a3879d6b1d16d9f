"""Names of raw columns: each once, none empty, none that the tool needs for itself."""

from __future__ import annotations

from collections.abc import Sequence

from trialport.diagnostics import Diagnostic, Place

_RESERVED = ("__line", "__row")


def header_faults(names: Sequence[str], place: Place) -> list[Diagnostic]:
    """Return E3003 for each column name that cannot stand beside the others, in their order.

    Names that differ only in case count as one: SQL does not tell them apart.
    """
    found: list[Diagnostic] = []
    first: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        folded = name.lower()
        if not name:
            found.append(_unnamed(position, place))
        elif folded in _RESERVED:
            found.append(_reserved(name, place))
        elif folded in first:
            found.append(_repeated(names[first[folded] - 1], name, first[folded], position, place))
        else:
            first[folded] = position
    return found


def _unnamed(position: int, place: Place) -> Diagnostic:
    problem = f"column {position} has no name"
    return Diagnostic("E3003", place, problem, "name it, or remove the empty column")


def _reserved(name: str, place: Place) -> Diagnostic:
    problem = f"the column name '{name}' is kept for the line of a record"
    return Diagnostic("E3003", place, problem, "rename the column")


def _repeated(earlier: str, name: str, first: int, second: int, place: Place) -> Diagnostic:
    if earlier == name:
        problem = f"columns {first} and {second} are both named '{name}'"
    else:
        problem = f"columns {first} and {second} differ only in case: '{earlier}', '{name}'"
    return Diagnostic("E3003", place, problem, "rename one of them")
