"""Windows: values over the records of the dataset, and sequence numbers. Every order is total."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from trialport.functions.model import Type
from trialport.plan.collect import Collector, split_order
from trialport.plan.partial_order import interval_terms, is_complete
from trialport.plan.runs import begins_run, check_run, run_columns
from trialport.plan.scopes import RecordScope
from trialport.spec import sql
from trialport.spec.compiled import faults_of, finite, merged
from trialport.spec.expression_types import TEXT_LIKE, type_error
from trialport.spec.expressions import Compiled, Reference
from trialport.spec.nodes import PartialDates, Pick, RunStep, Variable, Window, WindowPick
from trialport.spec.parse import ExpressionError, parse

TIE = "__tie"
_ORDERED = {WindowPick.FIRST, WindowPick.LAST, WindowPick.NUMBER}


def is_sequence(node: Variable) -> bool:
    """Return whether the value of a variable is `sequence(...)`."""
    return node.value is not None and node.value.text.strip().casefold().startswith("sequence(")


def compile_window(
    name: str, node: Variable, scope: RecordScope, keys: Sequence[str], collector: Collector
) -> Compiled | None:
    """Return the value of a window or of `sequence(...)`; None with its faults collected.

    `keys` are the key variables of the dataset, by which sequence numbers are given.
    """
    try:
        if node.window is None:
            return _sequence(name, node, scope, keys)
        return _window(name, node.window, scope, collector)
    except ExpressionError as error:
        place = node.window.place if node.window is not None else node.place
        collector.add(error, place)
        return None


def _sequence(name: str, node: Variable, scope: RecordScope, keys: Sequence[str]) -> Compiled:
    """Return 1, 2 ... within a subject, by the keys and then by everything else."""
    assert node.value is not None
    tree = parse(node.value.text)
    if not isinstance(tree, exp.Anonymous):
        raise ExpressionError(
            "E1307", "sequence(...) stands alone, as the whole value of a variable"
        )
    named = [
        each.name for each in tree.expressions if isinstance(each, exp.Column) and not each.table
    ]
    if len(named) != len(tree.expressions):
        raise ExpressionError("E1306", "sequence takes variables of the dataset")
    subject = [each for each in ("USUBJID", "POOLID", "STUDYID") if each in scope.targets][:1]
    group = named or subject
    order = [each for each in keys if each in scope.variables and each not in {name, *group}]
    uses = frozenset(Reference(scope.dataset, each) for each in (*group, *order))
    by_keys = [] if scope.ties_by_keys else order
    terms = [exp.Ordered(this=sql.column(each), nulls_first=True) for each in by_keys]
    number = _over(exp.RowNumber(), [_bare(scope, each).sql for each in group], terms)
    return Compiled(sql.cast(number, exp.DataType.Type.DOUBLE), Type.NUMBER, uses)


def _window(name: str, node: Window, scope: RecordScope, collector: Collector) -> Compiled | None:
    if (node.pick is None) == (node.flag is None):
        raise ExpressionError("E1212", "a window has either pick or flag")
    if node.run is None and node.step is not RunStep.DAY:
        raise ExpressionError("E1270", "'step' is of a run, and there is no 'run'", "add run: ...")
    if node.flag not in {None, Pick.FIRST, Pick.LAST}:
        raise ExpressionError("E1212", "flag is first or last")
    if not node.order and (node.flag or node.pick in _ORDERED):
        chosen = f"flag: {node.flag}" if node.flag else f"pick: {node.pick}"
        raise ExpressionError("E1210", f"{chosen} needs an order", "add order: [...]")
    where = collector.condition(node.where, scope) if node.where is not None else None
    value = collector.compile(node.value, scope) if node.value is not None else None
    if (node.where is not None and where is None) or (node.value is not None and value is None):
        return None
    group = [_bare(scope, each.text) for each in node.by]
    named = [(split_order(each), each) for each in node.order]
    order = [(_bare(scope, column), descending) for (column, descending), _ in named]
    parts = [
        each for each in (where, value, *group, *(each for each, _ in order)) if each is not None
    ]
    if value is not None:
        _check_type(node, value.type)
    uses = frozenset[Reference]().union(*(part.uses for part in parts))
    condition = where.sql if where is not None else None
    before: tuple[exp.Alias, ...] = ()
    if node.run is not None:
        check_run(node, order[0][0] if order else None)
        assert condition is not None
        date = order[0][0].sql
        before = run_columns(name, node, condition, [each.sql for each in group], date)
        condition = begins_run(name)
    terms, complete = _by_intervals(node, order)
    condition = sql.every([*([condition] if condition is not None else []), *complete])
    tree, kind = _value(node, condition, value, [each.sql for each in group], terms)
    made = Compiled(tree, kind, uses, faults_of(parts), merged(parts)[1], before=before)
    return finite(made) if node.pick is WindowPick.SUM and kind is Type.NUMBER else made


def _by_intervals(
    node: Window, order: Sequence[tuple[Compiled, bool]]
) -> tuple[list[tuple[exp.Expr, bool]], list[exp.Expr]]:
    """Return the order with partial dates as the window has them, and who takes part."""
    terms: list[tuple[exp.Expr, bool]] = []
    behind: list[tuple[exp.Expr, bool]] = []
    complete: list[exp.Expr] = []
    for (column, descending), entry in zip(order, node.order, strict=True):
        if column.type is not Type.DTC:
            terms.append((column.sql, descending))
            continue
        if node.partial_dates is None:
            problem = f"'{split_order(entry)[0]}' in order is an ISO 8601 text that may be partial"
            remedy = "add partial_dates: exclude, earliest or latest"
            raise ExpressionError("E1273", problem, remedy)
        if node.partial_dates is PartialDates.EXCLUDE:
            complete.append(is_complete(column.sql))
            terms.append((column.sql, descending))
            continue
        days = interval_terms(column.sql, node.partial_dates)
        terms += [(each, descending) for each in days]
        behind.append((column.sql, descending))
    return [*terms, *behind], complete


def _check_type(node: Window, kind: Type) -> None:
    """Refuse a value that has no sum, or no greatest and least."""
    if node.pick is WindowPick.SUM and kind not in {Type.NUMBER, Type.BOOLEAN, Type.NULL}:
        raise type_error("the value of pick: sum", kind, "number")
    if node.pick in {WindowPick.MIN, WindowPick.MAX} and kind in TEXT_LIKE:
        problem = f"pick: {node.pick} orders texts"
        raise ExpressionError("E1403", problem, "use number(...) or complete_date(...)")


def _bare(scope: RecordScope, name: str) -> Compiled:
    found = scope.resolve("", name)
    return Compiled(found.sql, found.type, frozenset([found.reference]))


def _value(
    node: Window,
    condition: exp.Expr | None,
    value: Compiled | None,
    group: list[exp.Expr],
    order: list[tuple[exp.Expr, bool]],
) -> tuple[exp.Expr, Type]:
    last = node.flag is Pick.LAST or node.pick is WindowPick.LAST
    terms = [_term(column, descending=descending != last) for column, descending in order]
    takes_part = sql.call("coalesce", condition, exp.false()) if condition is not None else None
    if node.flag is not None:
        inside = [*group, *([takes_part] if takes_part is not None else [])]
        first: exp.Expr = exp.EQ(
            this=_over(exp.RowNumber(), inside, terms), expression=exp.Literal.number(1)
        )
        chosen = first if takes_part is None else exp.And(this=takes_part, expression=first)
        return sql.when(chosen, sql.text("Y")), Type.TEXT
    if node.pick is WindowPick.NUMBER:
        inside = [*group, *([takes_part] if takes_part is not None else [])]
        number: exp.Expr = sql.cast(_over(exp.RowNumber(), inside, terms), exp.DataType.Type.DOUBLE)
        return (number if takes_part is None else sql.when(takes_part, number)), Type.NUMBER
    if value is None and node.pick is not WindowPick.COUNT:
        raise ExpressionError("E1212", f"pick: {node.pick} needs a value")
    taken = value.sql if value is not None else exp.Literal.number(1)
    if takes_part is not None:
        taken = sql.when(takes_part, taken)
    kind = value.type if value is not None else Type.NUMBER
    return _aggregate(node.pick, taken, takes_part, group, terms), (
        Type.NUMBER if node.pick is WindowPick.COUNT else kind
    )


def _aggregate(
    pick: WindowPick | None,
    taken: exp.Expr,
    takes_part: exp.Expr | None,
    group: list[exp.Expr],
    terms: list[exp.Ordered],
) -> exp.Expr:
    if pick in {WindowPick.FIRST, WindowPick.LAST}:
        first = [] if takes_part is None else [_term(takes_part, descending=True)]
        return _over(sql.call("first_value", taken), group, [*first, *terms], whole=True)
    if pick is WindowPick.COUNT:
        return sql.cast(_over(sql.call("count", taken), group, None), exp.DataType.Type.DOUBLE)
    if pick is WindowPick.SUM:
        return _over(sql.call("sum", taken), group, [], whole=True)
    return _over(sql.call("max" if pick is WindowPick.MAX else "min", taken), group, None)


def _term(column: exp.Expr, *, descending: bool) -> exp.Ordered:
    return exp.Ordered(this=column, desc=descending, nulls_first=False)


def _over(
    function: exp.Expr,
    group: list[exp.Expr],
    terms: list[exp.Ordered] | None,
    *,
    whole: bool = False,
) -> exp.Window:
    """Return a window over a group; an order ends in the dataset's tie breaker and is total."""
    order = None
    if terms is not None:
        tie = exp.Ordered(this=sql.column(TIE), nulls_first=False)
        order = exp.Order(expressions=[*terms, tie])
    spec = None
    if whole:
        spec = exp.WindowSpec(
            kind="ROWS",
            start="UNBOUNDED",
            start_side="PRECEDING",
            end="UNBOUNDED",
            end_side="FOLLOWING",
        )
    return exp.Window(
        this=function,
        partition_by=list(group),
        order=order,
        spec=spec,
        over="OVER",
    )
