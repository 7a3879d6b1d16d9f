"""Threads over one database: they take turns often enough, and none is left working."""

from __future__ import annotations

import sys
from collections.abc import Collection, Generator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from typing import TypeVar

from trialport.engine.duckdb import Engine

T = TypeVar("T")

_INTERVAL = 0.0005
_PAUSE = 0.05


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


def end_work(begun: Collection[Future[T]], engines: Collection[Engine]) -> None:
    """Interrupt engines until none of the work that was begun on them goes on."""
    while wait(begun, timeout=0).not_done:
        for each in engines:
            each.interrupt()
        wait(begun, timeout=_PAUSE)
