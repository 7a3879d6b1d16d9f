"""Operators that look at more than one record: uniqueness, one-to-one, order, neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from trialport.rules.core.comparison import Asked
from trialport.rules.core.dates import is_valid, known
from trialport.rules.core.frame import RECORD, Frame
from trialport.rules.core.model import Leaf
from trialport.rules.core.study import ROW, Kind
from trialport.rules.core.values import MissingVariableError, as_text, leading, same, surely
from trialport.spec import sql

_GROUP = "g"


def unique_set(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether no other record has the same values; variables not there are left out."""
    names = frame.expanded([leaf.name, *_names(leaf.value)])
    there = [frame.column(each) for each in names if frame.has(each)]
    pattern = leaf.option("regex")
    frame, several = _shared(frame, [leading(each, pattern) for each in there])
    return frame, exp.not_(several)


def not_one_to_one(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether a value goes with more than one of the other's values, in either direction.

    Null is a value of its own for the one that is counted, and no value for the one asked about.
    """
    values = [frame.column(leaf.name).sql, *(frame.column(each).sql for each in _names(leaf.value))]
    pairs = _chosen(frame, values).distinct()
    one, *others = [sql.column(each, _GROUP) for each in _keys(values)]
    forward = exp.and_(sql.not_null(one), _has_several(_one(others), [one]))
    there = exp.and_(*(sql.not_null(each) for each in others))
    backward = exp.and_(there, _has_several(_one([one]), others))
    return _flagged(frame, values, pairs, exp.or_(forward, backward))


def on_several_rows(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether another record of the group has the same value."""
    parts = [frame.column(each).sql for each in _names(leaf.option("within"))]
    return _shared(frame, [*parts, frame.column(leaf.name).sql])


def followed(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether the value is that of another variable in the next record; the last has none."""
    parts = [frame.column(each).sql for each in _names(leaf.option("within"))]
    order = [frame.column(str(leaf.option("ordering"))).sql, sql.column(ROW, RECORD)]
    other = frame.column(str(leaf.value)).sql
    frame, following = _cell(frame, _over(exp.Lead(this=other.copy()), parts, order), Kind.TEXT)
    there = _over(exp.Lead(this=sql.column(ROW, RECORD)), parts, order)
    frame, next_row = _cell(frame, there, Kind.NUMBER)
    is_last = sql.is_null(next_row)
    return frame, exp.or_(is_last, same(frame.column(leaf.name).sql, following))


def empty_but_last(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether the value is null although the record is not the last of its group."""
    part = frame.column(str(leaf.value)).sql
    order: list[exp.Expr] = [sql.column(ROW, RECORD)]
    if leaf.option("ordering"):
        order.insert(0, frame.column(str(leaf.option("ordering"))).sql)
    following = _over(exp.Lead(this=sql.column(ROW, RECORD)), [part], order)
    frame, next_row = _cell(frame, following, Kind.NUMBER)
    null = sql.is_null(frame.column(leaf.name).sql)
    return frame, exp.and_(null, sql.not_null(next_row))


def inconsistent(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether the value is not the one that most records of its group have.

    Where no value is the most frequent, all records of the group are inconsistent.
    """
    names = [each for each in _names(leaf.value) if frame.has(each)]
    values = [frame.column(each).sql for each in [leaf.name, *names]]
    target, *group = [sql.column(each, _GROUP) for each in _keys(values)]
    whole = _over(exp.Max(this=sql.column("n", _GROUP)), group)
    counted = _counted(frame, values)
    inner = sql.subquery(counted, _GROUP)
    most = exp.select(exp.Star(), sql.alias(whole, "most")).from_(inner, copy=False)
    is_most = exp.EQ(this=sql.column("n", _GROUP), expression=sql.column("most", _GROUP))
    several = _has_several(_one([target]), group)
    tie = _has_several(sql.when(is_most, _one([target])), group)
    minority = exp.LT(this=sql.column("n", _GROUP), expression=sql.column("most", _GROUP))
    return _flagged(frame, values, most, exp.and_(several, exp.or_(tie, minority)))


def not_sorted(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether the value does not follow the order of another within its group.

    Nulls of the other come last (or first). A date that may lie on either side of another, being
    known to fewer parts, makes the order of both unknown, which counts as not sorted.
    """
    target = frame.column(leaf.name).sql
    group = [frame.column(each).sql for each in _names(leaf.option("within"))]
    result: exp.Expr = exp.false()
    for key in leaf.value:
        frame, broken = _out_of_order(frame, target, group, key)
        result = exp.or_(result, broken)
    return frame, surely(result)


def _out_of_order(
    frame: Frame, target: exp.Expr, group: list[exp.Expr], key: dict[str, str]
) -> Asked:
    other = frame.column(str(key["name"]))
    falls = str(key.get("sort_order", "asc")).lower() == "desc"
    rank = [target, sql.column(ROW, RECORD)]
    there = sql.not_null(other.sql)
    frame, place = _cell(frame, _over(exp.RowNumber(), [*group], rank), Kind.NUMBER)
    last_there = _over(exp.Max(this=sql.when(there, place)), group)
    first_there = _over(exp.Min(this=sql.when(there, place)), group)
    frame, last = _cell(frame, last_there, Kind.NUMBER)
    frame, first = _cell(frame, first_there, Kind.NUMBER)
    if key.get("null_position", "last") == "last":
        misplaced = exp.LT(
            this=_over(exp.Min(this=sql.when(exp.not_(there), place)), group), expression=last
        )
    else:
        misplaced = exp.GT(
            this=_over(exp.Max(this=sql.when(exp.not_(there), place)), group), expression=first
        )
    frame, null_wrong = _cell(frame, misplaced, Kind.FLAG)
    text = as_text(other)
    frame, unsure = _cell(frame, _overlaps(frame, text, group, other.kind), Kind.FLAG)
    sure = exp.and_(there, exp.not_(unsure))
    sorted_by = [_directed(other.sql, falls=falls), *rank]
    actual = _over(exp.RowNumber(), [*group, sure], rank)
    wanted = _over(exp.RowNumber(), [*group, sure], sorted_by)
    frame, is_at = _cell(frame, actual, Kind.NUMBER)
    frame, should_be = _cell(frame, wanted, Kind.NUMBER)
    moved = exp.and_(sure, exp.NEQ(this=is_at, expression=should_be))
    before = _over(exp.Lag(this=other.sql.copy()), [*group, there], rank)
    after = _over(exp.Lead(this=other.sql.copy()), [*group, there], rank)
    frame, earlier = _cell(frame, before, other.kind)
    frame, later = _cell(frame, after, other.kind)
    comes, goes = (exp.GT, exp.LT) if falls else (exp.LT, exp.GT)
    beside = exp.or_(
        comes(this=other.sql.copy(), expression=earlier),
        goes(this=other.sql.copy(), expression=later),
    )
    unknown = exp.and_(exp.not_(there), null_wrong)
    broken = (unknown, exp.and_(there, unsure), moved, exp.and_(there, beside))
    return frame, exp.or_(*(surely(each) for each in broken))


def _overlaps(frame: Frame, text: exp.Expr, group: Sequence[exp.Expr], kind: Kind) -> exp.Expr:
    """Return whether a date of the group is known to other parts and may be the same."""
    if kind is not Kind.TEXT:
        return exp.false()
    own = known(text)
    theirs = exp.Lambda(
        this=exp.and_(
            exp.NEQ(this=exp.Length(this=exp.column("d")), expression=exp.Length(this=own.copy())),
            exp.or_(
                sql.call("starts_with", exp.column("d"), own.copy()),
                sql.call("starts_with", own.copy(), exp.column("d")),
            ),
        ),
        expressions=[exp.to_identifier("d")],
    )
    everyone = _over(sql.call("list", sql.when(is_valid(text), known(text))), list(group))
    filtered = sql.call("list_filter", everyone, theirs)
    some = exp.GT(this=sql.call("len", filtered), expression=exp.Literal.number(0))
    return surely(exp.and_(is_valid(text), some))


def _directed(value: exp.Expr, *, falls: bool) -> exp.Expr:
    return exp.Ordered(this=value.copy(), desc=True) if falls else value


def _has_several(value: exp.Expr, group: Sequence[exp.Expr]) -> exp.Expr:
    """Return whether the records of a group have more than one value; null is none."""
    lowest, highest = _over(exp.Min(this=value), group), _over(exp.Max(this=value.copy()), group)
    return exp.NEQ(this=lowest, expression=highest)


def _one(values: Sequence[exp.Expr]) -> exp.Expr:
    """Return several values as one text that is never null; where any is null, one mark of it."""
    texts = [exp.cast(each.copy(), exp.DataType.Type.TEXT) for each in values]
    joined = texts[0] if len(texts) == 1 else sql.call("concat_ws", sql.text("\x1f"), *texts)
    known_ = exp.and_(*(sql.not_null(each) for each in values))
    marked = exp.DPipe(this=sql.text("="), expression=sql.paren(joined))
    return sql.when(known_, marked, sql.text(""))


def _shared(frame: Frame, values: Sequence[exp.Expr]) -> Asked:
    """Return whether another record has the same values."""
    several = exp.GT(this=sql.column("n", _GROUP), expression=exp.Literal.number(1))
    return _flagged(frame, values, _counted(frame, values), several)


def _flagged(
    frame: Frame, values: Sequence[exp.Expr], groups: exp.Select, condition: exp.Expr
) -> Asked:
    """Return whether the group of a record meets a condition, which may hold windows over groups.

    Groups are few where records are many: what is asked of them is worked out once a group.
    """
    asked = sql.alias(surely(condition), "value")
    keys = _keys(values)
    found = exp.select(*(sql.column(each, _GROUP) for each in keys), asked)
    inside = sql.subquery(found.from_(sql.subquery(groups, _GROUP), copy=False), _GROUP)
    met = exp.select(exp.Star()).from_(inside, copy=False).where(sql.column("value", _GROUP))
    name = _next_cell(frame)
    frame = frame.joined(met, name, Kind.FLAG, tuple(zip(values, keys, strict=True)))
    return frame, surely(sql.column(name, RECORD))


def _counted(frame: Frame, values: Sequence[exp.Expr]) -> exp.Select:
    """Return the query of the groups of equal values, with the number of records of each."""
    number = sql.alias(exp.Count(this=exp.Star()), "n")
    query = _chosen(frame, values).select(number, copy=False)
    return query.group_by(*(each.copy() for each in values), copy=False)


def _chosen(frame: Frame, values: Sequence[exp.Expr]) -> exp.Select:
    cells = [sql.alias(each.copy(), key) for each, key in zip(values, _keys(values), strict=True)]
    return exp.select(*cells).from_(frame.source, copy=False)


def _keys(values: Sequence[exp.Expr]) -> list[str]:
    return [f"k{i}" for i in range(len(values))]


def _cell(frame: Frame, value: exp.Expr, kind: Kind) -> tuple[Frame, exp.Expr]:
    """Put a value worked out over many records into the frame; return its column."""
    name = _next_cell(frame)
    return frame.with_cell(name, value, kind), sql.column(name, RECORD)


def _next_cell(frame: Frame) -> str:
    return f"__c{sum(1 for each in frame.columns if each.startswith('__c'))}"


def _over(
    function: exp.Expr, group: Sequence[exp.Expr], order: Iterable[exp.Expr] = ()
) -> exp.Expr:
    terms = [
        each if isinstance(each, exp.Ordered) else exp.Ordered(this=each.copy()) for each in order
    ]
    return exp.Window(
        this=function,
        partition_by=[each.copy() for each in group],
        order=exp.Order(expressions=terms) if terms else None,
    )


def _names(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list | tuple):
        return [name for each in value for name in _names(each)]
    raise MissingVariableError(str(value))
