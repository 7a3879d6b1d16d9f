from __future__ import annotations

import re

import pytest
from trialport.diagnostics import Place, SpecError
from trialport.standard import known_standards, load_standard, parse_standard
from trialport.standard.placeholders import has_placeholder
from trialport.templates import shipped

FOLDER = shipped() / "standard"


def test_only_the_datasets_asked_for_are_read() -> None:
    guide = load_standard(FOLDER, "SDTMIG", "3.4", ["SUPPAE", "LBHM", "AE", "XG"])
    assert {each.name for each in guide.datasets} == {"AE", "LB", "SUPPQUAL"}


@pytest.mark.parametrize(
    ("name", "version", "datasets", "variables"),
    [
        # Counts of datasets and variables of the library metadata.
        ("SDTMIG", "3.2", 46, 1142),
        ("SDTMIG", "3.3", 59, 1723),
        ("SDTMIG", "3.4", 63, 1917),
        ("ADaMIG", "1.1", 2, 310),
        ("ADaMIG", "1.2", 2, 336),
        ("ADaMIG", "1.3", 2, 336),
        ("ADaM-ADAE", "1.0", 1, 85),
        ("ADaM-TTE", "1.0", 1, 29),
    ],
)
def test_a_guide_is_complete(name: str, version: str, datasets: int, variables: int) -> None:
    guide = load_standard(FOLDER, name, version)
    assert len(guide.datasets) == datasets
    assert sum(len(each.variables) for each in guide.datasets) == variables


@pytest.mark.parametrize("folder", known_standards(FOLDER))
def test_every_definition_can_be_written_to_a_transport_file(folder: str) -> None:
    name, _, version = folder.rpartition("-")
    guide = load_standard(FOLDER, name, version)
    for dataset in guide.datasets:
        names = [each.name for each in dataset.variables]
        assert len(names) == len(set(names)), dataset.name
        for variable in dataset.variables:
            assert 0 < len(variable.label) <= 40, variable
            assert len(variable.name) <= 8, variable
            assert variable.core in {"Req", "Exp", "Perm", "Cond", "Not Used"}, variable
            assert all(re.fullmatch(r"C\d+", each) for each in variable.codelists), variable
            assert has_placeholder(variable.name) or re.fullmatch("[A-Z][A-Z0-9]*", variable.name)


@pytest.mark.parametrize("version", ["3.2", "3.3", "3.4"])
def test_every_key_is_a_variable_of_its_dataset(version: str) -> None:
    for dataset in load_standard(FOLDER, "SDTMIG", version).datasets:
        missing = [each for each in dataset.keys if dataset.variable(each) is None]
        assert missing == [], dataset.name
        assert len(dataset.keys) >= 2, dataset.name


def test_slips_of_the_3_2_table_are_corrected() -> None:
    guide = load_standard(FOLDER, "SDTMIG", "3.2", ["IS", "TR", "FA"])
    expected = [("IS", "ISSEQ", "Num"), ("TR", "TRMETHOD", "Char"), ("IS", "ISGRPID", "Char")]
    for dataset, name, type_ in expected:
        found = guide.variable(dataset, name)
        assert found is not None
        assert found.type == type_


def test_a_standard_is_read_from_text() -> None:
    index = (
        "dataset,label,class,structure,keys\nXX,Sample,Events,One record per event,STUDYID XXSEQ\n"
    )
    table = (
        "variable,label,type,role,core,codelist,domain,values\n"
        "DOMAIN,Domain Abbreviation,Char,Identifier,Req,,,XX\n"
        "XXSEQ,Sequence Number,Num,Identifier,Req,C1;C2,,\n"
    )
    guide = parse_standard("SDTMIG", "9.9", index, {"XX": table})
    dataset = guide.datasets[0]
    assert dataset.keys == ("STUDYID", "XXSEQ")
    assert dataset.variables[0].values == ("XX",)
    assert dataset.variables[1].codelists == ("C1", "C2")


def test_an_unknown_standard_is_named_with_the_nearest() -> None:
    with pytest.raises(SpecError) as raised:
        load_standard(FOLDER, "SDTMIG", "3.5", place=Place("study.yaml", 4))
    assert str(raised.value) == (
        "E1240 study.yaml:4: there is no standard 'SDTMIG 3.5'; did you mean 'sdtmig-3.4'?"
    )
