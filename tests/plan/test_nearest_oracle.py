"""The nearest record is the one that measuring each of them by hand finds."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from trialport import datasets

from tests.plan.test_lookups_oracle import complete, first_day, last_day
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

SEED = 20261203
NEAREST = {
    "NEAR": "{from: records, by: [subj], pick: nearest, to: anchor, order: [day, id]}",
    "LATER": "{from: records, by: [subj], pick: nearest, to: ANCHDT, order: [day desc, id desc]}",
    "EARLY": "{from: records, by: [subj], pick: nearest, to: ANCHDT, order: [day, id], "
    "partial_dates: earliest}",
    "LATE": "{from: records, by: [subj], where: kind = 'B', pick: nearest, to: ANCHDT, "
    "order: [day, id], partial_dates: latest}",
    "VALUE": "{from: records, by: [subj], pick: nearest, to: least, order: [val, id]}",
    "AFTER": '{from: records, by: [subj], where: "complete_date(day) >= this.ANCHDT", '
    "pick: nearest, to: ANCHDT, order: [day, id]}",
    "VIA": "{from: records, by: [subj], pick: nearest, to: l_near.val, order: [seq, id]}",
}


def text(lookups: dict[str, str] = NEAREST) -> str:
    written = "\n".join(f"  l_{name.lower()}: {each}" for name, each in lookups.items())
    return analysis(
        {
            "STUDYID": "study.STUDYID",
            "USUBJID": "subj",
            "ANCHDT": "complete_date(anchor)",
            **{name: f"l_{name.lower()}.id" for name in lookups},
        },
        f"keys: [STUDYID, USUBJID]\nrecords: [{{from: subjects}}]\nlookups:\n{written}",
    )


@pytest.fixture(scope="module")
def raw() -> dict[str, list[Record]]:
    subjects = random_subjects(Random(SEED), 150)
    return {"subjects": subjects, "records": random_records(Random(SEED + 1), subjects)}


def by_hand(name: str, subject: Record, records: list[Record]) -> str | None:
    """Return the id of the nearest record, among equals by the order that is written."""
    anchor = complete(subject["anchor"])
    rule = {"EARLY": first_day, "LATE": last_day}.get(name, complete)
    measured: list[tuple[float, float, str, Record]] = []
    for each in records:
        if name == "LATE" and each["kind"] != "B":
            continue
        at: date | float | None
        to: date | float | None
        column = {"VALUE": "val", "VIA": "seq"}.get(name)
        if column is not None:
            at = float(str(each[column])) if each[column] else None
            near = by_hand("NEAR", subject, records) if column == "seq" else None
            known = next((one["val"] for one in records if one["id"] == near), None)
            wanted = subject["least"] if column == "val" else known
            to = float(wanted) if wanted else None
        else:
            at, to = rule(each["day"]), anchor
            if name == "AFTER" and (at is None or to is None or at < to):
                continue
        if at is None or to is None:
            continue
        if isinstance(at, date):
            assert isinstance(to, date)
            measured.append((abs((at - to).days), at.toordinal(), str(each["id"]), each))
        else:
            assert not isinstance(to, date)
            measured.append((abs(at - to), at, str(each["id"]), each))
    if not measured:
        return None
    least = min(each[0] for each in measured)
    equal = sorted(each[1:3] for each in measured if each[0] == least)
    return equal[-1][1] if name == "LATER" else equal[0][1]


@pytest.mark.parametrize("threads", [1, 4])
def test_the_nearest_is_found(threads: int, tmp_path: Path, raw: dict[str, list[Record]]) -> None:
    study = write_study(tmp_path, {"adam/adx.yaml": text()})
    frames, _ = datasets(
        study, raw={name: frame(each) for name, each in raw.items()}, threads=threads
    )
    made: Any = frames["ADX"].set_index("USUBJID")
    for subject in raw["subjects"]:
        own = [each for each in raw["records"] if each["subj"] == subject["subj"]]
        for name in NEAREST:
            found = plain(made.loc[subject["subj"], name])
            assert found == by_hand(name, subject, own), (name, subject, own)
    for name in NEAREST:
        assert made[name].nunique() > 20


@pytest.mark.parametrize(
    ("lookup", "code"),
    [
        ("{from: records, by: [subj], pick: nearest, order: [day]}", "E1210"),
        ("{from: records, by: [subj], pick: nearest, to: anchor}", "E1210"),
        ("{from: records, by: [subj], pick: first, to: anchor, order: [day]}", "E1210"),
        ("{from: records, by: [subj], pick: nearest, to: least, order: [day]}", "E1401"),
        ("{from: records, by: [subj], pick: nearest, to: anchor, order: [kind]}", "E1401"),
        ("{from: records, by: [subj], pick: nearest, to: anchr, order: [day]}", "E1203"),
        ("{from: records, by: [subj], pick: nearest, to: anchor, order: [dya]}", "E1203"),
        ("{from: records, by: [subj], pick: nearest, to: number(subj), order: [val]}", "E1212"),
    ],
)
def test_what_has_no_nearest_is_refused(tmp_path: Path, lookup: str, code: str) -> None:
    found = faults(tmp_path, {"adam/adx.yaml": text({"BAD": lookup})})
    assert [each[:5] for each in found] == [code]


def test_a_window_flags_the_first_or_the_last(tmp_path: Path) -> None:
    variables = {
        "STUDYID": "study.STUDYID",
        "USUBJID": "subj",
        "FL": "{window: {flag: nearest, by: [STUDYID], order: [USUBJID]}}",
    }
    dataset = analysis(variables, "keys: [STUDYID, USUBJID]\nrecords: [{from: subjects}]")
    assert [each[:5] for each in faults(tmp_path, {"adam/adx.yaml": dataset})] == ["E1212"]
