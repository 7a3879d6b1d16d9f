"""The messages about the content of resources: one function builds each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trialport.diagnostics import Diagnostic, Place, Severity, did_you_mean, shown
from trialport.fhir.version_change import is_choice_of


def unknown_type(name: str, place: Place, known: Iterable[str]) -> Diagnostic:
    """Return E1250."""
    problem = f"FHIR has no type of resource '{name}'"
    return Diagnostic("E1250", place, problem, did_you_mean(name, known))


def unknown_element(name: str, kind: str, place: Place, known: Iterable[str]) -> Diagnostic:
    """Return E1251; an element of several types is written with the type in its name."""
    elements = list(known)
    typed = [each for each in elements if is_choice_of(each, name)]
    remedy = did_you_mean(name, elements)
    if typed:
        more = ", ..." if len(typed) > 5 else ""
        remedy = f"its name has the type of its value: {', '.join(typed[:5])}{more}"
    return Diagnostic("E1251", place, f"{kind} has no element '{name}'", remedy)


def repetition(name: str, place: Place, *, is_repeated: bool) -> Diagnostic:
    """Return E1252 for a list where there is one value, or one value where there is a list."""
    if is_repeated:
        problem = f"'{name}' may be there several times, and is not written as a list"
        return Diagnostic("E1252", place, problem, f"write {name}: with '- ' before each")
    problem = f"'{name}' is there once, and is written as a list"
    return Diagnostic("E1252", place, problem, "write it without '- ' or brackets")


def no_children(kind: str, name: str, place: Place) -> Diagnostic:
    """Return E1252 for a value where there are elements."""
    problem = f"'{name}' is a {kind}, which has elements and no value of its own"
    return Diagnostic("E1252", place, problem, "write its elements beneath it")


def no_value(kind: str, name: str, place: Place) -> Diagnostic:
    """Return E1252 for elements where there is a value."""
    problem = f"'{name}' is a {kind}, which has a value and no elements"
    remedy = "write an expression or {text: ...}, {number: ...} or {boolean: ...}"
    return Diagnostic("E1252", place, problem, remedy)


def not_coded(kind: str, name: str, place: Place) -> Diagnostic:
    """Return E1252 for a concept where no code can be written."""
    problem = f"'{name}' is a {kind}, which holds no code of a concept"
    return Diagnostic("E1252", place, problem, "write its elements beneath it")


def undefined_code(kind: str, place: Place) -> Diagnostic:
    """Return E1252 for a concept in a type of resource without a shipped definition."""
    problem = f"there is no definition of '{kind}' that says how the element holds a concept"
    remedy = "write its code as elements: system: {text: ...}, code: {text: ...}"
    return Diagnostic("E1252", place, problem, remedy)


def other_value(name: str, fault: tuple[str, str], place: Place, value: object) -> Diagnostic:
    """Return E1253."""
    problem, remedy = fault
    return Diagnostic("E1253", place, f"'{name}': {shown(str(value))} {problem}", remedy)


def missing_element(choice: Sequence[str], kind: str, place: Place) -> Diagnostic:
    """Return E1254."""
    names = [each for each in choice if not each.startswith("_")]
    what = f"'{names[0]}'" if len(names) == 1 else f"one of {', '.join(names[:5])}"
    problem = f"{kind} requires {what}, and nothing fills it"
    return Diagnostic("E1254", place, problem, f"add {names[0]}: ...")


def other_target(name: str, targets: Sequence[str], place: Place) -> Diagnostic:
    """Return E1255."""
    problem = f"the element takes no reference to a resource of type '{name}'"
    return Diagnostic("E1255", place, problem, f"it takes {', '.join(targets)}")


def not_made(name: str, place: Place, version: str) -> Diagnostic:
    """Return E1256, a warning: what is referred to may be made elsewhere."""
    within = f" in {version}" if version else ""
    problem = f"the study makes no resource of type '{name}'{within}; the reference leads nowhere"
    remedy = f"write fhir/{name.lower()}.yaml, or leave the reference out"
    return Diagnostic("E1256", place, problem, remedy, Severity.WARNING)
