"""Time to event with competing events: one record per subject and endpoint.

Per subject and endpoint: the earliest event E, the earliest competing event K, the end of the
window W and the date of censoring decide, in that order of priority on one day (or K before E
where the endpoint says so). Every record names the record that decided it.

Source: ADaM Basic Data Structure for Time-to-Event Analyses 1.0; CNSR as in ADaMIG 1.3, the table
of time-to-event variables: 0 for events, positive integers for reasons of censoring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from trialport.diagnostics import Place, did_you_mean
from trialport.functions.model import Type
from trialport.plan.assessments import LAST_SEEN, add_assessments
from trialport.plan.blocks import Base, condition_faults
from trialport.plan.catalogue import Catalogue, Relation
from trialport.plan.chain import Chain, FaultColumns
from trialport.plan.collect import Collector
from trialport.plan.event_sources import report_helpers
from trialport.plan.events import (
    FIRST_EVENTS,
    Named,
    add_events,
    add_first_events,
    begin_events,
    candidates,
)
from trialport.plan.lookups import sorted_uses
from trialport.plan.model import Source
from trialport.plan.scopes import RecordScope, in_table
from trialport.spec import sql
from trialport.spec.expressions import Compiled, Fault
from trialport.spec.nodes import (
    Assessed,
    Censoring,
    CompetingEvent,
    Dataset,
    Endpoint,
    Expression,
    Ties,
)
from trialport.spec.parse import ExpressionError
from trialport.spec.sql import table

COLUMNS = {
    "paramcd": Type.TEXT,
    "param": Type.TEXT,
    "paramn": Type.NUMBER,
    "category": Type.TEXT,
    "startdt": Type.DATE,
    "adt": Type.DATE,
    "adtf": Type.TEXT,
    "aval": Type.NUMBER,
    "cnsr": Type.NUMBER,
    "status": Type.NUMBER,
    "evntdesc": Type.TEXT,
    "cnsdtdsc": Type.TEXT,
    "srcdom": Type.TEXT,
    "srcvar": Type.TEXT,
    "srcseq": Type.NUMBER,
}
_DECIDED = (
    "adt",
    "adtf",
    "aval",
    "cnsr",
    "status",
    "evntdesc",
    "cnsdtdsc",
    "srcdom",
    "srcvar",
    "srcseq",
)


_OF_CENSORING = ("date", "code", "description", "date_description", "variable")
_OF_SUBJECT = (
    "__rid",
    "__row",
    "tte.startdt",
    "tte.cutoff",
    *(f"tte.c_{each}" for each in _OF_CENSORING),
)
"""The columns of a subject that endpoints are decided by."""


_BRANCH = "branch"
_START_SEQUENCE = "start s"
"""Columns beside those of events, which are called `event.d` and the like."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """Subjects with one start: their table, their events, and the table of the first of these."""

    subjects: str
    named: dict[str, Named]
    first_events: str


@dataclass(frozen=True, slots=True)
class _Branch:
    """One way in which an endpoint is decided, and what the record then says."""

    condition: exp.Expr | None
    date: exp.Expr
    flag: exp.Expr
    code: exp.Expr
    status: int
    description: exp.Expr
    date_description: exp.Expr
    domain: exp.Expr
    variable: exp.Expr
    sequence: exp.Expr
    record: exp.Expr


def add_time_to_event(
    node: Dataset,
    base: Base,
    scope: RecordScope,
    chain: Chain,
    catalogue: Catalogue,
    faults: FaultColumns,
    collector: Collector,
) -> None:
    """Add one record per subject and endpoint to the chain, as source `tte`."""
    dataset = node.dataset.text
    base.sources["tte"] = Relation(dataset, "the time-to-event records", COLUMNS, "__row", ())
    if not _is_whole(node, collector) or not _has_subjects(node, base, collector):
        return
    report_helpers(node, catalogue, collector)
    used = _add_subject_dates(node, base, scope, chain, collector)
    chain.materialise()
    subjects = chain.last
    named = add_events(node, base, chain, subjects, catalogue, collector, used)
    if named is None:
        return
    selects: list[exp.Select] = []
    first = add_first_events(subjects, _OF_SUBJECT, named, chain, FIRST_EVENTS)
    begun: dict[str, _Begun] = {"": _Begun(subjects, named, first)}
    for number, (code, endpoint) in enumerate(node.endpoints.items(), start=1):
        begins = endpoint.start.text if endpoint.start is not None else ""
        if endpoint.start is not None and not _known(
            begins, named, endpoint.start.place, collector
        ):
            continue
        if begins not in begun:
            own_subjects, own = begin_events(begins, node, named, chain, subjects)
            name = f"{FIRST_EVENTS}_from_{begins}"
            first = add_first_events(own_subjects, _OF_SUBJECT, own, chain, name)
            begun[begins] = _Begun(own_subjects, own, first)
        selects.append(
            _endpoint(
                number,
                code,
                endpoint,
                node,
                begun[begins],
                scope,
                chain,
                base.row_sources,
                collector,
            )
        )
    if not selects:
        return
    whole = sql.stacked(selects)
    _join_subjects(subjects, chain.add(whole), chain)
    star = exp.Star(**{"except_": [sql.column("__rid")]})
    watched = [faults.add(each, dataset, node.place) for each in _faults()]
    number = sql.alias(exp.Window(this=exp.RowNumber()), "__rid")
    chain.add(exp.select(star, number, *watched).from_(table(chain.last), copy=False))
    base.row_keys.append(("__row.tte", ""))
    sources = tuple(dict.fromkeys(used))
    base.test_lineage.update(dict.fromkeys(_DECIDED, sources))
    base.test_lineage["startdt"] = sources[:1] if list(begun) == [""] else sources


def _join_subjects(subjects: str, decided: str, chain: Chain) -> None:
    """Add the records of all endpoints, each with all columns of its subject."""
    of_subject = exp.Star(**{"except_": [sql.column("tte.startdt")]})
    of_endpoint = exp.Star(**{"except_": [sql.column("__rid")]})
    select = exp.select(
        exp.Column(this=of_subject, table=sql.name("p")),
        exp.Column(this=of_endpoint, table=sql.name("t")),
    ).from_(table(decided, "t"), copy=False)
    on = exp.EQ(this=sql.column("__rid", "t"), expression=sql.column("__rid", "p"))
    chain.add(select.join(sql.inner_join(table(subjects, "p"), on), copy=False))


def _has_subjects(node: Dataset, base: Base, collector: Collector) -> bool:
    """Return whether the subjects have USUBJID, which events are found by; else it is a fault."""
    try:
        base.sources["src"].type_of("USUBJID")
    except ExpressionError as error:
        collector.add(error, node.subjects.place if node.subjects else node.place)
        return False
    return True


def _is_whole(node: Dataset, collector: Collector) -> bool:
    missing = [
        name for name in ("start", "events", "censoring", "endpoints") if not getattr(node, name)
    ]
    for name in missing:
        collector.fault("E1102", node.place, f"a time-to-event dataset needs '{name}'")
    if node.censoring and node.censoring[-1].when is not None:
        problem = "the last reason of censoring has a condition: a subject may be left without any"
        collector.fault(
            "E1214", node.censoring[-1].place, problem, "end with an entry without when"
        )
    for each in node.endpoints.values():
        seen = each.assessed
        if seen is not None and (seen.gap is None) != (seen.code is None):
            problem = "a gap between assessments and the code of an event after it go together"
            remedy = "add gap, code and description, or leave them out"
            collector.fault("E1214", seen.place, problem, remedy)
    windows = [each for each in node.endpoints.values() if each.window is not None]
    if windows and node.window_end is None:
        problem = "an endpoint has a window, and nothing says what its end means"
        collector.fault("E1214", windows[0].place, problem, "add window_end: ...")
        return False
    return not missing


# --- subjects: start, cut-off, censoring ---


def _add_subject_dates(
    node: Dataset, base: Base, scope: RecordScope, chain: Chain, collector: Collector
) -> list[Source]:
    assert node.start is not None
    used: list[Source] = []
    start = _date(node.start.date, base, scope, chain, collector, used)
    cutoff: exp.Expr = sql.cast(exp.Null(), exp.DataType.Type.DATE)
    if node.cutoff is not None:
        cutoff = _date(node.cutoff, base, scope, chain, collector, used)
    conditions = [
        collector.condition(each.when, scope) if each.when is not None else None
        for each in node.censoring
    ]
    for each, condition in zip(node.censoring, conditions, strict=True):
        if each.when is not None and condition is not None:
            base.fault_queries += condition_faults(condition, each.when, "when", base, chain)
    dates = [_date(each.date, base, scope, chain, collector, used) for each in node.censoring]
    used += [
        Source(use.relation, use.name, "filter")
        for each in conditions
        if each is not None
        for use in sorted_uses(each.uses)
    ]
    relation = scope.sources["src"].name
    additions = [sql.alias(start, "tte.startdt"), sql.alias(cutoff, "tte.cutoff")]
    values = {
        "date": dates,
        "code": [sql.number(each.code) for each in node.censoring],
        "description": [sql.text(each.description) for each in node.censoring],
        "date_description": [_text_or_null(each.date_description) for each in node.censoring],
        "variable": [_text_or_null(each.variable) for each in node.censoring],
    }
    for name, results in values.items():
        additions.append(
            sql.alias(_first_that_holds(conditions, node.censoring, results), f"tte.c_{name}")
        )
    chain.extend(additions)
    used.append(Source(relation, "USUBJID", "key"))
    return used


def _date(
    expression: Expression,
    base: Base,
    scope: RecordScope,
    chain: Chain,
    collector: Collector,
    used: list[Source],
) -> exp.Expr:
    made = collector.compile(expression, scope)
    if made is None:
        return sql.cast(exp.Null(), exp.DataType.Type.DATE)
    if made.type not in {Type.DATE, Type.NULL}:
        problem = f"'{expression.text}' is {made.type}, a date is needed"
        collector.fault("E1401", expression.place, problem, "use complete_date(...)")
        return sql.cast(exp.Null(), exp.DataType.Type.DATE)
    used += [Source(each.relation, each.name) for each in sorted_uses(made.uses)]
    base.fault_queries += condition_faults(made, expression, "date", base, chain)
    return sql.cast(made.sql, exp.DataType.Type.DATE)


def _first_that_holds(
    conditions: Sequence[Compiled | None], reasons: Sequence[Censoring], results: Sequence[exp.Expr]
) -> exp.Expr:
    ifs: list[exp.If] = []
    default: exp.Expr = exp.Null()
    for condition, reason, result in zip(conditions, reasons, results, strict=True):
        if reason.when is None:
            default = result
            break
        test = condition.sql if condition is not None else exp.false()
        ifs.append(exp.If(this=test, true=result))
    return exp.Case(ifs=ifs, default=default) if ifs else default


def _text_or_null(text: str) -> exp.Expr:
    return sql.cast(sql.text(text) if text else exp.Null(), exp.DataType.Type.VARCHAR)


# --- endpoints ---


def _endpoint(
    number: int,
    code: str,
    endpoint: Endpoint,
    node: Dataset,
    begun: _Begun,
    scope: RecordScope,
    chain: Chain,
    row_sources: list[Source],
    collector: Collector,
) -> exp.Select:
    """Return the records of one endpoint: `__rid` of the subject, and the columns of `tte`."""
    named = begun.named
    events = [
        each.text for each in endpoint.event if _known(each.text, named, each.place, collector)
    ]
    rivals = [
        node.competing[each.text]
        for each in endpoint.competing
        if _known_rival(each.text, node, named, each.place, collector)
    ]
    inner = _dates(endpoint, events, rivals, begun.first_events)
    decided_by: exp.Expr = sql.subquery(inner, "q")
    branches = [*_event_branches(endpoint, events, named)]
    for place, rival in enumerate(rivals):
        branches += _rival_branches(place, rival, named)
    if node.window_end is not None and endpoint.window is not None:
        branches.append(_window_branch(node, endpoint))
    branches.append(_censoring_branch(node))
    seen = endpoint.assessed
    if seen is not None and _known(seen.event.text, named, seen.event.place, collector):
        assessments = named[seen.event.text]
        every = candidates(assessments, node, begun.subjects, named)
        query = add_assessments(code, seen, inner, every, chain)
        decided_by = table(query, "q")
        begins = named.get(endpoint.start.text) if endpoint.start is not None else None
        branches = _at_assessments(branches, seen, assessments, begins, node)
    constants = {
        "paramcd": sql.text(code),
        "param": sql.text(endpoint.param),
        "paramn": sql.number(number),
        "category": _text_or_null(endpoint.category),
    }
    adt = _choose([each.date for each in branches])
    days = exp.Sub(this=sql.paren(adt), expression=sql.column("tte.startdt", "q"))
    if node.add_one:
        days = exp.Add(this=exp.Paren(this=days), expression=exp.Literal.number(1))
    record = _choose([each.record for each in branches])
    decided = {
        "adt": adt,
        "adtf": _choose([each.flag for each in branches]),
        "aval": sql.cast(exp.Paren(this=days), exp.DataType.Type.DOUBLE),
        "cnsr": _choose([each.code for each in branches]),
        "status": _choose([sql.number(each.status) for each in branches]),
        "evntdesc": _choose([each.description for each in branches]),
        "cnsdtdsc": _choose([each.date_description for each in branches]),
        "srcdom": _choose([each.domain for each in branches]),
        "srcvar": _choose([each.variable for each in branches]),
        "srcseq": _choose([each.sequence for each in branches]),
    }
    outputs = [sql.alias(tree, f"tte.{name}") for name, tree in {**constants, **decided}.items()]
    select = exp.select(
        sql.column("__rid", "q"),
        sql.column("tte.startdt", "q"),
        *outputs,
        sql.alias(sql.cast(record, exp.DataType.Type.BIGINT), "__row.tte"),
    )
    select.from_(sql.subquery(_with_branch(branches, decided_by), "q"), copy=False)
    where = collector.condition(endpoint.where, scope) if endpoint.where is not None else None
    if where is None:
        return select
    uses = sorted_uses(where.uses)
    row_sources += [Source(each.relation, each.name, "filter") for each in uses]
    chosen = exp.select(sql.column("__rid", "p")).from_(table(begun.subjects, "p"), copy=False)
    chosen.where(in_table(where.sql, "p"), copy=False)
    return select.where(
        exp.In(this=sql.column("__rid", "q"), query=exp.Subquery(this=chosen)), copy=False
    )


def _with_branch(branches: Sequence[_Branch], decided_by: exp.Expr) -> exp.Select:
    """Return what decides, with the number of the first branch whose condition holds."""
    ifs = [
        exp.If(this=each.condition, true=exp.Literal.number(number))
        for number, each in enumerate(branches)
        if each.condition is not None
    ]
    last = exp.Literal.number(len(branches) - 1)
    number = exp.Case(ifs=ifs, default=last) if ifs else last
    star = exp.Column(this=exp.Star(), table=sql.name("q"))
    return exp.select(star, sql.alias(number, _BRANCH)).from_(decided_by, copy=False)


def _at_assessments(
    branches: Sequence[_Branch],
    seen: Assessed,
    assessments: Named,
    begins: Named | None,
    node: Dataset,
) -> list[_Branch]:
    """Return the branches with censoring at the last assessment, or at the start without one.

    An event after too long without an assessment (kind 5) is censoring, and comes first.
    """
    there = sql.not_null(sql.column(f"{LAST_SEEN}.d", "q"))
    at_start = _start_source(begins, node)
    moved = {
        "date": sql.call(
            "coalesce", sql.column(f"{LAST_SEEN}.d", "q"), sql.column("tte.startdt", "q")
        ),
        "flag": sql.column(f"{LAST_SEEN}.f", "q"),
        "date_description": sql.when(
            there, _text_or_null(seen.date_description), _text_or_null(seen.start_description)
        ),
        "domain": sql.when(there, sql.text(assessments.relation.shown), at_start[0]),
        "variable": sql.when(there, sql.text(assessments.node.date.text), at_start[1]),
        "sequence": sql.when(there, sql.column(f"{LAST_SEEN}.s", "q"), at_start[2]),
        "record": sql.when(there, sql.column(f"{LAST_SEEN}.k", "q"), sql.column("__row", "q")),
    }
    made = [replace(each, **moved) if each.status == 0 else each for each in branches]
    if seen.gap is None:
        return made
    code, words = sql.number(seen.code or 0), sql.text(seen.description)
    return [replace(made[-1], condition=_is_kind(5), code=code, description=words), *made]


def _start_source(begins: Named | None, node: Dataset) -> tuple[exp.Expr, exp.Expr, exp.Expr]:
    """Return domain, variable and sequence number of the start, as far as they can be named."""
    nothing = sql.cast(exp.Null(), exp.DataType.Type.DOUBLE)
    if begins is not None:
        has_sequence = begins.node.sequence is not None
        column = sql.column(_START_SEQUENCE, "q") if has_sequence else nothing
        return sql.text(begins.relation.shown), sql.text(begins.node.date.text), column
    assert node.subjects is not None
    assert node.subjects.source is not None
    assert node.start is not None
    name = node.start.date.text.strip().removeprefix("src.")
    shown = _text_or_null(name if name.isidentifier() else "")
    return sql.text(node.subjects.source.text), shown, nothing


def _known(name: str, named: dict[str, Named], place: Place, collector: Collector) -> bool:
    if name in named:
        return True
    collector.fault("E1215", place, f"unknown event '{name}'", did_you_mean(name, named))
    return False


def _known_rival(
    name: str, node: Dataset, named: dict[str, Named], place: Place, collector: Collector
) -> bool:
    if name not in node.competing:
        collector.fault(
            "E1215", place, f"unknown competing event '{name}'", did_you_mean(name, node.competing)
        )
        return False
    rival = node.competing[name]
    others = [rival.event, *([rival.after.event] if rival.after else [])]
    return all(_known(each.text, named, each.place, collector) for each in others)


def _dates(
    endpoint: Endpoint, events: Sequence[str], rivals: Sequence[CompetingEvent], first_events: str
) -> exp.Select:
    """Return per subject the dates that can decide: e0.., E, k0.., K, W, and the censoring."""
    window: exp.Expr = sql.cast(exp.Null(), exp.DataType.Type.DATE)
    if endpoint.window is not None:
        window = exp.Add(
            this=sql.column("tte.startdt"), expression=exp.Literal.number(endpoint.window)
        )
    own = [_inside(sql.column(f"{each}.d"), window, endpoint) for each in events]
    other = [_inside(sql.column(f"{each.event.text}.d"), window, endpoint) for each in rivals]
    named = [*events, *(each.event.text for each in rivals)]
    named += [each.after.event.text for each in rivals if each.after]
    named += [endpoint.start.text] if endpoint.start is not None else []
    columns = [f"{name}.{column}" for name in dict.fromkeys(named) for column in "dfsk"]
    select = exp.select(*map(sql.column, (*_OF_SUBJECT, *columns)), sql.alias(window, "W"))
    select.from_(table(first_events), copy=False)
    for letter, dates in (("e", own), ("k", other)):
        for place, date in enumerate(dates):
            select.select(sql.alias(date, f"{letter}{place}"), copy=False)
        select.select(sql.alias(_earliest(dates), letter.upper()), copy=False)
    if endpoint.start is not None:
        begins = sql.column(f"{endpoint.start.text}.s")
        select.select(sql.alias(begins, _START_SEQUENCE), copy=False)
    event, rival = sql.column("E"), sql.column("K")
    order = exp.LTE if endpoint.ties is Ties.EVENT_FIRST else exp.LT
    wins = exp.And(
        this=sql.not_null(event),
        expression=exp.Paren(
            this=exp.Or(
                this=sql.is_null(rival),
                expression=order(this=event, expression=rival),
            )
        ),
    )
    by_window = exp.LTE(this=sql.column("W"), expression=sql.column("tte.c_date"))
    kind = exp.Case(
        ifs=[
            exp.If(this=wins, true=exp.Literal.number(1)),
            exp.If(this=sql.not_null(rival), true=exp.Literal.number(2)),
            exp.If(this=by_window, true=exp.Literal.number(3)),
        ],
        default=exp.Literal.number(4),
    )
    dated = sql.subquery(select, "dated")
    return exp.select(exp.Star(), sql.alias(kind, "kind")).from_(dated, copy=False)


def _inside(date: exp.Expr, window: exp.Expr, endpoint: Endpoint) -> exp.Expr:
    if endpoint.window is None:
        return date
    return sql.when(exp.LTE(this=date, expression=sql.paren(window)), date)


def _earliest(dates: Sequence[exp.Expr]) -> exp.Expr:
    """Return the first of the dates, each named once: DuckDB may refuse a column named twice."""
    several = list(dict.fromkeys(dates))
    if not several:
        return sql.cast(exp.Null(), exp.DataType.Type.DATE)
    return several[0] if len(several) == 1 else sql.call("least", *several)


def _is_kind(number: int) -> exp.Expr:
    return exp.EQ(this=sql.column("kind", "q"), expression=exp.Literal.number(number))


def _event_branches(
    endpoint: Endpoint, events: Sequence[str], named: dict[str, Named]
) -> list[_Branch]:
    found: list[_Branch] = []
    for place, name in enumerate(events):
        description = endpoint.description or named[name].node.description
        same = exp.EQ(this=sql.column(f"e{place}", "q"), expression=sql.column("E", "q"))
        condition = exp.And(this=_is_kind(1), expression=same)
        found.append(
            _by_event(name, named[name], condition, sql.column("E", "q"), 0, 1, description)
        )
    return found


def _rival_branches(place: int, rival: CompetingEvent, named: dict[str, Named]) -> list[_Branch]:
    date = sql.column(f"k{place}", "q")
    same = exp.And(this=_is_kind(2), expression=exp.EQ(this=date, expression=sql.column("K", "q")))
    event = named[rival.event.text]
    found: list[_Branch] = []
    if rival.after is not None:
        earlier = sql.column(f"{rival.after.event.text}.d", "q")
        after = exp.And(this=same, expression=exp.LTE(this=earlier, expression=date))
        made = _by_event(
            rival.event.text, event, after, date, rival.after.code, 2, rival.after.description
        )
        if rival.after.counts == "censoring":
            words = _text_or_null(rival.after.date_description)
            made = replace(made, status=0, date_description=words)
        found.append(made)
    made = _by_event(rival.event.text, event, same, date, rival.code, 2, rival.description)
    if rival.counts == "censoring":
        made = replace(made, status=0, date_description=_text_or_null(rival.date_description))
    return [*found, made]


def _by_event(
    name: str,
    event: Named,
    condition: exp.Expr,
    date: exp.Expr,
    code: int,
    status: int,
    description: str,
) -> _Branch:
    has_sequence = event.node.sequence is not None
    return _Branch(
        condition=condition,
        date=date,
        flag=sql.column(f"{name}.f", "q"),
        code=sql.number(code),
        status=status,
        description=sql.text(description),
        date_description=_text_or_null(""),
        domain=sql.text(event.relation.shown),
        variable=sql.text(event.node.date.text),
        sequence=sql.column(f"{name}.s", "q")
        if has_sequence
        else sql.cast(exp.Null(), exp.DataType.Type.DOUBLE),
        record=sql.column(f"{name}.k", "q"),
    )


def _window_branch(node: Dataset, endpoint: Endpoint) -> _Branch:
    end = node.window_end
    assert end is not None
    words = end.date_description.replace("{window}", str(endpoint.window))
    return _censored(
        node,
        _is_kind(3),
        sql.column("W", "q"),
        sql.number(end.code),
        sql.text(end.description),
        _text_or_null(words),
        _text_or_null(end.variable),
    )


def _censoring_branch(node: Dataset) -> _Branch:
    column = {each: sql.column(f"tte.c_{each}", "q") for each in _OF_CENSORING}
    return _censored(node, None, *column.values())


def _censored(
    node: Dataset,
    condition: exp.Expr | None,
    date: exp.Expr,
    code: exp.Expr,
    description: exp.Expr,
    date_description: exp.Expr,
    variable: exp.Expr,
) -> _Branch:
    assert node.subjects is not None
    assert node.subjects.source is not None
    nothing = sql.cast(exp.Null(), exp.DataType.Type.DOUBLE)
    return _Branch(
        condition,
        date,
        _text_or_null(""),
        code,
        0,
        description,
        date_description,
        sql.text(node.subjects.source.text),
        variable,
        nothing,
        sql.column("__row", "q"),
    )


def _choose(values: Sequence[exp.Expr]) -> exp.Expr:
    """Return the value of the branch that decides; the last is that of most."""
    default = values[-1]
    ifs = [
        exp.If(this=exp.Literal.number(number), true=value)
        for number, value in enumerate(values)
        if value != default
    ]
    return exp.Case(this=sql.column(_BRANCH, "q"), ifs=ifs, default=default) if ifs else default


def _faults() -> list[Fault]:
    aval = sql.column("tte.aval")
    negative = sql.when(
        exp.LT(this=aval, expression=exp.Literal.number(0)),
        sql.cast(aval, exp.DataType.Type.VARCHAR),
    )
    undated = sql.when(sql.is_null(sql.column("tte.adt")), sql.column("tte.paramcd"))
    return [
        Fault(
            "E3230",
            negative,
            "AVAL is {value}: the deciding date lies before the start",
            "correct the dates",
            frozenset(),
        ),
        Fault(
            "E3232",
            undated,
            "endpoint {value} has no date of event or censoring",
            "correct the dates",
            frozenset(),
        ),
    ]
