"""Values as JSON texts, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import pyarrow as pa

from trialport.fhir.values import written_number

TEXT = pa.large_binary()
"""The type of columns of JSON texts, which may be larger than 2 GiB."""


def json_texts(values: Sequence[Any]) -> pa.Array:
    """Return the JSON text of each value, as `orjson.dumps` writes it.

    >>> json_texts(["a", "b, c"]).to_pylist(), json_texts([True, 1.5]).to_pylist()
    ([b'"a"', b'"b, c"'], [b'true', b'1.5'])
    """
    kinds = set(map(type, values))
    if kinds == {str}:
        # A quote in a text has a backslash before it: quote, comma, quote stand between texts only.
        bodies = orjson.dumps(values)[2:-2].split(b'","')
        return pa.array([b'"%b"' % each for each in bodies], TEXT)
    if kinds and kinds.isdisjoint({str, list, dict}):
        return pa.array(orjson.dumps(values, written_number)[1:-1].split(b","), TEXT)
    return pa.array([orjson.dumps(each, written_number) for each in values], TEXT)
