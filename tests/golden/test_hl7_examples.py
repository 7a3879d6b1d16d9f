"""Resources not written by us: the examples of FHIR R4, read by the template `fhir_r4`.

Expected cells are worked out by hand from the resources (samples/hl7_examples/raw) and the HL7 FHIR
to CDISC Joint Mapping 1.0.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from trialport import datasets
from trialport.diagnostics import Diagnostic

ROOT = Path(__file__).parents[2]
RAW = ROOT / "samples" / "hl7_examples" / "raw"
DATASETS = ("DM", "AE", "CM", "LB", "MH", "PR", "VS")

Made = tuple[dict[str, pd.DataFrame], list[Diagnostic]]


@pytest.fixture(scope="module")
def made() -> Made:
    return datasets(ROOT / "mappings" / "studies" / "hl7_examples", raw=RAW, only=DATASETS)


def record(frames: Mapping[str, pd.DataFrame], dataset: str, **keys: str) -> Mapping[str, object]:
    """Return the one record that has some values; a missing value is None."""
    records = [
        {str(name): None if pd.isna(value) else value for name, value in each.items()}
        for each in frames[dataset].to_dict("records")
    ]
    (found,) = [each for each in records if keys.items() <= each.items()]
    return found


def test_the_records_of_each_dataset(made: Made) -> None:
    """Not taken in error, refuted, not done or entered in error: one statement, one procedure and
    one temperature are left out; an eye colour is no vital sign and no laboratory result."""
    counts = {name: len(frame) for name, frame in made[0].items()}
    assert counts == {"DM": 4, "AE": 1, "CM": 6, "LB": 9, "MH": 12, "PR": 13, "VS": 17}


@pytest.mark.parametrize(
    ("dataset", "key", "expected"),
    [
        ("DM", "f001", {"SEX": "M", "BRTHDTC": "1944-11-17", "COUNTRY": "NLD", "DTHFL": None}),
        ("AE", "example", {"AETERM": "This was a mild rash on the left forearm", "AESEV": "MILD",
                           "AESER": "N", "AESTDTC": "2017-01-29T12:34:56", "AEDECOD": None}),
        # a contained Medication, a dose as a range, a route in other words
        ("CM", "example001", {"CMTRT": "Tylenol PM", "CMINDC": "Restless Legs", "CMROUTE": "ORAL",
                              "CMSTDTC": "2015-01-23", "CMDOSTXT":
                              "1-2 tablets once daily at bedtime as needed for restless legs"}),
        ("CM", "example003", {"CMTRT": "Little Pink Pill for water retention", "CMDOSE": 1.0,
                              "CMDOSU": "TABLET", "CMDOSTXT": None}),
        ("CM", "example006", {"CMTRT": "Amoxicillin (product)", "CMDOSE": 5.0, "CMDOSU": "mL"}),
        ("LB", "f001", {"LBTESTCD": "GLUC", "LBTEST": "Glucose", "LBORRES": "6.3",
                        "LBORRESU": "mmol/L", "LBSTRESN": 6.3, "LBORNRLO": "3.1",
                        "LBORNRHI": "6.2", "LBNRIND": "HIGH", "LBLOINC": "15074-8",
                        "LBDTC": "2013-04-02T09:30:10", "LBSTAT": None}),
        ("LB", "f003", {"LBTESTCD": "PCO2", "LBORRESU": "kPa", "LBORNRHI": "6.0"}),
        ("LB", "f204", {"LBTESTCD": "CREAT", "LBLOINC": None, "LBORRES": "122", "LBDTC": None}),
        ("LB", "unsat", {"LBSTAT": "NOT DONE", "LBORRES": None,
                         "LBREASND": "Specimen unsatisfactory for evaluation"}),
        ("MH", "example", {"MHTERM": "Burnt Ear", "MHSTDTC": "2012-05-24", "MHLOC": "LEFT EAR"}),
        ("MH", "example2", {"MHTERM": "Asthma", "MHSTDTC": None}),
        ("MH", "f204", {"MHSTDTC": "2013-03-11", "MHENDTC": "2013-03-20", "MHLOC": "KIDNEY"}),
        ("PR", "f002", {"PRTRT": "Partial lobectomy of lung", "PRINDC": "Malignant tumor of lung",
                        "PRSTDTC": "2013-03-08T09:00:10", "PRENDTC": "2013-03-08T09:30:10"}),
        ("PR", "example-implant", {"PRTRT": "Implant Pacemaker", "PRSTDTC": "2015-04-05"}),
        ("VS", "body-height", {"VSTESTCD": "HEIGHT", "VSORRES": "66.899999999999991",
                               "VSORRESU": "in", "VSDTC": "1999-07-02"}),
        ("VS", "example", {"VSTESTCD": "WEIGHT", "VSORRES": "185", "VSORRESU": "LB"}),
        ("VS", "satO2", {"VSTESTCD": "OXYSAT", "VSORRESU": "%", "VSDTC": "2014-12-05T09:30:10"}),
    ],
)  # fmt: skip
def test_cells_worked_out_by_hand(
    dataset: str, key: str, expected: dict[str, object], made: Made
) -> None:
    name = "SUBJID" if dataset == "DM" else f"{dataset}SPID"
    found = record(made[0], dataset, **{name: key})
    assert {each: found[each] for each in expected} == expected


@pytest.mark.parametrize(
    ("test", "id_", "result", "status", "reason"),
    [
        ("SYSBP", "blood-pressure", "107", None, None),
        ("DIABP", "blood-pressure", "60", None, None),
        ("DIABP", "blood-pressure-dar", None, "NOT DONE", "Not Performed"),
        ("SYSBP", "blood-pressure-cancel", None, "NOT DONE", "Not Asked"),
    ],
)
def test_the_components_of_a_blood_pressure_are_records(
    test: str, id_: str, result: str | None, status: str | None, reason: str | None, made: Made
) -> None:
    found = record(made[0], "VS", VSTESTCD=test, VSSPID=id_)
    assert (found["VSORRES"], found["VSSTAT"], found["VSREASND"]) == (result, status, reason)
    assert (found["VSLOC"], found["VSDTC"]) == ("RIGHT ARM", "2012-09-17")


def test_what_cannot_be_converted_is_named_with_its_line(made: Made) -> None:
    """A procedure without a code, and a mean pressure that calls itself a laboratory result."""
    found = sorted({(each.code, str(each.place)) for each in made[1]})
    assert found == [
        ("E3106", "Procedure.ndjson:3 column term"),
        ("E3203", "Observation.ndjson:22 column code"),
        ("E3203", "Observation.ndjson:22 column unit"),
    ]


def test_a_study_with_research_subjects_takes_the_template_as_it_is(tmp_path: Path) -> None:
    """Of HL7's patients one is a ResearchSubject, with the number 123; the others are not in it."""
    lines = ["study: X", "extends: [fhir_r4]", 'standards: {sdtmig: "3.4"}']
    lines += ["terminology: {sdtm: sdtmct-2025-03-28}", ""]
    (tmp_path / "study.yaml").write_text("\n".join(lines), encoding="utf-8")
    frames, _ = datasets(tmp_path, raw=RAW, only=["DM", "MH"])
    assert frames["DM"]["USUBJID"].tolist() == ["X-123"]
    assert frames["MH"]["MHSPID"].tolist() == ["example", "example2", "family-history", "stroke"]
