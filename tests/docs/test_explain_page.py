"""The page on `trialport explain` shows what the command prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from trialport.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "explain-a-cell.md"


def test_the_page_shows_what_the_command_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"```(sh|text)\n(.*?)```", text, re.DOTALL)
    (_, command), (_, shown) = blocks
    monkeypatch.chdir(ROOT)
    capsys.readouterr()
    assert main(shlex.split(command)[1:]) == 0
    assert capsys.readouterr().out == shown
