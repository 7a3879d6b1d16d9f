"""Operators about text: patterns, beginnings and ends, parts, lengths."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from trialport.rules.core.comparison import Asked, is_in
from trialport.rules.core.frame import Frame
from trialport.rules.core.model import Leaf
from trialport.rules.core.study import Kind
from trialport.rules.core.values import Column, Listed, as_text, surely
from trialport.spec import sql

_DURATION = (
    r"P(([0-9]+([.,][0-9]*)?Y)?,?([0-9]+([.,][0-9]*)?M)?,?([0-9]+([.,][0-9]*)?D)?,?"
    r"(T([0-9]+([.,][0-9]*)?H)?,?([0-9]+([.,][0-9]*)?M)?,?([0-9]+([.,][0-9]*)?S)?)?"
    r"|[0-9]+([.,][0-9]*)?W)"
)
_INNER_FRACTION = r"[.,][0-9]*[YMDHW].*[0-9]"


def matches(*, part: str = "", negated: bool = False) -> Callable[[Frame, Leaf], Asked]:
    """Return the operator that asks whether a text, or its `prefix` or `suffix`, fits a pattern.

    A whole text must fit from its start, a part anywhere; null neither fits nor fails to fit.
    """

    def ask(frame: Frame, leaf: Leaf) -> Asked:
        text = as_text(frame.column(leaf.name))
        if part:
            pattern, text = str(leaf.value), _part(text, part, leaf.option(part))
        else:
            pattern = f"^(?:{leaf.value})"
        fits = sql.call("regexp_matches", text, sql.text(pattern))
        wanted = exp.Not(this=sql.paren(fits)) if negated else fits
        return frame, surely(wanted)

    return ask


def begins(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether the text begins with another."""
    return frame, surely(
        sql.call("starts_with", as_text(frame.column(leaf.name)), _text(leaf.value))
    )


def ends(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether the text ends with another."""
    return frame, surely(sql.call("ends_with", as_text(frame.column(leaf.name)), _text(leaf.value)))


def contains(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether the text has another inside."""
    value = frame.value(leaf.name)
    if isinstance(value, Listed):
        return frame, exp.Boolean(this=leaf.value in value.values)
    return frame, surely(sql.call("contains", as_text(frame.column(leaf.name)), _text(leaf.value)))


def longer(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether the text has more characters than a number, or than another text."""
    if isinstance(leaf.value, str) and frame.has(leaf.value):
        limit: exp.Expr = exp.Length(this=as_text(frame.column(leaf.value)))
    else:
        limit = exp.Literal.number(str(leaf.value))
    length = exp.Length(this=as_text(frame.column(leaf.name)))
    return frame, surely(exp.GT(this=length, expression=limit))


def part_equal(part: str) -> Callable[[Frame, Leaf], Asked]:
    """Return the operator that asks whether a beginning or an end is another text."""

    def ask(frame: Frame, leaf: Leaf) -> Asked:
        text = _part(as_text(frame.column(leaf.name)), part, leaf.option(part))
        if leaf.value == "DOMAIN":
            other: exp.Expr = sql.text(frame.prefix)
        elif isinstance(leaf.value, str) and frame.has(leaf.value):
            other = as_text(frame.column(leaf.value))
        else:
            other = _text(leaf.value)
        return frame, surely(exp.EQ(this=text, expression=other))

    return ask


def part_contained(part: str) -> Callable[[Frame, Leaf], Asked]:
    """Return the operator that asks whether a beginning or an end is one of a list."""

    def ask(frame: Frame, leaf: Leaf) -> Asked:
        text = _part(as_text(frame.column(leaf.name)), part, leaf.option(part))
        return frame, is_in(frame, Column(text, Kind.TEXT), leaf.value)

    return ask


def equals_part(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether the value is the part of another value that a pattern picks out."""
    other = as_text(frame.column(str(leaf.value)))
    pattern = sql.text(str(leaf.option("regex")))
    found = sql.call("regexp_extract", other, pattern, exp.Literal.number(1))
    picked = exp.Nullif(this=found, expression=sql.text(""))
    return frame, surely(exp.EQ(this=as_text(frame.column(leaf.name)), expression=picked))


def is_duration(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether the text is an ISO 8601 duration; only its last part may have a fraction.

    Source: ISO 8601:2004, 4.4.3.2.
    """
    text = as_text(frame.column(leaf.name))
    sign = "" if leaf.option("negative") is False else "-?"
    fits = sql.call("regexp_full_match", text, sql.text(sign + _DURATION))
    has_part = sql.call("regexp_matches", text.copy(), sql.text("[0-9][YMDHSW]"))
    open_end = sql.call("ends_with", text.copy(), sql.text("T"))
    inner = sql.call("regexp_matches", text.copy(), sql.text(_INNER_FRACTION))
    return frame, surely(exp.and_(fits, has_part, exp.not_(open_end), exp.not_(inner)))


def _part(text: exp.Expr, part: str, length: object) -> exp.Expr:
    function = "left" if part == "prefix" else "right"
    return sql.call(function, text, exp.Literal.number(str(length)))


def _text(value: object) -> exp.Expr:
    return sql.text(str(value))
