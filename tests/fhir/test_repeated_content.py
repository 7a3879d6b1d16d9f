"""Elements repeated for each record of a set: which, in which order, and with what in them."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
import trialport
from trialport.fhir.findings import Findings
from trialport.fhir.resource import build
from trialport.fhir.schema import load_definitions
from trialport.spec.nodes import Each, Text
from trialport.templates import shipped

from tests.fhir.steps import HERE, batch, column, element, kinds, resource_step
from tests.plan.tiny_study import (
    Record,
    faults,
    frame,
    random_records,
    random_subjects,
    write_study,
)

SEED = 20261130
SET = Text("records", HERE)

DATASET = """\
dataset: ADX
label: Subjects
class: OTHER
keys: [STUDYID, USUBJID]
records: [{from: subjects}]
variables:
  STUDYID: {label: Study, value: study.STUDYID}
  USUBJID: {label: Subject, value: subj}
"""

RESOURCE = """\
resource: Observation
each: {from: subjects}
identity: [subj]
lookups:
  recs:  {from: records, by: [subj], where: "kind = 'A' or val > number(this.floor)"}
  other: {from: records, by: [subj], where: kind = 'B', pick: first, order: [id]}
variables:
  floor: "'0'"
content:
  status: {text: final}
  code: {text: anchor, coding: [{code: {text: x}, system: {text: "urn:x"}}]}
  component:
    - code: {text: subj, coding: [{code: {text: own}, system: {text: "urn:x"}}]}
      valueString: subj
    - each: recs
      order: [val desc, id]
      content:
        code: {coding: [{code: recs.id, system: {text: "urn:x"}}]}
        valueString: "coalesce(recs.kind, 'none') || '/' || subj || '/' || coalesce(other.id, '-')"
        valueQuantity: {value: recs.val}
  note:
    each: recs
    order: [day]
    content: {authorString: recs.id, text: "coalesce(recs.day, 'undated')"}
  performer: {each: recs, order: [id], content: {display: recs.who}}
"""


@pytest.fixture(scope="module")
def raw() -> dict[str, list[Record]]:
    subjects = random_subjects(Random(SEED), 60)
    return {"subjects": subjects, "records": random_records(Random(SEED + 1), subjects, 5)}


@pytest.fixture(scope="module")
def resources(
    tmp_path_factory: pytest.TempPathFactory, raw: dict[str, list[Record]]
) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("repeated")
    study = write_study(folder / "study", {"adam/adx.yaml": DATASET, "fhir/obs.yaml": RESOURCE})
    frames = {name: frame(each) for name, each in raw.items()}
    trialport.convert(study, raw=frames, out=folder / "out")
    lines = (folder / "out/fhir/R4/Observation.ndjson").read_text(encoding="utf-8").splitlines()
    return {each["component"][0]["valueString"]: each for each in map(json.loads, lines)}


def chosen(raw: dict[str, list[Record]], subject: str | None) -> list[Record]:
    own = [each for each in raw["records"] if each["subj"] == subject]
    return [each for each in own if each["kind"] == "A" or float(each["val"] or -1) > 0]


def test_each_record_of_the_set_gives_an_element_in_the_order_that_is_written(
    raw: dict[str, list[Record]], resources: dict[str, dict[str, Any]]
) -> None:
    assert len(resources) == len(raw["subjects"])
    for subject in raw["subjects"]:
        records = chosen(raw, subject["subj"])
        # val desc with nulls last, then id
        records.sort(key=lambda each: (-float(each["val"]) if each["val"] else 1e9, each["id"]))
        second = sorted(
            str(each["id"])
            for each in raw["records"]
            if each["subj"] == subject["subj"] and each["kind"] == "B"
        )
        expected: list[dict[str, Any]] = []
        for each in records:
            shown = f"{each['kind'] or 'none'}/{subject['subj']}/{second[0] if second else '-'}"
            coding = [{"code": each["id"], "system": "urn:x"}]
            made: dict[str, Any] = {"code": {"coding": coding}, "valueString": shown}
            if each["val"] is not None:
                made["valueQuantity"] = {"value": pytest.approx(float(each["val"]))}
            expected.append(made)
        assert resources[str(subject["subj"])]["component"][1:] == expected


def test_a_partial_date_stands_at_its_first_day_and_no_record_is_left_out(
    raw: dict[str, list[Record]], resources: dict[str, dict[str, Any]]
) -> None:
    def first_day(day: str | None) -> str:
        if day is None:
            return "9999"
        year, month, date = (*day.split("-", 2), "", "")[:3]
        if month == "":
            return f"{year}-01-{date.strip('-') or '01'}" if date else f"{year}-01-01"
        return f"{year}-{month}-{date or '01'}"

    for subject in raw["subjects"]:
        expected = sorted(first_day(each["day"]) for each in chosen(raw, subject["subj"]))
        notes = resources[str(subject["subj"])].get("note", [])
        dates = [each["text"] for each in notes]
        assert [first_day(None if each == "undated" else each) for each in dates] == expected


def test_an_item_that_no_value_fills_is_left_out_and_so_is_an_element_without_items(
    raw: dict[str, list[Record]], resources: dict[str, dict[str, Any]]
) -> None:
    for subject in raw["subjects"]:
        records = sorted(chosen(raw, subject["subj"]), key=lambda each: str(each["id"]))
        expected = [{"display": each["who"]} for each in records if each["who"]]
        found = resources[str(subject["subj"])]
        assert found.get("performer", []) == expected
        assert ("note" in found) == bool(records)
        assert ("performer" in found) == bool(expected)


def test_the_order_of_the_raw_rows_changes_nothing(
    tmp_path: Path, raw: dict[str, list[Record]], resources: dict[str, dict[str, Any]]
) -> None:
    study = write_study(tmp_path / "study", {"adam/adx.yaml": DATASET, "fhir/obs.yaml": RESOURCE})
    frames = {name: frame(each[::-1]) for name, each in raw.items()}
    trialport.convert(study, raw=frames, out=tmp_path / "out", threads=1)
    lines = (tmp_path / "out/fhir/R4/Observation.ndjson").read_text(encoding="utf-8").splitlines()
    assert [json.loads(each) for each in lines] == list(resources.values())


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("each: recs\n", "each: recz\n", "'recz' is no lookup; content is repeated"),
        ("each: recs\n", "each: other\n", "lookup 'other' picks one record"),
        ("content: {display: recs.who}", "content: {display: subj}", "nothing in the content is"),
        ("content: {display: recs.who}", "content: [{display: recs.who}]", "there is one element"),
        ("display: recs.who", "display: number_text(count(recs.who))", "an aggregate of 'recs'"),
        (
            "content: {display: recs.who}",
            "content: {extension: {each: recs, content: {url: recs.who}}, display: recs.id}",
            "stands inside repeated content",
        ),
        ("order: [id], content", "order: [idd], content", "unknown column 'idd'"),
        ("display: recs.who", "display: recs.whom", "unknown column 'whom' in raw table records"),
    ],
)
def test_what_cannot_be_repeated_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    assert old in RESOURCE
    files = {"adam/adx.yaml": DATASET, "fhir/obs.yaml": RESOURCE.replace(old, new, 1)}
    line = 1 + RESOURCE[: RESOURCE.index(old)].count("\n")
    (found,) = faults(tmp_path, files)
    assert f"fhir/obs.yaml:{line}: " in found
    assert problem in found


def test_references_and_periods_of_items_are_told_with_the_number_of_the_item() -> None:
    items = element(
        actor=element(reference=column("ref")),
        period=element(start=column("from"), end=column("to")),
    )
    step = resource_step("Procedure", element(performer=Each(place=HERE, each=SET, content=items)))
    lists = batch(
        key=["a", "b", "c"],
        **{"ref": [["r1"], None, ["r2", None]], "from": [["1"], [], ["2", "3"]]},
        to=[["4"], [], ["5", "6"]],
    )
    (built,) = build(step, [lists], load_definitions(shipped() / "fhir", "R4"), Findings())
    filled = built.filled
    assert [(path, list(each)) for path, each in filled.references] == [
        ("performer[0].actor.reference", ["r1", None, "r2"]),
        ("performer[1].actor.reference", [None, None, None]),
    ]
    assert [(path, list(start), list(end)) for path, start, end in filled.periods] == [
        ("performer[0].period", ["1", None, "2"], ["4", None, "5"]),
        ("performer[1].period", [None, None, "3"], [None, None, "6"]),
    ]
    assert len(set(kinds(built))) == 3
