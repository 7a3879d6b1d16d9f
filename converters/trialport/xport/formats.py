"""SAS format texts (`DATE9.`, `8.2`, `$20.`) and the name, width and decimals a namestr keeps."""

from __future__ import annotations

import re

FormatParts = tuple[str, int, int]

_FORMAT = re.compile(r"(\$?(?:[A-Z_](?:[A-Z0-9_]*[A-Z_])?)?)([0-9]{0,5})(?:\.([0-9]{0,2}))?")
_WIDEST = 32767
_LONGEST_NAME = 8


def format_parts(text: str) -> FormatParts | None:
    """Return name, width and decimals of a SAS format, or None where the text is none.

    >>> format_parts("E8601DT19."), format_parts("8.2"), format_parts("$20."), format_parts("")
    (('E8601DT', 19, 0), ('', 8, 2), ('$', 20, 0), ('', 0, 0))
    >>> format_parts("DATE 9")
    """
    found = _FORMAT.fullmatch(text.strip().upper())
    if found is None:
        return None
    name, width, decimals = found[1], int(found[2] or 0), int(found[3] or 0)
    if len(name) > _LONGEST_NAME or width > _WIDEST:
        return None
    return name, width, decimals


def format_text(name: str, width: int, decimals: int) -> str:
    """Return the SAS format text of a namestr's name, width and decimals.

    >>> format_text("DATE", 9, 0), format_text("", 8, 2), format_text("", 0, 0)
    ('DATE9.', '8.2', '')
    """
    if not name and not width and not decimals:
        return ""
    return f"{name}{width or ''}.{decimals or ''}"
