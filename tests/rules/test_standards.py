"""What the guides say of datasets as they are found."""

from __future__ import annotations

from dataclasses import replace

from trialport.metadata import DatasetMetadata, VariableMetadata
from trialport.rules.standards import Standards

_TRANSITIONS = DatasetMetadata(
    name="ADMS",
    label="Multi-State Transitions",
    group="adam",
    class_="ADAM OTHER",
    structure="One record per subject per transition",
    keys=("USUBJID", "TRANSN"),
    records=1,
    path="adam/adms.xpt",
    variables=(VariableMetadata("USUBJID", "Unique Subject Identifier", "Char", 8),),
)


def test_a_dataset_of_another_structure_follows_no_guide(standards: Standards) -> None:
    assert standards.described(_TRANSITIONS) is None


def test_a_dataset_without_a_class_is_told_by_its_variables(standards: Standards) -> None:
    guide = standards.described(replace(_TRANSITIONS, class_=""))
    assert guide is not None
    assert guide.name == "OCCDS"
