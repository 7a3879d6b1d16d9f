"""Checks: what a specification expects of the records of a dataset, as findings where it fails."""

from __future__ import annotations

from sqlglot import exp

from trialport.diagnostics import Severity
from trialport.functions.model import Type
from trialport.plan.chain import Chain, FaultColumns
from trialport.plan.collect import Collector
from trialport.plan.scopes import RecordScope
from trialport.spec import sql
from trialport.spec.expressions import Compiled, Fault
from trialport.spec.nodes import Check, Dataset, Expression
from trialport.spec.parse import ExpressionError


def add_checks(
    node: Dataset, scope: RecordScope, chain: Chain, faults: FaultColumns, collector: Collector
) -> None:
    """Add a fault column (E3270) for each check of a dataset whose records are all there."""
    columns = [
        column for each in node.checks for column in _columns(each, scope, faults, collector)
    ]
    if columns:
        chain.extend(columns)


def _columns(
    node: Check, scope: RecordScope, faults: FaultColumns, collector: Collector
) -> list[exp.Expr]:
    """Return the text of the value where the check fails, null where it holds or is undecided.

    Behind it come the faults of the check's own expressions.
    """
    expected = collector.condition(node.expect, scope)
    asked = collector.condition(node.where, scope) if node.where is not None else None
    shown = _shown(node, scope, collector)
    if expected is None or shown is None or (node.where is not None and asked is None):
        return []
    parts = [each for each in (asked, expected, shown) if each is not None]
    failed: exp.Expr = exp.Not(this=sql.paren(expected.sql))
    if asked is not None:
        failed = exp.And(this=sql.paren(asked.sql), expression=failed)
    value = sql.when(failed, sql.call("coalesce", _text(shown), sql.text("")))
    fault = Fault("E3270", value, node.message, node.remedy, frozenset())
    name = node.variable.text
    return [
        faults.add(fault, name, node.place, Severity(node.severity)),
        *(faults.add(each, name, node.place) for part in parts for each in part.faults),
    ]


def _shown(node: Check, scope: RecordScope, collector: Collector) -> Compiled | None:
    """Return the value that the message shows; a fault where the variable is unknown."""
    try:
        scope.resolve("", node.variable.text)
    except ExpressionError as error:
        collector.add(error, node.variable.place)
        return None
    value = node.value or Expression(f'"{node.variable.text}"', node.variable.place)
    return collector.compile(value, scope)


def _text(made: Compiled) -> exp.Expr:
    if made.type is Type.NUMBER:
        return sql.call("tp_number_text", made.sql)
    return sql.cast(made.sql, exp.DataType.Type.VARCHAR)
