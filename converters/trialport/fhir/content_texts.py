"""What an expression of content says without a record: texts that it gives, types it refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from trialport.spec.expression_error import ExpressionError
from trialport.spec.nodes import Expression, Variable
from trialport.spec.parse import parse


def texts_of(expression: Expression) -> list[str]:
    """Return the texts written in an expression that may be its value, in their order.

    >>> from trialport.diagnostics import Place
    >>> texts_of(Expression("case when SEX = 'M' then 'male' else 'unknown' end", Place()))
    ['male', 'unknown']
    """
    tree = _tree(expression)
    return list(dict.fromkeys(_texts(tree))) if tree is not None else []


def _texts(tree: exp.Expr) -> Iterator[str]:
    if tree.is_string:
        yield tree.name
    elif isinstance(tree, exp.Paren):
        yield from _texts(tree.this)
    elif isinstance(tree, exp.Case):
        default = tree.args.get("default")
        parts = [each.args["true"] for each in tree.args["ifs"]]
        for each in [*parts, *([default] if default is not None else [])]:
            yield from _texts(each)
    elif isinstance(tree, exp.Anonymous) and tree.name.casefold() == "coalesce":
        for each in tree.expressions:
            yield from _texts(each)


def referred_types(expression: Expression, variables: Mapping[str, Variable]) -> list[str]:
    """Return the types of resources that an expression refers to, in their order.

    Args:
        expression: the expression of an element `reference`.
        variables: the variables of the resource, which it may name.
    """
    found: dict[str, None] = {}
    todo, seen = [expression], {expression.text}
    while todo:
        tree = _tree(todo.pop())
        for node in tree.find_all(exp.Anonymous, exp.Column) if tree is not None else ():
            if isinstance(node, exp.Anonymous):
                first = node.expressions[0] if node.expressions else None
                if node.name.casefold() == "reference" and first is not None and first.is_string:
                    found[first.name] = None
            elif not node.table and node.name in variables:
                variable = variables[node.name]
                value = variable.window.value if variable.window else variable.value
                if value is not None and value.text not in seen:
                    seen.add(value.text)
                    todo.append(value)
    return list(found)


def _tree(expression: Expression) -> exp.Expr | None:
    """Return the tree, or None for what is no expression, which is told elsewhere."""
    try:
        return parse(expression.text)
    except ExpressionError:
        return None
