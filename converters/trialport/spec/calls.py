"""The functions of the language itself: clinical ones, codelists, units, aggregates over sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from trialport.functions.model import Function, Type
from trialport.functions.registry import FUNCTIONS
from trialport.spec import sql, sql_functions, values
from trialport.spec.compiled import (
    Aggregate,
    Compiled,
    Fault,
    combined,
    finite,
    with_fault,
)
from trialport.spec.compiler import Call, Compiler, Handler
from trialport.spec.expression_error import ExpressionError
from trialport.spec.expression_types import TEXT_LIKE, fits, type_error
from trialport.spec.function_names import called_name, unknown_function

_FAULTS = {
    "number": (
        "E3201",
        "{value} is not a number",
        "correct the record, or map the text before number()",
    ),
    "iso8601": ("E3202", "{value} is not a date that can be read", "correct the record"),
    "excel_date": ("E3202", "{value} is not an Excel date", "correct the record"),
    "grade_number": ("E3205", "{value} is not a grade", "correct the record"),
    "age_in_years": (
        "E3206",
        "{value} leaves the age open",
        "collect the missing part of the date",
    ),
}


MOST_ARGUMENTS = 30


def _function(node: exp.Expr, c: Compiler) -> Compiled:
    assert isinstance(node, exp.Anonymous)
    called = called_name(node)
    if len(node.expressions) > MOST_ARGUMENTS:
        problem = f"{called} is given {len(node.expressions)} arguments"
        raise ExpressionError("E1306", problem, f"{MOST_ARGUMENTS} are allowed")
    if called in _CALLS:
        return _CALLS[called](node, c)
    if called == "sequence":
        raise ExpressionError(
            "E1307", "sequence(...) stands alone, as the whole value of a variable"
        )
    unknown_function(called)
    return _clinical(c, FUNCTIONS[called], node)


def _clinical(c: Compiler, function: Function, node: exp.Anonymous) -> Compiled:
    forms = {len(form.parameters): form for form in function.forms}
    form = forms.get(len(node.expressions))
    if form is None:
        counts = " or ".join(str(count) for count in sorted(forms))
        raise ExpressionError(
            "E1306", f"{function.name} takes {counts} arguments, not {len(node.expressions)}"
        )
    parts = [
        c.expect(each, parameter.type, f"argument '{parameter.name}' of {function.name}")
        for each, parameter in zip(node.expressions, form.parameters, strict=True)
    ]
    tree = sql.call(function.macro, *(part.sql for part in parts))
    whole = combined(tree, function.returns, parts)
    for blamed, code, problem, remedy in _blamed(function, parts):
        whole = with_fault(whole, blamed, code, problem, remedy)
    return whole


_Blamed = tuple[Compiled, str, str, str]


def _blamed(function: Function, parts: Sequence[Compiled]) -> list[_Blamed]:
    """Return the values that are at fault where they are there and the result is null."""
    first, rest = parts[0], parts[1:]
    if function.name in {"earliest_day", "latest_day"} and rest:
        side = "before" if function.name == "earliest_day" else "after"
        problem = f"{{value}} is {side} what it must not be {side}, whatever its unknown parts are"
        possible = sql.not_null(sql.call(function.macro, first.sql))
        return [(_where(first, possible), "E3252", problem, "correct the dates of the record")]
    if not function.fails:
        return []
    fault = _FAULTS[function.name]
    if function.name == "age_in_years":
        return [(_where(first, sql.not_null(rest[0].sql)), *fault)]
    if function.name == "iso8601" and len(parts) == 2:
        alone = sql.call(function.macro, first.sql)
        readable = exp.Not(this=sql.paren(_every([sql.not_null(first.sql), sql.is_null(alone)])))
        problem = "{value} is not a time that can be read, or has no complete date"
        return [
            (_where(first, sql.is_null(alone)), *fault),
            (_where(rest[0], readable), fault[0], problem, fault[2]),
        ]
    if function.name == "iso8601" and rest:
        shown = [sql.call("coalesce", part.sql, sql.text("-")) for part in parts]
        given = exp.Or(
            this=exp.Or(this=sql.not_null(parts[0].sql), expression=sql.not_null(parts[1].sql)),
            expression=sql.not_null(parts[2].sql),
        )
        written = combined(sql.call("concat_ws", sql.text("/"), *shown), Type.TEXT, parts)
        return [(_where(written, given), *fault)]
    return [(first, *fault)]


def _where(value: Compiled, condition: exp.Expr) -> Compiled:
    """Return a value as it counts where a condition holds."""
    return replace(value, sql=sql.when(condition, value.sql))


def _every(conditions: Sequence[exp.Expr]) -> exp.Expr:
    whole = sql.every(conditions)
    assert whole is not None
    return whole


def _usubjid(node: exp.Anonymous, c: Compiler) -> Compiled:
    parts = [c.expect(each, Type.TEXT) for each in node.expressions]
    if not parts:
        raise ExpressionError("E1306", "usubjid takes at least one argument")
    number = _stays(_joined(parts), c)
    head = exp.DPipe(this=sql.text(c.vocabulary.studyid), expression=sql.text("-"))
    return combined(exp.DPipe(this=head, expression=number), Type.TEXT, parts)


def _person(node: exp.Anonymous, c: Compiler) -> Compiled:
    parts = [c.expect(each, Type.TEXT) for each in node.expressions]
    if not parts:
        raise ExpressionError("E1306", "person takes at least one argument")
    return combined(_stays(_joined(parts), c), Type.TEXT, parts)


def _joined(parts: Sequence[Compiled]) -> exp.Expr:
    tree = sql.paren(parts[0].sql)
    for part in parts[1:]:
        joined = exp.DPipe(this=tree, expression=sql.text("-"))
        tree = exp.DPipe(this=joined, expression=sql.paren(part.sql))
    return tree


def _stays(number: exp.Expr, c: Compiler) -> exp.Expr:
    """Return the subject number that stays for a number, which is mostly the number itself."""
    if not c.vocabulary.persons:
        return number
    pairs = c.vocabulary.persons.items()
    ifs = [exp.If(this=sql.text(earlier), true=sql.text(stays)) for earlier, stays in pairs]
    return exp.Case(this=sql.paren(number), ifs=ifs, default=number)


def _codelist(node: exp.Anonymous, c: Compiler) -> Compiled:
    called = called_name(node)
    if len(node.expressions) != 2 or not node.expressions[1].is_string:
        raise ExpressionError(
            "E1306", f"{called} takes a value and the name of a codelist in quotes"
        )
    value = c.expect(node.expressions[0], Type.TEXT)
    return through_codelist(c, value, node.expressions[1].name, decode=called == "term_decode")


def _collected(node: exp.Anonymous, c: Compiler) -> Compiled:
    if len(node.expressions) != 1 or not isinstance(node.expressions[0], exp.Column):
        raise ExpressionError("E1306", "collected takes one raw column")
    column = node.expressions[0]
    c.compile(column)
    found = c.scope.resolve(column.table, column.name)
    if found.collected is None:
        raise ExpressionError("E1306", f"'{column.name}' is not a raw column")
    return Compiled(found.collected, Type.TEXT, frozenset([found.reference]))


def _in_unit(node: exp.Anonymous, c: Compiler) -> Compiled:
    if len(node.expressions) not in {3, 4}:
        raise ExpressionError("E1306", "in_unit takes a number, two units and perhaps an analyte")
    wanted = (Type.NUMBER, Type.TEXT, Type.TEXT, Type.TEXT)
    parts = [c.expect(each, kind) for each, kind in zip(node.expressions, wanted, strict=False)]
    for unit in node.expressions[1:3]:
        if unit.is_string:
            c.vocabulary.check_unit(unit.name)
    analyte = parts[3].sql if len(parts) == 4 else sql.text("")
    tree = sql.call("tp_in_unit", *(part.sql for part in parts[:3]), analyte)
    whole = combined(tree, Type.NUMBER, parts)
    failed = sql.every([sql.not_null(parts[0].sql), sql.is_null(tree)])
    assert failed is not None
    unit = sql.call("coalesce", parts[1].sql, sql.text("(none)"))
    problem = "unit {value} has no known factor to the standard unit"
    remedy = "correct the unit, or map it to a known unit first"
    words = Fault("E3204", sql.when(failed, unit), problem, remedy, parts[1].uses)
    return Compiled(whole.sql, whole.type, whole.uses, (*whole.faults, words), whole.aggregates)


def _reference(node: exp.Anonymous, c: Compiler) -> Compiled:
    if len(node.expressions) < 2 or not node.expressions[0].is_string:
        raise ExpressionError("E1306", "reference takes a resource type in quotes and its identity")
    kind = node.expressions[0].name
    if not kind.isalpha():
        raise ExpressionError("E1306", f"'{kind}' is not a resource type")
    parts = [c.expect(each, Type.TEXT) for each in node.expressions[1:]]
    tree = sql.call("concat_ws", sql.text("|"), *(part.sql for part in parts))
    present = sql.every(sql.not_null(part.sql) for part in parts)
    assert present is not None
    marked = exp.DPipe(this=sql.text(f"\x01{kind}|"), expression=tree)
    return combined(sql.when(present, marked), Type.TEXT, parts)


def _aggregate(node: exp.Anonymous, c: Compiler) -> Compiled:
    function, arguments = called_name(node), node.expressions
    if len(arguments) != 1 or isinstance(arguments[0], exp.Star):
        raise ExpressionError(
            "E1306", f"{function} takes one argument, e.g. {function}(set.VARIABLE)"
        )
    qualifiers = {each.table for each in arguments[0].find_all(exp.Column) if each.table != "study"}
    inner_scope = c.scope.set_scope(next(iter(qualifiers))) if len(qualifiers) == 1 else None
    if inner_scope is None:
        problem = f"{function} is for the records of one set lookup, e.g. {function}(set.VARIABLE)"
        remedy = (
            "greatest and least compare values of one record" if function in {"min", "max"} else ""
        )
        raise ExpressionError("E1308", problem, remedy)
    inner = c.within(inner_scope).compile(arguments[0])
    wanted = {"any_of": Type.BOOLEAN, "sum": Type.NUMBER}.get(function)
    if wanted and not fits(inner.type, wanted):
        raise type_error(f"the argument of {function}", inner.type, wanted.value)
    if function in {"min", "max"} and inner.type in TEXT_LIKE:
        raise ExpressionError(
            "E1403",
            f"'{node.sql('duckdb')}' orders texts",
            "use number(...) or complete_date(...)",
        )
    lookup = next(iter(qualifiers))
    column = f"{lookup}.{function}({inner.sql.sql('duckdb')})"
    made = Aggregate(lookup, function, inner.sql, column, inner.uses, inner.faults)
    tree: exp.Expr = sql.column(column)
    if function == "count":
        tree = sql.call("coalesce", sql.cast(tree, exp.DataType.Type.DOUBLE), sql.number("0"))
    if function == "any_of":
        tree = sql.call("coalesce", tree, exp.false())
    kind = {"count": Type.NUMBER, "any_of": Type.BOOLEAN}.get(function, inner.type)
    whole = Compiled(tree, kind, inner.uses, (), (made,))
    return finite(whole) if function == "sum" else whole


def through_codelist(
    c: Compiler, value: Compiled, codelist: str, *, decode: bool = False
) -> Compiled:
    """Return the value mapped through a codelist of the study; no term is a fault."""
    found = c.vocabulary.codelist(codelist)
    tree = found.decoded(value.sql) if decode else found.mapped(value.sql)
    kind = Type.NUMBER if found.numeric and not decode else Type.TEXT
    whole = combined(tree, kind, [value])
    remedy = "add it to terminology.yaml or correct the record"
    return with_fault(
        whole, value, "E3203", f"{{value}} has no term in codelist {found.title}", remedy
    )


_CALLS: Mapping[str, Call] = {
    **values.CALLS,
    **sql_functions.CALLS,
    "usubjid": _usubjid,
    "person": _person,
    "codelist": _codelist,
    "term_decode": _codelist,
    "collected": _collected,
    "in_unit": _in_unit,
    "reference": _reference,
    **dict.fromkeys(("any_of", "count", "min", "max", "sum"), _aggregate),
}

HANDLERS: Mapping[type[exp.Expr], Handler] = {exp.Anonymous: _function}
