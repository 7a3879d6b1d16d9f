"""The few pieces of SQL tree that every compiled expression is made of.

Trees are values: a part is put into a whole as it is, without a copy, and one part may stand in
several. So no tree is changed once it is made; what has to change one copies it first, and what a
node says of its parent is only true in a tree that was just copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp


def name(text: str) -> exp.Identifier:
    """Return a quoted identifier."""
    return exp.to_identifier(text, quoted=True)


def column(text: str, table: str = "") -> exp.Column:
    """Return a column by its quoted name, of a quoted table where one is given."""
    return exp.Column(this=name(text), table=name(table) if table else None)


def call(function: str, *arguments: exp.Expr) -> exp.Anonymous:
    """Return a function call, the name left as it is."""
    return exp.Anonymous(this=function, expressions=list(arguments))


def text(value: str) -> exp.Literal:
    """Return a text literal."""
    return exp.Literal.string(value)


def number(value: str | float) -> exp.Expr:
    """Return a number literal as a double; SQL literals with a point are decimals otherwise."""
    literal = exp.Literal.number(str(value).lstrip("-"))
    double = cast(literal, exp.DataType.Type.DOUBLE)
    return exp.Neg(this=double) if str(value).startswith("-") else double


def cast(sql: exp.Expr, kind: exp.DType | exp.DataType) -> exp.Cast:
    """Return `CAST(sql AS kind)`; a cast to the same type stays as it is."""
    if isinstance(sql, exp.Cast) or isinstance(kind, exp.DataType):
        return exp.cast(sql, kind, copy=False)
    made = exp.Cast(this=sql, to=exp.DataType(this=kind))  # what sqlglot makes in twice the time
    made.type = made.to
    return made


def date(value: str) -> exp.Expr:
    """Return a date literal from YYYY-MM-DD."""
    return cast(text(value), exp.DataType.Type.DATE)


def paren(sql: exp.Expr) -> exp.Expr:
    """Return the expression in parentheses, unless it stands for itself already."""
    whole = (exp.Paren, exp.Column, exp.Literal, exp.Anonymous, exp.Case, exp.Cast, exp.Null)
    return sql if isinstance(sql, whole) else exp.Paren(this=sql)


def is_null(sql: exp.Expr) -> exp.Expr:
    """Return `sql IS NULL`."""
    return exp.Is(this=paren(sql), expression=exp.Null())


def not_null(sql: exp.Expr) -> exp.Expr:
    """Return `sql IS NOT NULL`."""
    return exp.Not(this=is_null(sql))


def every(conditions: Iterable[exp.Expr]) -> exp.Expr | None:
    """Return the conjunction of the conditions, or None where there is none."""
    result: exp.Expr | None = None
    for condition in conditions:
        part = paren(condition)
        result = part if result is None else exp.And(this=result, expression=part)
    return result


def when(condition: exp.Expr, then: exp.Expr, otherwise: exp.Expr | None = None) -> exp.Case:
    """Return `CASE WHEN condition THEN then [ELSE otherwise] END`."""
    return exp.Case(ifs=[exp.If(this=condition, true=then)], default=otherwise)


def alias(sql: exp.Expr, as_name: str) -> exp.Alias:
    """Return `sql AS "as_name"`."""
    return exp.Alias(this=sql, alias=name(as_name))


def subquery(query: exp.Expr, as_name: str) -> exp.Subquery:
    """Return `(query) AS "as_name"`."""
    return exp.Subquery(this=query, alias=exp.TableAlias(this=name(as_name)))


def stacked(queries: Sequence[exp.Query], *, by_name: bool = False) -> exp.Query:
    """Return the rows of all queries, one after the other: `UNION ALL [BY NAME]`."""
    whole = queries[0]
    for query in queries[1:]:
        whole = exp.Union(this=whole, expression=query, distinct=False, by_name=by_name)
    return whole


def left_join(records: exp.Expr, on: exp.Expr) -> exp.Join:
    """Return `LEFT JOIN records ON on`; sqlglot parses a program text for each join by name."""
    return exp.Join(this=records, side="LEFT", on=on)


def inner_join(records: exp.Expr, on: exp.Expr) -> exp.Join:
    """Return `INNER JOIN records ON on`."""
    return exp.Join(this=records, kind="INNER", on=on)


def table(table_name: str, as_name: str = "") -> exp.Table:
    """Return a table by its name; `raw.x` is table x of schema raw."""
    schema, dot, raw = table_name.partition(".")
    is_raw = dot and schema == "raw"
    return exp.Table(
        this=name(raw if is_raw else table_name),
        db=name(schema) if is_raw else None,
        alias=exp.TableAlias(this=name(as_name)) if as_name else None,
    )
