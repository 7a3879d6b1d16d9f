"""Invariants of the standard that compare two values; those that a schema can state are in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any


def ends_before_start(start: object, end: object) -> bool:
    """Return whether a period ends before it starts, at the precision that both have (per-1).

    Source: FHIR R4 and R5, Data Types, Period.

    >>> ends_before_start("2021-05-09", "2021-04"), ends_before_start("2021-05-09", "2021-05")
    (True, False)
    """
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


def component_repeats_code(observation: Mapping[str, Any]) -> bool:
    """Return whether a component has the code of an observation that has a value (obs-7).

    Source: FHIR R4 and R5, Observation.
    """
    components = observation.get("component")
    if not isinstance(components, list) or not any(key.startswith("value") for key in observation):
        return False
    own = _codings(observation)
    return any(isinstance(each, dict) and own & _codings(each) for each in components)


def _codings(node: Mapping[str, Any]) -> set[tuple[str, str]]:
    concept = node.get("code")
    codings = concept.get("coding") if isinstance(concept, dict) else None
    listed = codings if isinstance(codings, list) else []
    return {
        (str(each.get("system")), each["code"])
        for each in listed
        if isinstance(each, dict) and isinstance(each.get("code"), str)
    }
