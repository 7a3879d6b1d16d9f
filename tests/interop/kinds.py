"""Of many resources those that differ in more than numbers, days and names of subjects."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from typing import Any

import orjson
from trialport.fhir.survey import survey

_TOLD_BY_VALUE = {"system", "code", "url", "status", "use", "unit", "comparator", "gender", "type"}
_MOMENT = re.compile(r"\d{4}(-\d\d(-\d\d(T.*)?)?)?")
_DIGITS = re.compile(r"\d")


def of_each_kind(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield each line whose resource has a shape, a code or a precision not yet seen."""
    seen: set[Hashable] = set()
    for line in lines:
        resource = orjson.loads(line)
        found = {survey(resource).shape, *_features(resource, "")}
        if not found <= seen:
            seen |= found
            yield line


def _features(node: Any, path: str) -> Iterator[Hashable]:  # noqa: ANN401 - any JSON
    if isinstance(node, dict):
        if "start" in node and "end" in node:
            start, end = str(node["start"]), str(node["end"])
            yield path, "period", len(start), len(end), start[: len(end)] <= end[: len(start)]
        for name, value in node.items():
            yield from _features(value, f"{path}.{name}")
    elif isinstance(node, list):
        for each in node:
            yield from _features(each, path)
    elif isinstance(node, str):
        if path.rpartition(".")[2] in _TOLD_BY_VALUE:
            yield path, node
        elif _MOMENT.fullmatch(node):
            yield path, _DIGITS.sub("9", node)
