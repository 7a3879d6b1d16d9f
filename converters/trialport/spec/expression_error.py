"""The fault of an expression."""

from __future__ import annotations

LONGEST_MESSAGE = 200
"""How many characters of a message about an expression are shown."""


class ExpressionError(Exception):
    """An expression that the language does not have: code, problem and remedy.

    Both are one short line of printable letters, whatever the expression holds.
    """

    def __init__(self, code: str, problem: str, remedy: str = "") -> None:
        self.code, self.problem, self.remedy = code, one_line(problem), one_line(remedy)
        super().__init__(self.problem)


def one_line(text: str) -> str:
    r"""Return a text with unprintable letters escaped, and its middle left out where it is long.

    >>> print(one_line("a\x1b[2J"), len(one_line("x" * 3000)))
    a\x1b[2J 200
    """
    line = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
    if len(line) <= LONGEST_MESSAGE:
        return line
    head = LONGEST_MESSAGE * 2 // 3
    return f"{line[:head]} ... {line[head + 5 - LONGEST_MESSAGE :]}"
