"""Rules about time-to-event datasets that compare many records."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from trialport.diagnostics import Severity
from trialport.functions.model import Type
from trialport.rules.record_names import record_variables
from trialport.rules.rule import ADAM, Rule
from trialport.rules.target import Failing, NotRun, Outcome, Target, variable
from trialport.spec import sql

_NEEDED = ("CNSR", "AVAL", "ADT", "STARTDT")


def counted_days(target: Target) -> Iterator[Outcome]:
    """AVAL is not ADT - STARTDT, or one more where most records of the dataset count so."""
    if not target.has(*_NEEDED):
        yield NotRun(f"{target.name} has not all of {', '.join(_NEEDED)}", applies=False)
        return
    if any(target.relation.columns[each] is not Type.DATE for each in ("ADT", "STARTDT")):
        yield NotRun(f"ADT and STARTDT of {target.name} are not both dates")
        return
    days = exp.cast(
        sql.paren(exp.Sub(this=sql.column("ADT"), expression=sql.column("STARTDT"))),
        exp.DataType.Type.DOUBLE,
    )
    offset = exp.Sub(this=sql.column("AVAL"), expression=days)
    names = record_variables(target.dataset, target.relation.columns)
    cells = [sql.column(each) for each in dict.fromkeys([*names, "AVAL"])]
    counted = exp.select(*cells, sql.alias(offset, "__offset"))
    counted = counted.from_(exp.table_(target.name, quoted=True)).where(_in_days(target))
    inside = sql.subquery(counted, "c")
    source = exp.select(exp.Star(), sql.alias(_usual_offset(), "__usual")).from_(inside)
    condition = exp.NEQ(this=variable("__offset"), expression=variable("__usual"))
    message = "{value} is not the days from STARTDT to ADT, as the dataset counts them"
    yield Failing(condition, "AVAL", message, source=source)


def _in_days(target: Target) -> exp.Expr:
    """Return the condition that AVAL is in days; without a unit it is taken for days."""
    if not target.has("AVALU"):
        return exp.true()
    unit = sql.call("upper", sql.call("coalesce", sql.column("AVALU"), sql.text("DAYS")))
    return exp.In(this=unit, expressions=[sql.text("DAYS"), sql.text("DAY")])


def _usual_offset() -> exp.Expr:
    """Return 1 where at least half of the records that count 0 or 1 more count 1, else 0."""
    offset = sql.column("__offset")
    fits = exp.In(this=offset, expressions=[exp.Literal.number(0), exp.Literal.number(1)])
    share = exp.Window(this=exp.Avg(this=sql.when(fits, offset)))
    half = exp.GTE(this=share, expression=exp.Literal.number("0.5"))
    return sql.when(half, exp.Literal.number(1), exp.Literal.number(0))


_OS = {
    **{"USUBJID": "S-001", "PARAMCD": "OS", "CNSR": "0"},
    **{"STARTDT": "2021-03-10", "ADT": "2021-03-16", "AVAL": "6"},
}

RULES = (
    Rule(
        code="TP0303",
        title="AVAL is the days from STARTDT to ADT, counted alike in every record",
        applies_to=(ADAM,),
        severity=Severity.ERROR,
        remedy="derive AVAL from the two dates, and let the first day count always or never",
        source="ADaM Time-to-Event 1.0, AVAL and STARTDT; the guide leaves the first day open",
        good={"ADTTE": (_OS, {**_OS, "USUBJID": "S-002"}, {**_OS, "USUBJID": "S-003"})},
        bad={"ADTTE": (_OS, {**_OS, "USUBJID": "S-002"}, {**_OS, "USUBJID": "S-003", "AVAL": "7"})},
        check=counted_days,
    ),
)
