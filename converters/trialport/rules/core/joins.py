"""Other datasets joined to the records in question, as a rule's matches say."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from trialport.rules.core.frame import RECORD, Frame, of_datasets
from trialport.rules.core.model import CoreRule, Match
from trialport.rules.core.relrec import join_related
from trialport.rules.core.study import CoreDataset, Kind
from trialport.rules.core.values import Column, MissingVariableError, as_text, same
from trialport.spec import sql

_OTHER = "o"


def join_matches(rule: CoreRule, frame: Frame) -> Frame:
    """Return the frame with what a rule's matches join to it; a dataset that is not there is none.

    Raises:
        MissingVariableError: a key that the records or those of the other dataset do not have.
    """
    for match in rule.matches:
        if match.is_child:
            frame = _with_parents(match, frame)
        elif match.dataset == "RELREC":
            frame = join_related(match, frame)
        elif match.dataset.startswith(("SUPP", "SQ")):
            frame = _with_qualifiers(match, frame)
        else:
            frame = _with_records(rule, match, frame)
    return frame


def _with_records(rule: CoreRule, match: Match, frame: Frame) -> Frame:
    """Join every record of the other dataset with the same keys; a record without any is out."""
    own, other = frame.dataset, frame.study.named(match.dataset)
    if own is None or other is None or own.whole == other.whole:
        return frame
    joined = of_datasets(frame.study, frame.study.parts(other.whole))
    columns = joined.columns
    for key in match.keys:
        frame.column(key)
        if key not in columns:
            raise MissingVariableError(key)
    asked = {str(each) for leaf in rule.leaves for each in (leaf.name, leaf.value)}
    names = {each: _name_in_frame(each, match.dataset, asked, frame) for each in columns}
    kept = {each: name for each, name in names.items() if each not in match.keys}
    cells = [sql.alias(sql.column(each, _OTHER), name) for each, name in kept.items()]
    on = exp.and_(*(same(frame.column(key).sql, sql.column(key, _OTHER)) for key in match.keys))
    query = _joined(frame, cells, joined.records, on, "inner")
    kinds = {name: columns[each] for each, name in kept.items()}
    return Frame(frame.study, frame.dataset, query, {**frame.columns, **kinds}, frame.values)


def _name_in_frame(name: str, dataset: str, asked: set[str], frame: Frame) -> str:
    qualified = f"{dataset}.{name}"
    if qualified in asked:
        return qualified
    return f"{name}.{dataset}" if name in frame.columns else name


def _with_qualifiers(match: Match, frame: Frame) -> Frame:
    """Join supplemental qualifiers as variables named by QNAM, null where a record has none."""
    other = frame.study.named(match.dataset)
    if other is None or frame.dataset is None or frame.dataset.is_supplemental:
        return frame
    records = frame.study.records(frame.study.parts(other.whole))
    supplemental = sql.subquery(records, _OTHER)
    used = exp.select(sql.column("QNAM"), sql.column("IDVAR")).distinct().from_(supplemental.copy())
    for name, variable in sorted(frame.study.rows(used), key=str):
        if name is None or str(name) in frame.columns:
            continue
        frame = _with_qualifier(str(name), str(variable or ""), supplemental, other, frame)
    return frame


def _with_qualifier(
    name: str, variable: str, supplemental: exp.Subquery, other: CoreDataset, frame: Frame
) -> Frame:
    keys = [each for each in ("STUDYID", "USUBJID") if each in other.columns and frame.has(each)]
    by = [(frame.column(key).sql, key) for key in keys]
    if variable:
        by.append((as_text(frame.column(variable)), "IDVARVAL"))
    cells = [sql.alias(sql.column(theirs, _OTHER), theirs) for _, theirs in by]
    value = sql.alias(sql.call("first", sql.column("QVAL", _OTHER)), "value")
    of_name = exp.EQ(this=sql.column("QNAM", _OTHER), expression=sql.text(name))
    query = exp.select(value, *cells).from_(supplemental.copy()).where(of_name)
    query = query.group_by(*(exp.Literal.number(i + 2) for i in range(len(cells))))
    return frame.joined(query, name, Kind.TEXT, tuple(by))


def _with_parents(match: Match, frame: Frame) -> Frame:
    """Work out whether the record is there that RDOMAIN, IDVAR and IDVARVAL refer to."""
    own = frame.dataset
    is_own = own is not None and (match.dataset in {own.domain, own.name} or own.is_supplemental)
    if own is None or not is_own or (match.dataset == "SUPP--") != own.is_supplemental:
        return frame
    if not all(frame.has(each) for each in ("RDOMAIN", "IDVAR", "IDVARVAL")):
        return frame
    found: list[exp.Expr] = []
    for domain, variable in _referenced(frame):
        parents = frame.study.parts(domain)
        if parents and variable in parents[0].columns:
            found.append(_refers(frame, parents, domain, variable))
    there = exp.or_(*found) if found else exp.false()
    name = "__referenced"
    return frame.with_cell(name, there, Kind.FLAG).with_value(
        "*IDVAR", Column(sql.column(name, RECORD), Kind.FLAG)
    )


def _referenced(frame: Frame) -> Sequence[tuple[str, str]]:
    cells = [sql.column("RDOMAIN", RECORD), sql.column("IDVAR", RECORD)]
    rows = frame.study.rows(exp.select(*cells).distinct().from_(frame.source))
    pairs = [(str(domain), str(name)) for domain, name in rows if domain and name]
    return sorted(pairs)


def _refers(frame: Frame, parents: tuple[CoreDataset, ...], domain: str, variable: str) -> exp.Expr:
    other = Column(sql.column(variable, _OTHER), parents[0].columns[variable])
    given = exp.Trim(this=sql.column("IDVARVAL", RECORD))
    as_number = exp.TryCast(this=given.copy(), to=exp.DataType.build("DOUBLE"))
    is_value: exp.Expr = exp.EQ(this=as_text(other), expression=given)
    if other.kind is Kind.NUMBER:
        is_value = exp.EQ(this=other.sql.copy(), expression=as_number)
    conditions: list[exp.Expr] = [is_value]
    if "USUBJID" in parents[0].columns and frame.has("USUBJID"):
        subject = sql.column("USUBJID", RECORD)
        mine = exp.EQ(this=sql.column("USUBJID", _OTHER), expression=subject)
        conditions.append(exp.or_(sql.is_null(subject), mine))
    records = sql.subquery(frame.study.records(parents), _OTHER)
    query = exp.select(exp.Literal.number(1)).from_(records).where(exp.and_(*conditions))
    of_pair = exp.and_(
        exp.EQ(this=sql.column("RDOMAIN", RECORD), expression=sql.text(domain)),
        exp.EQ(this=sql.column("IDVAR", RECORD), expression=sql.text(variable)),
    )
    return exp.and_(of_pair, exp.Exists(this=query))


def _joined(
    frame: Frame, cells: list[exp.Alias], other: exp.Select, on: exp.Expr, how: str
) -> exp.Select:
    others = sql.subquery(other, _OTHER)
    return (
        exp.select(frame.everything, *cells).from_(frame.source).join(others, on=on, join_type=how)
    )
