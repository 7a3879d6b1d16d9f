"""Dates that begin with the day or the month, or name the month, turned to year/month/day."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlglot import exp

from trialport.spec.nodes import DateStyle

_UNKNOWN = "UNK|UN|UK"
_DAY = f"(0?[1-9]|[12][0-9]|3[01]|{_UNKNOWN})"
_MONTH = f"(0?[1-9]|1[0-2]|{_UNKNOWN})"
_YEAR = "(19[0-9]{2}|20[0-9]{2}|2100)"
_TIME = "((?:[T ]+|:)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
_MONTHS = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"
_NAMES = (
    "(JAN(?:UARY)?|FEB(?:RUARY)?|MAR(?:CH)?|APR(?:IL)?|MAY|JUNE?|JULY?|AUG(?:UST)?"
    f"|SEP(?:TEMBER)?|OCT(?:OBER)?|NOV(?:EMBER)?|DEC(?:EMBER)?|{_UNKNOWN})"
)

PATTERNS: Mapping[DateStyle, str] = MappingProxyType(
    {
        DateStyle.DAY_FIRST: f"(?i)(?:(?:{_DAY}[./-])?{_MONTH}[./-])?{_YEAR}{_TIME}",
        DateStyle.MONTH_FIRST: f"(?i)(?:{_MONTH}[./-](?:{_DAY}[./-])?)?{_YEAR}{_TIME}",
        DateStyle.NAMED: f"(?i)(?:(?:{_DAY}[ ./-]?)?{_NAMES}[ ./-]?)?{_YEAR}{_TIME}",
    }
)
"""What a date of each style is, day or month first; the year has four digits, so none is guessed.

A year comes last in all of them; the day, or day and month, may be left out or be unknown.
"""

TURNED = tuple(PATTERNS)


def turned(text: exp.Expr, style: DateStyle) -> exp.Expr:
    """Return SQL for a date of the style as `2024/3/12`, with its time; NULL for what is none.

    `31/02/2024` is turned too: that there is no such day is seen by what reads the result.
    """
    day, month = (2, 1) if style is DateStyle.MONTH_FIRST else (1, 2)
    pattern = exp.Literal.string(PATTERNS[style])

    def part(number: int) -> exp.Expr:
        arguments = [text.copy(), pattern.copy(), exp.Literal.number(number)]
        return exp.Upper(this=exp.Anonymous(this="regexp_extract", expressions=arguments))

    written = _number_of(part(month)) if style is DateStyle.NAMED else part(month)
    slash = exp.Literal.string("/")
    parts = [exp.Nullif(this=each, expression=_empty()) for each in (written, part(day))]
    date = exp.Anonymous(this="concat_ws", expressions=[slash, part(3), *parts])
    time = exp.Anonymous(
        this="regexp_replace",
        expressions=[part(4), exp.Literal.string("^(?:[T ]+|:)"), exp.Literal.string(" ")],
    )
    is_in_style = exp.Anonymous(this="regexp_full_match", expressions=[text.copy(), pattern.copy()])
    return exp.case().when(is_in_style, exp.DPipe(this=date, expression=time))


def _number_of(name: exp.Expr) -> exp.Expr:
    """Return SQL for the number of a month from its name; what is unknown stays."""
    start = exp.Anonymous(
        this="strpos",
        expressions=[
            exp.Literal.string(_MONTHS),
            exp.Substring(
                this=name.copy(), start=exp.Literal.number(1), length=exp.Literal.number(3)
            ),
        ],
    )
    number = exp.cast(
        exp.IntDiv(
            this=exp.paren(exp.Add(this=start, expression=exp.Literal.number(2))),
            expression=exp.Literal.number(3),
        ),
        exp.DataType.Type.TEXT,
    )
    unknown = [exp.Literal.string(each) for each in ("", *_UNKNOWN.split("|"))]
    return exp.case().when(exp.In(this=name, expressions=unknown), name.copy()).else_(number)


def _empty() -> exp.Expr:
    return exp.Literal.string("")
