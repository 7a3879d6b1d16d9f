"""Rules about records of one dataset that must be there for those of another."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from trialport.diagnostics import Severity
from trialport.functions.model import Type
from trialport.plan.catalogue import Relation
from trialport.rules.rule import ALL, Rule
from trialport.rules.target import (
    NUMBER,
    RECORD,
    Failing,
    Joined,
    NotRun,
    Outcome,
    Target,
    variable,
)
from trialport.spec import sql

_POINTER = ("RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL")
_OTHER = "o"
_MOST_POINTERS = 200


def known_subjects(target: Target) -> Iterator[Outcome]:
    """A subject is not in DM or, for an analysis dataset, not in ADSL."""
    home = "DM" if target.dataset.group == "sdtm" else "ADSL"
    if target.name == home or not target.has("USUBJID"):
        yield NotRun(f"{target.name} has no subjects to look for", applies=False)
        return
    subjects = target.database.relation(home)
    if subjects is None or "USUBJID" not in subjects.columns:
        yield NotRun(f"there is no dataset {home} with USUBJID")
        return
    joined = Joined(home, (("USUBJID", "USUBJID"),), (), _OTHER)
    there = sql.not_null(variable("USUBJID"))
    condition = sql.every([there, sql.is_null(sql.column(NUMBER, _OTHER))]) or there
    yield Failing(condition, "USUBJID", f"{{value}} is not in {home}", joins=(joined,))


def parents_of_qualifiers(target: Target) -> Iterator[Outcome]:
    """A supplemental qualifier points to no record."""
    if not target.name.startswith(("SUPP", "SQ")):
        yield NotRun(f"{target.name} holds no supplemental qualifiers", applies=False)
        return
    yield from _pointers(target)


def related_records(target: Target) -> Iterator[Outcome]:
    """A relationship names a record, a variable or a dataset that is not there."""
    yield from _pointers(target)


def _pointers(target: Target) -> Iterator[Outcome]:
    """Yield, for each dataset and variable pointed to, the records that point to nothing."""
    if not target.has(*_POINTER):
        lacking = [each for each in _POINTER if not target.has(each)]
        yield NotRun(f"{target.name} has no {', '.join(lacking)}")
        return
    pairs = exp.select(variable("RDOMAIN"), variable("IDVAR")).distinct()
    pairs = pairs.from_(sql.table(target.name, RECORD))
    ordered = pairs.order_by(
        *(exp.Ordered(this=variable(each), nulls_first=True) for each in _POINTER[::2])
    )
    rows = target.database.rows(ordered.limit(_MOST_POINTERS + 1))
    if len(rows) > _MOST_POINTERS:
        yield NotRun(f"{target.name} points to more than {_MOST_POINTERS} variables")
    for domain, name in rows[:_MOST_POINTERS]:
        yield _unmet(target, _text(domain), _text(name))


def _unmet(target: Target, domain: str | None, name: str | None) -> Outcome:
    """Return the records that point with this IDVAR into this domain, and find nothing."""
    these = [_is("RDOMAIN", domain), _is("IDVAR", name)]
    parents = _parents(target, domain)
    if not parents:
        condition = sql.every(these) or exp.true()
        return Failing(condition, "RDOMAIN", "there is no dataset {value}")
    if name is not None and not any(name in each.columns for each in parents):
        condition = sql.every(these) or exp.true()
        where = " or ".join(each.name for each in parents)
        return Failing(condition, "IDVAR", f"{{value}} is no variable of {where}")
    usable = [each for each in parents if name is None or name in each.columns]
    absent = [_none(each.name, _pointed(each, name)) for each in usable]
    subject = sql.not_null(variable("USUBJID"))  # RELREC relates whole datasets without subject
    condition = sql.every([*these, subject, *absent]) or subject
    shown_name = "IDVARVAL" if name is not None else "USUBJID"
    key = f" with {name} {{value}}" if name is not None else ""
    where = " or ".join(each.name for each in usable)
    return Failing(condition, shown_name, f"the subject has no record in {where}{key}")


def _parents(target: Target, domain: str | None) -> list[Relation]:
    """Return the datasets of a domain: the one of its name, or those it is split over."""
    if domain is None:
        return []
    names = [each.name for each in target.database.datasets if each.group == target.dataset.group]
    wanted = [each for each in names if each == domain]
    split = [
        each for each in names if len(domain) == 2 and each[:2] == domain and 2 < len(each) <= 4
    ]
    found = [target.database.relation(each) for each in wanted or split]
    return [each for each in found if each is not None and "USUBJID" in each.columns]


def _pointed(parent: Relation, name: str | None) -> exp.Expr:
    """Return the condition that a record of the parent is the one pointed to."""
    same = exp.EQ(this=sql.column("USUBJID", _OTHER), expression=variable("USUBJID"))
    if name is None:
        return same
    theirs: exp.Expr = sql.column(name, _OTHER)
    mine: exp.Expr = variable("IDVARVAL")
    if parent.columns[name] is Type.NUMBER:
        mine = exp.TryCast(this=mine, to=exp.DataType.build("DOUBLE"))
    elif parent.columns[name] in {Type.DATE, Type.DATETIME}:
        theirs = exp.cast(theirs, exp.DataType.Type.VARCHAR)
    return sql.every([same, exp.EQ(this=theirs, expression=mine)]) or same


def _none(dataset: str, condition: exp.Expr) -> exp.Expr:
    """Return the condition that no record of a dataset (alias `o`) meets the condition."""
    query = exp.select(exp.Literal.number(1)).from_(sql.table(dataset, _OTHER)).where(condition)
    return exp.Not(this=exp.Exists(this=query))


def _is(name: str, value: str | None) -> exp.Expr:
    if value is None:
        return sql.is_null(variable(name))
    return exp.EQ(this=variable(name), expression=sql.text(value))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


_SUPP = {"RDOMAIN": "AE", "USUBJID": "S-001", "IDVAR": "AESEQ", "IDVARVAL": "1"}

RULES = (
    Rule(
        code="TP0006",
        title="Subjects are in DM, those of analysis datasets in ADSL",
        applies_to=(ALL,),
        severity=Severity.ERROR,
        remedy="add the subject there, or correct USUBJID",
        source="SDTMIG 3.4, 5.2 Demographics; ADaMIG 1.3, 2.3.1 ADSL",
        good={"DM": ({"USUBJID": "S-001"},), "AE": ({"USUBJID": "S-001"},)},
        bad={"DM": ({"USUBJID": "S-001"},), "AE": ({"USUBJID": "S-002"},)},
        check=known_subjects,
    ),
    Rule(
        code="TP0008",
        title="Supplemental qualifiers point to a record of their domain",
        applies_to=(ALL,),
        severity=Severity.ERROR,
        remedy="correct RDOMAIN, IDVAR or IDVARVAL, or drop the qualifier",
        source="SDTMIG 3.4, 8.4 Relating Non-Standard Variable Values to a Parent Domain",
        good={"AE": ({"USUBJID": "S-001", "AESEQ": "1"},), "SUPPAE": (_SUPP,)},
        bad={"AE": ({"USUBJID": "S-001", "AESEQ": "2"},), "SUPPAE": (_SUPP,)},
        check=parents_of_qualifiers,
    ),
    Rule(
        code="TP0009",
        title="Relationships name records, variables and datasets that are there",
        applies_to=("RELREC",),
        severity=Severity.ERROR,
        remedy="correct RDOMAIN, IDVAR or IDVARVAL, or drop the relationship",
        source="SDTMIG 3.4, 8.2 Relating Peer Records and 8.3 Relating Datasets",
        good={"AE": ({"USUBJID": "S-001", "AESEQ": "1"},), "RELREC": (_SUPP,)},
        bad={"AE": ({"USUBJID": "S-001", "AESEQ": "1"},), "RELREC": ({**_SUPP, "RDOMAIN": "CM"},)},
        check=related_records,
    ),
)
