"""The cells of a raw column as they are looked at: trimmed, with null for what is missing."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc

BLANKS = " \t\r\n\u00a0\u3000\ufeff"
"""Trimmed at both ends: space, tab, line end, no-break and ideographic space, byte order mark."""


def cleaned(cells: pa.ChunkedArray, missing: Collection[str]) -> pa.ChunkedArray:
    """Return the trimmed texts of cells; null where one is empty or one of the missing codes.

    Arrow does it rather than SQL: its trimming takes a twentieth of the database's time.

    >>> cleaned(pa.chunked_array([[" M ", "NA ", "", None]]), ["NA"]).to_pylist()
    ['M', None, None, None]
    """
    texts = pc.call_function("utf8_trim", [cells], pc.TrimOptions(BLANKS))
    codes = pa.array(dict.fromkeys(("", *(code.strip(BLANKS) for code in missing))), pa.string())
    is_missing = pc.call_function("is_in", [texts], pc.SetLookupOptions(codes))
    return pc.call_function("if_else", [is_missing, pa.scalar(None, pa.string()), texts])
