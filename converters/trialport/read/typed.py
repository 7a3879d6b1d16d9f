"""SQL that types the cleaned text of a raw column, as its contract says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlglot import exp

from trialport.read.turned import TURNED, turned
from trialport.spec.nodes import ColumnType, DateStyle, RawColumn

USUAL_STYLES = (DateStyle.ISO, DateStyle.SLASH, DateStyle.CHINESE)
NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER)
MOMENTS = (ColumnType.DATE, ColumnType.DATETIME, ColumnType.TIME)
_MARKS = {DateStyle.SLASH: "/", DateStyle.CHINESE: "年"}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the texts of a column are read: as which type, and where it is a moment, in which styles.

    Columns of one reading are read alike.
    """

    type: ColumnType
    styles: tuple[DateStyle, ...] = ()

    @property
    def is_text(self) -> bool:
        """Return whether a text stays as it is."""
        return self.type is ColumnType.TEXT

    @property
    def is_number(self) -> bool:
        """Return whether a text becomes a DOUBLE."""
        return self.type in NUMBERS


def reading_of(column: RawColumn) -> Reading:
    """Return how the texts of a column are read."""
    is_moment = column.type in MOMENTS
    return Reading(column.type, (column.styles or ()) if is_moment else ())


def typed(text: exp.Expr, reading: Reading) -> exp.Expr:
    """Return the value of a cleaned text: text, a DOUBLE, or ISO 8601 text.

    Full-width digits and marks count as the plain ones, except in columns of type text. NULL where
    the text cannot be read; the checks of the contract then find it.
    """
    if reading.is_text:
        return text
    text = half_width(text)
    if reading.is_number:
        number = call("tp_number", text)
        return exp.cast(number, exp.DataType.Type.DOUBLE)
    if reading.type is ColumnType.TIME:
        return time_text(text, serial=DateStyle.EXCEL in reading.styles)
    moment = moment_text(text, reading.styles or USUAL_STYLES)
    return without_time(moment) if reading.type is ColumnType.DATE else moment


def moment_text(text: exp.Expr, styles: Collection[DateStyle]) -> exp.Expr:
    """Return the ISO 8601 text of a date (and time) in one of the styles, else NULL.

    A text of four digits is a year where both years and serial numbers are allowed.
    """
    read: list[exp.Expr] = [
        call("tp_iso8601", turned(text, style)) for style in TURNED if style in styles
    ]
    if DateStyle.EXCEL in styles:
        read.append(call("tp_excel_date", text))
    if any(style in styles for style in USUAL_STYLES):
        read.insert(0, _usual_moment(text, styles))
    if len(read) > 1:
        return exp.Coalesce(this=read[0], expressions=read[1:])
    return read[0] if read else exp.Null()


def _usual_moment(text: exp.Expr, styles: Collection[DateStyle]) -> exp.Expr:
    refused = [_is_in_style(text, style) for style in USUAL_STYLES if style not in styles]
    moment: exp.Expr = call("tp_iso8601", text)
    if refused:
        return exp.case().when(exp.Not(this=exp.paren(exp.or_(*refused))), moment)
    return moment


def half_width(text: exp.Expr) -> exp.Expr:
    """Return the text with full-width digits and marks as the plain ones."""
    return call("tp_half_width", text)


def time_text(text: exp.Expr, *, serial: bool = False) -> exp.Expr:
    """Return the ISO 8601 text of a time, else NULL; with `serial` fractions of a day are read.

    A time is read as the time of some day, a fraction of a day as that of the day with serial
    number 61 (1900-03-01, the first that all programs agree on).
    """
    if serial:
        fraction = call("regexp_matches", text, exp.Literal.string(r"^0?\.\d+$"))
        digits = call("regexp_extract", text, exp.Literal.string(r"\.\d+$"))
        moment = call("tp_excel_date", exp.DPipe(this=exp.Literal.string("61"), expression=digits))
        return exp.case().when(fraction, _time_of(moment)).else_(time_text(text))
    return _time_of(call("tp_iso8601", exp.Literal.string("2000-01-01"), text))


def _time_of(moment: exp.Expr) -> exp.Expr:
    behind_t = exp.Substring(this=moment, start=exp.Literal.number(len("2000-01-01T") + 1))
    return exp.Nullif(this=behind_t, expression=exp.Literal.string(""))


def without_time(moment: exp.Expr) -> exp.Expr:
    """Return the ISO 8601 text where it has no time, else NULL."""
    date = call("regexp_extract", moment, exp.Literal.string("^[^T]*$"))
    return exp.Nullif(this=date, expression=exp.Literal.string(""))


def style_of(text: exp.Expr) -> exp.Expr:
    """Return the name of the style that a readable date is written in."""
    cases = exp.case()
    for style in _MARKS:
        cases = cases.when(_is_in_style(text, style), exp.Literal.string(style))
    is_iso = exp.Not(this=exp.Is(this=call("tp_iso8601", text), expression=exp.Null()))
    return cases.when(is_iso, exp.Literal.string(DateStyle.ISO)).else_(
        exp.Literal.string(DateStyle.EXCEL)
    )


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """Return a call of a macro or of a function that SQL parsers give no name of their own."""
    return exp.Anonymous(this=name, expressions=[each.copy() for each in arguments])


def _is_in_style(text: exp.Expr, style: DateStyle) -> exp.Expr:
    """Return whether a date is written with the marks of the style; ISO is what has none."""
    if style in _MARKS:
        return call("contains", text, exp.Literal.string(_MARKS[style]))
    return exp.Not(this=exp.paren(exp.or_(*(_is_in_style(text, each) for each in _MARKS))))
