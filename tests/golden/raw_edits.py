"""Edits of raw records, drawn by a seed: cells changed, records added, records removed."""

from __future__ import annotations

import random
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from tests.golden.raw_tables import Row, Tables, complete, dated, number, plain

T = TypeVar("T")
Contracts = Mapping[str, Mapping[str, Any]]
# What tells the subject; an edit stays within one subject.
_IDENTITY = {"subject_no", "screen_no", "rand_no"}
_ONE_A_SUBJECT = (["subject_no"], ["screen_no"])
_KINDS = ("cell", "cell", "cell", "add", "remove")


@dataclass(frozen=True)
class Edit:
    """One edit of the records of one subject; `column` is empty where a whole record is meant."""

    kind: str
    subject: str
    table: str
    column: str = ""
    old: str = ""
    new: str = ""


class Editor:
    """Draws edits; the same seed gives the same edits in every version of Python.

    Each subject has a stream of its own, and tables and columns are drawn from those of the files,
    so that a column that the contracts come to name changes few of the edits.
    """

    def __init__(self, seed: int, contracts: Contracts) -> None:
        self._seed = seed
        self._random = random.Random(seed)
        self._contracts = contracts

    def edit(self, tables: Tables, subject: str) -> Edit:
        """Change one thing in the records of a subject, in place, and say what."""
        self._random = random.Random(zlib.crc32(f"{self._seed}/{subject}".encode()))
        while True:
            kind = self._one_of(_KINDS)
            table = self._one_of(sorted(tables))
            contract = self._contracts.get(table, {})
            is_alone = kind == "add" and contract.get("keys") in _ONE_A_SUBJECT
            if not contract or is_alone or not self._records(tables, table, subject):
                continue
            made = self._made(kind, tables, table, subject)
            if made is not None:
                return made

    def _made(self, kind: str, tables: Tables, table: str, subject: str) -> Edit | None:
        row = self._one_of(self._records(tables, table, subject))
        if kind == "remove":
            tables[table] = [each for each in tables[table] if each is not row]
            return Edit(kind, subject, table)
        if kind == "add":
            tables[table].append(self._another(row, table))
            return Edit(kind, subject, table)
        column = self._one_of(list(row))
        if column in _IDENTITY or column not in self._contracts[table]["columns"]:
            return None
        old, new = row[column], self._other(tables, table, column, row[column])
        if plain(old) == plain(new):
            return None
        row[column] = new
        return Edit(kind, subject, table, column, old, new)

    def _records(self, tables: Tables, table: str, subject: str) -> list[Row]:
        return [row for row in tables[table] if plain(row["subject_no"]) == subject]

    def _another(self, row: Row, table: str) -> Row:
        """Return a further record: the same things some days later, under the next number."""
        days, made = 1 + self._below(90), dict(row)
        for column, contract in self._contracts[table]["columns"].items():
            day = complete(dated(row[column])) if contract["type"] == "date" else None
            if day:
                made[column] = f"{day + timedelta(days=days)}"
        if table == "ae":
            made["ae_no"] = _digits((number(row["ae_no"]) or 0) + 100)
        return made

    def _other(self, tables: Tables, table: str, column: str, old: str) -> str:
        kind = self._contracts[table]["columns"][column]["type"]
        if self._random.random() < 0.15:
            return ""
        if kind in {"date", "datetime"}:
            return self._other_date(old) + (" 10:00:00" if kind == "datetime" else "")
        if kind == "time":
            return f"{self._below(24):02}:{self._below(60):02}"
        if kind in {"integer", "number"}:
            return _digits((number(old) or 1) + 1 + self._below(3))
        values = sorted({row[column] for row in tables[table]})
        return self._one_of(values)

    def _other_date(self, old: str) -> str:
        day = complete(dated(old)) or date(2021, 6, 15)
        moved = day + timedelta(days=self._one_of([-1, 1]) * (1 + self._below(60)))
        return f"{moved:%Y-%m}" if self._random.random() < 0.25 else f"{moved}"

    def _one_of(self, items: Sequence[T]) -> T:
        return items[self._below(len(items))]

    def _below(self, limit: int) -> int:
        return int(self._random.random() * limit)


def _digits(value: float) -> str:
    return str(int(value)) if value.is_integer() else str(round(value, 6))
