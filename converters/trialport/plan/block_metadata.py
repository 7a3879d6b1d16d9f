"""Metadata that one block of a variable states alone: a dataset has one label, one length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialport.plan.collect import Collector
from trialport.spec.nodes import Text, Variable

_ONE_FOR_ALL = ("label", "type", "length", "format", "role", "core")


def check_block_metadata(
    definitions: Sequence[Mapping[str, Variable]],
    taken: Mapping[str, Variable],
    collector: Collector,
) -> None:
    """Report E1235 for what a block says of a variable and the one that is taken does not.

    Args:
        definitions: the variables of each block.
        taken: of each variable the definition whose metadata the dataset gets.
        collector: receives the faults.
    """
    for defined in definitions:
        for name, node in defined.items():
            for key in _ONE_FOR_ALL:
                said, kept = _plain(getattr(node, key)), _plain(getattr(taken[name], key))
                if said and said != kept:
                    problem = f"the {key} of {name} is stated for one block, and others differ"
                    remedy = f"state {key} once, under variables"
                    collector.fault("E1235", node.place, problem, remedy)


def _plain(value: object) -> str:
    return value.text if isinstance(value, Text) else str(value or "")
