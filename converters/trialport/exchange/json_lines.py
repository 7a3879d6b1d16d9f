"""The lines of a Dataset-NDJSON file, plain or compressed, in bounded memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO, NoReturn

from trialport.diagnostics import DataError, Diagnostic, Place

MOST_LINE = 32 * 1024 * 1024
"""Bytes of the longest line that is read; a record of a dataset is far below."""

_PACKED = (b"\x1f\x8b", b"\x78")
"""How gzip and zlib begin; a line of JSON begins with a brace."""
_BLOCK = 1 << 16
_ZLIB_OR_GZIP = 47


def lines(stream: BinaryIO, file: str) -> Iterator[bytes]:
    """Yield the lines of a file without their line feeds; the compression shows itself.

    The specification asks for zlib, files of others are gzip: both are read.

    Raises:
        DataError: E3191, the compressed bytes are damaged or cut, or a line is too long.
    """
    start = stream.read(2)
    stream.seek(0)
    blocks = _unpacked(stream, file) if start.startswith(_PACKED) else _plain(stream)
    rest = bytearray()
    for block in blocks:
        parts = block.split(b"\n")
        rest += parts[0]
        for part in parts[1:]:
            yield bytes(rest)
            rest = bytearray(part)
        if len(rest) > MOST_LINE:
            _fail(file, f"a line is longer than {MOST_LINE} bytes")
    if rest:
        yield bytes(rest)


def _plain(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(_BLOCK):
        yield block


def _unpacked(stream: BinaryIO, file: str) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(_ZLIB_OR_GZIP)
    try:
        while not unpacker.eof and (block := stream.read(_BLOCK)):
            while block and not unpacker.eof:
                yield unpacker.decompress(block, _BLOCK)
                block = unpacker.unconsumed_tail
    except zlib.error:
        _fail(file, "the compressed bytes are damaged")
    if not unpacker.eof:
        _fail(file, "the compressed bytes end too early")
    if unpacker.unused_data or stream.read(1):
        _fail(file, "bytes follow the end of the compressed ones")


def _fail(file: str, problem: str) -> NoReturn:
    remedy = "fetch or write the file again"
    raise DataError([Diagnostic("E3191", Place(file), problem, remedy)])
