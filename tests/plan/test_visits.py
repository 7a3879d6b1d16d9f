"""Analysis visits: a block once for each of them, and what its window keeps."""

from __future__ import annotations

from pathlib import Path

from trialport import datasets

from tests.plan.tiny_study import Record, faults, frame, write_study

_VISITS = """\
visits:
  Week 2: {number: 2, low: 2, target: 14, high: 20}
  Week 4: {number: 4, low: 21, target: 28}
"""
_ADX = """\
dataset: ADX
label: Tiny
class: OTHER
keys: [USUBJID, AVISITN, SEEN]
VISITSrecords:
  - from: records
    each_visit: yes
    unless: val < visit.low or val > visit.high
    set:
      SEEN:  val
  - from: subjects
    each_visit: yes
    unless: count(inside.val) > 0 or carried.val is null
    set:
      SEEN:  carried.val
      DTYPE: {text: LOCF}
lookups:
  inside:
    from: records
    by: [subj]
    where: val >= this.LOW and (this.HIGH is null or val <= this.HIGH)
  carried: {from: records, by: [subj], where: val < this.LOW, pick: last, order: [val]}
variables:
  USUBJID: {value: subj, label: Subject}
  AVISIT:  {value: visit.name, label: Visit}
  AVISITN: {value: visit.number, label: Visit Number}
  LOW:     {value: visit.low, keep: no}
  HIGH:    {value: visit.high, keep: no}
  AWTDIFF: {value: abs(SEEN - visit.target), label: Difference}
  SEEN:    {value: "null", type: Num, label: Day}
  DTYPE:   {value: "null", type: Char, label: Derivation}
"""


def _dataset(visits: str = _VISITS) -> str:
    return _ADX.replace("VISITS", visits)


def test_a_record_belongs_to_the_visit_of_its_day_and_an_empty_visit_takes_the_last_before(
    tmp_path: Path,
) -> None:
    empty = dict.fromkeys(("who", "id", "kind", "day", "seq"))
    days = {"S1": ("1", "10", "19", "500"), "S2": ("10",), "S3": ("1",)}
    seen: list[Record] = [
        {**empty, "subj": s, "val": d} for s, every in days.items() for d in every
    ]
    subjects: list[Record] = [{"subj": each, "anchor": None, "least": None} for each in days]
    raw = {"subjects": frame(subjects), "records": frame(seen)}
    study = write_study(tmp_path, {"adam/adx.yaml": _dataset()})
    frames, found = datasets(study, raw=raw, threads=1)
    assert found == []
    columns = ["USUBJID", "AVISIT", "AVISITN", "SEEN", "AWTDIFF", "DTYPE"]
    made = frames["ADX"][columns].astype(object)
    made = made.where(made.notna(), None)
    assert [tuple(each) for each in made.itertuples(index=False)] == [
        ("S1", "Week 2", 2.0, 10.0, 4.0, None),
        ("S1", "Week 2", 2.0, 19.0, 5.0, None),
        ("S1", "Week 4", 4.0, 500.0, 472.0, None),
        ("S2", "Week 2", 2.0, 10.0, 4.0, None),
        ("S2", "Week 4", 4.0, 10.0, 18.0, "LOCF"),
        ("S3", "Week 2", 2.0, 1.0, 13.0, "LOCF"),
        ("S3", "Week 4", 4.0, 1.0, 27.0, "LOCF"),
    ]


def test_a_block_has_no_visits_where_the_dataset_has_none(tmp_path: Path) -> None:
    found = faults(tmp_path, {"adam/adx.yaml": _dataset("")})
    assert found[0] == (
        "E1102 adam/adx.yaml:6: the block has each_visit, and the dataset has no visits; "
        "add visits: ..."
    )


def test_the_name_of_a_visit_is_not_that_of_a_joined_table(tmp_path: Path) -> None:
    joined = (
        "    each_visit: yes\n    join: [{table: subjects, as: visit, on: [subj], expect: many}]\n"
    )
    text = _dataset().replace("    each_visit: yes\n", joined, 1)
    assert "E1211 adam/adx.yaml:9: the name 'visit' is taken" in "\n".join(
        faults(tmp_path, {"adam/adx.yaml": text})
    )


def test_a_window_does_not_end_before_it_begins(tmp_path: Path) -> None:
    visits = _VISITS.replace("high: 20", "high: 1")
    assert faults(tmp_path, {"adam/adx.yaml": _dataset(visits)})[0].startswith(
        "E1219 adam/adx.yaml:6: the window of visit 'Week 2' ends before it begins"
    )
