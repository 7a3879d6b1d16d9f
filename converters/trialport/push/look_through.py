"""The look through all resources before the first is sent: nothing is, where one may not be."""

from __future__ import annotations

from collections import Counter

import orjson

from trialport.diagnostics import Diagnostic, Place
from trialport.push.output import Output
from trialport.push.privacy import IDENTIFIER, revealing
from trialport.push.privacy_profile import PrivacyProfile


def look_through(
    output: Output, profile: PrivacyProfile
) -> tuple[dict[str, int], list[Diagnostic]]:
    """Return how many resources of each type there are, and what may not be sent of them.

    One finding stands for all resources with the same element; it names the first. Values are
    never shown.

    Codes: E4402.
    """
    counts: Counter[str] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], str] = {}
    for entry in output.entries():
        counts[entry.type] += 1
        seen: set[tuple[str, str]] = set()
        for path, kind, system in revealing(orjson.loads(entry.json)):
            if kind == IDENTIFIER and profile.knows(system):
                continue
            if not profile.allows(path):
                seen.add((path, kind))
        for each in seen:
            first.setdefault(each, entry.address)
            found[each] += 1
    faults = [_fault(path, kind, first[path, kind], found[path, kind]) for path, kind in found]
    return dict(counts), faults


def _fault(path: str, kind: str, first: str, count: int) -> Diagnostic:
    element = path.partition(".")[2] or path
    others = f", and {count - 1} more resources have it" if count > 1 else ""
    remedy = "leave it out of the mapping, or allow it in a privacy profile (--privacy)"
    place = Place(record=first, column=element)
    return Diagnostic("E4402", place, f"it holds {kind}{others}; nothing is sent", remedy)
