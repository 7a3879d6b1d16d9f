"""Lookups choose the record that a search through the lists by hand chooses."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
from trialport import datasets

from tests.plan.tiny_study import (
    Record,
    analysis,
    frame,
    plain,
    random_records,
    random_subjects,
    write_study,
)

Key = Callable[[Record], Any]

PICKED = {
    "FDAY": "{from: records, by: [subj], pick: first, order: [day, seq, id]}",
    "LDAY": "{from: records, by: [subj], pick: last, order: [day, seq, id]}",
    "FDESC": "{from: records, by: [subj], pick: first, order: [day desc, seq desc, id]}",
    "LDESC": "{from: records, by: [subj], pick: last, order: [day desc, seq, id desc]}",
    "FASC": "{from: records, by: [subj], pick: first, order: [day asc, id desc]}",
    "FVAL": "{from: records, by: [subj], pick: first, order: [val, id]}",
    "LVAL": "{from: records, by: [subj], pick: last, order: [val, id]}",
    "LKIND": "{from: records, by: [subj], pick: last, order: [kind desc, val, id]}",
    "WHERE": "{from: records, by: [subj], where: kind = 'A' and val > 0, "
    "pick: first, order: [seq, id]}",
    "NOT": "{from: records, by: [subj], where: not (kind = 'A'), pick: first, order: [seq, id]}",
    "THIS": "{from: records, by: [subj], where: val >= this.least, pick: last, order: [val, id]}",
    "BEFORE": '{from: records, by: [subj], where: "before(day, this.anchor)", '
    "pick: last, order: [seq, id], partial_dates: latest}",
    "VIA": "{from: records, by: [subj], where: seq = this.USED, pick: first, order: [id]}",
    "WHO": "{from: records, by: {subj: who}, pick: first, order: [id]}",
    "TWO": "{from: records, by: {subj: subj, anchor: day}, pick: first, order: [seq desc, id]}",
}
FIRST_DAY = {
    "EFIRST": "{from: records, by: [subj], pick: first, order: [day, seq, id], "
    "partial_dates: earliest}",
    "ELAST": "{from: records, by: [subj], pick: last, order: [day, seq, id], "
    "partial_dates: earliest}",
    "LFIRST": "{from: records, by: [subj], pick: first, order: [day, seq, id], "
    "partial_dates: latest}",
    "LLAST": "{from: records, by: [subj], pick: last, order: [day desc, seq, id], "
    "partial_dates: latest}",
}
TIED = {
    "TFIRST": "{from: records, by: [subj], pick: first, order: [kind]}",
    "TLAST": "{from: records, by: [subj], pick: last, order: [day]}",
}
SETS = {
    "ALL": "{from: records, by: [subj]}",
    "SOME": "{from: records, by: [subj], where: \"kind = 'B' and val <> this.least\"}",
    "LATER": '{from: records, by: [subj], where: "complete_date(day) >= this.ANCHDT"}',
}
AGGREGATES = {
    "NALL": "count(l_all.id)",
    "NVAL": "count(l_all.val)",
    "MINVAL": "min(l_all.val)",
    "MAXVAL": "max(l_all.val)",
    "SUMVAL": "sum(l_all.val)",
    "SUMTWICE": "sum(l_all.val * 2 + l_all.seq)",
    "ANYBIG": "flag(any_of(l_all.val > 2))",
    "ANYNULL": "flag(any_of(l_all.kind is null))",
    "NONE": "yes_no(any_of(l_all.val > 5000000))",
    "NSOME": "count(l_some.id)",
    "SUMSOME": "sum(l_some.val)",
    "MAXSOME": "max(l_some.val) - min(l_some.val)",
    "NLATER": "count(l_later.id)",
    "LASTDT": "max(complete_date(l_later.day))",
    "FIRSTD": "min(earliest_day(l_all.day))",
    "MIXED": "count(l_all.id) - count(l_some.id) + coalesce(least, 0)",
}

_PARTS = re.compile(r"(\d{4})(?:-(\d\d|-)(?:-(\d\d))?)?")

SEED = 20240301


def _study() -> str:
    lookups = {**PICKED, **FIRST_DAY, **TIED, **SETS}
    written = "\n".join(f"  l_{name.lower()}: {value}" for name, value in lookups.items())
    variables = {"STUDYID": "study.STUDYID", "USUBJID": "subj"}
    variables |= {name: f"l_{name.lower()}.id" for name in (*PICKED, *FIRST_DAY, *TIED)}
    variables |= AGGREGATES
    variables |= {"USED": "l_fval.seq", "ANCHDT": "complete_date(anchor)"}
    return analysis(
        variables, f"keys: [STUDYID, USUBJID]\nrecords: [{{from: subjects}}]\nlookups:\n{written}"
    )


@pytest.fixture(scope="module")
def subjects() -> list[Record]:
    return random_subjects(Random(SEED), 300)


@pytest.fixture(scope="module")
def records(subjects: list[Record]) -> list[Record]:
    return random_records(Random(SEED + 1), subjects)


@pytest.fixture(scope="module")
def made(
    subjects: list[Record], records: list[Record], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, object]]:
    """Return the variables of each subject as the conversion makes them."""
    study = write_study(tmp_path_factory.mktemp("lookups"), {"adam/adx.yaml": _study()})
    frames, findings = datasets(study, raw={"subjects": frame(subjects), "records": frame(records)})
    assert findings == []
    return by_subject(frames["ADX"])


def by_subject(found: pd.DataFrame) -> dict[str, dict[str, object]]:
    rows = [dict(zip(found.columns, map(plain, row), strict=True)) for row in found.to_numpy()]
    return {str(row["USUBJID"]): row for row in rows}


# --- the other implementation ---


def number(name: str) -> Key:
    return lambda record: None if record[name] is None else float(str(record[name]))


def text(name: str) -> Key:
    return lambda record: record[name]


def first_day(value: str | None) -> date | None:
    return _days(value)[0] if value else None


def last_day(value: str | None) -> date | None:
    return _days(value)[-1] if value else None


def complete(value: str | None) -> date | None:
    return date.fromisoformat(value) if value and re.fullmatch(r"\d{4}-\d\d-\d\d", value) else None


@cache
def _days(value: str) -> list[date]:
    """Return every day that a date can mean, by trying the days of its year."""
    year, month, day = _PARTS.fullmatch(value).groups()  # type: ignore[union-attr]
    days = [
        date(int(year), one, other)
        for one in range(1, 13)
        for other in range(1, calendar.monthrange(int(year), one)[1] + 1)
    ]
    return [
        each
        for each in days
        if month in {None, "-", f"{each.month:02}"} and day in {None, f"{each.day:02}"}
    ]


def chosen(
    candidates: Sequence[Record], *order: tuple[Key, bool], last: bool = False
) -> list[str | None]:
    """Return the ids of the records that no key tells apart any more.

    Each key keeps the records with its best value; a null is only kept where there is no value.
    """
    left = list(candidates)
    for key, descending in order:
        values = [value for each in left if (value := key(each)) is not None]
        if values:
            best = max(values) if descending != last else min(values)
            left = [each for each in left if key(each) == best]
    return [each["id"] for each in left] or [None]


def only(found: list[str | None]) -> str | None:
    assert len(found) == 1
    return found[0]


def expected(subject: Record, mine: list[Record], every: list[Record]) -> dict[str, object]:
    day: Key = lambda record: complete(record["day"])  # noqa: E731
    early: Key = lambda record: first_day(record["day"])  # noqa: E731
    late: Key = lambda record: last_day(record["day"])  # noqa: E731
    seq, val, kind, ids = number("seq"), number("val"), text("kind"), text("id")
    dated = [each for each in mine if day(each) is not None]
    least = number("least")(subject)
    anchor = subject["anchor"]
    positive = [each for each in mine if each["kind"] == "A" and (val(each) or -1) > 0]
    other = [each for each in mine if each["kind"] not in {"A", None}]
    enough = [
        each for each in mine if least is not None and val(each) is not None and val(each) >= least
    ]
    before = [
        each
        for each in mine
        if anchor and each["day"] and _days(each["day"])[-1] < _days(anchor)[0]
    ]
    low = only(chosen(mine, (val, False), (ids, False)))
    used = next((number("seq")(each) for each in mine if each["id"] == low), None)
    same = [each for each in mine if used is not None and seq(each) == used]
    who = [each for each in every if each["who"] == subject["subj"]]
    two = [each for each in mine if anchor is not None and each["day"] == anchor]
    picked = {
        "FDAY": chosen(dated, (day, False), (seq, False), (ids, False)),
        "LDAY": chosen(dated, (day, False), (seq, False), (ids, False), last=True),
        "FDESC": chosen(dated, (day, True), (seq, True), (ids, False)),
        "LDESC": chosen(dated, (day, True), (seq, False), (ids, True), last=True),
        "FASC": chosen(dated, (day, False), (ids, True)),
        "FVAL": chosen(mine, (val, False), (ids, False)),
        "LVAL": chosen(mine, (val, False), (ids, False), last=True),
        "LKIND": chosen(mine, (kind, True), (val, False), (ids, False), last=True),
        "WHERE": chosen(positive, (seq, False), (ids, False)),
        "NOT": chosen(other, (seq, False), (ids, False)),
        "THIS": chosen(enough, (val, False), (ids, False), last=True),
        "BEFORE": chosen(before, (seq, False), (ids, False), last=True),
        "VIA": chosen(same, (ids, False)),
        "WHO": chosen(who, (ids, False)),
        "TWO": chosen(two, (seq, True), (ids, False)),
        "EFIRST": chosen(mine, (early, False), (seq, False), (ids, False)),
        "ELAST": chosen(mine, (early, False), (seq, False), (ids, False), last=True),
        "LFIRST": chosen(mine, (late, False), (seq, False), (ids, False)),
        "LLAST": chosen(mine, (late, True), (seq, False), (ids, False), last=True),
    }
    return {name: only(found) for name, found in picked.items()}


def aggregates(subject: Record, mine: list[Record]) -> dict[str, object]:
    least = number("least")(subject)
    values = [number("val")(each) for each in mine]
    there = [each for each in values if each is not None]
    some = [
        each
        for each in mine
        if each["kind"] == "B" and each["val"] and least is not None and float(each["val"]) != least
    ]
    worth = [float(str(each["val"])) for each in some]
    anchor = complete(subject["anchor"])
    later = [d for each in mine if (d := complete(each["day"])) and anchor and d >= anchor]
    doubled = [
        float(each["val"]) * 2 + float(each["seq"]) for each in mine if each["val"] and each["seq"]
    ]
    firsts = [d for each in mine if (d := first_day(each["day"]))]
    return {
        "NALL": len(mine),
        "NVAL": len(there),
        "MINVAL": min(there, default=None),
        "MAXVAL": max(there, default=None),
        "SUMVAL": sum(there) if there else None,
        "SUMTWICE": sum(doubled) if doubled else None,
        "ANYBIG": "Y" if any(each > 2 for each in there) else None,
        "ANYNULL": "Y" if any(each["kind"] is None for each in mine) else None,
        "NONE": "N",
        "NSOME": len(some),
        "SUMSOME": sum(worth) if worth else None,
        "MAXSOME": max(worth) - min(worth) if worth else None,
        "NLATER": len(later),
        "LASTDT": max(later).isoformat() if later else None,
        "FIRSTD": min(firsts).isoformat() if firsts else None,
        "MIXED": len(mine) - len(some) + (least or 0),
    }


def of(subject: Record, records: list[Record]) -> list[Record]:
    return [each for each in records if each["subj"] == subject["subj"]]


# --- claims ---


@pytest.fixture(scope="module")
def wanted(subjects: list[Record], records: list[Record]) -> dict[str, dict[str, object]]:
    """Return what a search by hand gives for each subject."""
    mine: dict[str | None, list[Record]] = {}
    for each in records:
        mine.setdefault(each["subj"], []).append(each)
    return {
        str(each["subj"]): expected(each, found := mine.get(each["subj"], []), records)
        | aggregates(each, found)
        for each in subjects
    }


@pytest.mark.parametrize("name", [*PICKED, "LFIRST", "LLAST", "EFIRST", "ELAST"])
def test_a_lookup_picks_the_record_that_its_order_says(
    name: str, made: dict[str, dict[str, object]], wanted: dict[str, dict[str, object]]
) -> None:
    by_hand = {subject: wanted[subject][name] for subject in made}
    assert {subject: made[subject][name] for subject in made} == by_hand
    assert len({value for value in by_hand.values() if value is not None}) > 20


@pytest.mark.parametrize("name", AGGREGATES)
def test_an_aggregate_of_a_set_is_what_counting_by_hand_gives(
    name: str, made: dict[str, dict[str, object]], wanted: dict[str, dict[str, object]]
) -> None:
    for subject, row in made.items():
        by_hand = wanted[subject][name]
        near = pytest.approx(by_hand, abs=1e-9) if isinstance(by_hand, float) else by_hand
        assert row[name] == near, subject


def test_a_tie_is_broken_among_the_tied(
    made: dict[str, dict[str, object]], subjects: list[Record], records: list[Record]
) -> None:
    for each in subjects:
        mine = of(each, records)
        dated = [record for record in mine if complete(record["day"])]
        day: Key = lambda record: complete(record["day"])  # noqa: E731
        found = made[str(each["subj"])]
        assert found["TFIRST"] in chosen(mine, (text("kind"), False))
        assert found["TLAST"] in chosen(dated, (day, False), last=True)


@pytest.mark.parametrize("threads", [1, 4])
def test_neither_threads_nor_the_order_of_records_decide(
    threads: int,
    made: dict[str, dict[str, object]],
    subjects: list[Record],
    records: list[Record],
    tmp_path: Path,
) -> None:
    study = write_study(tmp_path, {"adam/adx.yaml": _study()})
    shuffled = [list(subjects), list(records)]
    for place, each in enumerate(shuffled):
        Random(SEED + 7 + place).shuffle(each)
    raw = {"subjects": frame(shuffled[0]), "records": frame(shuffled[1])}
    frames, _ = datasets(study, raw=raw, threads=threads)
    assert by_subject(frames["ADX"]) == made


def test_more_than_one_record_where_only_one_is_declared_is_a_finding(
    subjects: list[Record], records: list[Record], tmp_path: Path
) -> None:
    lookups = "lookups:\n  one: {from: records, by: [subj], where: kind = 'A', pick: only}"
    variables = {"STUDYID": "study.STUDYID", "USUBJID": "subj", "ONE": "one.id"}
    text_ = analysis(
        variables, f"keys: [STUDYID, USUBJID]\nrecords: [{{from: subjects}}]\n{lookups}"
    )
    study = write_study(tmp_path, {"adam/adx.yaml": text_})
    frames, findings = datasets(study, raw={"subjects": frame(subjects), "records": frame(records)})
    found = by_subject(frames["ADX"])
    wanted: list[str] = []
    for line, each in enumerate(subjects, start=2):
        mine = [record["id"] for record in of(each, records) if record["kind"] == "A"]
        assert found[str(each["subj"])]["ONE"] in (mine or [None])
        if len(mine) > 1:
            wanted.append(
                f"E3212 subjects.csv:{line} column one: {len(mine)} records of records belong to "
                "it, at most one is declared; "
                "correct the records, or pick first or last with an order"
            )
    assert [str(each) for each in findings] == wanted
    assert len(wanted) > 20
