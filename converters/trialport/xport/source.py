"""A file that is read: places in it for messages, and the first check of what it is."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO, NoReturn

from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.xport.records import RECORD, heading

CUT = "the file is cut or damaged; fetch or write it again"
"""The remedy for bytes that no writer can have meant."""

_OTHER_FORMATS = (
    (heading("LIBV8"), "a SAS version 8 transport file", "write it as version 5"),
    (
        bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011"),
        "a SAS data file (sas7bdat)",
        "read it as sas7bdat, or write it as XPORT version 5",
    ),
    (b"**COMPRESSED**", "a file of SAS procedure CPORT", "write it with the XPORT engine"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """A transport file opened for reading, with its name for messages and its size in bytes."""

    stream: BinaryIO
    file: str
    size: int
    encoding: str

    def fail(
        self,
        code: str,
        problem: str,
        remedy: str,
        offset: int,
        member: str = "",
        variable: str = "",
    ) -> NoReturn:
        """Raise a DataError that names file, byte offset, member and variable."""
        place = self.place(offset, member, variable)
        raise DataError([Diagnostic(code, place, problem, remedy)])

    def place(self, offset: int, member: str = "", variable: str = "") -> Place:
        """Return the place of a byte of the file."""
        record = f"{member} at byte {offset}".lstrip()
        return Place(file=self.file, column=variable, record=record)

    def read(self, offset: int, size: int) -> bytes:
        """Return exactly `size` bytes from `offset`, or raise E3054."""
        self.stream.seek(offset)
        content = self.stream.read(size) if offset + size <= self.size else b""
        if len(content) != size:
            self.fail("E3054", f"the file ends within {size} bytes from here", CUT, offset)
        return content


def check_format(source: Source) -> None:
    """Raise where a file is no XPORT version 5 file (E3051, E3052), cut or without a library."""
    source.stream.seek(0, io.SEEK_SET)
    first = source.stream.read(RECORD)
    for mark, name, remedy in _OTHER_FORMATS:
        if first.startswith(mark):
            source.fail("E3051", f"this is {name}, not XPORT version 5", remedy, 0)
    if not first.startswith(heading("LIBRARY")):
        what = "the file is empty" if not first else "this is not a SAS transport file"
        source.fail("E3052", what, "give an XPORT version 5 file", 0)
    if source.size % RECORD:
        problem = f"the size of {source.size} bytes is not a multiple of {RECORD}"
        source.fail("E3054", problem, CUT, source.size)
    if not source.read(RECORD, RECORD).startswith(b"SAS"):
        source.fail("E3055", "the library record does not begin with SAS", CUT, RECORD)
