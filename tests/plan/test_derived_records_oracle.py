"""Records that are derived from others: averages, values carried forward, extreme ones, BMI.

A helper dataset (`keep: no`) holds the observed records; the dataset stacks them with what is
derived of them. The other implementation is pandas.
"""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from trialport import convert, datasets
from trialport.pipeline import plan

from tests.plan.tiny_study import Record, analysis, faults, frame, write_study

SEED = 20261204
VISITS = {1: (-9999, 0), 2: (1, 20), 3: (21, 40), 4: (41, 60)}

SUBJECTS = analysis(
    {"STUDYID": "study.STUDYID", "USUBJID": "subj", "STARTDT": "complete_date(anchor)"},
    "keys: [STUDYID, USUBJID]\nrecords: [{from: subjects}]",
    name="ADS",
)
SCHEDULE = """\
dataset: PLANNED
keep: no
class: OTHER
keys: [STUDYID, AVISITN]
records:
  - rows:
      - {number: "1", low: "-9999", high: "0",  target: "0"}
      - {number: "2", low: "1",  high: "20", target: "10"}
      - {number: "3", low: "21", high: "40", target: "30"}
      - {number: "4", low: "41", high: "60", target: "50"}
variables:
  STUDYID:  study.STUDYID
  AVISITN:  number(number)
  AWLO:     number(low)
  AWHI:     number(high)
  AWTARGET: number(target)
"""
OBSERVED = """\
dataset: OBSERVED
keep: no
class: OTHER
keys: [STUDYID, USUBJID, PARAMCD, ADT, RECID]
records:
  - from: records
    join: [{table: ADS, on: {subj: USUBJID}, expect: exactly one}]
    where: val is not null and kind is not null
    unless: AVISITN is null
lookups:
  planned: {from: PLANNED, by: [STUDYID], where: this.ADY between AWLO and AWHI, pick: only}
variables:
  STUDYID: study.STUDYID
  USUBJID: subj
  PARAMCD: kind
  RECID:   id
  ADT:     complete_date(day)
  ADY:     "days_between(ADS.STARTDT, ADT)"
  AVAL:    val
  AVISITN: planned.AVISITN
  AWTARGET: planned.AWTARGET
  PLACE:   {window: {pick: number, by: [USUBJID, PARAMCD, AVISITN], order: [ADT, RECID]}}
"""
DERIVED = """\
dataset: ADX
label: Tiny
class: BASIC DATA STRUCTURE
keys: [STUDYID, USUBJID, PARAMCD, AVISITN, DTYPE, RECID]
records:
  - from: OBSERVED
  - from: OBSERVED                          # the mean of a visit with several records
    where: PLACE = 2
    set:
      AVAL:  sum(same.AVAL) / count(same.AVAL)
      DTYPE: {text: AVERAGE}
      RECID: "null"
      ADT:   "null"
  - from: ADS                               # a visit without a record: the last one before it
    join:
      - {table: PLANNED, on: [STUDYID], expect: many}
      - {table: PARAMS, on: [STUDYID], expect: many}
    unless: there.RECID is not null or earlier.AVAL is null
    set:
      PARAMCD: PARAMS.PARAMCD
      AVISITN: PLANNED.AVISITN
      AVAL:    earlier.AVAL
      DTYPE:   {text: LOCF}
      RECID:   earlier.RECID
      ADT:     earlier.ADT
lookups:
  same:    {from: OBSERVED, by: [STUDYID, USUBJID, PARAMCD, AVISITN]}
  there:
    {from: OBSERVED, by: [STUDYID, USUBJID, PARAMCD, AVISITN], pick: first, order: [ADT, RECID]}
  earlier:
    from: OBSERVED
    by: [STUDYID, USUBJID, PARAMCD]
    where: AVISITN < this.AVISITN
    pick: last
    order: [AVISITN, ADT, RECID]
copy: {src: [STUDYID, USUBJID]}
variables:
  PARAMCD: {value: src.PARAMCD, label: P}
  PARAM:   {value: "'Parameter ' || PARAMCD", label: P}
  AVISITN: {value: src.AVISITN, label: V}
  AVAL:    {value: src.AVAL, label: A}
  DTYPE:   {value: "null", type: Char, label: D}
  RECID:   {value: src.RECID, label: R}
  ADT:     {value: src.ADT, label: D}
  BASE:
    label: B
    window:
      value: AVAL
      pick: first
      by: [USUBJID, PARAMCD]
      where: AVISITN = 1 and DTYPE is null
      order: [ADT desc, RECID desc]
  CHG:     {value: AVAL - BASE, label: C}
  PCHG:    {value: "100 * (AVAL - BASE) / nullif(BASE, 0)", label: C}
  ANL01FL:
    label: F
    window:
      {flag: first, by: [USUBJID, PARAMCD, AVISITN], where: DTYPE is null, order: [ADT, RECID]}
"""
PARAMS = """\
dataset: PARAMS
keep: no
class: OTHER
keys: [STUDYID, PARAMCD]
records: [{rows: [{code: A}, {code: B}]}]
variables: {STUDYID: study.STUDYID, PARAMCD: code}
"""
FILES = {
    "adam/ads.yaml": SUBJECTS,
    "adam/planned.yaml": SCHEDULE,
    "adam/params.yaml": PARAMS,
    "adam/observed.yaml": OBSERVED,
    "adam/adx.yaml": DERIVED,
}


@pytest.fixture(scope="module")
def raw() -> dict[str, list[Record]]:
    random = Random(SEED)
    subjects: list[Record] = []
    records: list[Record] = []
    for number in range(80):
        name = f"S{number:03}"
        subjects.append({"subj": name, "anchor": "2021-03-01", "least": "0"})
        for _ in range(random.randint(0, 8)):
            day = pd.Timestamp("2021-03-01") + pd.Timedelta(days=random.randint(-9, 65))
            records.append(
                {
                    **dict.fromkeys(("who", "seq")),
                    "subj": name,
                    "id": f"R{len(records):04}",
                    "kind": random.choice(["A", "B", None]),
                    "day": day.date().isoformat(),
                    "val": random.choice(["1", "2.5", "4", "0", "10", None]),
                }
            )
    return {"subjects": subjects, "records": records}


def by_pandas(raw: dict[str, list[Record]]) -> Any:  # noqa: ANN401 - pandas' own types are unions
    """Return the observed records, the averages and the values carried forward."""
    seen: Any = pd.DataFrame(raw["records"]).dropna(subset=["val", "kind"])
    seen = seen.assign(
        AVAL=seen["val"].astype(float),
        ADY=(pd.to_datetime(seen["day"]) - pd.Timestamp("2021-03-01")).dt.days,
    )
    bins = [low - 1 for low, _ in VISITS.values()] + [60]
    visit: Any = pd.cut(seen["ADY"], bins=bins, labels=list(VISITS))
    seen["AVISITN"] = visit.astype(float)
    seen = seen.dropna(subset=["AVISITN"]).rename(
        columns={"subj": "USUBJID", "kind": "PARAMCD", "id": "RECID", "day": "ADT"}
    )
    seen = seen.sort_values(["USUBJID", "PARAMCD", "AVISITN", "ADT", "RECID"])
    columns = ["USUBJID", "PARAMCD", "AVISITN", "AVAL", "RECID"]
    by = ["USUBJID", "PARAMCD", "AVISITN"]
    visits = seen.groupby(by)["AVAL"].agg(["mean", "size"]).reset_index()
    means = visits[visits["size"] > 1].rename(columns={"mean": "AVAL"}).assign(DTYPE="AVERAGE")
    grid = pd.MultiIndex.from_product(
        [[each["subj"] for each in raw["subjects"]], ["A", "B"], [1.0, 2.0, 3.0, 4.0]], names=by
    )
    last = seen.groupby(by)[["AVAL", "RECID"]].last().reindex(grid)
    carried = last.groupby(level=[0, 1]).ffill()[last["AVAL"].isna()].dropna().reset_index()
    every = [
        seen[columns].assign(DTYPE=None),
        means[[*by, "AVAL", "DTYPE"]].assign(RECID=None),
        carried.assign(DTYPE="LOCF"),
    ]
    return pd.concat([each.astype(object) for each in every], ignore_index=True)


def rows(found: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
    names = ["USUBJID", "PARAMCD", "AVISITN", "DTYPE", "RECID", "AVAL"]
    plain = found[names].astype(object).where(found[names].notna(), None)
    made = [tuple(each) for each in plain.to_numpy()]
    return sorted(
        [(*each[:5], round(float(each[5]), 9)) for each in made], key=lambda each: str(each)
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, raw: dict[str, list[Record]]) -> dict[str, Any]:
    study = write_study(tmp_path_factory.mktemp("derived"), FILES)
    frames, told = datasets(study, raw={name: frame(each) for name, each in raw.items()})
    assert [str(each) for each in told] == []
    return dict(frames)


def test_derived_records_are_those_of_pandas(
    made: dict[str, Any], raw: dict[str, list[Record]]
) -> None:
    wanted = by_pandas(raw)
    assert rows(made["ADX"]) == rows(wanted)
    assert set(wanted["DTYPE"].dropna()) == {"AVERAGE", "LOCF"}


def test_change_is_from_the_last_record_before(
    made: dict[str, Any], raw: dict[str, list[Record]]
) -> None:
    seen = by_pandas(raw)
    first = seen[(seen["AVISITN"] == 1) & seen["DTYPE"].isna()]
    base = first.groupby(["USUBJID", "PARAMCD"])["AVAL"].last()
    found = made["ADX"].set_index(["USUBJID", "PARAMCD"])
    wanted = base.reindex(found.index).astype(float)
    pd.testing.assert_series_equal(found["BASE"], wanted, check_names=False)
    change = found["AVAL"] - wanted
    pd.testing.assert_series_equal(found["CHG"], change, check_names=False)
    share = 100 * change / wanted.replace(0, np.nan)
    pd.testing.assert_series_equal(found["PCHG"], share, check_names=False)
    flagged = made["ADX"][made["ADX"]["ANL01FL"] == "Y"]
    assert not flagged.duplicated(["USUBJID", "PARAMCD", "AVISITN"]).any()
    assert flagged["DTYPE"].isna().all()


def test_what_only_helps_is_not_written(tmp_path: Path, raw: dict[str, list[Record]]) -> None:
    study = write_study(tmp_path / "study", FILES)
    frames = {name: frame(each) for name, each in raw.items()}
    done = convert(study, raw=frames, out=tmp_path / "out")
    written = sorted(each.name for each in (tmp_path / "out" / "adam").glob("*.xpt"))
    assert written == ["ads.xpt", "adx.xpt"]
    assert [each.name for each in done.datasets] == ["ADS", "ADX"]
    define = (tmp_path / "out" / "adam" / "define.xml").read_text(encoding="utf-8")
    origins = re.findall(r"<def:Origin [^>]*(?:/>|>.*?</def:Origin>)", define, re.DOTALL)
    assert len(origins) > 5
    assert not [each for each in origins if re.search("OBSERVED|PLANNED|PARAMS", each)]


def test_a_helper_needs_no_label_and_no_variables_of_the_standard(tmp_path: Path) -> None:
    assert faults(tmp_path, FILES) == []
    planned, _ = plan(tmp_path)
    assert [each.name for each in planned.plan.written] == ["ADS", "ADX"]
    assert len(planned.plan.steps) == 5
