"""How records, values and formats are named in findings."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from trialport import diagnostics
from trialport.metadata import DatasetMetadata
from trialport.xport.formats import format_parts

_DATE_FORMAT = re.compile(
    "(DATE|MONYY|(E8601|B8601|IS8601)DA|(YYMMDD|DDMMYY|MMDDYY|YYMM|MMYY)[BCDNPS]?"
    "|WORDDAT[EX]|WEEKDAT[EX]|NLDATE|JULIAN|YYMON)"
)
_DATETIME_FORMAT = re.compile("(DATETIME|DATEAMPM|MDYAMPM|(E8601|B8601|IS8601)D[TN]|NLDATM)")


def record_variables(dataset: DatasetMetadata, variables: Collection[str]) -> tuple[str, ...]:
    """Return the variables that name a record: subject and sequence number, else the keys."""
    sequence = f"{dataset.name[:2]}SEQ"
    if "USUBJID" in variables and sequence in variables:
        return ("USUBJID", sequence)
    keys = [each for each in dataset.keys if each in variables and each != "STUDYID"]
    return tuple(keys or [each for each in ("USUBJID",) if each in variables])


def plain(value: object) -> str:
    """Return a value of a record as text: whole numbers without a point, dates as ISO 8601.

    >>> plain(3.0), plain(0.25), plain(date(2024, 3, 1))
    ('3', '0.25', '2024-03-01')
    """
    if isinstance(value, float | Decimal):
        return str(int(value)) if value == value // 1 else str(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def shown(value: str | None) -> str:
    """Return a value in quotes, on one line, at most 40 characters of it; null without quotes.

    >>> shown("maybe"), shown(None)
    ("'maybe'", 'null')
    """
    return "null" if value is None else diagnostics.shown(value)


def is_date_format(format_: str) -> bool:
    """Return whether a SAS format shows a number as a date.

    >>> is_date_format("DATE9."), is_date_format("E8601DA10."), is_date_format("8.2")
    (True, True, False)
    """
    return _fits(_DATE_FORMAT, format_)


def is_datetime_format(format_: str) -> bool:
    """Return whether a SAS format shows a number as a date with a time.

    >>> is_datetime_format("DATETIME20."), is_datetime_format("DATE9.")
    (True, False)
    """
    return _fits(_DATETIME_FORMAT, format_)


def _fits(pattern: re.Pattern[str], format_: str) -> bool:
    parts = format_parts(format_)
    return parts is not None and pattern.fullmatch(parts[0]) is not None
