"""Runs of days: which records stand on the first day of a run on which a condition holds.

A day is what the records of a group say of it: the condition holds on a day where one record of
that day meets it and none fails it. Records for which the condition is null say nothing; records
without a date, or with a partial one, take no part.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from trialport.functions.model import Type
from trialport.spec import sql
from trialport.spec.expressions import Compiled
from trialport.spec.nodes import RunStep, Window
from trialport.spec.parse import ExpressionError

LONGEST = 3660
"""The longest run that may be asked for, in days."""


def begins_run(name: str) -> exp.Column:
    """Return the column that is true on the records from which a run of variable `name` counts."""
    return sql.column(f"~{name}.begins")


def check_run(node: Window, date: Compiled | None) -> None:
    """Raise E1270 where a window with `run` lacks what a run is made of."""
    assert node.run is not None
    if node.where is None:
        raise ExpressionError(
            "E1270", "a run needs 'where': what holds on each of its days", "add where: ..."
        )
    if not 2 <= node.run <= LONGEST:
        problem = f"run: {node.run} is no run of days"
        raise ExpressionError("E1270", problem, f"give a whole number from 2 to {LONGEST}")
    if date is None:
        raise ExpressionError(
            "E1270", "a run needs 'order', which begins with the date", "add order: [ADT, ...]"
        )
    if date.type is not Type.DATE or node.order[0].text.casefold().endswith(" desc"):
        problem = f"'{node.order[0].text}' is {date.type}, a run goes along dates"
        if date.type is Type.DATE:
            problem = f"'{node.order[0].text}' goes backwards, a run goes along dates"
        raise ExpressionError("E1270", problem, "begin order with a date such as ADT")


def run_columns(
    name: str, node: Window, condition: exp.Expr, group: Sequence[exp.Expr], date: exp.Expr
) -> tuple[exp.Alias, ...]:
    """Return the columns that lead to `begins_run(name)`; each may use those before it.

    Args:
        name: the variable.
        node: its window, checked by `check_run`.
        condition: what holds on each day of the run.
        group: what makes a group.
        date: the date of a record.
    """
    assert node.run is not None
    dated = sql.not_null(date)
    on_day = _over(sql.call("bool_and", condition), [*group, date])
    holds = sql.column(f"~{name}.holds")
    known = sql.not_null(holds)
    place = sql.column(f"~{name}.place")
    day: exp.Expr = exp.Sub(this=date, expression=sql.call("make_date", *_epoch()))
    if node.step is RunStep.SAMPLED_DAY:
        day = _over(sql.call("dense_rank"), [*group, known], date)
    stretch = sql.column(f"~{name}.stretch")
    inside = [*group, holds, stretch]
    last, first = (_over(sql.call(each, place), inside) for each in ("max", "min"))
    days = exp.Add(this=exp.Sub(this=last, expression=first), expression=exp.Literal.number(1))
    long_enough = exp.GTE(this=exp.Paren(this=days), expression=exp.Literal.number(node.run))
    on_first_day = exp.EQ(this=date, expression=_over(sql.call("min", date), inside))
    meets = sql.call("coalesce", condition, exp.false())
    begins = sql.every([sql.call("coalesce", holds, exp.false()), meets, long_enough, on_first_day])
    assert begins is not None
    steps = {
        "holds": sql.when(dated, on_day),
        "place": _over(sql.call("dense_rank"), [*group, holds], date),
        "stretch": exp.Sub(this=exp.Paren(this=day), expression=place),
        "begins": begins,
    }
    return tuple(sql.alias(tree, f"~{name}.{step}") for step, tree in steps.items())


def _epoch() -> list[exp.Expr]:
    return [exp.Literal.number(each) for each in (1970, 1, 1)]


def _over(
    function: exp.Expr, group: Sequence[exp.Expr], order: exp.Expr | None = None
) -> exp.Window:
    along = None
    if order is not None:
        along = exp.Order(expressions=[exp.Ordered(this=order, nulls_first=False)])
    return exp.Window(this=function, partition_by=list(group), order=along, over="OVER")
