"""Sets that nothing but a condition asks: what it counts is there where the condition is judged."""

from __future__ import annotations

from pathlib import Path

from trialport import datasets

from tests.plan.tiny_study import Record, faults, frame, write_study

_ADX = """\
dataset: ADX
label: Tiny
class: OTHER
keys: [USUBJID]
records:
  - from: subjects
    unless: count(seen.seq) > 1
lookups:
  seen: {from: records, by: [subj]}
variables:
  USUBJID: {value: subj, label: Subject}
"""
_ADS = """\
dataset: ADS
label: Tiny
class: OTHER
keys: [USUBJID]
records: [{from: subjects}]
variables:
  USUBJID: {value: subj, label: Subject}
  START:   {value: complete_date(anchor), label: Start}
"""
_ADT = """\
dataset: ADT
structure: time_to_event
label: Times
keys: [USUBJID, PARAMCD]
subjects: {from: ADS}
start: START
lookups:
  seen: {from: records, by: {USUBJID: subj}}
events:
  none: {from: ADS, where: USUBJID = 'S0', date: START, description: NEVER}
censoring:
  - {when: count(seen.seq) > 1, date: START, code: 2, description: SEEN TWICE}
  - {date: START, code: 1, description: SEEN ONCE}
endpoints:
  OS: {param: Survival, event: none}
variables:
  USUBJID:  {value: src.USUBJID, label: Subject}
  PARAMCD:  tte.paramcd
  EVNTDESC: tte.evntdesc
"""
_EVENT = "none: {from: ADS, where: USUBJID = 'S0', date: START,"


def _raw() -> dict[str, object]:
    subjects: list[Record] = [
        {"subj": each, "anchor": "2020-05-05", "least": "0"} for each in ("S1", "S2")
    ]
    empty = dict.fromkeys(("who", "id", "kind", "day", "val"))
    seen: list[Record] = [
        {**empty, "subj": subject, "seq": number}
        for subject, number in (("S1", "1"), ("S2", "1"), ("S2", "2"))
    ]
    return {"subjects": frame(subjects), "records": frame(seen)}


def test_a_record_is_left_out_by_the_size_of_a_set(tmp_path: Path) -> None:
    frames, _ = datasets(write_study(tmp_path, {"adam/adx.yaml": _ADX}), raw=_raw(), threads=1)
    assert frames["ADX"]["USUBJID"].tolist() == ["S1"]


def test_a_reason_of_censoring_asks_the_size_of_a_set(tmp_path: Path) -> None:
    files = {"adam/ads.yaml": _ADS, "adam/adt.yaml": _ADT}
    frames, _ = datasets(write_study(tmp_path, files), raw=_raw(), threads=1)
    assert dict(frames["ADT"][["USUBJID", "EVNTDESC"]].itertuples(index=False)) == {
        "S1": "SEEN ONCE",
        "S2": "SEEN TWICE",
    }


def test_events_are_read_from_what_has_usubjid(tmp_path: Path) -> None:
    event = "none: {from: records, where: kind = 'never', date: day,"
    files = {"adam/ads.yaml": _ADS, "adam/adt.yaml": _ADT.replace(_EVENT, event)}
    assert faults(tmp_path, files) == [
        "E1203 adam/adt.yaml:10: unknown column 'USUBJID' in raw table records; "
        "did you mean 'subj'?"
    ]


def test_subjects_have_usubjid(tmp_path: Path) -> None:
    times = _ADT.replace("subjects: {from: ADS}", "subjects: {from: subjects}")
    found = faults(tmp_path, {"adam/ads.yaml": _ADS, "adam/adt.yaml": times})
    assert found[0].startswith(
        "E1203 adam/adt.yaml:5: unknown column 'USUBJID' in raw table subjects"
    )
