"""Windows over what is counted in sets, in datasets and resources; what cannot ask for a window."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from trialport import convert, datasets

from tests.plan.tiny_study import Record, analysis, faults, frame, write_study

LOOKUPS = "lookups:\n  recs: {from: records, by: {PERSON: subj}}\n"
DATASET = analysis(
    {
        "ID": "id",
        "PERSON": "subj",
        "TOTAL": "{window: {by: [PERSON], pick: sum, value: count(recs.id)}}",
    },
    f"keys: [ID]\nrecords: [{{from: records}}]\n{LOOKUPS}",
)
RESOURCE = f"""\
resource: Observation
each: {{from: records}}
identity: [id]
{LOOKUPS}variables:
  PERSON: subj
  SEQUENCE: src.seq
  NTH: {{window: {{by: [PERSON], order: [SEQUENCE], pick: number}}}}
  TOTAL: {{window: {{by: [PERSON], pick: sum, value: count(recs.id)}}}}
content:
  status: {{text: final}}
  code: {{text: {{text: own}}}}
  valueInteger: 10 * TOTAL + NTH
"""
_EMPTY = dict.fromkeys(("who", "kind", "day", "val"))
ROWS: list[Record] = [
    {**_EMPTY, "subj": subject, "id": each, "seq": number}
    for subject, each, number in (("S1", "a", "2"), ("S1", "b", "1"), ("S2", "c", "3"))
]


def test_a_window_sums_what_is_counted_in_a_set(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", {"adam/adx.yaml": DATASET})
    made, found = datasets(study, raw={"records": frame(ROWS)}, only=["ADX"], threads=1)
    assert found == []
    # Two records of S1, each of which counts two; one of S2.
    assert made["ADX"][["ID", "TOTAL"]].values.tolist() == [["a", 4.0], ["b", 4.0], ["c", 1.0]]


def test_a_resource_has_windows_over_its_records(tmp_path: Path) -> None:
    study, out = write_study(tmp_path / "study", {"fhir/obs.yaml": RESOURCE}), tmp_path / "out"
    convert(study, raw={"records": frame(ROWS)}, out=out, threads=1)
    text = (out / "fhir" / "R4" / "Observation.ndjson").read_text(encoding="utf-8")
    made = {each["id"]: each["valueInteger"] for each in map(json.loads, text.splitlines())}
    assert made == {"a": 42, "b": 41, "c": 11}


@pytest.mark.parametrize(
    ("unless", "name"), [("NTH = 1", "NTH"), ("later > 1", "later"), ("count(many.id) > 1", "NTH")]
)
def test_what_leaves_records_out_cannot_ask_for_a_window(
    tmp_path: Path, unless: str, name: str
) -> None:
    many = "  many: {from: records, by: {PERSON: subj}, where: seq > this.NTH}\nvariables:"
    text = RESOURCE.replace("variables:", many).replace("content:", "  later: NTH + 1\ncontent:")
    text = text.replace("{from: records}\nid", f"{{from: records, unless: {unless}}}\nid")
    found = [each for each in faults(tmp_path, {"fhir/obs.yaml": text}) if "E1274" in each]
    assert found == [
        f"E1274 fhir/obs.yaml:2: '{name}' sees all records of the dataset, and this decides "
        "which they are; make the records a helper dataset (keep: no), and choose among them"
    ]


def test_an_identity_that_is_a_window_is_a_circle_in_words(tmp_path: Path) -> None:
    text = RESOURCE.replace("identity: [id]", "identity: [NTH]")
    assert faults(tmp_path, {"fhir/obs.yaml": text}) == [
        "E2001 fhir/obs.yaml:9: variables need each other: NTH -> identity -> NTH (lines 3, 9); "
        "break the circle"
    ]


def test_what_a_window_of_a_resource_does_not_see_is_told_with_written_names(
    tmp_path: Path,
) -> None:
    text = RESOURCE.replace("order: [SEQUENCE]", "order: [SEQUENC]")
    assert faults(tmp_path, {"fhir/obs.yaml": text}) == [
        "E1203 fhir/obs.yaml:9: 'SEQUENC' is not a variable of Observation; "
        "did you mean 'SEQUENCE'?"
    ]
