"""A value that SQL works out once and uses several times."""

from __future__ import annotations


def once(body: str, **values: str) -> str:
    """Return SQL for `body`, in which `it.NAME` stands for the value of that name.

    A macro puts the text of its arguments wherever a parameter stands, so an argument named four
    times would be computed four times, and nested calls would grow without bound. A list of one
    element and a function over it give DuckDB's SQL the `let` that it lacks. Inside `body` nothing
    but `it` may be named: a parameter there could be taken for a column of the caller.
    Inside a branch of CASE or COALESCE there should be a `once` only where few records reach the
    branch: DuckDB works out such a list more slowly than one outside of it.

    >>> once("it.a || it.a", a="upper(text)")
    'list_transform([{a: upper(text)}], lambda it: it.a || it.a)[1]'
    """
    fields = ", ".join(f"{name}: {value}" for name, value in values.items())
    return f"list_transform([{{{fields}}}], lambda it: {body})[1]"
