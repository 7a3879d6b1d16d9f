"""Values of many resources of one kind held against the schemas of their elements, by column.

Resources of one kind have the same elements, the same codes and the same types of references, so
that one of them tells whether the structure of all is right. What else a schema can object to are
the values that differ, and those have an element each: a value is held against the schema of its
element, and each distinct value of a batch once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from trialport.fhir.schema import Definitions
from trialport.fhir.template import Slot

_NUMBERS = frozenset({int, float, Decimal, type(None)})

Check = Callable[[Sequence[Any]], bool]


def column_check(slot: Slot, definitions: Definitions) -> Check | None:
    """Return what says whether all values of a slot are right; None where the kind tells it.

    Args:
        slot: what is filled, not with items.
        definitions: the types of the version that is written.
    """
    if slot.coded is not None or slot.key in {"code", "system", "status"}:
        return None
    if slot.key == "reference":
        return _one_type
    if slot.type == "decimal":
        return _numbers
    is_valid = definitions.leaf_validator(slot.parent, slot.key).is_valid

    def check(values: Sequence[Any]) -> bool:
        return all(is_valid(each) for each in set(values) if each is not None)

    return check


def _one_type(values: Sequence[Any]) -> bool:
    """Return whether references name resources of one type, which the kind then tells."""
    return len({each.partition("/")[0] for each in values if each is not None}) < 2


def _numbers(values: Sequence[Any]) -> bool:
    """Return whether values are numbers; true and false are none."""
    return _NUMBERS.issuperset(map(type, values))
