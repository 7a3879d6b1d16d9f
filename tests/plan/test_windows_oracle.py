"""Windows and sequence numbers give what counting through each group by hand gives."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from trialport import datasets

from tests.plan.test_lookups_oracle import first_day, last_day
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

Row = dict[str, Any]

_TOTAL = "order: [ADT, VAL desc, RECID]"
WINDOWS = {
    "FIRSTFL": f"{{window: {{flag: first, by: [USUBJID], {_TOTAL}}}}}",
    "LASTFL": f"{{window: {{flag: last, by: [USUBJID, KIND], {_TOTAL}}}}}",
    "BASEFL": "{window: {flag: last, by: [USUBJID], "
    f'where: "ADT <= ANCHOR and VAL is not null", {_TOTAL}}}}}',
    "FIRST": f"{{window: {{value: VAL, pick: first, by: [USUBJID], {_TOTAL}}}}}",
    "LAST": f"{{window: {{value: RECID, pick: last, by: [USUBJID], {_TOTAL}}}}}",
    "LASTB": "{window: {value: VAL, pick: last, by: [USUBJID], where: KIND = 'B', "
    "order: [VAL, RECID]}}",
    "BASE": "{window: {value: VAL, pick: first, by: [USUBJID], where: BASEFL = 'Y', "
    "order: [RECID]}}",
    "MIN": "{window: {value: VAL, pick: min, by: [USUBJID, KIND]}}",
    "MAX": "{window: {value: VAL + SEQ, pick: max, by: [USUBJID]}}",
    "MAXDT": "{window: {value: ADT, pick: max, by: [USUBJID], where: VAL > 0}}",
    "COUNT": "{window: {pick: count, by: [USUBJID, KIND]}}",
    "NVAL": "{window: {value: VAL, pick: count, by: [USUBJID]}}",
    "NBIG": "{window: {pick: count, by: [USUBJID], where: VAL > 1}}",
    "SUM": "{window: {value: VAL, pick: sum, by: [USUBJID]}}",
    "SUMA": "{window: {value: VAL, pick: sum, by: [USUBJID], where: KIND = 'A'}}",
    "NUMBER": f"{{window: {{pick: number, by: [USUBJID], {_TOTAL}}}}}",
    "NUMBERB": "{window: {pick: number, by: [USUBJID], where: KIND = 'B', "
    "order: [VAL desc, RECID desc]}}",
    "ALL": "{window: {pick: count}}",
    "EARLYFL": "{window: {flag: first, by: [USUBJID], order: [DTC, RECID], "
    "partial_dates: earliest}}",
    "LATEFL": "{window: {flag: last, by: [USUBJID], where: KIND = 'B', order: [DTC, RECID], "
    "partial_dates: latest}}",
    "WHOLE": "{window: {value: RECID, pick: first, by: [USUBJID], order: [DTC, RECID], "
    "partial_dates: exclude}}",
    "PLACE": "{window: {pick: number, by: [USUBJID], order: [DTC desc, RECID], "
    "partial_dates: latest}}",
}
DERIVED = {"CHG": "VAL - BASE", "LATE": "flag(NUMBER > 3 and CHG is not null)"}
"""Variables that use windows."""

SEED = 20240302


def _study() -> str:
    variables = {
        "STUDYID": "study.STUDYID",
        "USUBJID": "records.subj",
        "RECID": "records.id",
        "KIND": "records.kind",
        "ADT": "complete_date(records.day)",
        "DTC": "records.day",
        "VAL": "records.val",
        "SEQ": "records.seq",
        "ANCHOR": "earliest_day(anchor)",
        **WINDOWS,
        **DERIVED,
        "ASEQ": "sequence()",
        "KINDSEQ": "sequence(USUBJID, KIND)",
    }
    return analysis(
        variables,
        "keys: [STUDYID, USUBJID, ADT, VAL, RECID]\n"
        "records:\n"
        "  - from: subjects\n"
        "    join: [{table: records, on: [subj], expect: many}]\n"
        "    unless: RECID is null\n",
    )


@pytest.fixture(scope="module")
def raw() -> dict[str, list[Record]]:
    subjects = random_subjects(Random(SEED), 200)
    return {"subjects": subjects, "records": random_records(Random(SEED + 1), subjects)}


def converted(study: Path, raw: dict[str, list[Record]], threads: int | None = None) -> list[Row]:
    """Return the records of ADX in their order."""
    frames, findings = datasets(
        study, raw={name: frame(each) for name, each in raw.items()}, threads=threads
    )
    assert findings == []
    found = frames["ADX"]
    return [dict(zip(found.columns, map(plain, row), strict=True)) for row in found.to_numpy()]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("windows"), {"adam/adx.yaml": _study()})


@pytest.fixture(scope="module")
def rows(study: Path, raw: dict[str, list[Record]]) -> list[Row]:
    return converted(study, raw)


# --- the other implementation ---


def ordered(group: Sequence[Row], *keys: tuple[str, bool]) -> list[Row]:
    """Return a group in the order of its keys (name, descending), nulls behind."""
    found = list(group)
    for name, descending in reversed(keys):
        there = [each for each in found if each[name] is not None]
        there.sort(key=lambda each, name=name: each[name], reverse=descending)
        found = there + [each for each in found if each[name] is None]
    return found


def last(group: Sequence[Row], *keys: tuple[str, bool]) -> list[Row]:
    """Return the last record of a group, as a list: of none where there is none.

    A record without a value is last of all only where no record has one.
    """
    return ordered(group, *((name, not descending) for name, descending in keys))[:1]


def grouped(rows: Sequence[Row], *by: str) -> dict[Hashable, list[Row]]:
    """Return the groups of rows; null is a group of its own."""
    found: dict[Hashable, list[Row]] = {}
    for each in rows:
        found.setdefault(tuple(each[name] for name in by), []).append(each)
    return found


BY_DAY = (("DAY", False), ("RECID", False))
BY_ADT = (("ADT", False), ("RECID", False))
TOTAL = (("ADT", False), ("VAL", True), ("RECID", False))


def numbers(group: Sequence[Row], name: str = "VAL") -> list[Any]:
    return [each[name] for each in group if each[name] is not None]


def dated(group: Sequence[Row], rule: Callable[[str | None], date | None]) -> list[Row]:
    """Return copies of the rows with `DAY`: one end of the days that their date can mean."""
    return [{**each, "DAY": rule(each["DTC"])} for each in group]


def ids(chosen: Sequence[Row]) -> Callable[[Row], object]:
    names = {each["RECID"] for each in chosen}
    return lambda row: "Y" if row["RECID"] in names else None


def flags(chosen: Sequence[Row]) -> Callable[[Row], object]:
    return lambda row: "Y" if any(row is each for each in chosen) else None


def same(value: object) -> Callable[[Row], object]:
    return lambda _: value


def places(group: Sequence[Row]) -> Callable[[Row], object]:
    found = {each["RECID"]: float(place) for place, each in enumerate(group, start=1)}
    return lambda row: found.get(row["RECID"])


def by_hand(name: str, group: Sequence[Row]) -> Callable[[Row], object]:
    """Return the value of a window for each record of a group."""
    base = [row for row in group if row["VAL"] is not None and _not_late(row)]
    kind_b = [row for row in group if row["KIND"] == "B"]
    values = numbers(group)
    kind_a = [row["VAL"] for row in group if row["KIND"] == "A" and row["VAL"] is not None]
    picked: dict[str, Callable[[], Callable[[Row], object]]] = {
        "FIRSTFL": lambda: flags(ordered(group, *TOTAL)[:1]),
        "LASTFL": lambda: flags(last(group, *TOTAL)),
        "BASEFL": lambda: flags(last(base, *TOTAL)),
        "FIRST": lambda: same(_only(ordered(group, *TOTAL)[:1], "VAL")),
        "LAST": lambda: same(_only(last(group, *TOTAL), "RECID")),
        "LASTB": lambda: same(_only(last(kind_b, ("VAL", False), ("RECID", False)), "VAL")),
        "BASE": lambda: same(_only(last(base, *TOTAL), "VAL")),
        "MIN": lambda: same(min(values, default=None)),
        "MAX": lambda: same(
            max(
                (
                    row["VAL"] + row["SEQ"]
                    for row in group
                    if row["VAL"] is not None and row["SEQ"] is not None
                ),
                default=None,
            )
        ),
        "MAXDT": lambda: same(
            max(numbers([row for row in group if (row["VAL"] or 0) > 0], "ADT"), default=None)
        ),
        "COUNT": lambda: same(float(len(group))),
        "ALL": lambda: same(float(len(group))),
        "NVAL": lambda: same(float(len(values))),
        "NBIG": lambda: same(float(sum(each > 1 for each in values))),
        "SUM": lambda: same(pytest.approx(sum(values)) if values else None),
        "SUMA": lambda: same(pytest.approx(sum(kind_a)) if kind_a else None),
        "NUMBER": lambda: places(ordered(group, *TOTAL)),
        "EARLYFL": lambda: ids(ordered(dated(group, first_day), *BY_DAY)[:1]),
        "LATEFL": lambda: ids(last(dated(kind_b, last_day), *BY_DAY)),
        "WHOLE": lambda: same(
            _only(ordered([each for each in group if each["ADT"]], *BY_ADT)[:1], "RECID")
        ),
        "PLACE": lambda: places(ordered(dated(group, last_day), ("DAY", True), ("RECID", False))),
        "NUMBERB": lambda: places(ordered(kind_b, ("VAL", True), ("RECID", True))),
    }
    return picked[name]()


def _not_late(row: Row) -> bool:
    return row["ADT"] is not None and row["ANCHOR"] is not None and row["ADT"] <= row["ANCHOR"]


def _only(chosen: Sequence[Row], name: str) -> object:
    return chosen[0][name] if chosen else None


GROUPS = {
    **dict.fromkeys(WINDOWS, ("USUBJID",)),
    **dict.fromkeys(("LASTFL", "MIN", "COUNT"), ("USUBJID", "KIND")),
    "ALL": (),
}


# --- claims ---


def test_the_records_are_those_of_the_raw_table(
    rows: list[Row], raw: dict[str, list[Record]]
) -> None:
    names = {each["subj"] for each in raw["subjects"]}
    wanted = [each["id"] for each in raw["records"] if each["subj"] in names]
    assert sorted(each["RECID"] for each in rows) == sorted(map(str, wanted))


@pytest.mark.parametrize("name", WINDOWS)
def test_a_window_gives_what_its_group_gives(name: str, rows: list[Row]) -> None:
    for key, group in grouped(rows, *GROUPS[name]).items():
        wanted = by_hand(name, group)
        assert [(each["RECID"], each[name]) for each in group] == [
            (each["RECID"], wanted(each)) for each in group
        ], key


def test_what_uses_a_window_comes_after_it(rows: list[Row]) -> None:
    for each in rows:
        value, base = each["VAL"], each["BASE"]
        change = None if value is None or base is None else value - base
        assert each["CHG"] == change
        assert each["LATE"] == ("Y" if each["NUMBER"] > 3 and change is not None else None)


def test_sequence_numbers_count_the_records_of_a_subject(rows: list[Row]) -> None:
    for group in grouped(rows, "USUBJID").values():
        assert sorted(each["ASEQ"] for each in group) == [*range(1, len(group) + 1)]
        dated = [each for each in group if each["ADT"] is not None and each["VAL"] is not None]
        by_key = sorted(dated, key=lambda each: (each["ADT"], each["VAL"], each["RECID"]))
        assert [each["RECID"] for each in sorted(dated, key=lambda each: each["ASEQ"])] == [
            each["RECID"] for each in by_key
        ]


def test_sequence_numbers_count_the_records_of_any_group(rows: list[Row]) -> None:
    for group in grouped(rows, "USUBJID", "KIND").values():
        assert sorted(each["KINDSEQ"] for each in group) == [*range(1, len(group) + 1)]


def test_records_stand_in_the_order_of_their_sequence_numbers(rows: list[Row]) -> None:
    for group in grouped(rows, "USUBJID").values():
        assert [each["ASEQ"] for each in group] == [*range(1, len(group) + 1)]


@pytest.mark.parametrize("threads", [1, 4])
def test_neither_threads_nor_the_order_of_records_decide(
    threads: int, study: Path, rows: list[Row], raw: dict[str, list[Record]]
) -> None:
    shuffled = {name: list(each) for name, each in raw.items()}
    for place, each in enumerate(shuffled.values()):
        Random(SEED + 7 + place).shuffle(each)
    assert converted(study, shuffled, threads) == rows


_ODD = {
    "the sum of texts": ("{value: KIND, pick: sum, by: [USUBJID]}", "E1401"),
    "the greatest of texts": ("{value: KIND, pick: max, by: [USUBJID]}", "E1403"),
    "the least of dates that may be partial": (
        "{value: DTC, pick: min, by: [USUBJID]}",
        "E1403",
    ),
    "an order by dates that may be partial": (
        "{flag: first, by: [USUBJID], order: [DTC]}",
        "E1273",
    ),
    "the sum of dates": ("{value: ADT, pick: sum, by: [USUBJID]}", "E1401"),
    "the sum of conditions": ("{value: VAL > 1, pick: sum, by: [USUBJID]}", "E1411"),
    "a condition that is none": ("{pick: count, by: [USUBJID], where: VAL}", "E1402"),
    "no value": ("{pick: sum, by: [USUBJID]}", "E1212"),
    "a flag of the only record": ("{flag: only, by: [USUBJID], order: [VAL]}", "E1212"),
    "the first without an order": ("{value: VAL, pick: first, by: [USUBJID]}", "E1210"),
    "a number without an order": ("{pick: number, by: [USUBJID]}", "E1210"),
    "a flag without an order": ("{flag: last, by: [USUBJID]}", "E1210"),
    "a source column": ("{value: src.val, pick: max, by: [USUBJID]}", "E1207"),
    "a group of an unknown variable": ("{value: VAL, pick: max, by: [USUBJDI]}", "E1203"),
    "an order by an unknown variable": (
        "{value: VAL, pick: first, by: [USUBJID], order: [VALL]}",
        "E1203",
    ),
}


@pytest.mark.parametrize(
    ("window", "code"),
    [pytest.param(*each, id=name) for name, each in _ODD.items()],
)
def test_a_window_that_means_nothing_is_refused(window: str, code: str, tmp_path: Path) -> None:
    variables = {
        "STUDYID": "study.STUDYID",
        "USUBJID": "subj",
        "KIND": "kind",
        "DTC": "day",
        "ADT": "complete_date(day)",
        "VAL": "src.val",
        "W": f"{{window: {window}}}",
    }
    text = analysis(variables, "keys: [STUDYID, USUBJID]\nrecords: [{from: records}]")
    assert [each[:5] for each in faults(tmp_path, {"adam/adx.yaml": text})] == [code]
