from __future__ import annotations

from pathlib import Path

from tests.plan.tiny_study import faults

_DATASET = """\
dataset: ADX
label: Rows
class: OTHER
keys: [USUBJID]
records:
  - rows:
      - {subject: A, height: "170"}
      - {subject: B, hieght: "180"}
variables:
  USUBJID: {value: subject, label: Subject}
  HEIGHT:  {value: number(height), label: Height}
"""


def test_a_misspelt_cell_is_named_where_it_stands(tmp_path: Path) -> None:
    assert faults(tmp_path, {"adam/adx.yaml": _DATASET}) == [
        "E1234 adam/adx.yaml:8: the cell 'hieght' is read by nothing in ADX; did you mean 'height'?"
    ]


def test_a_cell_may_be_missing_in_some_records(tmp_path: Path) -> None:
    text = _DATASET.replace(', hieght: "180"', "")
    assert faults(tmp_path, {"adam/adx.yaml": text}) == []
