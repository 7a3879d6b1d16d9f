"""What every reader of YAML nodes shares: the file, the faults, what a value is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from trialport.diagnostics import Diagnostic, Place
from trialport.spec import load_faults as faults
from trialport.spec.yaml_text import place

# What a reader returns in place of a value after it has noted a fault.
FAULT: Any = object()


@dataclass(slots=True)
class Reading:
    """The faults found so far, and the places of the nodes."""

    found: list[Diagnostic] = field(default_factory=list[Diagnostic])
    _places: dict[tuple[str, int], Place] = field(default_factory=dict[tuple[str, int], Place])

    def place(self, node: yaml.Node) -> Place:
        """Return where a node begins."""
        begin = (node.start_mark.name, node.start_mark.line)
        if begin not in self._places:
            self._places[begin] = place(node)
        return self._places[begin]

    def fault(self, diagnostic: Diagnostic) -> Any:  # noqa: ANN401 - stands for any value
        """Note a fault and return what stands for the value."""
        self.found.append(diagnostic)
        return FAULT


class Spot(NamedTuple):
    """What a value is called in messages, and the place that a specification node at it gets."""

    what: str
    place: Place


Reader = Callable[[yaml.Node, Spot, Reading], Any]


def wrong_shape(node: yaml.Node, spot: Spot, reading: Reading, expected: str) -> Any:  # noqa: ANN401
    """Note that a node has another shape than expected."""
    found = "text"
    if isinstance(node, yaml.CollectionNode):
        found = "a mapping" if isinstance(node, yaml.MappingNode) else "a list"
    return reading.fault(faults.wrong_shape(reading.place(node), spot.what, found, expected))
