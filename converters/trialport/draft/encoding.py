"""The encoding that the bytes of a text file speak for."""

from __future__ import annotations

import codecs

from trialport.draft.guess import Guess

_SAMPLE = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OF_CHINESE = 0.95
"""So many of the characters beyond ASCII are common Chinese ones in a text of GB 18030."""

_OF_WESTERN = 0.8
"""So many of the letters beyond ASCII stand beside one of ASCII in a Western text."""


def guess_encoding(data: bytes) -> Guess:
    """Return the encoding of a text file with the evidence for it.

    UTF-8 is strict enough to be told from all others; which of the single-byte encodings a text is
    in can only be weighed by the characters that come out.

    >>> guess_encoding("血压,Müller".encode()).value, guess_encoding(b"a,b").value
    ('utf-8', 'utf-8')
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return Guess(name, 1.0, "begins with a byte order mark")
    beyond = sum(byte > 127 for byte in data[:_SAMPLE])
    if data.isascii():
        return Guess("utf-8", 0.9, "only ASCII, which utf-8 and most other encodings read alike")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(data, error.start)
    return Guess("utf-8", 0.99, f"{beyond} bytes beyond ASCII, all of them valid UTF-8")


def _not_utf8(data: bytes, offset: int) -> Guess:
    why = f"byte 0x{data[offset]:02X} at offset {offset} is no UTF-8"
    chinese = _share_of_common_chinese(data)
    if chinese >= _OF_CHINESE:
        evidence = f"{why}; read as gb18030, {chinese:.0%} of the rest is common Chinese"
        return Guess("gb18030", 0.9, evidence)
    if _is_western(data):
        evidence = (
            f"{why}; read as cp1252, the letters stand in words of plain ones; others are near"
        )
        return Guess("cp1252", 0.6, evidence)
    return _weighed(data, why)


def _share_of_common_chinese(data: bytes) -> float:
    """Return which share of the characters beyond ASCII are of GB 2312, 0 where it cannot be."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return 0
    beyond = [each for each in text if ord(each) > 127]
    return sum(_is_common_chinese(each) for each in beyond) / len(beyond) if beyond else 0


def _is_common_chinese(character: str) -> bool:
    """Return whether a character is a Chinese one of GB 2312, or one of its marks and signs."""
    if not ("一" <= character <= "鿿" or "　" <= character <= "〿" or character >= "＀"):
        return False
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _is_western(data: bytes) -> bool:
    """Return whether the letters beyond ASCII are Latin ones, each beside one of ASCII.

    In Cyrillic or Greek, read so, whole words would be of such letters.
    """
    try:
        text = data[:_SAMPLE].decode("cp1252")
    except UnicodeDecodeError:
        return False
    beyond = [at for at, each in enumerate(text) if ord(each) > 127 and each.isalpha()]
    beside = [
        at for at in beyond if _is_plain(text[at - 1 : at]) or _is_plain(text[at + 1 : at + 2])
    ]
    return len(beside) >= _OF_WESTERN * len(beyond)


def _is_plain(letter: str) -> bool:
    return letter.isascii() and letter.isalpha()


def _weighed(data: bytes, why: str) -> Guess:
    """Return the best of all encodings by the language that comes out."""
    from charset_normalizer import from_bytes

    found = from_bytes(data[:_SAMPLE]).best()
    if found is None:
        return Guess("latin-1", 0.1, f"{why}; no encoding gives readable text")
    others = [each for each in found.could_be_from_charset if each != found.encoding][:3]
    alike = f"; {', '.join(others)} read the bytes alike" if others else ""
    evidence = f"{why}; read as {found.encoding}, the text is least disturbed{alike}"
    return Guess(found.encoding, 0.6 if not others else 0.5, evidence)
