"""The layout of a transport file: 80-byte records and the namestr of a variable.

Source: SAS technical note TS-140, "Record layout of a SAS version 5 or 6 data set".
"""

from __future__ import annotations

import struct
from datetime import datetime
from typing import NamedTuple

RECORD = 80
HEADING = b"HEADER RECORD*******"
"""The bytes that open every header record."""
NAMESTR = struct.Struct(">hhhh8s40s8shhh2s8shhl52s")
NAMESTR_SIZES = (140, 136)
"""136 on VAX/VMS, where the unused end is shorter; 140 everywhere else."""
FIRST_YEAR, LAST_YEAR = 1960, 2059
"""The stamps hold two digits of the year."""

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


class Namestr(NamedTuple):
    """The fields of a namestr, in the order and with the names of the layout."""

    ntype: int
    nhfun: int
    nlng: int
    nvar0: int
    nname: bytes
    nlabel: bytes
    nform: bytes
    nfl: int
    nfd: int
    nfj: int
    nfill: bytes
    niform: bytes
    nifl: int
    nifd: int
    npos: int
    rest: bytes


def heading(kind: str) -> bytes:
    """Return the 48 bytes by which a header record is known."""
    return HEADING + f"{kind:<8}HEADER RECORD!!!!!!!".encode("ascii")


def header(kind: str, digits: str = "0" * 30) -> bytes:
    """Return a header record: its heading, 30 digits and two blanks.

    >>> len(header("LIBRARY"))
    80
    """
    return heading(kind) + f"{digits}  ".encode("ascii")


def library_records(stamp: bytes) -> bytes:
    """Return the three records that open a file; the operating system is left blank."""
    first = b"SAS     SAS     SASLIB  9.4     " + b" " * 32 + stamp
    return header("LIBRARY") + first + stamp.ljust(RECORD)


def member_records(name: bytes, label: bytes, stamp: bytes) -> bytes:
    """Return the four records that open a member."""
    first = b"SAS     " + name.ljust(8) + b"SASDATA 9.4     " + b" " * 32 + stamp
    second = stamp + b" " * 16 + label.ljust(40) + b" " * 8
    return header("MEMBER", "0" * 17 + "160" + "0" * 7 + "140") + header("DSCRPTR") + first + second


def namestr_records(namestrs: list[Namestr]) -> bytes:
    """Return the header of the namestrs, the namestrs themselves and their padding."""
    packed = b"".join(NAMESTR.pack(*namestr) for namestr in namestrs)
    return header("NAMESTR", f"{len(namestrs):010}" + "0" * 20) + packed + padding(len(packed))


def padding(size: int) -> bytes:
    """Return the blanks that fill `size` bytes up to whole records."""
    return b" " * (-size % RECORD)


def stamp_of(moment: datetime) -> bytes:
    """Return a time stamp as the file holds it.

    >>> stamp_of(datetime(2024, 3, 1, 14, 5, 9))
    b'01MAR24:14:05:09'
    """
    month = _MONTHS[moment.month - 1]
    return f"{moment:%d}{month}{moment.year % 100:02}:{moment:%H:%M:%S}".encode("ascii")
