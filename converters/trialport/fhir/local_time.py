"""Local times of a study as FHIR writes them."""

from __future__ import annotations

import re

_LOCAL_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]+)?)?")


def text_of_time(value: str, offset: str) -> str:
    """Return a local time with seconds and offset, as FHIR demands; any other text as it is.

    Source: FHIR R4, Data Types, dateTime: seconds may be zero-filled where they are not known.
    """
    found = _LOCAL_TIME.fullmatch(value) if offset else None
    return value if found is None else f"{found[1]}{found[2] or ':00'}{offset}"
