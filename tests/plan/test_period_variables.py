"""Periods of a crossover trial, reference ranges by sex and age, and queries of adverse events."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
from trialport import datasets
from trialport.pipeline import plan

from tests.plan.tiny_study import STUDY, Record, frame, plain, write_study

SOURCES = """\
missing: [""]
tables:
  people:
    file: people.csv
    encoding: utf-8
    keys: [subj]
    columns: {subj: text, sex: text, age: number}
  periods:
    file: periods.csv
    encoding: utf-8
    columns: {subj: text, number: integer, treatment: text, start: date, end: date}
  results:
    file: results.csv
    encoding: utf-8
    columns: {subj: text, test: text, value: number, day: date, term: text}
  ranges:
    file: ranges.csv
    encoding: utf-8
    columns: {test: text, sex: text, age_from: number, age_to: number, low: number, high: number}
  queries:
    file: queries.csv
    encoding: utf-8
    columns: {prefix: text, name: text, scope: text, term: text}
"""
ADSL = """\
dataset: ADSL
keys: [STUDYID, USUBJID]
records: [{from: people}]
lookups:
  first:  {from: periods, by: [subj], where: number = 1, pick: only}
  second: {from: periods, by: [subj], where: number = 2, pick: only}
variables:
  STUDYID: study.STUDYID
  USUBJID: subj
  SUBJID:  subj
  SITEID:  {text: "1"}
  AGE:     src.age
  AGEU:    {text: YEARS}
  SEX:     src.sex
  RACE:    {text: ASIAN}
  ARM:     TRTSEQP
  TRTSEQP: "first.treatment || '-' || second.treatment"
  TRT01P:  first.treatment
  TRT02P:  second.treatment
  TR01SDT: AP01SDT
  TR02SDT: AP02SDT
  AP01SDT: complete_date(first.start)
  AP01EDT: add_days(AP02SDT, -1)
  AP02SDT: complete_date(second.start)
  AP02EDT: complete_date(second.end)
"""
ADLB = """\
dataset: ADLB
label: Laboratory Analysis Dataset
class: BASIC DATA STRUCTURE
keys: [STUDYID, USUBJID, PARAMCD, ADT, AVAL]
records: [{from: results}]
lookups:
  adsl:  {from: ADSL, pick: only}
  range: {from: ranges, by: [test], pick: only,
          where: "(sex is null or sex = this.SEX) and this.AGE between age_from and age_to"}
copy: {adsl: [SEX, AGE]}
variables:
  STUDYID: study.STUDYID
  USUBJID: subj
  PARAMCD: test
  PARAM:   "'Test ' || test"
  AVAL:    value
  ADT:     complete_date(day)
  ANRLO:   range.low
  ANRHI:   range.high
  ANRIND:  range_indicator(AVAL, ANRLO, ANRHI)
  APERIOD:
    value: |
      case when ADT between adsl.AP01SDT and adsl.AP01EDT then 1
           when ADT between adsl.AP02SDT and adsl.AP02EDT then 2 end
  APERIODC: "'Period ' || number_text(APERIOD)"
  TRTP:    case when APERIOD = 1 then adsl.TRT01P when APERIOD = 2 then adsl.TRT02P end
  BASE:    {window: {value: AVAL, pick: first, by: [USUBJID, PARAMCD, APERIOD], order: [ADT]}}
"""
ADAE = """\
dataset: ADAE
label: Adverse Events Analysis Dataset
class: OCCURRENCE DATA STRUCTURE
keys: [STUDYID, USUBJID, AEDECOD, ASTDT]
records: [{from: results, where: term is not null}]
lookups:
  adsl: {from: ADSL, pick: only}
  cq01: {from: queries, where: prefix = 'CQ01', by: {term: term}, pick: only}
  smq:  {from: queries, where: prefix = 'SMQ01', by: {term: term}, pick: only}
variables:
  STUDYID:  study.STUDYID
  USUBJID:  subj
  AESEQ:    sequence()
  AETERM:   term
  AEDECOD:  upper(term)
  ASTDT:    complete_date(day)
  AENDT:    ASTDT
  ASTDY:    study_day(iso_date(ASTDT), iso_date(adsl.AP01SDT))
  AENDY:    ASTDY
  TRTEMFL:  flag(ASTDT >= adsl.AP01SDT)
  CQ01NAM:  cq01.name
  SMQ01NAM: smq.name
  SMQ01SC:  smq.scope
  AOCC01FL:
    window: {flag: first, by: [USUBJID], where: CQ01NAM is not null, order: [ASTDT, AESEQ]}
    label: 1st Occurrence of Query 01
"""
FILES = {
    "study.yaml": STUDY.replace('adamig: "1.3"', 'adamig: "1.3", adam-occds: "1.1"'),
    "sources.yaml": SOURCES,
    "adam/adsl.yaml": ADSL,
    "adam/adlb.yaml": ADLB,
    "adam/adae.yaml": ADAE,
}
RANGES = [
    ("HGB", "M", 0, 200, 130, 170),
    ("HGB", "F", 0, 200, 120, 150),
    ("ALP", None, 0, 17, None, 400),
    ("ALP", None, 18, 200, None, 120),
]
TERMS = {"sepsis": ("SEPSIS", None), "fever": ("SEPSIS", "Infections"), "rash": (None, None)}


def records(names: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    named: list[Record] = [
        {
            name: None if each is None else str(each)
            for name, each in zip(names.split(), row, strict=True)
        }
        for row in rows
    ]
    return frame(named)


@pytest.fixture(scope="module")
def raw() -> dict[str, Any]:
    random = Random(20261205)
    people = [(f"S{n:02}", random.choice("MF"), random.choice([5, 17, 18, 40])) for n in range(40)]
    periods: list[tuple[object, ...]] = []
    results: list[tuple[object, ...]] = []
    for subj, *_ in people:
        order = random.choice([("A", "B"), ("B", "A")])
        periods += [(subj, 1, order[0], "2021-01-01", "2021-01-14")]
        periods += [(subj, 2, order[1], "2021-02-01", "2021-02-28")]
        for _ in range(random.randint(0, 6)):
            day = pd.Timestamp("2020-12-25") + pd.Timedelta(days=random.randint(0, 80))
            test = random.choice(["HGB", "ALP"])
            value = random.choice([119, 120, 130, 150, 151, 170, 171, 400, 401, None])
            term = random.choice([None, *TERMS])
            results.append((subj, test, value, day.date().isoformat(), term))
    queries = [("CQ01", "SEPSIS", None, "sepsis"), ("CQ01", "SEPSIS", None, "fever")]
    queries += [("SMQ01", "Infections", "BROAD", "fever")]
    return {
        "people": records("subj sex age", [tuple(each) for each in people]),
        "periods": records("subj number treatment start end", periods),
        "results": records("subj test value day term", results),
        "ranges": records("test sex age_from age_to low high", [tuple(each) for each in RANGES]),
        "queries": records("prefix name scope term", [tuple(each) for each in queries]),
    }


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("periods"), FILES)


@pytest.fixture(scope="module")
def made(study: Path, raw: dict[str, Any]) -> dict[str, Any]:
    frames, told = datasets(study, raw=dict(raw))
    assert [str(each) for each in told] == []
    return dict(frames)


def test_variables_of_a_period_have_the_labels_of_the_standard(study: Path) -> None:
    planned, _ = plan(study)
    labels = {each.name: each.label for each in planned.plan.steps[0].variables}
    assert labels["TRT02P"] == "Planned Treatment for Period 02"
    assert labels["AP02SDT"] == "Period 02 Start Date"
    assert labels["TR02SDT"] == "Date of First Exposure in Period 02"


def test_a_record_is_in_the_period_that_has_its_day(
    made: dict[str, Any], raw: dict[str, Any]
) -> None:
    starts = raw["periods"].set_index(["subj", "number"])
    for each in made["ADLB"].to_dict("records"):
        day = each["ADT"].date().isoformat()
        who = str(each["USUBJID"])
        second = starts.loc[(who, "2")]
        if day < "2021-01-01" or day > second["end"]:
            wanted: tuple[object, ...] = (None, None)
        elif day < second["start"]:
            wanted = (1.0, starts.loc[(who, "1"), "treatment"])
        else:
            wanted = (2.0, second["treatment"])
        assert (plain(each["APERIOD"]), plain(each["TRTP"])) == wanted


def test_results_are_held_against_ranges_by_sex_and_age(made: dict[str, Any]) -> None:
    seen: set[object] = set()
    for each in made["ADLB"].to_dict("records"):
        (limits,) = [
            (low, high)
            for test, sex, youngest, oldest, low, high in RANGES
            if test == each["PARAMCD"]
            and sex in {None, each["SEX"]}
            and youngest <= each["AGE"] <= oldest
        ]
        value = plain(each["AVAL"])
        wanted = None
        if value is not None:
            low, high = limits
            wanted = "LOW" if low and value < low else "HIGH" if value > high else "NORMAL"
        assert plain(each["ANRIND"]) == wanted
        seen.add(wanted)
    assert seen == {None, "LOW", "NORMAL", "HIGH"}


def test_queries_are_found_by_their_terms(made: dict[str, Any]) -> None:
    for each in made["ADAE"].to_dict("records"):
        assert (plain(each["CQ01NAM"]), plain(each["SMQ01NAM"])) == TERMS[each["AETERM"]]
    flagged = made["ADAE"][made["ADAE"]["AOCC01FL"] == "Y"]
    with_query = made["ADAE"][made["ADAE"]["CQ01NAM"].notna()]
    first = with_query.groupby("USUBJID")["ASTDT"].min()
    assert flagged.set_index("USUBJID")["ASTDT"].to_dict() == first.to_dict()
