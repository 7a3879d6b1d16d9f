"""Operators about ISO 8601 dates: complete or not, valid or not, and their order."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from trialport.rules.core.comparison import Asked
from trialport.rules.core.frame import Frame
from trialport.rules.core.model import Leaf
from trialport.rules.core.values import as_text, constant, surely
from trialport.spec import sql

_YEAR, _MONTH = "-?[0-9]{4}|-", "1[0-2]|0[1-9]|-"
_DAY, _HOUR, _SIXTY = "3[01]|0[1-9]|[12][0-9]|-", "2[0-3]|[01][0-9]|-", "[0-5][0-9]|-"
_TIME = f"({_HOUR})(:({_SIXTY})(:({_SIXTY})?([.][0-9]+)?)?)?(Z|[+-](2[0-3]|[01][0-9]):[0-5][0-9])?"
_ONE = f"({_YEAR})(-{{1,2}}({_MONTH}))?(-{{1,2}}({_DAY}))?(T{_TIME})?"
DATE = f"({_ONE}(/{_ONE})?|-{{4,8}}T{_TIME})"
"""A date or a date with a time, parts unknown or left out, or an interval of two."""

_PLAIN = (
    "[0-9]{4}(-(1[0-2]|0[1-9])(-(3[01]|0[1-9]|[12][0-9])(T(2[0-3]|[01][0-9])(:[0-5][0-9]"
    "(:[0-5][0-9]([.][0-9]+)?)?)?(Z|[+-](2[0-3]|[01][0-9]):[0-5][0-9])?)?)?)?"
)
_KNOWN = (
    "^([0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}(?:T[0-9]{2}"
    "(?::[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)?)?)?)?)?)"
)
_COMPLETE = (
    "[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}(:?[0-9]{2}(:?[0-9]{2}([.,][0-9]+)?)?)?"
    "(Z|[+-][0-9]{2}(:?[0-9]{2}){0,2})?)?"
)


def complete(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether the date has year, month and day, and there is such a day; null has not."""
    return frame, is_complete(as_text(frame.column(leaf.name)))


def valid(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether the text is a date, complete or not; null is none."""
    return frame, is_valid(as_text(frame.column(leaf.name)))


def compared(how: str) -> Callable[[Frame, Leaf], Asked]:
    """Return the operator that compares two dates as far as both are known.

    Dates known to different parts are never equal; null and what is no date compare with nothing.
    """

    def ask(frame: Frame, leaf: Leaf) -> Asked:
        one = as_text(frame.column(leaf.name))
        is_name = isinstance(leaf.value, str) and frame.has(leaf.value)
        other = as_text(frame.column(leaf.value) if is_name else constant(leaf.value))
        holds = _holds(known(one), known(other), how)
        return frame, surely(exp.and_(is_valid(one), is_valid(other), holds))

    return ask


def known(text: exp.Expr) -> exp.Expr:
    """Return the leading part of a date that is known, null where there is none."""
    found = sql.call("regexp_extract", text.copy(), sql.text(_KNOWN), exp.Literal.number(1))
    return exp.Nullif(this=found, expression=sql.text(""))


def is_complete(text: exp.Expr) -> exp.Expr:
    """Return whether a text is a date with year, month and day."""
    fits = sql.call("regexp_full_match", text.copy(), sql.text(_COMPLETE))
    return surely(exp.and_(fits, sql.not_null(day(text))))


def is_valid(text: exp.Expr) -> exp.Expr:
    """Return whether a text is a date, complete or not, and no day that is not in the calendar."""
    whole = sql.call("regexp_full_match", text.copy(), sql.text(_PLAIN))
    open_ = sql.call("regexp_matches", text.copy(), sql.text("/|--|-:"))
    fits = exp.or_(
        whole, exp.and_(open_, sql.call("regexp_full_match", text.copy(), sql.text(DATE)))
    )
    has_day = sql.call("regexp_matches", text.copy(), sql.text("^[0-9]{4}-[0-9]{2}-[0-9]{2}"))
    in_calendar = exp.or_(exp.not_(has_day), sql.not_null(day(text)))
    return surely(exp.and_(fits, in_calendar))


def day(text: exp.Expr) -> exp.Expr:
    """Return the day that a text begins with, null where there is none in the calendar."""
    first = sql.call("left", text.copy(), exp.Literal.number(10))
    return exp.TryCast(this=first, to=exp.DataType.build("DATE"))


def _holds(one: exp.Expr, other: exp.Expr, how: str) -> exp.Expr:
    if how in {"=", "<>"}:
        equal = exp.EQ(this=one, expression=other)
        return equal if how == "=" else exp.not_(equal)
    shorter = sql.call("least", exp.Length(this=one.copy()), exp.Length(this=other.copy()))
    cut = [sql.call("left", each.copy(), shorter.copy()) for each in (one, other)]
    kinds = {"<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}
    return kinds[how](this=cut[0], expression=cut[1])
