"""Findings of a run: each of them while they are few, counted where one fault repeats itself."""

from __future__ import annotations

from collections import Counter

from trialport.diagnostics import Diagnostic, Place, Severity

MOST_FINDINGS = 1000
"""How many findings of one kind are listed one by one; the rest is counted."""


class Findings:
    """Collects diagnostics; of one code, resource type and element only the first 1000."""

    def __init__(self) -> None:
        self._listed: list[Diagnostic] = []
        self._counts: Counter[tuple[str, str, str, Severity]] = Counter()

    def add(
        self,
        code: str,
        resource: str,
        element: str,
        problem: str,
        remedy: str = "",
        *,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Add a finding about an element of a resource, `Type/id`."""
        kind = (code, resource.partition("/")[0], _without_positions(element), severity)
        self._counts[kind] += 1
        if self._counts[kind] <= MOST_FINDINGS:
            place = Place(record=resource, column=element)
            self._listed.append(Diagnostic(code, place, problem, remedy, severity))

    def all(self) -> list[Diagnostic]:
        """Return the findings in the order they were made, then how many are not listed."""
        return [*self._listed, *self._rest()]

    def _rest(self) -> list[Diagnostic]:
        found: list[Diagnostic] = []
        for (code, resource_type, element, severity), count in self._counts.items():
            if count > MOST_FINDINGS:
                problem = f"{count - MOST_FINDINGS} further resources have the same fault"
                place = Place(record=resource_type, column=element)
                found.append(Diagnostic(code, place, problem, "", severity))
        return found


def _without_positions(element: str) -> str:
    return "".join(part.partition("]")[2] or part for part in element.split("[") if part)
