"""The blanks that may stand around a collected value without meaning anything."""

from __future__ import annotations

BLANK = r"[ \t\r\n\x{A0}\x{3000}]"
"""Regular expression of one blank: space, tab, line end, no-break or ideographic space."""

BLANKS = f"{BLANK}*"
"""Regular expression of any number of them."""


BLANK_CHARACTERS = " \t\r\n\u00a0\u3000"
"""The same blanks, as trimming takes them."""


def trimmed(text: str) -> str:
    r"""Return SQL for a text without the blanks around it.

    >>> trimmed("note")
    "trim(note, ' \t\r\n\xa0\u3000')"
    """
    # The characters themselves: an escaped string of DuckDB does not know \u.
    return f"trim({text}, '{BLANK_CHARACTERS}')"
