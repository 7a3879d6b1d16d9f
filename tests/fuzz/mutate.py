"""Ways to damage a file, drawn from a seeded generator: bytes, pieces, and words of its format."""

from __future__ import annotations

import random
from collections.abc import Sequence

_NUMBERS = (b"\x00", b"\x7f", b"\x80", b"\xff", b"\x7f\xff", b"\xff\xff", b"\x00\x00\x00\x00")
_WORDS: dict[str, tuple[bytes, ...]] = {
    "xpt": (
        b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!",
        b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!",
        *(b"9999", b"0140", b"0136", b"0000", b"    ", b"-001", b"\x2e" + b"\x00" * 7, b" " * 80),
    ),
    "json": (
        *(b"null", b"true", b"-0", b"1e999", b"1e-999", b"NaN", b"1" * 400, b'"\\ud800"', b'""'),
        *(b"[" * 300, b"]", b"{}", b'{"a":1,"a":2}', b",", b"9007199254740993", b'"2024-02-30"'),
        *(b'"records":0', b'"records":99999999999', b'"dataType":"boolean"'),
        *(b"\n", b"\xef\xbb\xbf"),
    ),
    "define": (
        *(b"<", b">", b"&amp;", b"&x;", b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"<!--"),
        *(b"]]>", b"\x00"),
        *(b'OID="IT.DM.SEX"', b'="', b"<ItemDef/>", b"<a>" * 300, b"x" * 5000, b"\xff\xfe"),
    ),
}  # fmt: skip


def mutated(content: bytes, others: Sequence[bytes], kind: str, draw: random.Random) -> bytes:
    """Return the content with one to four damages."""
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        content = _damaged(content, others, kind, draw)
    return content


def _damaged(content: bytes, others: Sequence[bytes], kind: str, draw: random.Random) -> bytes:
    at = draw.randrange(len(content) + 1)
    end = min(len(content), at + draw.choice((1, 2, 8, 40, 80, 400)))
    match draw.randrange(16):
        case 0:
            return content[:at]
        case 1:
            return content[:at] + content[end:]
        case 2:
            return content[:at] + content[at:end] * draw.choice((2, 3, 50)) + content[end:]
        case 3:
            return content[:at] + draw.randbytes(end - at) + content[end:]
        case 4:
            return content[:at] + draw.randbytes(draw.randrange(1, 81)) + content[at:]
        case 5:
            other = draw.choice(others)
            return content[:at] + other[draw.randrange(len(other)) :]
        case 6:
            number = draw.choice(_NUMBERS)
            return content[:at] + number + content[at + len(number) :]
        case 7:
            word = draw.choice(_WORDS[kind])
            return content[:at] + word + content[at + len(word) :]
        case 8:
            return content[:at] + draw.choice(_WORDS[kind]) + content[at:]
        case 9 | 10:
            digit = str(draw.randrange(10)).encode()
            return content[:at] + digit + content[at + 1 :]
        case _:
            flipped = bytes(each ^ (1 << draw.randrange(8)) for each in content[at : at + 1])
            return content[:at] + flipped + content[at + 1 :]
