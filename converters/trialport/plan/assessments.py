"""Endpoints that are seen at assessments: the last one before an event, and before censoring.

Source: FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics (2018),
appendix C: progression after two or more missed visits, or after another therapy, is censored at
the last adequate assessment; who has none, at the start.
"""

from __future__ import annotations

from sqlglot import exp

from trialport.plan.chain import Chain
from trialport.spec import sql
from trialport.spec.nodes import Assessed
from trialport.spec.sql import table

LAST_SEEN = "last seen"
"""The last assessment, whose columns stand beside those of events: no event has a blank."""

_ONE = exp.Literal.number(1)


def add_assessments(
    code: str, seen: Assessed, dated: exp.Select, assessments: exp.Select, chain: Chain
) -> str:
    """Add the last assessment to what decides an endpoint, and return the name of the table.

    `kind` becomes 5 where the event comes too long after the assessment before it. `d`, `f`, `s`
    and `k` of `LAST_SEEN` are of the last assessment up to the day of censoring, or before the
    event that does not count.

    Args:
        code: the endpoint, for the names of tables.
        seen: what is written of the assessments.
        dated: the dates of each subject, and in `kind` which of them decides.
        assessments: all assessments: `__rid`, `d`, `f`, `s`, `k`.
        chain: receives the tables.
    """
    before = chain.add(dated, f"of_dates_{code}")
    every = chain.add(assessments, f"of_assessments_{code}")
    limited = chain.add(_limited(seen, before, every), f"of_limits_{code}")
    return chain.add(_with_last(limited, every), f"of_endpoint_{code}")


def _limited(seen: Assessed, before: str, every: str) -> exp.Select:
    """Return the dates with `kind` after gaps, and `L`, the last day that an assessment counts."""
    earlier = exp.And(
        this=_same("x", "q"),
        expression=exp.LT(this=sql.column("d", "x"), expression=sql.column("E", "q")),
    )
    last = exp.select(sql.column("__rid", "q"), sql.alias(exp.Max(this=sql.column("d", "x")), "d"))
    last = last.from_(table(before, "q"), copy=False)
    last.join(sql.inner_join(table(every, "x"), earlier), copy=False)
    last = last.group_by(sql.column("__rid", "q"), copy=False)
    kind: exp.Expr = sql.column("kind", "q")
    if seen.gap is not None:
        known = sql.call("coalesce", sql.column("d", "b"), sql.column("tte.startdt", "q"))
        days = exp.Sub(this=sql.column("E", "q"), expression=known)
        late = exp.And(
            this=exp.EQ(this=kind, expression=_ONE.copy()),
            expression=exp.GT(this=exp.Paren(this=days), expression=exp.Literal.number(seen.gap)),
        )
        kind = sql.when(late, exp.Literal.number(5), kind)
    days = {2: sql.column("K", "q"), 3: sql.column("W", "q"), 4: sql.column("tte.c_date", "q")}
    ifs = [
        exp.If(this=exp.EQ(this=kind, expression=exp.Literal.number(number)), true=day)
        for number, day in days.items()
    ]
    limit = exp.Case(ifs=ifs, default=exp.Sub(this=sql.column("E", "q"), expression=_ONE.copy()))
    star = exp.Star(**{"except_": [sql.column("kind")]})
    select = exp.select(
        exp.Column(this=star, table=sql.name("q")), sql.alias(kind, "kind"), sql.alias(limit, "L")
    )
    select = select.from_(table(before, "q"), copy=False)
    return select.join(sql.left_join(sql.subquery(last, "b"), _same("b", "q")), copy=False)


def _with_last(limited: str, every: str) -> exp.Select:
    within = exp.And(
        this=_same("x", "q"),
        expression=exp.LTE(this=sql.column("d", "x"), expression=sql.column("L", "q")),
    )
    order = [exp.Ordered(this=sql.column(each, "x"), desc=True, nulls_first=False) for each in "dk"]
    number = exp.Window(
        this=exp.RowNumber(),
        partition_by=[sql.column("__rid", "q")],
        order=exp.Order(expressions=order),
    )
    last = exp.select(sql.column("__rid", "q"), *(sql.column(each, "x") for each in "dfsk"))
    last = last.from_(table(limited, "q"), copy=False)
    last.join(sql.inner_join(table(every, "x"), within), copy=False)
    last = last.qualify(exp.EQ(this=number, expression=_ONE.copy()), copy=False)
    select = exp.select(
        exp.Column(this=exp.Star(), table=sql.name("q")),
        *(sql.alias(sql.column(each, "a"), f"{LAST_SEEN}.{each}") for each in "dfsk"),
    ).from_(table(limited, "q"), copy=False)
    return select.join(sql.left_join(sql.subquery(last, "a"), _same("a", "q")), copy=False)


def _same(one: str, other: str) -> exp.EQ:
    return exp.EQ(this=sql.column("__rid", one), expression=sql.column("__rid", other))
