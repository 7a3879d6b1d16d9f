"""A dataset is local to a subject where joins, lookups and windows stay within the subject."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from random import Random

import pytest
from trialport import datasets
from trialport.pipeline import plan

from tests.plan.tiny_study import (
    analysis,
    frame,
    plain,
    random_records,
    random_subjects,
    write_study,
)

BASE = {"STUDYID": "study.STUDYID", "USUBJID": "subj", "VAL": "src.val"}
KEYS = "keys: [STUDYID, USUBJID]\n"


@pytest.mark.parametrize(
    ("more", "rest", "local"),
    [
        ({}, "records: [{from: records}]\n", True),
        ({"N": "{window: {pick: count, by: [USUBJID]}}"}, "records: [{from: records}]\n", True),
        ({"N": "{window: {pick: count}}"}, "records: [{from: records}]\n", False),
        ({"N": "{window: {pick: count, by: [VAL]}}"}, "records: [{from: records}]\n", False),
        ({"N": "sequence()"}, "records: [{from: records}]\n", True),
        ({"N": "sequence(VAL)"}, "records: [{from: records}]\n", False),
        (
            {"N": "complete_date(s.anchor)"},
            "records: [{from: records}]\nlookups: {s: {from: subjects, by: [subj], pick: only}}\n",
            True,
        ),
        (
            {"N": "complete_date(s.anchor)"},
            "records: [{from: records}]\n"
            "lookups: {s: {from: subjects, by: {who: subj}, pick: only}}\n",
            False,
        ),
        (
            {},
            "records: [{from: records, join: [{table: subjects, on: [subj], expect: many}]}]\n",
            True,
        ),
        (
            {},
            "records: [{from: records, join: [{table: subjects, as: s, on: {kind: subj}, "
            "expect: many}]}]\n",
            False,
        ),
    ],
)
def test_what_stays_within_the_subject_is_local(
    more: dict[str, str], rest: str, *, local: bool, tmp_path: Path
) -> None:
    text = analysis({**BASE, **more}, KEYS + rest)
    (step,) = plan(write_study(tmp_path, {"adam/adx.yaml": text}))[0].plan.steps
    assert step.is_local is local


WIDE = analysis(
    {
        **BASE,
        "RECID": "id",
        "ADT": "complete_date(day)",
        "ANCHDT": "complete_date(s.anchor)",
        "BEST": "{window: {value: VAL, pick: max, by: [USUBJID]}}",
        "RUNFL": "{window: {flag: first, by: [USUBJID], where: VAL >= 0, order: [ADT], run: 2}}",
        "NREC": "count(all.id)",
        "ASEQ": "sequence()",
    },
    "keys: [STUDYID, USUBJID, ADT, RECID]\nrecords: [{from: records, where: subj is not null}]\n"
    "lookups:\n"
    "  s: {from: subjects, by: [subj], pick: only}\n"
    "  all: {from: records, by: [subj], where: val is not null}\n",
)


def test_shards_of_subjects_put_together_are_the_whole(tmp_path: Path) -> None:
    study = write_study(tmp_path, {"adam/adx.yaml": WIDE})
    assert plan(study)[0].plan.steps[0].is_local
    subjects = random_subjects(Random(7), 40)
    records = random_records(Random(8), subjects)
    names = sorted({str(each["subj"]) for each in [*subjects, *records]})

    def rows(those: Collection[str]) -> list[tuple[object, ...]]:
        raw = {
            "subjects": frame([each for each in subjects if str(each["subj"]) in those]),
            "records": frame([each for each in records if str(each["subj"]) in those]),
        }
        found = datasets(study, raw=raw)[0]["ADX"].to_numpy()
        return [tuple(plain(each) for each in row) for row in found]

    whole = rows(names)
    assert len(whole) > 100
    assert sorted(rows(names[::2]) + rows(names[1::2]), key=str) == sorted(whole, key=str)
