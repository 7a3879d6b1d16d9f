"""A fault in one cell of a batch, before the file, the member and the variable are known."""

from __future__ import annotations

from dataclasses import dataclass

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class CellFault:
    """A fault, the 0-based row of its cell in the batch, and what to do about it."""

    row: int
    code: str
    problem: str
    remedy: str


def shown(value: object) -> str:
    """Return a value for a message, quoted and cut after 40 characters.

    >>> shown("a" * 50)
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' ..."
    """
    text = str(value)
    quoted = ascii(text[:_SHOWN])
    return quoted if len(text) <= _SHOWN else f"{quoted} ..."
