"""The page of the functions: those defined in `trialport.functions`, and the compiler's own."""

from __future__ import annotations

from collections.abc import Iterator

from trialport.functions.model import Function, Type
from trialport.functions.registry import FUNCTIONS
from trialport.spec.function_names import SQL_FUNCTIONS

from .compiler_functions import OWN, SQL, Described
from .markdown import block, sentence, table

_HEAD = """# Functions of expressions

This page is written by `make docs`, the first part from the definitions in `trialport.functions`;
change them, not the page. Expressions are described in [the mapping language](mapping-language.md).

Each function is defined once, as SQL of DuckDB. The examples are run by the tests
(`tests/functions`), and so are right by more than intention. Results are shown as text; numbers
are doubles (`5.0` is written as 5 to a file), and ISO 8601 text may be partial.
"""
_FAILS = "The result is null although the first argument is not: a finding that names the record."


def functions_page() -> str:
    """Return the page."""
    clinical = [_clinical(each) for each in FUNCTIONS.values()]
    own = table(["function", "result", "null"], [_described(each) for each in OWN])
    sql = table(["function", "result"], [*_sql(), *(_described(each)[:2] for each in SQL)])
    return "\n".join(
        [
            _HEAD,
            "## Clinical functions\n",
            *clinical,
            "## Functions of the specification\n",
            "They look at the specification (terminology, units, lookups, keys) as well.\n",
            own,
            "## Functions of SQL\n",
            "They do what they do in DuckDB. Unless said otherwise, a null argument gives null.\n",
            sql,
        ]
    )


def _clinical(function: Function) -> str:
    calls = [_call(function, place) for place in range(len(function.forms))]
    parts = [f"### {function.name}\n", block("\n".join(calls)), f"{sentence(function.doc)}\n"]
    return "\n".join(
        [*parts, *(f"- {each}" for each in _remarks(function)), "", _examples(function)]
    )


def _call(function: Function, place: int) -> str:
    parameters = ", ".join(f"{each.name}: {each.type}" for each in function.forms[place].parameters)
    return f"{function.name}({parameters}) -> {function.returns}"


def _remarks(function: Function) -> Iterator[str]:
    if function.unit:
        yield f"Unit: {function.unit}."
    yield sentence(function.nulls)
    if function.fails:
        yield f"Finding: {_FAILS}"
    yield f"Source: {sentence(function.source)}"


def _examples(function: Function) -> str:
    width = max(len(expression) for expression, _ in function.examples)
    lines = [
        f"{expression.ljust(width)}  =  {'null' if result is None else result}"
        for expression, result in function.examples
    ]
    return block("\n".join(lines))


def _described(function: Described) -> tuple[str, str, str]:
    return f"`{function.call}`", function.result, function.null


def _sql() -> Iterator[tuple[str, str]]:
    """Yield call and result of the functions whose types the compiler keeps in a table."""
    for name, function in SQL_FUNCTIONS.items():
        words = [f"{each}" for each in function.parameters[: function.needed]]
        optional = "".join(f"[, {each}]" for each in function.parameters[function.needed :])
        yield f"`{name}({', '.join(words)}{optional})`", _result(function.returns)


def _result(kind: Type) -> str:
    return "true or false" if kind is Type.BOOLEAN else f"a {kind}"
