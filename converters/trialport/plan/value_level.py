"""Value level: what a variable holds where others have certain values, told and watched.

Source: Define-XML 2.1, value level metadata.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from trialport.functions.model import Type
from trialport.plan.chain import Chain, FaultColumns
from trialport.plan.collect import Collector
from trialport.plan.model import ValuePlan
from trialport.plan.scopes import RecordScope
from trialport.spec import sql
from trialport.spec.expressions import Fault
from trialport.spec.nodes import Dataset, Endpoint, Estimand, ValueLevel
from trialport.spec.parse import ExpressionError

_INTEGER = r"^[+-]?[0-9]+$"
_FLOAT = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"


def value_plans(node: Dataset) -> tuple[ValuePlan, ...]:
    """Return what a dataset states value by value."""
    return tuple(
        ValuePlan(
            variable=each.variable.text,
            when=tuple(
                (name, tuple(value.text for value in values)) for name, values in each.when.items()
            ),
            place=each.place,
            label=each.label,
            type=each.type,
            length=int(each.length.text) if each.length else None,
            codelist=each.codelist.text if each.codelist else "",
            origin=each.origin,
            method=each.method,
            comment=each.comment,
        )
        for each in node.value_level
    )


def endpoint_values(node: Dataset) -> tuple[ValuePlan, ...]:
    """Return method and estimand of the time of each endpoint, by parameter."""
    by_value = {
        each.value.text.strip(): name
        for name, each in node.variables.items()
        if each.value is not None
    }
    time, code = by_value.get("tte.aval"), by_value.get("tte.paramcd")
    if time is None or code is None:
        return ()
    return tuple(
        ValuePlan(
            variable=time,
            when=((code, (name,)),),
            place=each.place,
            label=each.param,
            method=_method(each, node),
            comment=_estimand(each.estimand) if each.estimand is not None else "",
        )
        for name, each in node.endpoints.items()
    )


def _method(endpoint: Endpoint, node: Dataset) -> str:
    """Return in one sentence how the time of an endpoint comes about."""
    events = [
        node.events[each.text].description for each in endpoint.event if each.text in node.events
    ]
    known = [
        node.competing[each.text] for each in endpoint.competing if each.text in node.competing
    ]
    rivals = [each.description for each in known if each.counts == "competing"]
    ends = [each.description for each in known if each.counts == "censoring"]
    begins = node.events.get(endpoint.start.text) if endpoint.start is not None else None
    start = begins.description if begins is not None else "the start"
    parts = [f"Days from {start} to the first of: {', '.join(events)}"]
    parts += [f"competing: {', '.join(rivals)}"] if rivals else []
    parts += [f"censored by: {', '.join(ends)}"] if ends else []
    parts += _seen(endpoint)
    parts += [f"within {endpoint.window} days"] if endpoint.window is not None else []
    parts += ["the day of the start is day 1" if node.add_one else "the day of the start is day 0"]
    return "; ".join([*parts, "else censored"]) + "."


def _seen(endpoint: Endpoint) -> list[str]:
    seen = endpoint.assessed
    if seen is None:
        return []
    gap = f", as is an event more than {seen.gap} days after it" if seen.gap is not None else ""
    return [f"censoring is at the last assessment{gap}"]


def _estimand(node: Estimand) -> str:
    strategies = "; ".join(f"{name}: {words}" for name, words in node.intercurrent.items())
    return (
        f"Estimand. Treatments: {node.treatment}. Population: {node.population}. "
        f"Variable: {node.variable}. Intercurrent events: {strategies}. Summary: {node.summary}."
    )


def add_value_checks(
    node: Dataset, scope: RecordScope, chain: Chain, faults: FaultColumns, collector: Collector
) -> None:
    """Add fault columns for values that are not what their value level says (E3271-E3273)."""
    columns = [
        faults.add(fault, each.variable.text, each.place)
        for each in node.value_level
        for fault in _faults(each, node, scope, collector)
    ]
    if columns:
        chain.extend(columns)


def _faults(
    node: ValueLevel, dataset: Dataset, scope: RecordScope, collector: Collector
) -> Iterator[Fault]:
    applies = _applies(node, scope, collector)
    if applies is None:
        return
    known = dataset.variables.get(node.variable.text)
    if known is not None and not known.keep:
        problem = f"{node.variable.text} is not kept, and has no value level"
        collector.fault(
            "E1272", node.variable.place, problem, "describe a variable that is written"
        )
        return
    found = scope.resolve("", node.variable.text)
    value = found.sql
    if found.type is Type.NUMBER:
        value = sql.call("tp_number_text", value)
    elif found.type not in {Type.TEXT, Type.DTC, Type.NULL}:
        value = sql.cast(value, exp.DataType.Type.VARCHAR)
    words = " and ".join(
        f"{name} is {' or '.join(value.text for value in values)}"
        for name, values in node.when.items()
    )
    if node.codelist is not None:
        try:
            codelist = collector.vocabulary.codelist(node.codelist.text)
        except ExpressionError as error:
            collector.add(error, node.codelist.place)
            return
        same = exp.EQ(this=codelist.mapped(value), expression=value)
        fits: exp.Expr = sql.call("coalesce", same, exp.false())
        problem = f"{{value}} is no term of codelist {codelist.title}, where {words}"
        yield _fault("E3271", applies, fits, value, problem)
    if node.type in {"integer", "float"}:
        pattern = sql.text(_INTEGER if node.type == "integer" else _FLOAT)
        fits = sql.call("regexp_matches", value, pattern)
        problem = f"{{value}} is no {node.type}, where {words}"
        yield _fault("E3272", applies, fits, value, problem)
    if node.length is not None:
        size = sql.call("strlen", value)
        fits = exp.LTE(this=size, expression=exp.Literal.number(int(node.length.text)))
        problem = f"{{value}} has more than {node.length.text} bytes, where {words}"
        yield _fault("E3273", applies, fits, value, problem)


def _fault(code: str, applies: exp.Expr, fits: exp.Expr, value: exp.Expr, problem: str) -> Fault:
    both = exp.And(this=sql.paren(applies), expression=exp.Not(this=sql.paren(fits)))
    remedy = "correct the record, or the entry of value_level"
    return Fault(code, sql.when(both, value), problem, remedy, frozenset())


def _applies(node: ValueLevel, scope: RecordScope, collector: Collector) -> exp.Expr | None:
    """Return the condition of `when`; None and a fault where a name is unknown or no text."""
    parts: list[exp.Expr] = []
    for name, values in {node.variable.text: (), **node.when}.items():
        try:
            found = scope.resolve("", name)
        except ExpressionError as error:
            collector.add(error, node.variable.place if not values else values[0].place)
            return None
        if not values:
            continue
        if found.type not in {Type.TEXT, Type.DTC, Type.NULL}:
            problem = f"'{name}' is {found.type}, value level goes by texts such as --TESTCD"
            collector.fault("E1272", values[0].place, problem)
            return None
        parts.append(exp.In(this=found.sql, expressions=[sql.text(each.text) for each in values]))
    if not parts:
        problem = "'when' is empty: it says of no record what the variable holds"
        collector.fault("E1272", node.place, problem, "add when: {LBTESTCD: ALB}")
    return sql.every(parts)
