"""A data cut-off and a choice of subjects, carried into each block of records.

The cut-off decides by the dates that a dataset has, before anything looks at several records, so
that sequence numbers, flags and lookups see what is left. A partial date counts as every day that
it can mean: a record leaves only where all of them are after the cut-off.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from trialport.functions.model import Type
from trialport.plan.chain import Chain
from trialport.spec import sql

CHOSEN_BY = "USUBJID"
"""The variable by which subjects are chosen."""

_SUBJECT_DATES = ("RFSTDTC", "RFENDTC", "RFXSTDTC", "RFXENDTC", "RFPENDTC", "DTHDTC")
_WITH_SUBJECT_DATES = {"RFSTDTC": ("DMDY",), "DTHDTC": ("DTHFL",)}


@dataclass(frozen=True, slots=True)
class CutDates:
    """Which dates of a dataset a cut-off looks at.

    `deciding` are those of which the first that is not null decides whether a record leaves;
    `later` are dates that become null where they are after the cut-off, with what depends on them.
    """

    deciding: tuple[str, ...]
    later: Mapping[str, tuple[str, ...]]


def cut_dates(dataset: str, variables: Collection[str]) -> CutDates:
    """Return the dates of an SDTM dataset, by its name, among the variables that it has.

    DM: informed consent decides; reference dates and death become null, and with them DMDY and
    DTHFL. Everything else: --STDTC decides, else --DTC; --ENDTC becomes null, and with it --ENDY
    and --DUR. What has no such date (trial design, relationships) is not cut.

    >>> cut_dates("AE", ["AESTDTC", "AEENDTC", "AEENDY"]).later
    {'AEENDTC': ('AEENDY',)}
    """
    if dataset == "DM":
        deciding = ("RFICDTC", "DMDTC")
        later = {name: _WITH_SUBJECT_DATES.get(name, ()) for name in _SUBJECT_DATES}
    else:
        prefix = dataset[:2]
        deciding = (f"{prefix}STDTC", f"{prefix}DTC")
        later = {f"{prefix}ENDTC": (f"{prefix}ENDY", f"{prefix}DUR")}
    return CutDates(
        tuple(name for name in deciding if name in variables),
        {
            name: tuple(each for each in others if each in variables)
            for name, others in later.items()
            if name in variables
        },
    )


def add_subset(chain: Chain, types: Mapping[str, Type]) -> None:
    """Leave out the records of subjects that were not chosen."""
    if CHOSEN_BY in types:
        chain.filter(sql.call("tp_is_chosen", sql.column(CHOSEN_BY)))


def add_cutoff(chain: Chain, dates: CutDates, cutoff: str) -> exp.Select | None:
    """Cut the records of a block; return the query that counts what that changes, or None.

    The query gives one row: records left out, records of which a date became null, records that
    stay although a partial date may be after the cut-off.
    """
    if not dates.deciding and not dates.later:
        return None
    deciding = _first(dates.deciding)
    leaves = _after("tp_earliest_day", deciding, cutoff)
    query = _counts(chain, dates, deciding, leaves, cutoff)
    if dates.deciding:
        chain.filter(exp.Not(this=leaves))
    if dates.later:
        star = exp.Star(replace=list(_nulled(dates.later, cutoff)))
        chain.add(exp.select(star).from_(sql.table(chain.last)))
    return query


def _first(names: Sequence[str]) -> exp.Expr:
    if not names:
        return sql.cast(exp.Null(), exp.DataType.Type.VARCHAR)
    return exp.Coalesce(this=sql.column(names[0]), expressions=[*map(sql.column, names[1:])])


def _after(day: str, date: exp.Expr, cutoff: str) -> exp.Expr:
    """Return whether a day of a (perhaps partial) date is after the cut-off; false where null."""
    is_after = exp.GT(this=sql.call(day, date), expression=sql.date(cutoff))
    return sql.call("coalesce", is_after, exp.false())


def _nulled(later: Mapping[str, tuple[str, ...]], cutoff: str) -> list[exp.Expr]:
    return [
        sql.alias(sql.when(exp.Not(this=late), sql.column(each)), each)
        for name, others in later.items()
        for each in (name, *others)
        for late in [_after("tp_earliest_day", sql.column(name), cutoff)]
    ]


def _counts(
    chain: Chain, dates: CutDates, deciding: exp.Expr, leaves: exp.Expr, cutoff: str
) -> exp.Select:
    ends = [_after("tp_earliest_day", sql.column(name), cutoff) for name in dates.later]
    ends_later = exp.or_(*ends) if ends else exp.false()
    stays = exp.Not(this=leaves)
    unsure = exp.And(this=stays, expression=_after("tp_latest_day", deciding, cutoff))
    found = (leaves, exp.And(this=stays, expression=exp.paren(ends_later)), unsure)
    query = exp.select(*(sql.call("count_if", each) for each in found))
    query = query.from_(sql.table(chain.last))
    query.set("with_", exp.With(expressions=[each.copy() for each in chain.ctes]))
    return query
