"""Datasets are written beside resources: what they cannot hold ends the conversion all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from trialport import convert
from trialport.diagnostics import WriteError

from tests.plan.tiny_study import analysis, frame, write_study

RESOURCE = """\
resource: Observation
each: {from: records}
identity: [id]
content:
  status: {text: final}
  code: {text: {text: own}}
"""


@pytest.mark.parametrize("threads", [1, 2])
def test_a_text_that_no_dataset_can_hold(tmp_path: Path, threads: int) -> None:
    dataset = analysis({"ID": "id", "WORD": "kind"}, "keys: [ID]\nrecords: [{from: records}]\n")
    study = write_study(tmp_path / "study", {"adam/adx.yaml": dataset, "fhir/obs.yaml": RESOURCE})
    nothing = dict.fromkeys(("subj", "who", "day", "val", "seq"))
    raw = {"records": frame([{**nothing, "id": "1", "kind": "a\x07b"}])}
    with pytest.raises(WriteError) as stopped:
        convert(study, raw=raw, out=tmp_path / "out", threads=threads)
    assert [each.code for each in stopped.value.diagnostics] == ["E4022"]
    assert not (tmp_path / "out").exists()
