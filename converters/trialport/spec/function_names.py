"""Every function of the language by name, and the words for what is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sqlglot import exp

from trialport.diagnostics import did_you_mean
from trialport.functions.model import Type
from trialport.functions.registry import FUNCTIONS
from trialport.spec.expression_error import ExpressionError


@dataclass(frozen=True, slots=True)
class SqlFunction:
    """A function of SQL that the language takes over: its arguments, its result."""

    parameters: tuple[Type, ...]
    returns: Type
    needed: int


SQL_FUNCTIONS: Mapping[str, SqlFunction] = {
    "upper": SqlFunction((Type.TEXT,), Type.TEXT, 1),
    "lower": SqlFunction((Type.TEXT,), Type.TEXT, 1),
    "trim": SqlFunction((Type.TEXT,), Type.TEXT, 1),
    "length": SqlFunction((Type.TEXT,), Type.NUMBER, 1),
    "substr": SqlFunction((Type.TEXT, Type.NUMBER, Type.NUMBER), Type.TEXT, 2),
    "left": SqlFunction((Type.TEXT, Type.NUMBER), Type.TEXT, 2),
    "right": SqlFunction((Type.TEXT, Type.NUMBER), Type.TEXT, 2),
    "split_part": SqlFunction((Type.TEXT, Type.TEXT, Type.NUMBER), Type.TEXT, 3),
    "starts_with": SqlFunction((Type.TEXT, Type.TEXT), Type.BOOLEAN, 2),
    "ends_with": SqlFunction((Type.TEXT, Type.TEXT), Type.BOOLEAN, 2),
    "contains": SqlFunction((Type.TEXT, Type.TEXT), Type.BOOLEAN, 2),
    "abs": SqlFunction((Type.NUMBER,), Type.NUMBER, 1),
    "floor": SqlFunction((Type.NUMBER,), Type.NUMBER, 1),
    "ceil": SqlFunction((Type.NUMBER,), Type.NUMBER, 1),
}
_SQL_FUNCTION_NAMES = [
    *SQL_FUNCTIONS,
    *("coalesce", "nullif", "replace", "concat", "lpad", "rpad"),
    *("regexp_matches", "regexp_extract", "greatest", "least"),
]
_OWN = (
    "usubjid",
    "person",
    "codelist",
    "term_decode",
    "collected",
    "in_unit",
    "sequence",
    "reference",
    "any_of",
)
_AGGREGATES = ("count", "min", "max", "sum")
_TYPED = "use number(...), complete_date(...) or number_text(...)"
_CASE = "use case when ... then ... else ... end"
_INSTEAD = {
    "cast": _TYPED,
    "try_cast": _TYPED,
    "convert": _TYPED,
    "date": "use complete_date(...)",
    "to_date": "use complete_date(iso8601(...))",
    "round": "use round_half_up(number, digits)",
    "if": _CASE,
    "iif": _CASE,
    "decode": _CASE,
    "ifnull": "use coalesce(...)",
    "nvl": "use coalesce(...)",
    "isnull": "use x is null",
    "len": "use length(text)",
    "char_length": "use length(text)",
    "ucase": "use upper(text)",
    "lcase": "use lower(text)",
    "substring": "use substr(text, start, length)",
    "mid": "use substr(text, start, length)",
    "ceiling": "use ceil(number)",
    "avg": "use sum(...) / count(...)",
    "mean": "use sum(...) / count(...)",
    "regexp_replace": "use replace(text, 'a', 'b') or regexp_extract(text, 'pattern')",
}


@cache
def known_functions() -> tuple[str, ...]:
    """Return the name of every function of the language, sorted."""
    return tuple(sorted({*_SQL_FUNCTION_NAMES, *FUNCTIONS, *_OWN, *_AGGREGATES}))


def unknown_function(name: str) -> None:
    """Raise E1310 where no function of the language has the name, with what to use instead."""
    called = name.casefold()
    if called in known_functions():
        return
    remedy = _INSTEAD.get(called) or did_you_mean(called, known_functions())
    problem = f"'{called}' is not a function of the mapping language"
    raise ExpressionError("E1310", problem, remedy)


def not_in_language(node: exp.Expr) -> ExpressionError:
    """Return E1310 for a node that the language lacks."""
    written = node.sql("duckdb")
    short = written if len(written) <= 40 else written[:37] + "..."
    return ExpressionError("E1310", f"'{short}' is not in the mapping language")


def called_name(node: exp.Anonymous) -> str:
    """Return the name of a called function in small letters."""
    return str(node.this).casefold()
