"""Tests use what the table of coverage names them for; what they start can be interrupted."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Generator
from functools import cache
from pathlib import Path

import pytest

from tests.coverage.report import NOTES
from tests.coverage.table import by_test
from tests.coverage.usage import Used, noting

_named = cache(by_test)


def pytest_configure() -> None:
    """Take SIGINT, which a shell's job in the background ignores, and its children after it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Note what a test uses: where the notes are asked for, and where the table names it."""
    notes = os.environ.get(NOTES)
    named = _named().get(item.nodeid, set[Used]())
    if not notes and not named:
        return (yield)
    with noting() as noted:
        result = yield
    gone = sorted(f"{kind} {name}" for kind, name in named - noted.used)
    if gone and not notes:
        pytest.fail(
            f"tests/coverage/coverage.csv names this test for {', '.join(gone)}, which it no "
            "longer uses; run `make coverage-table`, or name another test there",
            pytrace=False,
        )
    if notes:
        with (Path(notes) / str(os.getpid())).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps([item.nodeid, sorted(noted.used)]) + "\n")
    return result
