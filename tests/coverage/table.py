"""The committed table: which test uses what no shipped specification does."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from trialport.diagnostics import Place
from trialport.read.layers import read_layers
from trialport.spec.load import load_study

from tests.coverage.usage import ROOT, Used, used_by

TABLE = Path(__file__).parent / "coverage.csv"
COLUMNS = ("kind", "name", "test")


def shipped() -> dict[Used, Place]:
    """Return the first line of a shipped specification that uses each key and function."""
    found: dict[Used, Place] = {}
    for folder in sorted((ROOT / "mappings" / "studies").iterdir()):
        if folder.is_dir():
            shown = f"{folder.relative_to(ROOT).as_posix()}/"
            *templates, own = read_layers(folder, shown)
            specification, faults = load_study(own.files, own.shown, templates)
            assert specification is not None, faults
            for used, place in used_by(specification):
                found.setdefault(used, place)
    return found


def named_tests() -> dict[Used, str]:
    """Return the test that the table names for each key, function and code."""
    if not TABLE.exists():
        return {}
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return {(row["kind"], row["name"]): row["test"] for row in csv.DictReader(stream)}


def by_test() -> dict[str, set[Used]]:
    """Return what each test of the table must use."""
    found: dict[str, set[Used]] = {}
    for used, test in named_tests().items():
        found.setdefault(test, set()).add(used)
    return found


def write(rows: Mapping[Used, str]) -> None:
    """Write the table in order."""
    with TABLE.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([*used, test] for used, test in sorted(rows.items()))


def chosen(noted: Mapping[str, Iterable[Used]], wanted: Iterable[Used]) -> dict[Used, str]:
    """Return a test for each of `wanted`: the one that uses least beside it, then by name.

    The test that the table names already is kept while it does.
    """
    before = named_tests()
    users: dict[Used, list[tuple[int, str]]] = {}
    for test, used in noted.items():
        every = set(used)
        for each in every:
            users.setdefault(each, []).append((len(every), test))
    found: dict[Used, str] = {}
    for each in wanted:
        names = {test for _, test in users.get(each, ())}
        if before.get(each) in names:
            found[each] = before[each]
        elif names:
            found[each] = min(users[each])[1]
    return found
