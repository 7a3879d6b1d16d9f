"""The order of ISO 8601 dates that may be partial: each is an interval, one end of which counts."""

from __future__ import annotations

from sqlglot import exp

from trialport.spec import sql
from trialport.spec.nodes import PartialDates

_TWO = exp.Literal.number(2)


def is_complete(dtc: exp.Expr) -> exp.Expr:
    """Return the condition that a date is there and complete."""
    return sql.call("coalesce", sql.call("tp_is_complete", dtc), exp.false())


def interval_terms(dtc: exp.Expr, rule: PartialDates) -> list[exp.Expr]:
    """Return what orders dates by their first or last possible day, and those of a day by time.

    An unknown time comes before all others with `earliest`, behind them with `latest`.
    """
    unknown = "" if rule is PartialDates.EARLIEST else "~"
    time = sql.call("nullif", sql.call("split_part", dtc, sql.text("T"), _TWO), sql.text(""))
    clock = sql.when(sql.not_null(dtc), sql.call("coalesce", time, sql.text(unknown)))
    return [sql.call(f"tp_{rule}_day", dtc), clock]
