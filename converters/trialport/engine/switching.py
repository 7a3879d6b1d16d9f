"""Threads that take turns often enough for the database to be kept busy."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager

_INTERVAL = 0.0005


@contextmanager
def taking_turns() -> Generator[None]:
    """Let threads of Python take turns after half a millisecond instead of five.

    A thread that comes back from the database waits for the turn of the one that computes. With a
    thousand short queries beside it those waits are longer than the queries.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(min(usual, _INTERVAL))
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
