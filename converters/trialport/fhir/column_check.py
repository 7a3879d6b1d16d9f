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

import numpy as np

from trialport.fhir.schema import Definitions
from trialport.fhir.slot_values import Mask
from trialport.fhir.template import Slot

_NUMBERS = frozenset({int, float, Decimal})

Check = Callable[[Sequence[Any]], Mask]
"""Returns which of distinct values, of which none is None, are right."""


def column_check(slot: Slot, definitions: Definitions) -> Check | None:
    """Return what says which values of a slot are right; None where the kind tells it.

    Args:
        slot: what is filled, not with items.
        definitions: the types of the version that is written.
    """
    if slot.coded is not None or slot.key in {"code", "system", "status"}:
        return None
    if slot.key == "reference":
        return _one_type()
    if slot.type == "decimal":
        return _numbers
    validator = definitions.leaf_validator(slot.parent, slot.key)

    def check(values: Sequence[Any]) -> Mask:
        # Seldom is any value wrong, and all are asked about at once in a fraction of the time.
        if validator.is_valid(values):
            return np.ones(len(values), dtype=bool)
        return np.array([validator.is_valid([each]) for each in values], dtype=bool)

    return check


def _one_type() -> Check:
    """Return what says whether references name resources of one type, which the kind then tells.

    The type is that of the first batch with one alone: a later one of another type is doubtful.
    """
    known: set[str] = set()

    def check(values: Sequence[Any]) -> Mask:
        found = {each.partition("/")[0] for each in values}
        if len(found) == 1 and not known:
            known.update(found)
        return np.full(len(values), found <= known)

    return check


def _numbers(values: Sequence[Any]) -> Mask:
    """Return which values are numbers; true and false are none."""
    return np.array([type(each) in _NUMBERS for each in values], dtype=bool)
