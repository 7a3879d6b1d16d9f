"""All transport files of the large reference sets, where they are at hand."""

from __future__ import annotations

import datetime
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest
from trialport.xport import read_members, write_member

from tests.xport.strict_parser import parse

_REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
_FILES = sorted(_REFERENCE.glob("*/*.xpt"))

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not _FILES, reason=f"no reference sets under {_REFERENCE}"),
]


@pytest.mark.parametrize("path", _FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_byte_of_the_observations_survives(path: Path) -> None:
    (expected,) = parse(path.read_bytes())
    (stored,) = read_members(path, encoding="cp1252")
    stream = io.BytesIO()
    found = write_member(stream, stored.member, stored.batches(), encoding="cp1252")
    (again,) = parse(stream.getvalue())
    assert found.observations == len(expected.rows)
    assert again.observation_bytes == expected.observation_bytes
    assert (again.name, again.label, again.variables) == (
        expected.name,
        expected.label,
        expected.variables,
    )


@pytest.mark.parametrize(
    "path", sorted(_REFERENCE.glob("*sas94/*.json")), ids=lambda path: path.stem
)
def test_values_are_what_the_publisher_says(path: Path) -> None:
    expected = json.loads(path.read_text(encoding="utf-8"))
    (stored,) = read_members(path.with_suffix(".xpt"))
    columns = expected["columns"]
    assert [each.name for each in stored.member.variables] == [each["name"] for each in columns]
    rows = [list(row.values()) for batch in stored.batches() for row in batch.to_pylist()]
    assert len(rows) == len(expected["rows"])
    for row, said in zip(rows, expected["rows"], strict=True):
        for cell, text, column in zip(row, said, columns, strict=True):
            assert _is_same(cell, _expected(text, column)), column["name"]


def _is_same(cell: object, expected: object) -> bool:
    """Compare to 14 digits: the publisher's JSON is rounded where the SAS file is not.

    LBSTRESN of the first such record is 8.549999999999999 in the file, 8.55 in the JSON.
    """
    if isinstance(cell, float) and isinstance(expected, float):
        return math.isclose(cell, expected, rel_tol=1e-14, abs_tol=0)
    return cell == expected


def _expected(cell: object, column: dict[str, Any]) -> object:
    """Return a value of a Dataset-JSON file as SAS keeps it: dates are days since 1960."""
    if column.get("targetDataType") == "integer" and isinstance(cell, str):
        return (datetime.date.fromisoformat(cell) - datetime.date(1960, 1, 1)).days
    if isinstance(cell, str):
        return float(cell) if column["dataType"] == "decimal" else cell.rstrip(" ")
    return cell
