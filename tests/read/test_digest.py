from __future__ import annotations

import hashlib

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from trialport.read.digest import content_digest

CELL = st.none() | st.text(st.sampled_from("a1:-\x1f中"), max_size=3)
ROWS = st.lists(st.tuples(CELL, CELL), max_size=5)


def digest(rows: list[tuple[str | None, str | None]], names: tuple[str, str] = ("x", "y")) -> str:
    columns = [pa.array([row[at] for row in rows], pa.string()) for at in (0, 1)]
    return content_digest(pa.table(columns, names=list(names)))


def test_the_digest_is_that_of_the_sorted_records() -> None:
    records = sorted(
        hashlib.sha256(each.encode()).digest() for each in ("1\x1fa\x1f3\x1f中", "-\x1f\x1f0\x1f")
    )
    expected = hashlib.sha256(b"1:x1:y" + b"".join(records)).hexdigest()
    assert digest([("a", "中"), (None, "")]) == expected


@given(ROWS)
def test_the_order_of_records_does_not_count(
    rows: list[tuple[str | None, str | None]],
) -> None:
    turned = sorted(rows, key=lambda row: tuple(str(cell) for cell in row))
    assert digest(rows) == digest(turned)


def test_the_order_of_columns_does_not_count() -> None:
    table = pa.table({"b": ["1", "2"], "a": ["3", "4"]})
    assert content_digest(table) == content_digest(table.select(["a", "b"]))


@given(ROWS, ROWS)
def test_other_records_have_another_digest(
    one: list[tuple[str | None, str | None]], other: list[tuple[str | None, str | None]]
) -> None:
    same = sorted(map(repr, one)) == sorted(map(repr, other))
    assert (digest(one) == digest(other)) is same


def test_names_count_also_without_records() -> None:
    assert digest([]) != digest([], ("x", "z"))
    assert content_digest(pa.table({})) == hashlib.sha256().hexdigest()
