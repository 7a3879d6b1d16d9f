"""Studies that adopt the endpoints of the templates, against rows worked out by hand.

Days are counted from randomisation, day 1, or transplant, day 0. Each row is (AVAL, CNSR): 0 event;
1 alive, 2 lost, 3 withdrawn, 4 end of the window; 5 missed assessments, 6 new therapy, 7 death
without progression; 11 relapse, 12 death, 14 graft failure.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from trialport import check, datasets

SAMPLES = Path(__file__).parents[2] / "samples" / "endpoints"

Row = tuple[int, int]

# What happened, by days after randomisation: see samples/endpoints/README.md.
ONCOLOGY: Mapping[str, Mapping[str, Row]] = {
    "OS": {
        **{"O01": (301, 0), "O02": (401, 1), "O03": (225, 1), "O04": (41, 0), "O05": (91, 2)},
        **{"O06": (251, 3), "O07": (501, 0), "O08": (201, 0), "O09": (401, 0), "O10": (731, 1)},
        **{"O11": (301, 0), "O12": (101, 0), "O13": (151, 0), "O14": (501, 0), "O15": (601, 1)},
    },
    "PFS": {
        "O01": (169, 0),
        "O02": (169, 6),  # therapy on day 200, progression on day 224: last seen on day 168
        "O03": (57, 5),  # progression 168 days after the assessment before
        "O04": (41, 0),  # a death within 126 days of randomisation
        "O05": (1, 2),  # never assessed
        "O06": (169, 3),  # what cannot be evaluated is no assessment
        "O07": (113, 0),  # therapy on the day of progression comes after it
        "O08": (201, 0),
        "O09": (113, 5),  # a death 288 days after the last assessment
        "O10": (673, 1),  # progression after the cut-off
        "O11": (29, 5),
        "O12": (101, 0),
        "O13": (151, 0),
        "O14": (1, 5),
        "O15": (1, 6),
    },
    "TTP": {
        **{"O01": (169, 0), "O02": (169, 6), "O03": (57, 5), "O04": (1, 7), "O05": (1, 2)},
        **{"O06": (169, 3), "O07": (113, 0), "O08": (169, 7), "O09": (113, 7), "O10": (673, 1)},
        **{"O11": (29, 7), "O12": (1, 7), "O13": (29, 7), "O14": (1, 7), "O15": (1, 6)},
    },
    "DOR": {  # those with CR or PR alone, from day 56 or 28
        **{"O02": (113, 6), "O06": (113, 3), "O07": (57, 0), "O09": (57, 5)},
        **{"O11": (1, 5), "O13": (123, 0)},
    },
    "DFS": {
        **{"O01": (301, 0), "O02": (201, 6), "O03": (225, 1), "O04": (41, 0), "O05": (91, 2)},
        **{"O06": (251, 3), "O07": (113, 6), "O08": (201, 0), "O09": (401, 0), "O10": (731, 1)},
        **{"O11": (301, 0), "O12": (101, 0), "O13": (151, 0), "O14": (366, 0), "O15": (101, 6)},
    },
    "EFS": {
        **{"O01": (301, 0), "O02": (401, 1), "O03": (225, 1), "O04": (41, 0), "O05": (91, 2)},
        **{"O06": (251, 3), "O07": (501, 0), "O08": (201, 0), "O09": (401, 0), "O10": (731, 1)},
        **{"O11": (201, 0), "O12": (1, 0), "O13": (151, 0), "O14": (501, 0), "O15": (601, 1)},
    },
    "RFS": {"O06": (195, 3), "O11": (173, 0), "O13": (123, 0)},
    "CIR": {"O06": (195, 3), "O11": (173, 0), "O13": (123, 12)},
}
TRANSPLANT: Mapping[str, Mapping[str, Row]] = {
    "T01": {
        **dict.fromkeys(("OS", "LFS", "EFS", "RELAPSE", "NRM", "CGVHD", "CGVHDMS"), (600, 1)),
        **{"GRFS": (600, 1), "AGVHD24": (30, 0), "AGVHD34": (100, 4)},
        **{"NEUENG": (15, 0), "PLTENG": (20, 0)},
    },
    "T02": {
        **{"OS": (300, 0), "LFS": (150, 0), "EFS": (150, 0), "RELAPSE": (150, 0)},
        **{"NRM": (150, 11), "CGVHD": (150, 11), "CGVHDMS": (150, 11), "GRFS": (150, 0)},
        **{"AGVHD24": (100, 4), "AGVHD34": (100, 4), "NEUENG": (20, 0), "PLTENG": (100, 4)},
    },
    "T03": {  # a death on day 12, before engraftment
        **dict.fromkeys(("OS", "LFS", "EFS", "NRM", "GRFS"), (12, 0)),
        **dict.fromkeys(("RELAPSE", "AGVHD24", "AGVHD34", "CGVHD", "CGVHDMS"), (12, 12)),
        **{"NEUENG": (12, 12), "PLTENG": (12, 12)},
    },
    "T04": {  # the graft fails on day 28, the last of neutrophil engraftment
        **dict.fromkeys(("OS", "LFS", "RELAPSE", "NRM", "GRFS"), (200, 2)),
        **dict.fromkeys(("AGVHD24", "AGVHD34", "CGVHD", "CGVHDMS", "NEUENG", "PLTENG"), (28, 14)),
        "EFS": (28, 0),
    },
    "T05": {  # relapse and death on one day
        **{"OS": (400, 0), "LFS": (400, 0), "EFS": (400, 0), "RELAPSE": (400, 0)},
        **{"NRM": (400, 11), "AGVHD24": (45, 0), "AGVHD34": (45, 0), "CGVHD": (150, 0)},
        **{"CGVHDMS": (170, 0), "GRFS": (45, 0), "NEUENG": (16, 0), "PLTENG": (25, 0)},
    },
    "T06": {  # acute GVHD a day after the window; steroids before chronic GVHD do not count
        **dict.fromkeys(("OS", "LFS", "EFS", "RELAPSE", "NRM", "CGVHDMS"), (500, 3)),
        **{"AGVHD24": (100, 4), "AGVHD34": (100, 4), "CGVHD": (200, 0), "GRFS": (210, 0)},
        **{"NEUENG": (18, 0), "PLTENG": (30, 0)},
    },
}
SOURCES = {
    ("oncology", "O02", "PFS"): ("RS", "RSDTC", 3.0, "NEW ANTICANCER THERAPY"),
    ("oncology", "O05", "PFS"): ("ADSL", "RANDDT", None, "LOST TO FOLLOW-UP"),
    ("oncology", "O03", "TTP"): ("RS", "RSDTC", 1.0, "TWO OR MORE MISSED ASSESSMENTS"),
    ("oncology", "O08", "TTP"): ("RS", "RSDTC", 3.0, "DEATH WITHOUT PROGRESSION"),
    ("oncology", "O11", "DOR"): ("RS", "RSDTC", 1.0, "TWO OR MORE MISSED ASSESSMENTS"),
    ("oncology", "O12", "EFS"): ("ADSL", "RANDDT", None, "NO COMPLETE REMISSION"),
    ("oncology", "O15", "DFS"): ("CM", "CMSTDTC", 1.0, "NEW ANTICANCER THERAPY"),
    ("transplant", "T05", "NRM"): ("CE", "CESTDTC", 3.0, "RELAPSE"),
    ("transplant", "T05", "LFS"): ("CE", "CESTDTC", 3.0, "RELAPSE"),
    ("transplant", "T06", "GRFS"): (
        *("CM", "CMSTDTC", 2.0),
        "CHRONIC GVHD REQUIRING SYSTEMIC TREATMENT",
    ),
}


@pytest.fixture(scope="module")
def made() -> dict[str, dict[tuple[str, str], dict[str, Any]]]:
    found: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}
    for name in ("oncology", "transplant"):
        frames, told = datasets(SAMPLES / name, raw=SAMPLES / name / "raw", only=["ADTTE"])
        assert [each for each in told if each.severity == "error"] == []
        rows = frames["ADTTE"].astype(object).where(frames["ADTTE"].notna(), None)
        found[name] = {
            (each["USUBJID"][-3:], each["PARAMCD"]): each for each in rows.to_dict("records")
        }
    return found


@pytest.mark.parametrize("code", ONCOLOGY)
def test_an_endpoint_of_oncology_is_as_worked_out(
    code: str, made: dict[str, dict[tuple[str, str], dict[str, Any]]]
) -> None:
    rows = {who: row for (who, which), row in made["oncology"].items() if which == code}
    assert {who: (row["AVAL"], row["CNSR"]) for who, row in rows.items()} == ONCOLOGY[code]


@pytest.mark.parametrize("who", TRANSPLANT)
def test_the_endpoints_of_a_transplant_are_as_worked_out(
    who: str, made: dict[str, dict[tuple[str, str], dict[str, Any]]]
) -> None:
    rows = {which: row for (each, which), row in made["transplant"].items() if each == who}
    found = {which: (row["AVAL"], row["CNSR"]) for which, row in rows.items()}
    assert found == TRANSPLANT[who]


@pytest.mark.parametrize(("study", "who", "code"), SOURCES)
def test_the_record_that_decided_is_named(
    study: str, who: str, code: str, made: dict[str, dict[tuple[str, str], dict[str, Any]]]
) -> None:
    row = made[study][who, code]
    found = (row["SRCDOM"], row["SRCVAR"], row["SRCSEQ"], row["EVNTDESC"])
    assert found == SOURCES[study, who, code]


def test_no_endpoint_is_left_out(made: dict[str, dict[tuple[str, str], dict[str, Any]]]) -> None:
    assert {which for _, which in made["oncology"]} == set(ONCOLOGY)
    assert {which for _, which in made["transplant"]} == set(TRANSPLANT["T01"])
    for rows in made.values():
        for row in rows.values():
            assert row["CRSTAT"] == (1 if row["CNSR"] == 0 else 2 if row["CNSR"] >= 11 else 0)
            assert (row["CNSDTDSC"] is None) == (row["CRSTAT"] > 0)


@pytest.mark.parametrize("name", ["oncology", "transplant"])
def test_every_endpoint_states_its_estimand_in_the_template(name: str) -> None:
    template = SAMPLES.parents[1] / "mappings" / "templates" / f"{name}_endpoints"
    text = (template / "adam" / "adtte.yaml").read_text(encoding="utf-8")
    endpoints = text[text.index("\nendpoints:") : text.index("\ncopy:")]
    assert endpoints.count("    param: ") == endpoints.count("    estimand:")


def test_what_the_page_adjusts_is_adjusted(tmp_path: Path) -> None:
    page = SAMPLES.parents[1] / "docs" / "how-to" / "adopt-endpoints.md"
    blocks = re.findall(r"^```yaml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.M)
    shutil.copytree(SAMPLES, tmp_path / "endpoints")
    study = tmp_path / "endpoints" / "oncology"
    (study / "adam" / "adtte.yaml").write_text(blocks[1], encoding="utf-8")
    assert check(study) == []
    frames, _ = datasets(study, raw=study / "raw", only=["ADTTE"])
    rows = frames["ADTTE"].set_index(["USUBJID", "PARAMCD"])
    assert set(frames["ADTTE"]["PARAMCD"]) == {"OS", "PFS", "TTP", "DOR", "DFS"}
    # 122 days without an assessment are too many for six weeks, not for eight
    assert list(rows.loc[("ONCO-O13", "PFS"), ["AVAL", "CNSR"]]) == [29, 5]
    assert list(rows.loc[("ONCO-O13", "DOR"), ["AVAL", "CNSR"]]) == [123, 0]
