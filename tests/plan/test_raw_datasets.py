"""Raw tables that are SDTM datasets: what is taken over from them keeps its name and label."""

from __future__ import annotations

from pathlib import Path

from trialport.define.origin import variable_origin
from trialport.pipeline import plan

from tests.plan.tiny_study import faults, write_study

_SOURCES = """\
tables:
  people:
    file: dm.xpt
    dataset: DM
    columns:
      STUDYID: text
      USUBJID: text
      AGE:     integer
      RFSTDTC: datetime
      ODD:     text
"""
_ADSL = """\
dataset: ADSL
keys: [USUBJID]
records: [{{from: people}}]
copy: {{src: [STUDYID, USUBJID, AGE, {copied}]}}
variables:
  SUBJID:  src.USUBJID
  SITEID:  substr(src.USUBJID, 1, 3)
  SEX:     {{text: F}}
  AGEU:    {{text: YEARS}}
  RACE:    {{text: ASIAN}}
  ARM:     {{text: A}}
  TRT01P:  {{text: A}}
  TRTSDT:  complete_date(src.RFSTDTC)
"""


def _files(copied: str = "RFSTDTC", sources: str = _SOURCES) -> dict[str, str]:
    return {"sources.yaml": sources, "adam/adsl.yaml": _ADSL.format(copied=copied)}


def test_what_is_taken_over_has_the_label_and_the_name_of_the_sdtm_variable(tmp_path: Path) -> None:
    (step,) = plan(write_study(tmp_path, _files()))[0].plan.steps
    found = {each.name: (each.label, variable_origin(step, each)) for each in step.variables}
    label, origin = found["RFSTDTC"]
    assert label == "Subject Reference Start Date/Time"
    assert (origin.type, origin.description) == ("Predecessor", "DM.RFSTDTC")
    assert found["SUBJID"][1].description == "DM.USUBJID"
    assert found["TRTSDT"][1].type == "Derived"


def test_a_column_that_the_guide_does_not_have_needs_a_label(tmp_path: Path) -> None:
    assert faults(tmp_path, _files("RFSTDTC, ODD")) == [
        "E1231 adam/adsl.yaml:4: ODD has no label: the standard does not give one; add label: ..."
    ]
    labelled = _SOURCES.replace("ODD:     text", "ODD:     {type: text, label: Something Odd}")
    assert faults(tmp_path, _files("RFSTDTC, ODD", labelled)) == []


def test_a_table_of_no_dataset_gives_no_label(tmp_path: Path) -> None:
    found = faults(tmp_path, _files(sources=_SOURCES.replace("    dataset: DM\n", "")))
    assert "E1231 adam/adsl.yaml:4: RFSTDTC has no label" in "\n".join(found)


def test_the_dataset_is_a_dataset_name(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, _files(sources=_SOURCES.replace("dataset: DM", "dataset: people")))
    assert found.startswith("E1110 sources.yaml:4: 'people' of 'dataset' is not a dataset name")
