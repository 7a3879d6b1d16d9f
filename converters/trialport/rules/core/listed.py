"""Operators about lists known beforehand: the variables of a dataset, those of the guide."""

from __future__ import annotations

from sqlglot import exp

from trialport.rules.core.comparison import Asked
from trialport.rules.core.frame import Frame
from trialport.rules.core.model import Leaf
from trialport.rules.core.values import Listed, NotAskableError


def contains_all(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether every value of some lists is among the values of a column of metadata."""
    there = set(_listed(frame, f"${leaf.name}s"))
    wanted = leaf.value if isinstance(leaf.value, list) else [leaf.value]
    asked = {each for name in wanted for each in _listed(frame, str(name))}
    return frame, exp.Boolean(this=asked <= there)


def shares_none(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether two lists have no value in common."""
    one, other = _listed(frame, leaf.name), _listed(frame, str(leaf.value))
    return frame, exp.Boolean(this=not set(one) & set(other))


def ordered_subset(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether all values of a list are in another, in the same order."""
    one, other = _listed(frame, leaf.name), _listed(frame, str(leaf.value))
    place = {name: i for i, name in enumerate(other)}
    places = [place.get(each) for each in one]
    known = [each for each in places if each is not None]
    holds = len(known) == len(places) and known == sorted(known)
    return frame, exp.Boolean(this=holds)


def _listed(frame: Frame, name: str) -> tuple[str | float, ...]:
    value = frame.value(name)
    if not isinstance(value, Listed):
        raise NotAskableError(f"'{name}' is no list known beforehand")
    return value.values
