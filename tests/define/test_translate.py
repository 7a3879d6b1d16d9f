from __future__ import annotations

from pathlib import Path

from trialport.define.reader import read_define
from trialport.define.translate import untranslated

DOCUMENT = Path(__file__).parent / "data" / "sdtm-2.1.xml"


def test_what_is_left_in_english_is_named() -> None:
    document, _ = read_define(DOCUMENT.read_bytes())
    found = untranslated(document, "zh")
    assert {each.code for each in found} == {"E4096", "E4097"}
    assert all("zh" in each.problem for each in found)
