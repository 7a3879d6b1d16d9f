from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from trialport.cli import main


@dataclass(frozen=True)
class Ran:
    """A command that has run: its exit code, and what it wrote."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line in this process."""
    for name in ("NO_COLOR", "TRIALPORT_TRACEBACK", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)

    def run(*args: str | Path) -> Ran:
        capsys.readouterr()
        code = main([str(each) for each in args])
        written = capsys.readouterr()
        return Ran(code, written.out, written.err)

    return run


@pytest.fixture
def tiny() -> Path:
    """Return a study of two subjects: `study/` and `raw/`."""
    return Path(__file__).parent / "tiny"
