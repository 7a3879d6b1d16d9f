"""A hundred edits of raw records: what changes is what the lineage says, and is right.

Two batches of fifty edits, each of another subject, are converted beside the records as they were;
every cell that changed belongs to the one edit of its subject.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
import pytest
from trialport import datasets
from trialport.pipeline import conversion, plan
from trialport.plan.lineage import RECORDS, downstream
from trialport.plan.model import Plan

from tests.golden.analysis_oracle import Record, Value, adae, adsl, adtte, decided_by
from tests.golden.raw_edits import Edit, Editor
from tests.golden.raw_export import contracts_of
from tests.golden.raw_tables import Tables, by_subject, frames, plain, read_raw

pytestmark = pytest.mark.slow

Frame: TypeAlias = Any
Cells = dict[str, dict[str, list[Record]]]  # by dataset and subject
SEED = 20261122
BATCHES, EACH = 2, 50


class Edited:
    """One batch: the edits by USUBJID, the raw records after them, and the datasets."""

    def __init__(self, edits: Mapping[str, Edit], tables: Tables, cells: Cells) -> None:
        self.edits, self.tables, self.cells = edits, tables, cells


@pytest.fixture(scope="module")
def work(study: Path, sample: Path) -> Iterator[tuple[Plan, Tables, Cells, list[Edited]]]:
    """Convert some subjects as they are and after each batch of edits; the plan is made once."""
    whole = read_raw(sample / "raw")
    columns = {name: list(rows[0]) for name, rows in whole.items()}
    chosen = _subjects(whole)
    tables = {
        name: [row for row in rows if plain(row["subject_no"]) in chosen]
        for name, rows in whole.items()
    }
    planned = cache(lambda: plan(study))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conversion, "plan", lambda *_: planned())
        before = _cells(datasets(study, raw=frames(tables, columns))[0])
        batches: list[Edited] = []
        for batch in range(BATCHES):
            editor, edited = Editor(SEED + batch, contracts_of(study)), copy.deepcopy(tables)
            edits = {f"MSC-GVHD-{each}": editor.edit(edited, each) for each in chosen}
            cells = _cells(datasets(study, raw=frames(edited, columns))[0])
            batches.append(Edited(edits, edited, cells))
        yield planned()[0].plan, tables, before, batches


def test_a_hundred_edits_of_every_kind(
    work: tuple[Plan, Tables, Cells, list[Edited]],
) -> None:
    edits = [edit for batch in work[3] for edit in batch.edits.values()]
    assert len(edits) == BATCHES * EACH
    kinds = Counter(edit.kind for edit in edits)
    assert min(kinds["cell"], kinds["add"], kinds["remove"]) >= 10
    assert len({edit.table for edit in edits}) >= 15


def test_what_changes_lies_in_the_forward_lineage(
    work: tuple[Plan, Tables, Cells, list[Edited]],
) -> None:
    plan, _, before, batches = work
    escaped: list[str] = []
    for batch in batches:
        for usubjid, edit in batch.edits.items():
            reached = set(downstream(plan, f"raw.{edit.table}", edit.column or RECORDS))
            changed = _changed(plan, before, batch.cells, usubjid)
            escaped += [f"{edit}: {where}" for where in sorted(changed - reached)]
    assert not escaped, "\n".join(escaped)


def test_edits_do_change_the_analysis(
    work: tuple[Plan, Tables, Cells, list[Edited]],
) -> None:
    plan, _, before, batches = work
    seen = Counter(
        dataset
        for batch in batches
        for usubjid in batch.edits
        for dataset in {each[0] for each in _changed(plan, before, batch.cells, usubjid)}
    )
    assert min(seen["ADSL"], seen["ADTTE"], seen["ADAE"]) >= 5, seen


def test_the_analysis_datasets_are_what_the_oracle_works_out(
    work: tuple[Plan, Tables, Cells, list[Edited]],
) -> None:
    _, tables, before, batches = work
    wrong = [*_faults(tables, before, "as it was")]
    for batch in batches:
        wrong += _faults(batch.tables, batch.cells, batch.edits)
    assert not wrong, "\n".join(wrong)


# --- subjects and cells ---


def _subjects(tables: Tables) -> list[str]:
    """Return subjects to edit: those to whom much happened, and some others."""
    records = by_subject(tables)
    eventful = [
        each for each in sorted(records) if {"death", "relapse", "withdrawal"} & set(records[each])
    ]
    others = [each for each in sorted(records) if each not in eventful]
    return sorted([*eventful[:30], *others[:: len(others) // (EACH - 30)]][:EACH])


def _cells(made: Mapping[str, Frame]) -> Cells:
    found: Cells = {}
    for name, frame in made.items():
        found[name] = {}
        for record in frame.to_dict("records"):
            cells = {str(key): _value(value) for key, value in record.items()}
            found[name].setdefault(str(cells.get("USUBJID")), []).append(cells)
    return found


def _value(value: Any) -> Value:  # noqa: ANN401 - a cell of a data frame
    if value is None or value is pd.NaT or value != value:
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value


# --- lineage ---


def _changed(plan: Plan, before: Cells, after: Cells, usubjid: str) -> set[tuple[str, str]]:
    """Return (dataset, variable) of the cells of a subject that are not as they were.

    Where a record is there that was not, or is gone, every variable of it has changed.
    """
    found: set[tuple[str, str]] = set()
    for step in plan.steps:
        old, new = (each[step.name].get(usubjid, []) for each in (before, after))
        if old != new:
            for one, other in _pairs(old, new):
                both = one or other or {}
                names = [n for n in both if one is None or other is None or one[n] != other[n]]
                found |= {(step.name, name) for name in names}
    return found


def _pairs(old: list[Record], new: list[Record]) -> Iterator[tuple[Record | None, Record | None]]:
    """Yield the records that are not as they were in pairs, those most alike first."""
    gone, come = _less(old, new), _less(new, old)
    alike = [
        (-_in_common(one, other), i, k)
        for i, one in enumerate(gone)
        for k, other in enumerate(come)
    ]
    paired: tuple[set[int], set[int]] = (set(), set())
    for _, i, k in sorted(alike):
        if i not in paired[0] and k not in paired[1]:
            paired[0].add(i)
            paired[1].add(k)
            yield gone[i], come[k]
    yield from ((each, None) for i, each in enumerate(gone) if i not in paired[0])
    yield from ((None, each) for k, each in enumerate(come) if k not in paired[1])


def _less(records: list[Record], others: list[Record]) -> list[Record]:
    """Return the records without those of the others, each taken away once."""
    left = list(records)
    for each in others:
        if each in left:
            left.remove(each)
    return left


def _in_common(one: Record, other: Record) -> int:
    """Return how many variables are the same, sequence numbers apart: they are given anew."""
    names = [name for name in one if not name.endswith("SEQ") and name != "IDVARVAL"]
    return sum(one[name] == other[name] for name in names)


# --- the oracle ---


def _faults(tables: Tables, cells: Cells, edits: Mapping[str, Edit] | str) -> Iterator[str]:
    for subject, own in sorted(by_subject(tables).items()):
        usubjid = f"MSC-GVHD-{subject}"
        told = edits if isinstance(edits, str) else edits[usubjid]
        for fault in _subject_faults(own, cells, usubjid):
            yield f"{told}: {usubjid} {fault}"


def _subject_faults(tables: Tables, cells: Cells, usubjid: str) -> Iterator[str]:
    about = adsl(tables)
    yield from _differences("ADSL", [about] if about else [], cells, usubjid, ["USUBJID"])
    if about is None:
        return
    endpoints = adtte(tables, about)
    known = {each for record in endpoints.values() for each in [record["PARAMCD"]]}
    yield from _differences("ADTTE", list(endpoints.values()), cells, usubjid, ["PARAMCD"], known)
    for record in cells["ADTTE"].get(usubjid, []):
        if record["PARAMCD"] in known:
            yield from _source_faults(tables, record, cells, usubjid)
    sequence = {
        float(str(each["AESPID"])): float(str(each["AESEQ"]))
        for each in cells["AE"].get(usubjid, [])
    }
    events = adae(tables, about, sequence)
    yield from _differences("ADAE", list(events.values()), cells, usubjid, ["AESEQ"])


def _differences(
    dataset: str,
    expected: list[Record],
    cells: Cells,
    usubjid: str,
    keys: list[str],
    only: set[Value] | None = None,
) -> Iterator[str]:
    made = {
        tuple(each[key] for key in keys): each
        for each in cells[dataset].get(usubjid, [])
        if only is None or each[keys[-1]] in only
    }
    for record in expected:
        key = tuple(record[each] for each in keys)
        found = made.pop(key, None)
        if found is None:
            yield f"{dataset} has no {key}"
            continue
        names = [name for name in found if name not in {"ASEQ", "SRCSEQ"}]
        yield from (
            f"{dataset} {key} {name} is {found[name]!r}, not {record.get(name)!r}"
            for name in names
            if found[name] != record.get(name)
        )
    yield from (f"{dataset} has {key}" for key in made)


def _source_faults(tables: Tables, record: Record, cells: Cells, usubjid: str) -> Iterator[str]:
    """Yield where SRCSEQ is not the number of the record that decided."""
    source = decided_by(tables, str(record["PARAMCD"]))
    what = f"ADTTE {record['PARAMCD']} SRCSEQ"
    if source is None or source[0] == "ADSL":
        if record["SRCSEQ"] is not None:
            yield f"{what} is filled"
        return
    domain, variable, day, condition = source
    records = [r for r in cells[domain][usubjid] if r[f"{domain}SEQ"] == record["SRCSEQ"]]
    if len(records) != 1 or str(records[0][variable])[:10] != day:
        yield f"{what} is not the {domain} record of {day}"
    elif not _meets(records[0], condition):
        yield f"{what} is not a record of {condition}"


def _meets(record: Record, condition: str) -> bool:
    testcd, _, least = condition.partition(" ")
    if least:
        return record["RSTESTCD"] == testcd and float(str(record["RSSTRESN"])) >= int(least)
    if testcd == "RELAPSE":
        return record["CEDECOD"] == "RELAPSE"
    return (record["CMCAT"], record["CMINDC"]) == ("SYSTEMIC IMMUNOSUPPRESSION", "CHRONIC GVHD")
