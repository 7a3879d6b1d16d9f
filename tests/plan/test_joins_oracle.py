"""Joins give the pairs that a search by hand gives, and a finding wherever the data break them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from trialport import datasets

from tests.plan.tiny_study import (
    Record,
    analysis,
    faults,
    frame,
    plain,
    random_records,
    random_subjects,
    write_study,
)

Row = tuple[Any, ...]
Matches = dict[str | None, list[Record]]

SEED = 20240303
EXPECTED = ["exactly one", "at most one", "many", "some"]
WHERE: dict[str, tuple[str, Callable[[Record], bool]]] = {
    "every record": ("true", lambda _: True),
    "some records": (
        "kind = 'A' and val > 0",
        lambda each: each["kind"] == "A" and float(each["val"] or 0) > 0,
    ),
}


@pytest.fixture(scope="module")
def raw() -> dict[str, list[Record]]:
    subjects = random_subjects(Random(SEED), 150)
    subjects[7]["subj"] = None  # a null belongs to nobody, not even to another null
    records = random_records(Random(SEED + 1), subjects, 3)
    records.append({**records[0], "subj": records[0]["subj"]})  # twice the same record
    return {"subjects": subjects, "records": records}


def converted(
    folder: Path, raw: dict[str, list[Record]], join: str, threads: int | None = None
) -> tuple[list[Row], list[str]]:
    """Return (subject, joined id) of each record, and the findings."""
    text = analysis(
        {"STUDYID": "study.STUDYID", "USUBJID": "subj", "RECID": "rec.id"},
        f"keys: [STUDYID, USUBJID, RECID]\nrecords: [{{from: subjects, join: [{join}]}}]",
    )
    study = write_study(folder, {"adam/adx.yaml": text})
    frames, findings = datasets(
        study, raw={name: frame(each) for name, each in raw.items()}, threads=threads
    )
    made = frames["ADX"][["USUBJID", "RECID"]].to_numpy()
    told = [str(each) for each in findings if each.code.startswith("E321")]
    return [tuple(map(plain, row)) for row in made], told


def matches(raw: dict[str, list[Record]], wanted: Callable[[Record], bool]) -> Matches:
    found: Matches = {each["subj"]: [] for each in raw["subjects"]}
    for each in raw["records"]:
        if each["subj"] in found and each["subj"] is not None and wanted(each):
            found[each["subj"]].append(each)
    return found


def findings(raw: dict[str, list[Record]], found: Matches, expect: str) -> list[str]:
    """Return the findings of the subjects whose number of matches is not the declared one."""
    several = [
        f"E3210 subjects.csv:{line} column rec: {number} records of records belong to it, "
        f"'{expect}' is declared; correct the records, or declare expect: many"
        for line, each in enumerate(raw["subjects"], start=2)
        if (number := len(found[each["subj"]])) > 1
    ]
    none = [
        f"E3211 subjects.csv:{line} column rec: no record of records belongs to it, "
        f"'{expect}' is declared; correct the records, or declare expect: at most one"
        for line, each in enumerate(raw["subjects"], start=2)
        if not found[each["subj"]]
    ]
    return {"exactly one": several + none, "at most one": several, "some": none}.get(expect, [])


@pytest.mark.parametrize("expect", EXPECTED)
@pytest.mark.parametrize("where", WHERE)
def test_a_join_gives_the_records_that_match(
    where: str, expect: str, raw: dict[str, list[Record]], tmp_path: Path
) -> None:
    condition, wanted = WHERE[where]
    join = f'{{table: records, as: rec, on: [subj], where: "{condition}", expect: {expect}}}'
    rows, told = converted(tmp_path, raw, join)
    found = matches(raw, wanted)
    if expect in {"many", "some"}:
        pairs = [
            (subject, each["id"])
            for subject, mine in found.items()
            for each in mine or [{"id": None}]
        ]
        assert sorted(rows, key=str) == sorted(pairs, key=str)
    else:
        assert sorted((subject for subject, _ in rows), key=str) == sorted(found, key=str)
        for subject, chosen in rows:
            assert chosen in ([each["id"] for each in found[subject]] or [None])
    assert sorted(told) == sorted(findings(raw, found, expect))
    assert bool(told) == (expect != "many")


@pytest.mark.parametrize("expect", EXPECTED)
def test_neither_threads_nor_the_order_of_records_decide(
    expect: str, raw: dict[str, list[Record]], tmp_path: Path
) -> None:
    join = f"{{table: records, as: rec, on: [subj], expect: {expect}}}"
    shuffled = {name: list(each) for name, each in raw.items()}
    for place, each in enumerate(shuffled.values()):
        Random(SEED + 7 + place).shuffle(each)
    first, _ = converted(tmp_path / "one", raw, join, threads=1)
    assert converted(tmp_path / "two", shuffled, join, threads=4)[0] == first


def test_names_on_both_sides_may_differ(raw: dict[str, list[Record]], tmp_path: Path) -> None:
    rows, _ = converted(
        tmp_path, raw, "{table: records, as: rec, on: {subj: who, anchor: day}, expect: many}"
    )
    wanted = [
        (subject["subj"], each)
        for subject in raw["subjects"]
        for each in [
            other["id"]
            for other in raw["records"]
            if None not in (subject["subj"], subject["anchor"])
            and other["who"] == subject["subj"]
            and other["day"] == subject["anchor"]
        ]
        or [None]
    ]
    assert sorted(rows, key=str) == sorted(wanted, key=str)


def test_a_join_may_use_what_was_joined_before(
    raw: dict[str, list[Record]], tmp_path: Path
) -> None:
    text = analysis(
        {"STUDYID": "study.STUDYID", "USUBJID": "other.subj", "RECID": "rec.id"},
        "keys: [STUDYID, RECID]\n"
        "records:\n"
        "  - from: subjects\n"
        "    join:\n"
        "      - {table: records, as: rec, on: [subj], expect: many}\n"
        "      - {table: subjects, as: other, on: {rec.who: subj}, expect: at most one}\n"
        "    where: rec.id is not null\n",
    )
    study = write_study(tmp_path, {"adam/adx.yaml": text})
    frames, _ = datasets(study, raw={name: frame(each) for name, each in raw.items()})
    made = frames["ADX"][["RECID", "USUBJID"]].to_numpy()
    known = {each["subj"] for each in raw["subjects"]} - {None}
    wanted = [
        (each["id"], each["who"] if each["who"] in known else None)
        for each in raw["records"]
        if each["subj"] in known
    ]
    assert sorted((tuple(map(plain, row)) for row in made), key=str) == sorted(wanted, key=str)


_REFUSED = {
    "a table that is not there": (
        "{table: recrods, on: [subj], expect: many}",
        "E1202 adam/adx.yaml:5: unknown table or dataset 'recrods'; did you mean 'records'?",
    ),
    "a column that is not there": (
        "{table: records, on: [sujb], expect: many}",
        "E1203 adam/adx.yaml:5: unknown column 'sujb' in raw table subjects; did you mean 'subj'?",
    ),
    "keys of two types": (
        "{table: records, on: {least: id}, expect: many}",
        "E1401 adam/adx.yaml:5: join key 'least' is number, 'records.id' is text",
    ),
    "a name twice": (
        "{table: records, as: src, on: [subj], expect: many}",
        "E1211 adam/adx.yaml:5: the name 'src' is taken; add as: another_name",
    ),
    "no number of matches": (
        "{table: records, on: [subj]}",
        "E1102 adam/adx.yaml:5: join has no key 'expect'; "
        "add 'expect': exactly one, at most one, many or some",
    ),
    "a filter on this record": (
        "{table: records, on: [subj], where: anchor is null, expect: many}",
        "E1203 adam/adx.yaml:5: unknown column 'anchor' in raw table records",
    ),
}


@pytest.mark.parametrize(("join", "message"), _REFUSED.values(), ids=_REFUSED)
def test_a_join_that_means_nothing_is_refused(join: str, message: str, tmp_path: Path) -> None:
    text = analysis(
        {"STUDYID": "study.STUDYID", "USUBJID": "subj"},
        f"keys: [STUDYID, USUBJID]\nrecords: [{{from: subjects, join: [{join}]}}]",
    )
    assert faults(tmp_path, {"adam/adx.yaml": text}) == [message]
