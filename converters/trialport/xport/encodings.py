"""The encodings text may have in a transport file, which has no field to say so.

Only encodings are known in which blanks and printable ASCII keep their single bytes: the padding of
a value can then never be taken for a part of a character.
"""

from __future__ import annotations

import codecs
import unicodedata
from typing import Literal

Policy = Literal["error", "transliterate", "replace"]
POLICIES: tuple[Policy, ...] = ("error", "transliterate", "replace")

ENCODINGS = (
    *("ascii", "utf-8", "gb18030", "gbk", "gb2312", "big5", "shift_jis", "cp932", "euc_jp"),
    *("euc_kr", "cp949", "koi8-r", "cp437", "cp850", "cp874"),
    *(f"cp{page}" for page in range(1250, 1259)),
    *(f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
)

_PLAIN = {
    "‘": "'", "’": "'", "‚": "'", "′": "'", "“": '"', "”": '"', "„": '"', "″": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "…": "...", "•": "*",
    "×": "x", "÷": "/", "⁄": "/", "±": "+/-", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~",
    "µ": "u", "μ": "u", "°": "deg", "€": "EUR", "£": "GBP",
    "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "ß": "ss", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l",
    "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Þ": "Th", "þ": "th", "ı": "i",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "λ": "lambda",
}  # fmt: skip


def known_encoding(encoding: str) -> str | None:
    """Return the usual name of `encoding`, or None where it is not one of `ENCODINGS`.

    >>> known_encoding("Windows-1252"), known_encoding("UTF8"), known_encoding("utf-16")
    ('cp1252', 'utf-8', None)
    """
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        return None
    return name if name in ENCODINGS else None


def encode(text: str, encoding: str, on_unencodable: Policy) -> bytes:
    """Return the bytes of `text`, changed only as `on_unencodable` allows.

    `transliterate` writes what does not fit in plain letters (é as e, ≥ as >=); `replace` writes
    a question mark.

    Raises:
        UnicodeEncodeError: a character does not fit and the policy has no way to write it.

    >>> encode("Crème ≥ 5 µg", "ascii", "transliterate")
    b'Creme >= 5 ug'
    """
    if on_unencodable == "replace":
        return text.encode(encoding, "replace")
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        if on_unencodable == "error":
            raise
        changed = "".join(_fitting(character, encoding) for character in text)
        if not _fits(changed, encoding):
            raise
        return changed.encode(encoding)


def _fitting(character: str, encoding: str) -> str:
    if _fits(character, encoding):
        return character
    plain = [_PLAIN.get(part, part) for part in unicodedata.normalize("NFKD", character)]
    return _PLAIN.get(character) or "".join(
        part for part in plain if not unicodedata.combining(part[0])
    )


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
