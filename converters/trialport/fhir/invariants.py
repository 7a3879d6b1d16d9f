"""Invariants of the standard that compare two values; those that a schema can state are in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trialport.fhir.survey import Survey


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant that a resource does not hold to."""

    code: str
    element: str
    problem: str


def breaches(resource: Mapping[str, Any], found: Survey) -> Iterator[Breach]:
    """Yield what a resource of the right structure breaks: per-1, rng-2 and obs-7.

    Codes: E4224 a period that ends before it starts, E4228 the others.

    Source: FHIR R4 and R5, the invariants of Period, Range and Observation.
    """
    for name, period in found.periods:
        if _is_after(period["start"], period["end"]):
            yield Breach("E4224", name, "the period ends before it starts (per-1)")
    for name, bounds in found.ranges:
        if _is_reversed(bounds):
            yield Breach("E4228", name, "the high end is below the low end (rng-2)")
    if resource.get("resourceType") == "Observation" and _repeats_its_code(resource):
        problem = "a component has the code of the observation itself, which has a value (obs-7)"
        yield Breach("E4228", "component", problem)


def _is_after(start: object, end: object) -> bool:
    """Return whether a date-time is later than another at the precision that both have."""
    if not isinstance(start, str) or not isinstance(end, str):
        return False
    if "T" in start and "T" in end:
        try:
            return dt.datetime.fromisoformat(start) > dt.datetime.fromisoformat(end)
        except (ValueError, TypeError):
            return False
    days = start.partition("T")[0], end.partition("T")[0]
    common = min(map(len, days))
    return days[0][:common] > days[1][:common]


def _is_reversed(bounds: Mapping[str, Any]) -> bool:
    low, high = bounds["low"], bounds["high"]
    if not isinstance(low, dict) or not isinstance(high, dict):
        return False
    if low.get("code", low.get("unit")) != high.get("code", high.get("unit")):
        return False
    least, most = low.get("value"), high.get("value")
    return isinstance(least, int | float) and isinstance(most, int | float) and least > most


def _repeats_its_code(observation: Mapping[str, Any]) -> bool:
    components = observation.get("component")
    if not isinstance(components, list) or not any(key.startswith("value") for key in observation):
        return False
    own = _codings(observation)
    return any(isinstance(each, dict) and own & _codings(each) for each in components)


def _codings(node: Mapping[str, Any]) -> set[tuple[object, object]]:
    concept = node.get("code")
    codings = concept.get("coding") if isinstance(concept, dict) else None
    listed = codings if isinstance(codings, list) else []
    return {
        (each.get("system"), each["code"])
        for each in listed
        if isinstance(each, dict) and isinstance(each.get("code"), str)
    }
