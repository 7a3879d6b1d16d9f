"""A resource may be the only one to convert a unit."""

import json
from pathlib import Path

from trialport import convert

from tests.plan.tiny_study import Record, analysis, frame, write_study

RESOURCE = """\
resource: Observation
each: {from: ADX}
identity: [USUBJID]
content:
  status: {text: final}
  code: {text: {text: Weight}}
  valueQuantity: {value: "in_unit(AVAL, 'g', 'kg')", unit: {text: kg}}
"""


def test_a_unit_that_no_dataset_converts_is_converted_in_a_resource(tmp_path: Path) -> None:
    variables = {"USUBJID": "subj", "AVAL": "src.val"}
    dataset = analysis(variables, "keys: [USUBJID]\nrecords: [{from: records}]\n")
    files = {"adam/adx.yaml": dataset, "fhir/observation.yaml": RESOURCE}
    record: Record = {"subj": "S1", "who": None, "id": None, "kind": None}
    raw = {"records": frame([{**record, "day": None, "val": "500", "seq": None}])}
    study, out = write_study(tmp_path / "study", files), tmp_path / "out"
    made = convert(study, raw=raw, out=out, only=["Observation"], threads=1)
    assert "E3204" not in {each.code for each in made.findings}
    written = (out / "fhir" / "R4" / "Observation.ndjson").read_text(encoding="utf-8")
    assert json.loads(written)["valueQuantity"] == {"value": 0.5, "unit": "kg"}
