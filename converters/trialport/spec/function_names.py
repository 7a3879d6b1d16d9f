"""Every function of the language by name, and the words for what is not in it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from trialport.diagnostics import did_you_mean
from trialport.functions.model import Type
from trialport.functions.registry import FUNCTIONS
from trialport.spec.parse import ExpressionError

SQL_FUNCTIONS: Mapping[type[exp.Expr], tuple[str, tuple[Type, ...], Type, int]] = {
    exp.Upper: ("upper", (Type.TEXT,), Type.TEXT, 1),
    exp.Lower: ("lower", (Type.TEXT,), Type.TEXT, 1),
    exp.Trim: ("trim", (Type.TEXT,), Type.TEXT, 1),
    exp.Length: ("length", (Type.TEXT,), Type.NUMBER, 1),
    exp.Substring: ("substr", (Type.TEXT, Type.NUMBER, Type.NUMBER), Type.TEXT, 2),
    exp.Left: ("left", (Type.TEXT, Type.NUMBER), Type.TEXT, 2),
    exp.Right: ("right", (Type.TEXT, Type.NUMBER), Type.TEXT, 2),
    exp.SplitPart: ("split_part", (Type.TEXT, Type.TEXT, Type.NUMBER), Type.TEXT, 3),
    exp.StartsWith: ("starts_with", (Type.TEXT, Type.TEXT), Type.BOOLEAN, 2),
    exp.EndsWith: ("ends_with", (Type.TEXT, Type.TEXT), Type.BOOLEAN, 2),
    exp.Contains: ("contains", (Type.TEXT, Type.TEXT), Type.BOOLEAN, 2),
    exp.Abs: ("abs", (Type.NUMBER,), Type.NUMBER, 1),
    exp.Floor: ("floor", (Type.NUMBER,), Type.NUMBER, 1),
    exp.Ceil: ("ceil", (Type.NUMBER,), Type.NUMBER, 1),
}
_SQL_FUNCTION_NAMES = [
    *(each[0] for each in SQL_FUNCTIONS.values()),
    *("coalesce", "nullif", "replace", "concat", "lpad", "rpad"),
    *("regexp_matches", "regexp_extract", "greatest", "least"),
]
_OWN = (
    "usubjid",
    "codelist",
    "term_decode",
    "collected",
    "in_unit",
    "sequence",
    "reference",
    "any_of",
)
_AGGREGATES = ("count", "min", "max", "sum")


def known_functions() -> tuple[str, ...]:
    """Return the name of every function of the language, sorted."""
    return tuple(sorted({*_SQL_FUNCTION_NAMES, *FUNCTIONS, *_OWN, *_AGGREGATES}))


def not_in_language(node: exp.Expr) -> ExpressionError:
    """Return E1310 for a node that the language lacks, with what to use instead."""
    shown = node.sql("duckdb")
    short = shown if len(shown) <= 40 else shown[:37] + "..."
    hints: dict[type[exp.Expr], str] = {
        exp.Cast: "use number(...), complete_date(...) or number_text(...)",
        exp.TryCast: "use number(...), complete_date(...) or number_text(...)",
        exp.Round: "use round_half_up(number, digits)",
        exp.If: "use case when ... then ... else ... end",
    }
    called = type(node).__name__.casefold()
    if isinstance(node, exp.Func) and type(node) not in hints:
        return ExpressionError(
            "E1310",
            f"'{called}' is not a function of the mapping language",
            did_you_mean(called, known_functions()),
        )
    return ExpressionError(
        "E1310", f"'{short}' is not in the mapping language", hints.get(type(node), "")
    )


def called_name(node: exp.Anonymous) -> str:
    """Return the name of a called function in small letters."""
    return str(node.this).casefold()
