"""Endpoints seen at assessments, with starts of their own: as worked out subject by subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
from trialport import datasets

from tests.plan.tiny_study import Record, analysis, faults, findings, frame, plain, write_study

SEED = 20261201
CUTOFF = date(2023, 6, 30)
GAP = 60
DAY = timedelta(days=1)

SUBJECTS = analysis(
    {
        "STUDYID": "study.STUDYID",
        "USUBJID": "subj",
        "STARTDT": "complete_date(anchor)",
        "LASTDT": "add_days(complete_date(anchor), src.least)",
    },
    "keys: [STUDYID, USUBJID]\nrecords: [{from: subjects}]",
    name="ADS",
)
RECORDS = analysis(
    {
        "STUDYID": "study.STUDYID",
        "USUBJID": "src.subj",
        "KIND": "src.kind",
        "ADT": "complete_date(day)",
        "ASEQ": "sequence()",
    },
    "keys: [STUDYID, USUBJID, ADT, KIND]\nrecords: [{from: records}]",
    name="ADE",
)
SEEN = (
    "{event: seen, gap: 60, code: 7, description: AFTER A GAP,"
    " date_description: LAST SEEN, start_description: NEVER SEEN}"
)
TIMES = f"""\
dataset: ADX
label: Tiny
structure: time_to_event
keys: [STUDYID, USUBJID, PARAMCD]
subjects: {{from: ADS}}
start: STARTDT
cutoff: study.CUTOFF
events:
  pd:     {{from: ADE, where: KIND = 'PD', date: ADT, sequence: ASEQ, description: PROGRESSION}}
  death:  {{from: ADE, where: KIND = 'DEATH', date: ADT, sequence: ASEQ, description: DEATH}}
  other:  {{from: ADE, where: KIND = 'OTHER', date: ADT, sequence: ASEQ, description: OTHER}}
  seen:   {{from: ADE, where: "KIND in ('SEEN', 'PD')", date: ADT, sequence: ASEQ, description: S}}
  better: {{from: ADE, where: KIND = 'BETTER', date: ADT, sequence: ASEQ, description: RESPONSE}}
competing:
  dead:  {{event: death, code: 12, description: DEATH, counts: censoring}}
  rival: {{event: death, code: 12, description: DEATH}}
  ended: {{event: other, code: 6, description: OTHER THERAPY, counts: censoring,
          date_description: DAY OF OTHER THERAPY}}
censoring:
  - {{when: LASTDT <= study.CUTOFF, date: LASTDT, code: 2, description: LOST, variable: LASTDT}}
  - {{date: study.CUTOFF, code: 1, description: END OF STUDY}}
window_end: {{code: 4, description: WINDOW}}
endpoints:
  PFS:    {{param: A, event: [pd, death], competing: [ended], assessed: {SEEN}}}
  NOGAP:  {{param: B, event: [pd, death], competing: [ended], assessed: seen}}
  TTP:    {{param: C, event: pd, competing: [dead, ended], assessed: {SEEN}}}
  WINDOW: {{param: D, event: [pd, death], assessed: {SEEN}, window: 100}}
  PLAIN:  {{param: E, event: pd, competing: [rival, ended]}}
  DOR:    {{param: F, event: [pd, death], start: better, competing: [ended], assessed: {SEEN}}}
  ALIVE:  {{param: G, event: death, start: better}}
copy: {{src: [STUDYID, USUBJID]}}
variables:
  PARAMCD:  tte.paramcd
  STARTDT:  tte.startdt
  ADT:      tte.adt
  AVAL:     tte.aval
  CNSR:     tte.cnsr
  STATUS:   {{value: tte.status, type: Num, label: S}}
  EVNTDESC: tte.evntdesc
  CNSDTDSC: tte.cnsdtdsc
  SRCDOM:   tte.srcdom
  SRCVAR:   tte.srcvar
  SRCSEQ:   tte.srcseq
"""
FILES = {"adam/ads.yaml": SUBJECTS, "adam/ade.yaml": RECORDS, "adam/adx.yaml": TIMES}


# --- the other implementation ---


@dataclass(frozen=True)
class Rule:
    events: Sequence[str]
    censoring: Sequence[tuple[str, int]] = ()
    competing: Sequence[tuple[str, int]] = ()
    gap: int | None = None
    is_seen: bool = False
    window: int | None = None
    start: str = ""


RULES = {
    "PFS": Rule(["PD", "DEATH"], [("OTHER", 6)], gap=GAP, is_seen=True),
    "NOGAP": Rule(["PD", "DEATH"], [("OTHER", 6)], is_seen=True),
    "TTP": Rule(["PD"], [("DEATH", 12), ("OTHER", 6)], gap=GAP, is_seen=True),
    "WINDOW": Rule(["PD", "DEATH"], gap=GAP, is_seen=True, window=100),
    "PLAIN": Rule(["PD"], [("OTHER", 6)], [("DEATH", 12)]),
    "DOR": Rule(["PD", "DEATH"], [("OTHER", 6)], gap=GAP, is_seen=True, start="BETTER"),
    "ALIVE": Rule(["DEATH"], start="BETTER"),
}


def decided(rule: Rule, subject: Record, records: Sequence[Record]) -> dict[str, Any] | None:
    """Return STARTDT, ADT, CNSR, STATUS and CNSDTDSC of one subject, None where there is none."""
    start = date.fromisoformat(str(subject["anchor"]))
    last = start + timedelta(days=float(str(subject["least"])))
    dated = [(date.fromisoformat(str(each["day"])), str(each["kind"])) for each in records]
    dated = sorted(each for each in dated if start <= each[0] <= CUTOFF)
    if rule.start:
        begun = [day for day, kind in dated if kind == rule.start]
        if not begun:
            return None
        start = begun[0]
        dated = [each for each in dated if each[0] >= start]
    until = start + timedelta(days=rule.window) if rule.window is not None else date.max
    firsts: list[tuple[date, int, int, int, str]] = []  # day, rank, CNSR, status, CNSDTDSC
    for kind in rule.events:
        firsts += [(day, 0, 0, 1, "") for day, each in dated if each == kind and day <= until]
    for kind, code in rule.competing:
        firsts += [(day, 1, code, 2, "") for day, each in dated if each == kind and day <= until]
    for kind, code in rule.censoring:
        said = "DAY OF OTHER THERAPY" if code == 6 else ""
        firsts += [(day, 1, code, 0, said) for day, each in dated if each == kind and day <= until]
    ends = last if last <= CUTOFF else CUTOFF
    firsts.append((ends, 3, 2 if last <= CUTOFF else 1, 0, ""))
    if until <= ends:
        firsts.append((until, 2, 4, 0, ""))
    # an event counts even where it comes after the last contact
    events = [each for each in firsts if each[1] < 2]
    day, _, code, status, said = min(events or firsts, key=lambda each: each[:2])
    seen = [at for at, kind in dated if kind in {"SEEN", "PD"}]
    if rule.gap is not None and code == 0:
        before = max((at for at in seen if at < day), default=start)
        if (day - before).days > rule.gap:
            day, code, status = day - DAY, 7, 0
    if rule.is_seen and status == 0:
        found = [at for at in seen if at <= day]
        words = (
            ("LAST SEEN", "NEVER SEEN") if rule.gap is not None else ("LAST ASSESSMENT", "START")
        )
        day, said = (max(found), words[0]) if found else (start, words[1])
    return {"STARTDT": start, "ADT": day, "CNSR": code, "STATUS": status, "CNSDTDSC": said or None}


@pytest.fixture(scope="module")
def raw() -> dict[str, list[Record]]:
    random = Random(SEED)
    subjects: list[Record] = []
    records: list[Record] = []
    for number in range(300):
        name, start = f"S{number:03}", date(2022, 1, 1) + random.randint(0, 500) * DAY
        least = str(random.choice([0, 5, 60, 200, 700]))
        subjects.append({"subj": name, "anchor": start.isoformat(), "least": least})
        for _ in range(random.randint(0, 7)):
            day = start + random.choice([-5, 0, 1, 20, 40, 60, 61, 80, 100, 101, 150, 300]) * DAY
            kind = random.choice(["PD", "DEATH", "OTHER", "SEEN", "SEEN", "SEEN", "BETTER", None])
            records.append(
                {
                    **dict.fromkeys(("who", "val", "seq")),
                    "subj": name,
                    "id": f"R{len(records)}",
                    "kind": kind,
                    "day": day.isoformat(),
                }
            )
    random.shuffle(records)
    return {"subjects": subjects, "records": records}


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, raw: dict[str, list[Record]]
) -> dict[tuple[str, str], dict[str, Any]]:
    study = write_study(tmp_path_factory.mktemp("assessed"), FILES)
    frames, told = datasets(study, raw={name: frame(each) for name, each in raw.items()})
    assert {each.code for each in told} == {"E3230"}  # a last contact before the response
    found = frames["ADX"]
    rows = [dict(zip(found.columns, map(plain, row), strict=True)) for row in found.to_numpy()]
    records = {
        (str(each["USUBJID"]), float(each["ASEQ"])): each
        for each in frames["ADE"].to_dict("records")
    }
    for row in rows:
        if row["SRCDOM"] == "ADE":  # the record that is named has the date
            source = records[row["USUBJID"], row["SRCSEQ"]]
            assert source["ADT"].date().isoformat() == row["ADT"], row
    return {(each["USUBJID"], each["PARAMCD"]): each for each in rows}


@pytest.mark.parametrize("code", RULES)
def test_each_subject_is_decided_as_by_hand(
    code: str, raw: dict[str, list[Record]], made: dict[tuple[str, str], dict[str, Any]]
) -> None:
    kinds: set[Any] = set()
    for subject in raw["subjects"]:
        own = [each for each in raw["records"] if each["subj"] == subject["subj"]]
        wanted = decided(RULES[code], subject, own)
        row = made.get((str(subject["subj"]), code))
        if wanted is None or row is None:
            assert wanted is None, subject
            assert row is None, subject
            continue
        days = {key: value.isoformat() for key, value in wanted.items() if key.endswith("DT")}
        found = {key: row[key] for key in wanted}
        assert found == {**wanted, **days}, (code, subject, own)
        assert row["AVAL"] == (wanted["ADT"] - wanted["STARTDT"]).days
        kinds.add(row["CNSR"])
    assert len(kinds) >= 2


def test_what_decides_is_named(made: dict[tuple[str, str], dict[str, Any]]) -> None:
    for (_, code), row in made.items():
        if row["CNSDTDSC"] in {"START", "NEVER SEEN"}:
            expected = ("ADE", "ADT") if code == "DOR" else ("ADS", "STARTDT")
            assert (row["SRCDOM"], row["SRCVAR"]) == expected
        if row["CNSDTDSC"] in {"LAST SEEN", "LAST ASSESSMENT"} or row["CNSR"] == 0:
            assert (row["SRCDOM"], row["SRCVAR"]) == ("ADE", "ADT")
        assert row["EVNTDESC"] is not None


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("start: better}", "start: betterr}", "E1215"),
        ("assessed: seen}", "assessed: sean}", "E1215"),
        ("assessed: seen}", "assessed: {event: seen, gap: 60}}", "E1214"),
        ("assessed: seen}", "assessed: {event: seen, code: 7}}", "E1214"),
        ("assessed: seen}", "assessed: {gap: 60, code: 7}}", "E1102"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    line = 1 + TIMES[: TIMES.index(old)].count("\n")
    (found,) = faults(tmp_path, {**FILES, "adam/adx.yaml": TIMES.replace(old, new)})
    assert found.startswith(f"{code} adam/adx.yaml:{line}: ")


def test_events_that_begin_or_are_seen_are_used(tmp_path: Path) -> None:
    assert not [each for each in findings(tmp_path, FILES) if "E1266" in each]


def test_one_event_may_compete_twice(tmp_path: Path, raw: dict[str, list[Record]]) -> None:
    once = TIMES.replace("competing: [dead, ended]", "competing: [ended, dead]")
    twice = once.replace("[ended, dead]", "[ended, dead, rival]")
    one, other = [
        datasets(
            write_study(tmp_path / name, {**FILES, "adam/adx.yaml": text}),
            raw={name: frame(each) for name, each in raw.items()},
            threads=1,
        )[0]["ADX"]
        for name, text in {"twice": twice, "once": once}.items()
    ]
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("name", ["a", "begins"])
def test_an_event_may_have_any_name(
    tmp_path: Path, raw: dict[str, list[Record]], name: str
) -> None:
    columns = ["STARTDT", "ADT", "CNSR", "SRCDOM", "SRCVAR", "SRCSEQ"]
    other = TIMES.replace("event: [pd, death]", f"event: [pd, {name}]")
    other = other.replace("  death:  {from", f"  {name}: {{from").replace(
        "event: death", f"event: {name}"
    )
    one, two = [
        datasets(
            write_study(tmp_path / place, {**FILES, "adam/adx.yaml": text}),
            raw={each: frame(records) for each, records in raw.items()},
        )[0]["ADX"]
        for place, text in {"one": TIMES, "other": other}.items()
    ]
    pd.testing.assert_frame_equal(one.loc[:, columns], two.loc[:, columns])
