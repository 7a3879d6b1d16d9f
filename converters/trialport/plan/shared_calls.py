"""Calls that several columns of one table make alike: made once, in a column of their own.

A macro of DuckDB is put into a query wherever it is called, and what is called inside it again, so
a value and its findings, which look at the same call, would have it planned and run several times.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from trialport.spec import sql

_CHEAP = {"tp_half_width", "tp_flag", "tp_yes_no", "tp_days_between"}


def share_calls(
    columns: Sequence[exp.Expr], prefix: str
) -> tuple[list[list[exp.Expr]], list[exp.Expr]]:
    """Return the columns, and before them layers of columns that hold what they call alike.

    A layer needs those before it. Only clinical functions are taken out: they are defined for every
    value, so that it does not matter whether a branch of `case` asks for them.

    Args:
        columns: what one table adds, each with its alias.
        prefix: begins the names of the columns that are made.
    """
    whole = exp.Tuple(expressions=list(columns))
    if not _clinical_calls(whole):
        return [], list(columns)
    whole = whole.copy()
    calls = _clinical_calls(whole)
    made: dict[str, exp.Expr] = {}
    gone: set[int] = set()
    for places in sorted(calls.values(), key=lambda each: -_size(each[0])):
        alive = [each for each in places if id(each) not in gone]
        if len(alive) < 2:
            continue
        name = f"{prefix}{len(made)}"
        for each in alive:
            each.replace(sql.column(name))
        for each in alive[1:]:
            gone.update(id(part) for part in each.walk())
        # What is inside the one that stays may be shared further.
        made[name] = exp.Paren(this=alive[0])
    return _layers(made), list(whole.expressions)


def _clinical_calls(whole: exp.Expr) -> dict[exp.Expr, list[exp.Expr]]:
    """Return each call that is worth sharing, with its places: two at least."""
    calls: dict[exp.Expr, list[exp.Expr]] = {}
    for call in whole.find_all(exp.Anonymous):
        name = str(call.this).lower()
        if name.startswith("tp_") and name not in _CHEAP:
            calls.setdefault(call, []).append(call)
    return {
        call: places
        for call, places in calls.items()
        if len(places) > 1 and call.find(exp.Query) is None
    }


def _size(tree: exp.Expr) -> int:
    return sum(1 for _ in tree.walk())


def _layers(made: dict[str, exp.Expr]) -> list[list[exp.Expr]]:
    """Return the columns in layers, each of which needs only those before it."""
    left = dict(made)
    layers: list[list[exp.Expr]] = []
    while left:
        ready = [
            name
            for name, tree in left.items()
            if not any(each.name in left for each in tree.find_all(exp.Column))
        ]
        layers.append([sql.alias(left.pop(name).this, name) for name in ready])
    return layers
