"""Bytes of a text file in the encoding that the contract states, as UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from trialport.diagnostics import DataError, Diagnostic, Place, Severity, did_you_mean
from trialport.spec.nodes import RawTable

_BLOCK = 1 << 20
_COMMON = [
    "ascii",
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "gb18030",
    "gbk",
    "gb2312",
    "big5",
    "big5hkscs",
    "shift_jis",
    "euc-jp",
    "euc-kr",
    "latin-1",
    "iso8859-15",
    "cp1250",
    "cp1251",
    "cp1252",
]
# Python codecs that read text of programs and network names, not of files.
_NO_FILE = ("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def utf8_bytes(data: bytes, contract: RawTable) -> bytes:
    """Return the content of a text file as UTF-8 without a byte order mark.

    Raises:
        DataError: E3002 where the bytes are not of the stated encoding, or none is stated.
    """
    encoding = _codec(contract)
    _refuse_other_mark(data, encoding, contract)
    decoded = b"".join(_decoded_blocks(data, encoding, contract))
    if decoded.startswith(codecs.BOM_UTF8):
        problem = "the file begins with a byte order mark"
        raise _fault(Place(contract.file.text, 1), problem, "save it without the mark")
    return decoded


def encoding_doubts(data: bytes, contract: RawTable) -> list[Diagnostic]:
    """Return E3009 where a file read in another encoding is UTF-8 from the first byte to the last.

    Chinese text in GB 18030 hardly ever happens to be UTF-8, while UTF-8 often reads as GB 18030
    and gives other characters.
    """
    encoding = _codec(contract)
    if encoding.startswith("utf") or data.isascii() or not _reads_as(data, "utf-8"):
        return []
    stated = contract.encoding.text if contract.encoding else encoding
    problem = f"every byte reads as utf-8 too, although {stated} is stated"
    remedy = "look at a text that is not ASCII; if it is garbled, state 'encoding: utf-8'"
    place = Place(contract.file.text)
    return [Diagnostic("E3009", place, problem, remedy, Severity.WARNING)]


def _codec(contract: RawTable) -> str:
    if contract.encoding is None:
        problem = f"the encoding of '{contract.file.text}' is not stated"
        raise _fault(contract.place, problem, "add 'encoding: utf-8-sig', or what the file is in")
    name = contract.encoding.text
    try:
        # A codec that is not for text refuses this, but not the empty text.
        "a".encode(name)
        codec = codecs.lookup(name).name
    except (LookupError, UnicodeError):
        codec = "undefined"
    if codec in _NO_FILE:
        remedy = did_you_mean(name, _COMMON)
        raise _fault(contract.encoding.place, f"unknown encoding '{name}'", remedy)
    return codec


def _refuse_other_mark(data: bytes, encoding: str, contract: RawTable) -> None:
    mark, reader = next((each for each in _MARKS if data.startswith(each[0])), (b"", encoding))
    if mark and encoding not in ("utf-8-sig", "utf-16", "utf-32"):
        stated = contract.encoding.text if contract.encoding else encoding
        problem = f"the file begins with a byte order mark ({_hex(mark)}), which {stated} has not"
        raise _fault(Place(contract.file.text, 1), problem, f"state 'encoding: {reader}'")


def _decoded_blocks(data: bytes, encoding: str, contract: RawTable) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    breaks = _LineBreaks()
    for start in range(0, len(data), _BLOCK):
        block = data[start : start + _BLOCK]
        state = decoder.getstate()
        try:
            text = decoder.decode(block, final=start + _BLOCK >= len(data))
        except UnicodeDecodeError as fault:
            # What the decoder held back from the block before stands in front of the block.
            held = len(fault.object) - len(block)
            good = codecs.getincrementaldecoder(encoding)("strict")
            good.setstate(state)
            breaks.count(good.decode(block[: max(fault.start - held, 0)]))
            bad = fault.object[fault.start : fault.end]
            raise _undecodable(
                data, breaks.line, start - held + fault.start, bad, contract
            ) from None
        breaks.count(text)
        yield text.encode()


class _LineBreaks:
    """A count of line breaks over blocks of text: LF, CR LF and CR alone."""

    def __init__(self) -> None:
        self.line = 1
        self._after_cr = False

    def count(self, text: str) -> None:
        if not text:
            return
        breaks = text.count("\n") + text.count("\r") - text.count("\r\n")
        self.line += breaks - (self._after_cr and text[0] == "\n")
        self._after_cr = text[-1] == "\r"


def _undecodable(data: bytes, line: int, offset: int, bad: bytes, contract: RawTable) -> DataError:
    stated = contract.encoding.text if contract.encoding else ""
    bytes_ = "byte" if len(bad) == 1 else "bytes"
    problem = f"{bytes_} {_hex(bad)} at offset {offset} cannot be read as {stated}"
    fitting = next((each for each in ("utf-8", "gb18030") if _reads_as(data, each)), "")
    remedy = f"the whole file reads as {fitting}; if it is, state 'encoding: {fitting}'"
    return _fault(Place(contract.file.text, line), problem, remedy if fitting else "")


def _reads_as(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _hex(bytes_: bytes) -> str:
    return " ".join(f"0x{each:02X}" for each in bytes_)


def _fault(place: Place, problem: str, remedy: str) -> DataError:
    return DataError([Diagnostic("E3002", place, problem, remedy)])
