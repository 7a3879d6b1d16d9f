"""The pieces of Markdown that the pages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""Return a table.

    >>> table(["key", "what"], [["a", "x | y"]]).splitlines()
    ['| key | what |', '|---|---|', '| a | x \\| y |']
    """
    lines = [_row(head), "|" + "---|" * len(head), *(_row(each) for each in rows)]
    return "\n".join(lines) + "\n"


def code(text: str) -> str:
    """Return text as code in a line.

    >>> code("a"), code("a `b`")
    ('`a`', '`` a `b` ``')
    """
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def block(text: str, language: str = "text") -> str:
    """Return lines as a block of code."""
    return f"```{language}\n{text}\n```\n"


def sentence(text: str) -> str:
    """Return text that begins with a capital letter and ends with a full stop.

    >>> sentence("what it is"), sentence("Done.")
    ('What it is.', 'Done.')
    """
    whole = text[:1].upper() + text[1:]
    return whole if whole.endswith((".", "!", "?")) else f"{whole}."


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(each.replace("|", "\\|") for each in cells) + " |"
