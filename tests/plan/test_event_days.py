"""Each event has the days of its own column, whatever tables and columns are called."""

from pathlib import Path

from trialport import datasets

from tests.plan.tiny_study import Record, frame, plain, write_study

SOURCES = """\
missing: [""]
tables:
  people:   {file: p.csv, encoding: utf-8, keys: [USUBJID], columns: {USUBJID: text, begin: date}}
  ae:       {file: a.csv, encoding: utf-8, columns: {USUBJID: text, visit_day: date}}
  ae_visit: {file: v.csv, encoding: utf-8, columns: {USUBJID: text, day: date, visit_day: date}}
"""
TIMES = """\
dataset: ADX
label: Tiny
structure: time_to_event
keys: [USUBJID, PARAMCD]
subjects: {from: people}
start: complete_date(begin)
events:
  one:   {from: ae, date: visit_day, description: ONE}
  two:   {from: ae_visit, date: day, description: TWO}
  three: {from: ae_visit, date: visit_day, description: THREE}
censoring: [{date: study.CUTOFF, code: 1, description: CUT-OFF}]
endpoints:
  ONE:   {param: One, event: one}
  TWO:   {param: Two, event: two}
  THREE: {param: Three, event: three}
variables:
  USUBJID: {label: Subject, value: src.USUBJID}
  PARAMCD: tte.paramcd
  ADT: tte.adt
"""


def test_tables_and_columns_may_make_the_same_name_together(tmp_path: Path) -> None:
    study = write_study(tmp_path, {"sources.yaml": SOURCES, "adam/adx.yaml": TIMES})
    visit: Record = {"USUBJID": "1", "day": "2020-03-03", "visit_day": "2020-04-04"}
    raw = {
        "people": frame([{"USUBJID": "1", "begin": "2020-01-01"}]),
        "ae": frame([{"USUBJID": "1", "visit_day": "2020-02-02"}]),
        "ae_visit": frame([visit]),
    }
    made = datasets(study, raw=raw)[0]["ADX"]
    days = dict(zip(made["PARAMCD"], map(plain, made["ADT"]), strict=True))
    assert days == {"ONE": "2020-02-02", "TWO": "2020-03-03", "THREE": "2020-04-04"}
