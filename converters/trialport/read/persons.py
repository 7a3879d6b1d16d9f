"""Persons with several subject numbers: those declared, and those that look like it."""

from __future__ import annotations

from sqlglot import exp

from trialport.diagnostics import Severity
from trialport.read.check import Check
from trialport.read.staged import ROW, Staged, fault_columns, is_not_null, literal
from trialport.spec.nodes import Sources, Subjects


def person_checks(subjects: Subjects, sources: Sources, schema: str) -> list[Check]:
    """Return the checks of the table of subjects.

    E3163 (warning): two numbers share all columns of `person` and are not declared as one. A number
    without one of these columns is compared with nobody. E3164 (warning): a declared number that
    the table lacks. The messages name lines and numbers, never what the persons share.
    """
    staged = Staged(subjects.table.text, sources.tables[subjects.table.text], schema)
    found = [_undeclared(subjects, staged)] if subjects.person else []
    names = dict.fromkeys(
        name for earlier, stays in subjects.rescreened.items() for name in (earlier, stays.text)
    )
    return [*found, *(_not_there(name, subjects, staged) for name in names)]


def _undeclared(subjects: Subjects, staged: Staged) -> Check:
    number = staged.text(subjects.number.text)
    person: exp.Expr = number
    if subjects.rescreened:
        cases = [
            exp.If(this=exp.Literal.string(earlier), true=exp.Literal.string(stays.text))
            for earlier, stays in subjects.rescreened.items()
        ]
        person = exp.Case(this=number.copy(), ifs=cases, default=number.copy())
    columns = [staged.text(each.text) for each in subjects.person]
    first = exp.Window(
        this=exp.ArgMin(this=person.copy(), expression=exp.column(ROW, quoted=True)),
        partition_by=[each.copy() for each in columns],
    )
    line = exp.Window(
        this=exp.Min(this=exp.column(ROW, quoted=True)),
        partition_by=[each.copy() for each in columns],
    )
    records = (
        exp.select(
            exp.column(ROW, quoted=True),
            exp.alias_(number.copy(), "value", quoted=True),
            exp.alias_(person, "person", quoted=True),
            exp.alias_(first, "first", quoted=True),
            exp.alias_(line, "line", quoted=True),
        )
        .from_(staged.source())
        .where(exp.and_(*(is_not_null(each.copy()) for each in (number, *columns))))
    )
    other = exp.NEQ(
        this=exp.column("person", quoted=True), expression=exp.column("first", quoted=True)
    )
    query = fault_columns(
        subjects.number.text, exp.column("value", quoted=True), exp.column("line", quoted=True)
    )
    query = query.from_(records.subquery("records")).where(other)
    alike = ", ".join(each.text for each in subjects.person)
    problem = f"{{value}} has the same {literal(alike)} as line {{detail}}: perhaps one person"
    remedy = "declare the earlier number under subjects.rescreened, or correct the records"
    file = staged.contract.file.text
    return Check("E3163", file, query, problem, remedy, Severity.WARNING)


def _not_there(name: str, subjects: Subjects, staged: Staged) -> Check:
    number = staged.text(subjects.number.text, "this")
    equal = exp.EQ(this=number, expression=exp.Literal.string(name))
    there = exp.select("1").from_(staged.source("this")).where(equal)
    row = exp.alias_(exp.cast(exp.Literal.number(1), exp.DataType.Type.BIGINT), ROW, quoted=True)
    query = exp.select(
        row,
        exp.alias_(exp.Literal.string(subjects.number.text), "column", quoted=True),
        exp.alias_(exp.Literal.string(name), "value", quoted=True),
        exp.alias_(exp.cast(exp.Null(), exp.DataType.Type.VARCHAR), "detail", quoted=True),
    ).where(exp.Not(this=exp.Exists(this=there)))
    problem = "{value} is declared under subjects.rescreened and is not in the table"
    file = staged.contract.file.text
    remedy = "correct the number in study.yaml"
    return Check("E3164", file, query, problem, remedy, Severity.WARNING)
