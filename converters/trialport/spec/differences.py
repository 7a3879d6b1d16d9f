"""What two specifications say otherwise of raw columns and of codelists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace

from trialport.diagnostics import Place
from trialport.spec.nodes import RawColumn, RawTable, Sources
from trialport.spec.vocabulary import StudyCodelist


def changed_codelists(
    old: Mapping[str, StudyCodelist], new: Mapping[str, StudyCodelist]
) -> tuple[str, ...]:
    """Return the codelists of both that differ in a term, a decode or a mapping, in order."""
    return tuple(name for name in old if name in new and old[name] != new[name])


def changed_columns(old: Sources, new: Sources) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return (`raw.<table>`, column) with the keys of its contract that differ.

    A key of the table, such as its encoding, counts for all of its columns. Tables and columns
    that only one of them has are left out: what reads them differs itself.
    """
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for name, table in new.tables.items():
        before = old.tables.get(name)
        if before is None:
            continue
        whole = [*_differing(old, new, ("missing",)), *_differing(before, table, _TABLE)]
        for column, contract in table.columns.items():
            if column in before.columns:
                what = [*whole, *_differing(before.columns[column], contract, _COLUMN)]
                if what:
                    found[f"raw.{name}", column] = tuple(dict.fromkeys(what))
    return found


_TABLE = tuple(each.name for each in fields(RawTable) if each.name not in {"place", "columns"})
_COLUMN = tuple(each.name for each in fields(RawColumn) if each.name != "place")


def _differing(old: object, new: object, names: tuple[str, ...]) -> list[str]:
    return [each for each in names if _plain(getattr(old, each)) != _plain(getattr(new, each))]


def _plain(value: object) -> object:
    """Return a value of a contract without the place where it was written."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if is_dataclass(value) and not isinstance(value, type) and hasattr(value, "place"):
        return replace(value, place=Place())  # type: ignore[call-arg]
    return value
