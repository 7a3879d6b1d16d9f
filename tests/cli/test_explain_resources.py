"""`trialport explain` of an element of a resource: its line, records and raw cells behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.plan.tiny_study import analysis, write_study

Run = Callable[..., Any]

DATASET = analysis(
    {"USUBJID": "subj", "IDD": "id", "AVAL": "src.val * 2"},
    "keys: [USUBJID, IDD]\nrecords: [{from: records}]\n",
)
RESOURCE = """\
resource: Observation
each: {from: ADX}
identity: [IDD]
lookups:
  own: {from: records, by: {USUBJID: subj}}
variables:
  twice: AVAL * 2
content:
  status: {text: final}
  code: {text: {text: own}, coding: [{system: {text: "urn:x"}, code: IDD}]}
  subject: {reference: "reference('Patient', USUBJID)"}
  valueQuantity: {value: twice, unit: {text: mg}}
  component:
    - {code: {text: {text: first}}, valueQuantity: {value: case when AVAL > 10 then AVAL end}}
    - {code: {text: {text: second}}, valueString: IDD}
    - each: own
      order: [id]
      content: {code: {text: {text: further}}, valueString: own.kind}
"""
PATIENT = """\
resource: Patient
each: {from: subjects}
identity: [subj]
content: {gender: {text: unknown}}
"""
RECORDS = """\
subj,who,id,kind,day,val,seq
S1,w,a,K,,3,1
S1,w,b,,,7,2
S2,w,c,M,,9,3
"""


@pytest.fixture
def explained(tmp_path: Path, run: Run) -> Callable[..., Any]:
    files = {"adam/adx.yaml": DATASET, "fhir/obs.yaml": RESOURCE, "fhir/patient.yaml": PATIENT}
    study, raw = write_study(tmp_path / "study", files), tmp_path / "raw"
    raw.mkdir()
    (raw / "records.csv").write_text(RECORDS, encoding="utf-8")
    (raw / "subjects.csv").write_text("subj,anchor,least\nS1,,\nS2,,\n", encoding="utf-8")

    def explain(cell: str, *keys: str) -> Any:  # noqa: ANN401 - as of `run`
        ran = run("explain", study, cell, *keys, "--raw", raw)
        shown = f"{study.as_posix()}/"
        return ran.code, [line.replace(shown, "") for line in (ran.out or ran.err).splitlines()]

    return explain


def test_an_element_is_followed_through_variables_and_datasets(
    explained: Callable[..., Any],
) -> None:
    assert explained("Observation.valueQuantity.value", "id=b") == (
        0,
        [
            "Observation/b column valueQuantity.value = '28'",
            "  fhir/obs.yaml:12: twice",
            "  Observation/b column twice = '28'",
            "    fhir/obs.yaml:7: AVAL * 2",
            "    ADX USUBJID=S1 IDD=b column AVAL = '14'",
            "      adam/adx.yaml:9: src.val * 2",
            "      records.csv:3 column val = '7'",
        ],
    )


@pytest.mark.parametrize(
    ("element", "id_", "first", "second"),
    [
        # The first component of b has a value; a has none, so that its first is the second.
        ("component[0].valueQuantity.value", "b", "'14'", "14: case when AVAL > 10 then AVAL end"),
        ("component[1].valueString", "b", "'b'", "15: IDD"),
        ("component[0].valueString", "a", "'a'", "15: IDD"),
        ("component[1].valueString", "a", "'K'", "18: own.kind"),
        ("status", "a", "'final' (constant)", "9: {text: final}"),
        ("subject", "a", '\'{"reference":"Patient/S1"}\'', "11: reference('Patient', USUBJID)"),
        ("code.coding.code", "a", "'a'", "10: IDD"),
    ],
)
def test_of_several_the_one_that_is_written_is_meant(
    explained: Callable[..., Any], element: str, id_: str, first: str, second: str
) -> None:
    code, lines = explained(f"fhir.obs.{element}", f"id={id_}")
    assert code == 0
    assert lines[0] == f"Observation/{id_} column {element} = {first}"
    assert lines[1] == f"  fhir/obs.yaml:{second}"


def test_an_element_with_children_tells_what_each_is_made_of(
    explained: Callable[..., Any],
) -> None:
    _, lines = explained("Observation.valueQuantity", "id=a")
    own = [line for line in lines if line.startswith("  Observation/a column valueQuantity")]
    assert lines[0] == 'Observation/a column valueQuantity = \'{"value":12,"unit":"mg"}\''
    assert own == [
        "  Observation/a column valueQuantity.value = '12'",
        "  Observation/a column valueQuantity.unit = null (constant)",
    ]


def test_an_element_of_a_set_names_the_records_of_the_set(explained: Callable[..., Any]) -> None:
    _, lines = explained("Observation.component[2].valueString", "id=b")
    assert [line.strip() for line in lines[2:]] == [
        "records.csv:2 column kind = 'K'",
        "records.csv:3 column kind = null",
    ]


@pytest.mark.parametrize(
    ("cell", "key", "problem"),
    [
        ("Observatio.status", "id=a", "the study makes no resource 'Observatio'"),
        ("Observation.statu", "id=a", "the content writes no 'statu'; did you mean 'status'?"),
        (
            "Observation.component.code",
            "id=a",
            "'component' is there 2 times; name one: component[0]",
        ),
        (
            "Observation.component[9].code",
            "id=a",
            "'component' is there 2 times; the last is component[1]",
        ),
        ("Observation.status.x", "id=a", "'status' has no elements"),
        ("Observation.status", "id=z", "no Observation has the id 'z'"),
        ("Observation.a[b]", "id=a", "'a[b]' is no path of elements"),
        ("Observation.status", "USUBJID=S1", "a resource is named by its id: id=..."),
        ("fhir.obs", "id=a", "write Observation.status or fhir.FILE.status"),
    ],
)
def test_what_is_no_element_of_one_resource_is_refused(
    explained: Callable[..., Any], cell: str, key: str, problem: str
) -> None:
    code, lines = explained(cell, key)
    assert code == 2
    assert problem in "\n".join(lines)
