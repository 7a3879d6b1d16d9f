"""Signals that end a command: all of them unwind the work, so that nothing stays half-written."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

from click.exceptions import Exit

_ENDING = ("SIGINT", "SIGTERM", "SIGHUP")


@contextmanager
def interruptible() -> Generator[None]:
    """Raise KeyboardInterrupt where a signal asks to end, whatever a library makes of it.

    A library that is busy in its own code may answer the signal with an exception of its own.
    """
    received: list[int] = []

    def end(number: int, _: FrameType | None) -> NoReturn:
        received.append(number)
        raise KeyboardInterrupt

    earlier = _handle(end)
    try:
        yield
    except Exit:
        raise
    except Exception:
        if received:
            raise KeyboardInterrupt from None
        raise
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _handle(end: Callable[[int, FrameType | None], NoReturn]) -> dict[signal.Signals, Any]:
    """Set the handler, except for signals that whoever started us ignores (`nohup`)."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    numbers = [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]
    earlier: dict[signal.Signals, Any] = {}
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            earlier[number] = signal.signal(number, end)
    return earlier
