"""Imputed dates and times of analysis datasets, which have their imputation flags beside them.

Source: ADaMIG 1.3, 3.1.2 and 3.1.3: where *DT, *TM or a part of *DTM was imputed, *DTF or *TMF must
be populated and is required.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain

from sqlglot import exp

from trialport.functions.model import Type
from trialport.plan.collect import Collector
from trialport.spec.nodes import Dataset, Variable
from trialport.spec.parse import ExpressionError, parse

_DAYS = {"earliest_day", "latest_day", "earliest_datetime", "latest_datetime"}
_MOMENTS = {"earliest_datetime", "latest_datetime"}
_ONE_OF_THEM = {"coalesce", "greatest", "least"}
_THE_FIRST = {"nullif", "add_days", "min", "max", "date_of", "time_of"}
_ALWAYS = ("tte", "adt")


def check_imputed(
    node: Dataset,
    definitions: Sequence[Mapping[str, Variable]],
    types: Mapping[str, Type],
    collector: Collector,
) -> None:
    """Report E2012 for each date or time that may be imputed and has no flag in its dataset.

    Args:
        node: the analysis dataset.
        definitions: the variables of each block.
        types: the type of each variable's values.
        collector: receives the faults.
    """
    if not node.keep:
        return
    names = {name for defined in definitions for name in defined}
    for name in sorted(names):
        needed = _flags(name, types.get(name, Type.NULL))
        if not needed:
            continue
        for defined in definitions:
            variable = defined.get(name)
            if variable is None or not variable.keep:
                continue
            imputed = _imputed(name, defined, bool(node.impute))
            missing = [each for each in needed if each[0] in imputed and each[1] not in names]
            if missing:
                (what, flag), *_ = missing
                shown = " and ".join(each for _, each in missing)
                problem = f"{name} may be imputed, and {shown} does not tell"
                function = "imputation_flag" if what == "day" else "time_imputation_flag"
                remedy = f"add {flag}: {function}(...), or make {name} a helper (keep: no)"
                collector.fault("E2012", variable.place, problem, remedy)
                break


def _flags(name: str, kind: Type) -> list[tuple[str, str]]:
    """Return which flags a variable needs, of its day and of its time.

    >>> _flags("ASTDTM", Type.DATETIME)
    [('day', 'ASTDTF'), ('time', 'ASTTMF')]
    >>> _flags("LSTALVDT", Type.DATE)
    [('day', 'LSTALVDF')]
    """
    if name.endswith("DTM") and kind is Type.DATETIME:
        return [("day", f"{name[:-1]}F"), ("time", f"{name[:-3]}TMF")]
    if name.endswith("DT") and kind is Type.DATE:
        return [("day", f"{name}F" if len(name) < 8 else f"{name[:-1]}F")]
    if name.endswith("TM") and kind is Type.NUMBER:
        return [("time", f"{name}F" if len(name) < 8 else f"{name[:-1]}F")]
    return []


def _imputed(
    name: str,
    defined: Mapping[str, Variable],
    imputes_events: bool,
    seen: frozenset[str] = frozenset(),
) -> set[str]:
    """Return which parts of a variable may be imputed: its day, its time.

    What another date that is written may have imputed is told by the flag of that one.
    """
    node = defined[name]
    if node.value is None:
        return set()
    try:
        tree = parse(node.value.text)
    except ExpressionError:
        return set()
    found: set[str] = set()
    for part in _values(tree):
        if isinstance(part, exp.Anonymous):
            called = part.name.casefold()
            found |= {"day"} if called in _DAYS else set()
            found |= {"time"} if called in _MOMENTS else set()
        elif isinstance(part, exp.Column):
            other = part.name
            if (part.table, other) == _ALWAYS and imputes_events:
                found.add("day")
            own = part.table == "" and other in defined and other not in {name, *seen}
            if own and not (defined[other].keep and _is_date(other)):
                found |= _imputed(other, defined, imputes_events, seen | {name})
    return found


def _is_date(name: str) -> bool:
    return name.endswith(("DT", "DTM", "TM"))


def _values(tree: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the parts of an expression of which its value may be one: no conditions."""
    inner: Collection[exp.Expr] = ()
    if isinstance(tree, exp.Paren):
        inner = [tree.this]
    elif isinstance(tree, exp.Case):
        inner = [each.args["true"] for each in tree.args["ifs"]]
        inner += [tree.args["default"]] if tree.args.get("default") is not None else []
    elif isinstance(tree, exp.Anonymous):
        called = tree.name.casefold()
        if called in _ONE_OF_THEM:
            inner = tree.expressions
        elif called in _THE_FIRST:
            inner = tree.expressions[:1]
    if inner:
        yield from chain.from_iterable(map(_values, inner))
    else:
        yield tree
