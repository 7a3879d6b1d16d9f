"""Records of other datasets that RELREC relates to the records in question."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from trialport.rules.core.frame import RECORD, Frame
from trialport.rules.core.model import Match
from trialport.rules.core.study import CoreDataset, Kind
from trialport.rules.core.values import Column, as_text, same
from trialport.spec import sql

_OTHER, _MINE, _THEIRS = "o", "a", "b"


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two variables by which records of two datasets are related, by value or all of them."""

    mine: str
    domain: str
    theirs: str
    by_value: bool


def join_related(match: Match, frame: Frame) -> Frame:
    """Return the frame of the records that RELREC relates to others, with those of the others.

    Variables of the other dataset are named `RELREC.NAME`, with the match's wildcard in place of
    the other domain's prefix.

    Source: SDTMIG 3.4, 8.3 RELREC dataset.
    """
    relations, own = frame.study.named("RELREC"), frame.dataset
    if relations is None or own is None:
        return frame
    queries: list[exp.Select] = []
    columns: dict[str, Kind] = dict(frame.columns)
    for pair in _pairs(frame, relations):
        other = frame.study.named(pair.domain)
        if other is None or pair.mine not in frame.columns or pair.theirs not in other.columns:
            continue
        query, kinds = _related(match, frame, relations, pair, other)
        columns |= kinds
        queries.append(query)
    if not queries:
        nothing = frame.records.copy().where(exp.false())
        return Frame(frame.study, own, nothing, columns, frame.values)
    found = sql.subquery(sql.stacked(queries, by_name=True), RECORD)
    return Frame(frame.study, own, exp.select(exp.Star()).from_(found), columns, frame.values)


def _pairs(frame: Frame, relations: CoreDataset) -> list[_Pair]:
    """Return the different pairs of variables that RELREC relates, for the dataset in question."""
    domain = frame.dataset.domain if frame.dataset else ""
    query = (
        _both(frame, relations, domain)
        .select(
            sql.column("IDVAR", _MINE),
            sql.column("RDOMAIN", _THEIRS),
            sql.column("IDVAR", _THEIRS),
            exp.and_(
                sql.not_null(sql.column("IDVARVAL", _MINE)),
                sql.not_null(sql.column("IDVARVAL", _THEIRS)),
            ),
        )
        .distinct()
    )
    rows = [row for row in frame.study.rows(query) if all(each is not None for each in row)]
    return sorted(
        (_Pair(str(a), str(b), str(c), bool(d)) for a, b, c, d in rows),
        key=lambda each: (each.domain, each.mine, each.theirs, each.by_value),
    )


def _both(frame: Frame, relations: CoreDataset, domain: str) -> exp.Select:
    """Return a query of two records of RELREC of one relation, the first of the domain."""
    records = frame.study.records((relations,))
    mine = sql.subquery(records, _MINE)
    theirs = sql.subquery(records.copy(), _THEIRS)
    on = exp.and_(
        *(
            same(sql.column(each, _MINE), sql.column(each, _THEIRS))
            for each in ("STUDYID", "USUBJID", "RELID")
            if each in relations.columns
        )
    )
    is_mine = exp.EQ(this=sql.column("RDOMAIN", _MINE), expression=sql.text(domain))
    is_other = exp.NEQ(this=sql.column("RDOMAIN", _THEIRS), expression=sql.text(domain))
    return exp.Select().from_(mine).join(theirs, on=on).where(is_mine, is_other)


def _related(
    match: Match, frame: Frame, relations: CoreDataset, pair: _Pair, other: CoreDataset
) -> tuple[exp.Select, dict[str, Kind]]:
    names = {each: _name(each, other, match) for each in other.columns}
    cells = [sql.alias(sql.column(each, _OTHER), name) for each, name in names.items()]
    kinds = {name: other.columns[each] for each, name in names.items()}
    others = sql.subquery(frame.study.records((other,)), _OTHER)
    subject = same(sql.column("USUBJID", RECORD), sql.column("USUBJID", _OTHER))
    one = Column(sql.column(pair.mine, RECORD), frame.columns[pair.mine])
    two = Column(sql.column(pair.theirs, _OTHER), other.columns[pair.theirs])
    query = exp.select(frame.everything, *cells)
    fits = [
        exp.EQ(this=sql.column("IDVAR", _MINE), expression=sql.text(pair.mine)),
        exp.EQ(this=sql.column("RDOMAIN", _THEIRS), expression=sql.text(pair.domain)),
        exp.EQ(this=sql.column("IDVAR", _THEIRS), expression=sql.text(pair.theirs)),
    ]
    related = (
        _both(frame, relations, frame.dataset.domain if frame.dataset else "")
        .select(
            sql.alias(sql.column("USUBJID", _MINE), "subject"),
            sql.alias(sql.column("IDVARVAL", _MINE), "mine"),
            sql.alias(sql.column("IDVARVAL", _THEIRS), "theirs"),
        )
        .where(*fits)
    )
    pairs = sql.subquery(related, "p")
    query = query.from_(frame.source).join(others, on=subject)
    of_subject = exp.or_(
        sql.is_null(sql.column("subject", "p")),
        exp.EQ(this=sql.column("subject", "p"), expression=sql.column("USUBJID", RECORD)),
    )
    if pair.by_value:
        values = [
            exp.EQ(this=as_text(one), expression=sql.column("mine", "p")),
            exp.EQ(this=as_text(two), expression=sql.column("theirs", "p")),
        ]
    else:
        values = [exp.EQ(this=as_text(one), expression=as_text(two))]
    return query.join(pairs, on=exp.and_(of_subject, *values)), kinds


def _name(name: str, other: CoreDataset, match: Match) -> str:
    if name.startswith(other.domain) and len(name) > len(other.domain):
        return f"RELREC.{match.wildcard}{name.removeprefix(other.domain)}"
    return f"RELREC.{name}"
