from __future__ import annotations

from pathlib import Path

from trialport.define.check import define_faults

DOCUMENT = Path(__file__).parent / "data" / "sdtm-2.1.xml"


def test_an_identifier_that_is_there_twice_is_named() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    start = text.index("<CodeList ")
    end = text.index("</CodeList>") + len("</CodeList>")
    twice = text[:end] + text[start:end] + text[end:]
    codes = [each.code for each in define_faults(twice.encode())]
    assert "E4313" in codes
    assert "E4313" not in [each.code for each in define_faults(text.encode())]
