"""Values as JSON texts, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import pyarrow as pa

from trialport.fhir.values import written_number

TEXT = pa.large_binary()
"""The type of columns of JSON texts, which may be larger than 2 GiB."""

_BETWEEN = b",\n  "
"""What stands between the items of a list that is written with indents."""


def json_texts(values: Sequence[Any]) -> pa.Array:
    """Return the JSON text of each value, as `orjson.dumps` writes it.

    >>> json_texts(["a", "b, c"]).to_pylist(), json_texts([True, 1.5]).to_pylist()
    ([b'"a"', b'"b, c"'], [b'true', b'1.5'])
    """
    kinds = set(map(type, values))
    if kinds == {str}:
        # A line break in a text is written as \n: a real one stands between texts only.
        return pa.array(orjson.dumps(values, None, orjson.OPT_INDENT_2)[4:-2].split(_BETWEEN), TEXT)
    if kinds and kinds.isdisjoint({str, list, dict}):
        return pa.array(orjson.dumps(values, written_number)[1:-1].split(b","), TEXT)
    return pa.array([orjson.dumps(each, written_number) for each in values], TEXT)
