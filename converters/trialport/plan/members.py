"""Content repeated for each record of a set: its leaves hold a list of values, one a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from trialport.diagnostics import did_you_mean
from trialport.plan.collect import Collector
from trialport.plan.lookups import LIST
from trialport.spec import sql
from trialport.spec.expressions import Aggregate, Compiled
from trialport.spec.nodes import Each, Lookup, PartialDates, Repeated, Variable

MEMBER = "leaf.each."
"""Prefix of the leaves that stand inside repeated content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Variable):
    """A leaf inside repeated content: its set as written, and the lookup made for this content."""

    set: str
    lookup: str


def set_of(node: Each, lookups: Mapping[str, Lookup], collector: Collector) -> Lookup | None:
    """Return the lookup whose records an element is repeated for; None with its fault (E1218).

    A record without a complete date is not left out: it stands where its earliest day puts it, or
    its latest where the lookup says so.
    """
    name = node.each.text
    lookup = lookups.get(name)
    if lookup is None:
        problem = f"'{name}' is no lookup; content is repeated for the records of one"
        collector.fault("E1218", node.each.place, problem, did_you_mean(name, lookups))
        return None
    if lookup.pick is not None:
        problem = f"lookup '{name}' picks one record; content is repeated for a set"
        collector.fault("E1218", node.each.place, problem, "leave 'pick' out of the lookup")
        return None
    if isinstance(node.content, Each | Repeated):
        problem = f"for each record of '{name}' there is one element, not a list"
        collector.fault("E1218", node.content.place, problem, "write one element or value")
        return None
    dates = lookup.partial_dates
    if dates is PartialDates.EXCLUDE:
        dates = PartialDates.EARLIEST
    return replace(lookup, order=node.order, partial_dates=dates)


def listed(made: Compiled, leaf: str, lookup: str) -> Compiled:
    """Return the list that holds a value for each record of a lookup's set, in its order."""
    column = f"{lookup}.{leaf}"
    aggregate = Aggregate(lookup, LIST, made.sql, column, made.uses, made.faults)
    return Compiled(sql.column(column), made.type, made.uses, (), (aggregate,))
