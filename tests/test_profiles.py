from __future__ import annotations

import pytest
from trialport.diagnostics import Severity, SpecError
from trialport.metadata import DatasetMetadata, VariableMetadata
from trialport.profiles import READ, load_profile, profile_faults, profile_names


def _dataset(name: str = "DM", label: str = "Demographics") -> DatasetMetadata:
    variables = (VariableMetadata("USUBJID", "Unique Subject Identifier", "Char", 10),)
    path = f"sdtm/{name.lower()}.xpt"
    return DatasetMetadata(name, label, "sdtm", "", "", ("USUBJID",), 1, path, variables)


@pytest.mark.parametrize("name", profile_names())
def test_every_rule_says_where_it_comes_from(name: str) -> None:
    profile = load_profile(name)
    assert len(profile.rules) >= 6
    for rule in profile.rules.values():
        assert rule.read in READ
        assert rule.source
        assert rule.date[:4].isdigit()
    assert profile.encodings
    assert profile.largest_file > 10**9


def test_an_agency_stands_for_its_latest_profile() -> None:
    assert load_profile("fda").name == max(n for n in profile_names() if n.startswith("fda-"))


def test_an_unknown_profile_is_answered_with_the_nearest() -> None:
    with pytest.raises(SpecError) as caught:
        load_profile("fda-2025-4")
    assert str(caught.value) == (
        "E1291: there is no profile 'fda-2025-4'; did you mean 'fda-2025-04'?"
    )


def test_a_dataset_within_the_rules_has_no_fault() -> None:
    assert profile_faults(load_profile("fda"), [_dataset()], {"sdtm/dm.xpt": 10}, "ascii") == []


@pytest.mark.parametrize(
    ("profile", "dataset", "size", "encoding", "codes"),
    [
        ("fda", _dataset(), 10, "gb18030", ["E4092"]),
        ("nmpa", _dataset(), 10, "gb18030", []),
        ("fda", _dataset(), 5_000_000_001, "ascii", ["E4093"]),
        ("nmpa", _dataset(), 4_000_000_001, "ascii", ["E4093"]),
        ("fda", _dataset(label="人口统计学"), 10, "utf-8", ["E4094"]),
        ("nmpa", _dataset(label="人口统计学"), 10, "utf-8", []),
        ("fda", _dataset("D_M"), 10, "ascii", ["E4095"]),
    ],
)
def test_what_leaves_the_rules_is_named(
    profile: str, dataset: DatasetMetadata, size: int, encoding: str, codes: list[str]
) -> None:
    found = profile_faults(load_profile(profile), [dataset], {dataset.path: size}, encoding)
    assert [each.code for each in found] == codes
    assert all(each.severity is Severity.WARNING for each in found if each.code == "E4093")
