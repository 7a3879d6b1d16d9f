"""The record nearest in time, or in a number, to the record that looks."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from trialport.functions.model import Type
from trialport.plan.catalogue import Relation
from trialport.plan.collect import Collector, split_order
from trialport.plan.scopes import in_table
from trialport.spec import sql
from trialport.spec.expressions import Reference, Scope
from trialport.spec.nodes import Lookup, PartialDates, Pick
from trialport.spec.parse import ExpressionError

_DATES = {Type.DATE, Type.DTC}


@dataclass(frozen=True, slots=True)
class Nearness:
    """What comes before the order of a lookup, who can be chosen, what the looking record gives.

    All are empty for a lookup that does not pick the nearest.
    """

    terms: tuple[exp.Ordered, ...] = ()
    conditions: tuple[exp.Expr, ...] = ()
    uses: frozenset[Reference] = field(default_factory=frozenset[Reference])


def nearness(
    node: Lookup, relation: Relation, scope: Scope, collector: Collector
) -> Nearness | None:
    """Return the distance of a record as SQL, or None with its fault collected.

    The looked-up record is `r`, the looking one `p`. Days are whole; a partial date of the record
    counts as the lookup says, and one of the looking record is near to nothing.
    """
    if node.pick is not Pick.NEAREST:
        if node.to is not None:
            problem = "'to' is of a lookup that picks the nearest record"
            collector.fault("E1210", node.to.place, problem, "write pick: nearest")
            return None
        return Nearness()
    if node.to is None:
        problem = "pick: nearest needs the value to which it is nearest"
        collector.fault("E1210", node.place, problem, "add to: ...")
        return None
    made = collector.compile(node.to, scope)
    if made is None or not node.order:
        return None  # the order is asked for where it is read
    if made.faults or made.aggregates:
        problem = f"'{node.to.text}' may fail, or is made of a set"
        collector.fault("E1212", node.to.place, problem, "put it into a variable, and name it here")
        return None
    name = split_order(node.order[0])[0]
    try:
        kind = relation.type_of(name)
    except ExpressionError:
        return None  # told with the order
    numbers = kind is Type.NUMBER and made.type is Type.NUMBER
    if not numbers and not {kind, made.type} <= _DATES:
        problem = f"'{name}' is {kind} and '{node.to.text}' is {made.type}: they have no distance"
        collector.fault("E1401", node.to.place, problem, "both are dates, or both numbers")
        return None
    theirs = _comparable(sql.column(name, "r"), kind, node.partial_dates)
    mine = _comparable(in_table(made.sql, "p"), made.type, PartialDates.EXCLUDE)
    apart = sql.call("abs", exp.Sub(this=theirs, expression=mine))
    term = exp.Ordered(this=apart, desc=False, nulls_first=False)
    return Nearness((term,), (sql.not_null(theirs), sql.not_null(mine)), made.uses)


def _comparable(value: exp.Expr, kind: Type, rule: PartialDates) -> exp.Expr:
    if kind is not Type.DTC:
        return sql.paren(value)
    if rule is PartialDates.EXCLUDE:
        return sql.call("tp_complete_date", value)
    return sql.call(f"tp_{rule}_day", value)
