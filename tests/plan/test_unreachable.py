from __future__ import annotations

from pathlib import Path

import pytest

from tests.plan.tiny_study import findings

_DATASET = """\
dataset: ADX
label: Tiny
class: OTHER
keys: [USUBJID]
records: [{from: records}]
variables:
  USUBJID: {value: subj, label: Subject}
  DAY:     {value: day, label: Day}
"""
_TTE = """\
dataset: ADT
structure: time_to_event
label: Times
keys: [USUBJID, PARAMCD]
subjects: {from: ADX}
start: "complete_date(iso8601('2020-01-01'))"
cutoff: "complete_date(iso8601('2021-01-01'))"
events:
  death:   {from: ADX, date: DAY, description: DEATH}
  relapse: {from: ADX, date: DAY, description: RELAPSE}
competing:
  dead: {event: death, code: 2, description: DEATH}
censoring:
  - {date: "complete_date(iso8601('2021-01-01'))", code: 1, description: END}
endpoints:
  REL: {param: Time to Relapse, event: relapse, competing: [dead]}
variables:
  USUBJID: {value: src.USUBJID, label: Subject}
  PARAMCD: tte.paramcd
"""
_REL = "{param: Time to Relapse, event: relapse, competing: [dead]}"
_DEAD = "{event: death, code: 2, description: DEATH}"
_END = """  - {date: "complete_date(iso8601('2021-01-01'))", code: 1, description: END}\n"""
_SPLIT = "take 'dead' out of competing, or 'relapse' out of event"


def _faults(folder: Path, text: str) -> list[str]:
    found = findings(folder, {"adam/adx.yaml": _DATASET, "adam/adt.yaml": text})
    return [each for each in found if " adam/adt.yaml:" in each]


def test_where_every_part_can_decide_there_is_no_finding(tmp_path: Path) -> None:
    assert _faults(tmp_path, _TTE) == []


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        (
            _DEAD,
            "{event: relapse, after: {event: death, code: 3, description: X}, code: 2, "
            "description: DEATH}",
            "warning: E1265 adam/adt.yaml:16: REL: 'dead' never decides, its event 'relapse' is "
            f"the endpoint's own; {_SPLIT}",
        ),
        (
            "competing: [dead]}",
            "competing: [again, dead], ties: competing first}",
            "error: E1265 adam/adt.yaml:17: REL: event 'relapse' never counts, 'again' competes on "
            "the same day and wins; take 'again' out of competing, or 'relapse' out of event",
        ),
        (
            "competing: [dead]}",
            "competing: [dead, late]}",
            "warning: E1265 adam/adt.yaml:17: REL: 'late' never decides, 'dead' has its event; "
            "take one of them out of competing",
        ),
        (
            _REL,
            "{param: Time, event: relapse, competing: [dead], window: -1}",
            "error: E1265 adam/adt.yaml:16: endpoint REL has a window of -1 days: no event lies in "
            "it; count the days after the start",
        ),
        (
            _END,
            _END + _END.replace("END", "LATER"),
            "warning: E1265 adam/adt.yaml:15: censoring 'LATER' is never reached: one above it has "
            "no condition; move it up, or remove it",
        ),
        (
            "competing: [dead]}",
            "}",
            "warning: E1266 adam/adt.yaml:12: competing event 'dead' is in no endpoint of ADT; "
            "name it, or remove it",
        ),
        (
            _REL,
            "{param: Time to Death, event: death}",
            "warning: E1266 adam/adt.yaml:10: event 'relapse' is in no endpoint of ADT; name it, "
            "or remove it",
        ),
        (
            "relapse: {from: ADX, date: DAY, description: RELAPSE}",
            "relapse: {from: ADX, date: DAY, not_before: relapse, description: RELAPSE}",
            "error: E2001 adam/adt.yaml:10: events must not be before each other: relapse -> "
            "relapse; remove one 'not_before'",
        ),
    ],
    ids=[
        "a rival that is the event",
        "an event that loses to itself",
        "the same rival twice",
        "a negative window",
        "censoring below what always holds",
        "a rival of no endpoint",
        "an event of no endpoint",
        "events in a circle",
    ],
)
def test_what_can_never_decide_is_named(tmp_path: Path, old: str, new: str, finding: str) -> None:
    assert old in _TTE
    text = _TTE.replace(old, new)
    for name, event in {"again": "relapse", "late": "death"}.items():
        if name in new:
            other = f"  {name}: {{event: {event}, code: 4, description: OTHER}}\n"
            text = text.replace("censoring:\n", f"{other}censoring:\n")
    if "window" in new:
        text = text.replace("censoring:\n", "window_end: {code: 9, description: END}\ncensoring:\n")
        finding = finding.replace(":16:", ":17:")
    assert finding in _faults(tmp_path, text)


def test_an_event_that_another_one_waits_for_is_needed(tmp_path: Path) -> None:
    text = _TTE.replace(
        "date: DAY, description: RELAPSE}", "date: DAY, not_before: start, description: RELAPSE}"
    ).replace("events:\n", "events:\n  start: {from: ADX, date: DAY, description: START}\n")
    assert _faults(tmp_path, text) == []
