from __future__ import annotations

import pytest
from trialport.xport.encodings import ENCODINGS, encode, known_encoding


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_blanks_and_plain_ascii_keep_their_bytes(encoding: str) -> None:
    plain = "".join(chr(code) for code in range(0x20, 0x7F))
    assert known_encoding(encoding) == encoding
    assert plain.encode(encoding) == plain.encode("ascii")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-7", "hz", "iso2022_jp", "cp037", "rot13", ""])
def test_encodings_that_move_ascii_are_not_known(encoding: str) -> None:
    assert known_encoding(encoding) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Müller", b"Muller"), ("“≤ 5 µg”", b'"<= 5 ug"'), ("25 °C", b"25 degC"), ("x²", b"x2")],
)
def test_transliterating_writes_plain_letters(text: str, plain: bytes) -> None:
    assert encode(text, "ascii", "transliterate") == plain


def test_what_fits_is_never_changed() -> None:
    assert encode("é≥", "cp1252", "transliterate") == b"\xe9>="


def test_what_has_no_plain_form_stays_an_error() -> None:
    with pytest.raises(UnicodeEncodeError):
        encode("维", "ascii", "transliterate")
    assert encode("维", "ascii", "replace") == b"?"
