from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from trialport.define.reader import read_define
from trialport.define.skeleton import Skeleton, skeleton

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def made() -> Skeleton:
    """Return the skeleton of the SDTM example."""
    return skeleton(read_define((DATA / "sdtm-2.1.xml").read_bytes())[0])


def _file(made: Skeleton, path: str) -> dict[str, Any]:
    content = yaml.safe_load(made.files[path])
    assert isinstance(content, dict)
    return content


def test_a_collected_variable_is_read_from_its_column_with_its_page(made: Skeleton) -> None:
    sex = _file(made, "sdtm/dm.yaml")["variables"]["SEX"]
    assert sex["value"] == "src.SEX"
    assert sex["origin"] == {"type": "Collected", "source": "Investigator", "crf": [6]}
    assert _file(made, "sources.yaml")["tables"]["dm"]["columns"]["SEX"]["type"] == "text"


def test_a_derived_variable_is_null_beside_its_method(made: Skeleton) -> None:
    document, _ = read_define((DATA / "sdtm-2.1.xml").read_bytes())
    methods = {each.oid: each.description for each in document.methods}
    dm = next(each for each in document.datasets if each.name == "DM")
    stated = {each.item: each.method for each in dm.items}
    age = _file(made, "sdtm/dm.yaml")["variables"]["AGE"]
    assert age["value"] == "null"
    assert age["method"] == methods[stated["IT.DM.AGE"]]
    assert (age["label"], age["type"]) == ("Age", "Num")


def test_keys_class_and_structure_are_taken_over(made: Skeleton) -> None:
    dm = _file(made, "sdtm/dm.yaml")
    assert dm["keys"] == ["STUDYID", "USUBJID"]
    assert dm["class"] == "SPECIAL PURPOSE"
    assert dm["structure"] == "One record per subject"


def test_supplemental_qualifiers_stand_with_their_parent(made: Skeleton) -> None:
    assert "sdtm/suppdm.yaml" not in made.files
    race = _file(made, "sdtm/dm.yaml")["supplemental"]
    assert set(race) >= {"RACE1"}


def test_the_annotated_crf_is_the_document_whose_pages_are_named(made: Skeleton) -> None:
    assert _file(made, "study.yaml")["annotated_crf"] == "acrf.pdf"


def test_what_is_not_taken_over_and_other_versions_are_noted(made: Skeleton) -> None:
    told = [str(each) for each in made.notes]
    assert told[0] == ("E4387: the document has version 2015-12-18 of sdtmct; 2025-03-28 is taken")
    assert told[1] == (
        "E4386 LB.LBORRES: not taken over: what it says of single values, by other than values of "
        "the dataset"
    )


def test_what_is_said_of_single_values_is_taken_over(made: Skeleton) -> None:
    values = _file(made, "sdtm/ts.yaml")["value_level"]
    assert {each["variable"] for each in values} == {"TSVAL"}
    assert all(set(each["when"]) == {"TSPARMCD"} for each in values)
