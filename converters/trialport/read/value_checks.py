"""The checks of a single value: whether it can be read, and is what the contract says."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from sqlglot import exp

from trialport.read import typed
from trialport.read.check import Check
from trialport.read.staged import Staged, is_not_null, is_null, literal
from trialport.spec.nodes import ColumnType, RawColumn

_TERMS = 5
# A number of this size is a serial number of 1982 to 2091; smaller ones may count anything.
_SERIAL = r"[3-6][0-9]{4}(\.[0-9]*)?"


def value_checks(staged: Staged, name: str) -> Iterator[Check]:
    """Yield the checks of one column.

    Missing (E3106, E3108), unreadable (E3101, E3102), partial (E3110), not as the contract says
    (E3103 to E3105).
    """
    column = staged.contract.columns[name]
    is_key = any(key.text == name for key in staged.contract.keys)
    if is_key or column.required:
        yield _missing_value(staged, name, is_key=is_key)
    if column.type in typed.NUMBERS:
        yield from _number_checks(staged, name, column)
    elif column.type in typed.MOMENTS:
        yield from _moment_checks(staged, name, column)
    if column.values is not None:
        yield _value_list(staged, name, column)
    if column.pattern is not None:
        yield _pattern(staged, name, column.pattern.text)


def _missing_value(staged: Staged, name: str, *, is_key: bool) -> Check:
    where = is_null(staged.text(name))
    if is_key:
        remedy = "complete the record, or take the column out of 'keys'"
        return staged.check("E3108", name, where, "a key is missing", remedy)
    remedy = "complete the record, or drop 'required'"
    return staged.check("E3106", name, where, "a required value is missing", remedy)


def _number_checks(staged: Staged, name: str, column: RawColumn) -> Iterator[Check]:
    number, text = staged.column(name), staged.text(name)
    unread = exp.and_(is_null(number), is_not_null(text))
    remedy = "write digits and a decimal point, or add the text to 'missing'"
    yield staged.check("E3101", name, unread, "{value} is not a number", remedy)
    if column.type is ColumnType.INTEGER:
        fraction = exp.NEQ(this=number, expression=exp.Floor(this=number.copy()))
        remedy = "correct the record, or state 'type: number'"
        yield staged.check("E3101", name, fraction, "{value} is not a whole number", remedy)
    if column.minimum is not None:
        yield _bound(staged, name, "below", "minimum", column.minimum)
    if column.maximum is not None:
        yield _bound(staged, name, "above", "maximum", column.maximum)


def _bound(staged: Staged, name: str, side: str, bound: str, limit: str) -> Check:
    number = exp.cast(exp.Literal.number(format(Decimal(limit), "f")), exp.DataType.Type.DOUBLE)
    comparison = exp.LT if side == "below" else exp.GT
    where = comparison(this=staged.column(name), expression=number)
    problem = f"{{value}} is {side} the {bound} {literal(limit)}"
    remedy = f"correct the record, or change '{bound}'"
    return staged.check("E3105", name, where, problem, remedy)


def _moment_checks(staged: Staged, name: str, column: RawColumn) -> Iterator[Check]:
    value, text = staged.column(name), staged.text(name)
    unread = exp.and_(is_null(value), is_not_null(text))
    correct = "correct the record, or add the text to 'missing'"
    if column.type is ColumnType.TIME:
        yield staged.check("E3102", name, unread, "{value} is not a time", correct)
        return
    styles = column.styles or typed.USUAL_STYLES
    allowed = typed.moment_text(text, styles)
    other = _any_style(text)
    neither = exp.and_(unread, is_null(allowed), is_null(other))
    a_what = "a date" if column.type is ColumnType.DATE else "a date with or without a time"
    problem = f"{{value}} is not {a_what}"
    yield staged.check("E3102", name, neither, problem, correct, condition=unread)
    in_other_style = exp.and_(unread.copy(), is_null(allowed), is_not_null(other))
    yield staged.check(
        "E3102",
        name,
        in_other_style,
        "{value} is a date in the style {detail}, which the contract does not allow",
        "add '{detail}' to 'styles', or correct the record",
        detail=typed.style_of(text),
        condition=unread,
    )
    if column.type is ColumnType.DATE:
        has_time = exp.and_(unread.copy(), is_not_null(allowed))
        remedy = "state 'type: datetime', or correct the record"
        problem = "{value} has a time, a date has none"
        yield staged.check("E3102", name, has_time, problem, remedy, condition=unread)
    if not column.partial:
        partial = exp.Not(this=typed.call("tp_is_complete", value))
        remedy = "complete the date, or drop 'partial: no'"
        yield staged.check("E3110", name, partial, "the date {value} is partial", remedy)


def _any_style(text: exp.Expr) -> exp.Expr:
    looks_serial = typed.call("regexp_full_match", text, exp.Literal.string(_SERIAL))
    serial = exp.case().when(looks_serial, typed.call("tp_excel_date", text))
    return exp.Coalesce(this=typed.call("tp_iso8601", text), expressions=[serial])


def _value_list(staged: Staged, name: str, column: RawColumn) -> Check:
    values = column.values or ()
    literals: list[exp.Expr] = [exp.Literal.string(value) for value in values]
    if column.type in typed.NUMBERS:
        literals = [typed.call("tp_number", each) for each in literals]
    subject = staged.column(name) if column.type in typed.NUMBERS else staged.text(name)
    where = exp.Not(this=exp.In(this=subject, expressions=literals))
    known = ", ".join(f"'{value}'" for value in values[:_TERMS])
    more = f" and {len(values) - _TERMS} more" if len(values) > _TERMS else ""
    problem = "{value} is not among the values of the contract"
    return staged.check("E3103", name, where, problem, literal(f"allowed: {known}{more}"))


def _pattern(staged: Staged, name: str, pattern: str) -> Check:
    match = typed.call("regexp_full_match", staged.text(name), exp.Literal.string(pattern))
    problem = f"{{value}} does not match the pattern {literal(pattern)}"
    return staged.check("E3104", name, exp.Not(this=match), problem, "correct the record")
