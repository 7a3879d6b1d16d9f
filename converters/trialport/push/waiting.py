"""When a request is worth another try, and how long to wait before it."""

from __future__ import annotations

import datetime as dt
import random
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 300.0
"""Seconds; a server that asks for more is not waited for."""

_LONGEST_OWN = 60.0
_TRANSIENT = {408, 425, 429, 500, 502, 503, 504}


def is_transient(status: int) -> bool:
    """Return whether the same request may succeed later.

    Source: RFC 9110, 15.5 and 15.6; RFC 6585, 4 (429).
    """
    return status in _TRANSIENT


def retry_after(header: str | None, now: dt.datetime) -> float | None:
    """Return the seconds that a server asks to wait; None where it does not say.

    Source: RFC 9110, 10.2.3 Retry-After: seconds, or a date of HTTP.

    >>> now = dt.datetime(2024, 3, 1, 12, tzinfo=dt.UTC)
    >>> retry_after("7", now), retry_after("Fri, 01 Mar 2024 12:00:30 GMT", now)
    (7.0, 30.0)
    """
    text = (header or "").strip()
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return max(0.0, (zoned - now).total_seconds())


def wait_before(attempt: int, asked: float | None) -> float:
    """Return the seconds to wait before a try: what the server asks, else twice as long each time.

    Args:
        attempt: how many tries there were, from 1.
        asked: what `retry_after` told.

    Returns:
        With a random part, so that several clients do not come back at the same moment.
    """
    if asked is not None:
        return asked
    longest = min(_LONGEST_OWN, 2.0 ** (attempt - 1))
    return longest * random.uniform(0.5, 1.0)
