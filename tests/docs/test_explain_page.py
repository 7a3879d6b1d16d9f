"""The page on `trialport explain` shows what the commands print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from trialport.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "explain-a-cell.md"


@pytest.mark.parametrize("number", [0, 1])
def test_the_page_shows_what_the_command_prints(
    number: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"```(sh|text)\n(.*?)```", text, re.DOTALL)
    assert [kind for kind, _ in blocks] == ["sh", "text"] * 2
    command, shown = blocks[2 * number][1], blocks[2 * number + 1][1]
    monkeypatch.chdir(ROOT)
    capsys.readouterr()
    assert main(shlex.split(command)[1:]) == 0
    assert capsys.readouterr().out == shown
