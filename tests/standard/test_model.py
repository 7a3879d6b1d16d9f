"""Expected labels, types and cores are those printed in SDTMIG 3.2-3.4, ADaMIG 1.3, OCCDS 1.1."""

from __future__ import annotations

from functools import cache

import pytest
from trialport.standard import Standard, find_variable, load_standard
from trialport.templates import shipped


@cache
def _guide(name: str, version: str) -> Standard:
    return load_standard(shipped() / "standard", name, version)


@pytest.mark.parametrize(
    ("dataset", "name", "label", "type_", "core", "codelist"),
    [
        ("AE", "AETERM", "Reported Term for the Adverse Event", "Char", "Req", ""),
        ("AE", "AESER", "Serious Event", "Char", "Exp", "C66742"),
        ("AE", "AESTDY", "Study Day of Start of Adverse Event", "Num", "Perm", ""),
        ("DM", "SEX", "Sex", "Char", "Req", "C66731"),
        ("DM", "AGE", "Age", "Num", "Exp", ""),
        ("LB", "LBSTRESN", "Numeric Result/Finding in Standard Units", "Num", "Exp", ""),
        ("LB", "LBTESTCD", "Lab Test or Examination Short Name", "Char", "Req", "C65047"),
        ("VS", "VSLOBXFL", "Last Observation Before Exposure Flag", "Char", "Exp", "C66742"),
        ("TS", "TSPARMCD", "Trial Summary Parameter Short Name", "Char", "Req", "C66738"),
        ("SUPPAE", "QVAL", "Data Value", "Char", "Req", ""),
        ("RELREC", "RELID", "Relationship Identifier", "Char", "Req", ""),
    ],
)
def test_a_variable_is_as_sdtmig_3_4_lists_it(
    dataset: str, name: str, label: str, type_: str, core: str, codelist: str
) -> None:
    found = _guide("SDTMIG", "3.4").variable(dataset, name)
    assert found is not None
    assert (found.label, found.type, found.core, found.codelist) == (label, type_, core, codelist)


def test_order_counts_from_1_in_the_guides_order() -> None:
    dm = _guide("SDTMIG", "3.4").dataset("DM")
    assert dm is not None
    assert [each.name for each in dm.variables[:5]] == [
        *("STUDYID", "DOMAIN", "USUBJID", "SUBJID", "RFSTDTC"),
    ]
    assert [each.order for each in dm.variables] == list(range(1, len(dm.variables) + 1))


@pytest.mark.parametrize(
    ("name", "domain"), [("SUPPDM", "SUPPQUAL"), ("LBHM", "LB"), ("QSSF", "QS")]
)
def test_a_dataset_of_a_study_finds_its_domain(name: str, domain: str) -> None:
    found = _guide("SDTMIG", "3.4").dataset(name)
    assert found is not None
    assert found.name == domain


def test_an_unknown_domain_has_no_dataset() -> None:
    assert _guide("SDTMIG", "3.4").dataset("XG") is None


def test_what_a_class_allows_is_found_though_the_domain_does_not_list_it() -> None:
    guide = _guide("SDTMIG", "3.4")
    visit = guide.variable("AE", "VISITNUM")
    assert visit is not None
    assert (visit.label, visit.type, visit.core, visit.order) == ("Visit Number", "Num", "Perm", 0)
    link = guide.variable("FA", "FALNKID")
    assert link is not None
    assert link.label == "Link ID"


def test_qualifiers_of_another_class_are_not_allowed() -> None:
    guide = _guide("SDTMIG", "3.4")
    assert guide.variable("AE", "AELOBXFL") is None  # a qualifier of Findings
    assert guide.variable("DM", "DMSPID") is None  # DM is of no general observation class
    assert guide.variable("AE", "LBSPID") is None  # another domain's prefix


def test_a_version_does_not_know_what_came_later() -> None:
    assert _guide("SDTMIG", "3.2").variable("XG", "XGLOBXFL", class_="Findings") is None
    assert _guide("SDTMIG", "3.3").variable("XG", "XGLOBXFL", class_="Findings") is not None


def test_a_sponsors_own_domain_is_served_by_its_class() -> None:
    found = _guide("SDTMIG", "3.4").variable("XG", "XGSTRESN", class_="Findings")
    assert found is not None
    assert (found.type, found.role) == ("Num", "Result Qualifier")


@pytest.mark.parametrize(
    ("structure", "name", "label", "type_", "core"),
    [
        ("ADSL", "TRT01P", "Planned Treatment for Period 01", "Char", "Req"),
        ("ADSL", "TRT02PN", "Planned Treatment for Period 02 (N)", "Num", "Perm"),
        ("ADSL", "AP01SDT", "Period 01 Start Date", "Num", "Perm"),
        ("ADSL", "SAFFL", "Safety Population Flag", "Char", "Cond"),
        ("BDS", "ANL01FL", "Analysis Flag 01", "Char", "Cond"),
        ("BDS", "AVAL", "Analysis Value", "Num", "Cond"),
        ("BDS", "PARAMCD", "Parameter Code", "Char", "Req"),
        ("BDS", "CRIT2FL", "Criterion 2 Evaluation Result Flag", "Char", "Cond"),
        # Copied from ADSL: known, and permissible there.
        ("BDS", "TRTSDT", "Date of First Exposure to Treatment", "Num", "Perm"),
        ("ADLB", "BASE", "Baseline Value", "Num", "Perm"),
    ],
)
def test_a_variable_is_as_adamig_1_3_lists_it(
    structure: str, name: str, label: str, type_: str, core: str
) -> None:
    found = _guide("ADaMIG", "1.3").variable(structure, name)
    assert found is not None
    assert (found.name, found.label, found.type, found.core) == (name, label, type_, core)


def test_an_ending_gives_the_type_and_leaves_the_label_to_the_study() -> None:
    for name, type_ in [("RELAPDT", "Num"), ("RELAPDTF", "Char"), ("RESPFL", "Char")]:
        found = _guide("ADaMIG", "1.3").variable("ADSL", name)
        assert found is not None
        assert (found.type, found.has_open_label) == (type_, True)


def test_a_name_that_fits_nothing_is_unknown() -> None:
    assert _guide("ADaMIG", "1.3").variable("ADSL", "TRT1P") is None


@pytest.mark.parametrize(
    ("dataset", "name", "label", "has_open_label"),
    [
        ("ADAE", "AETERM", "Reported Term", False),
        ("ADAE", "CQ01NAM", "Customized Query 01 Name", False),
        ("ADAE", "AOCC01FL", "1st Occurrence of ...", True),
        ("ADAE", "SAFFL", "Safety Population Flag", False),  # ADaMIG's, not the fragment *FL
        ("TTE", "CNSR", "Censor", False),
        ("TTE", "AVISIT", "Analysis Visit", False),
    ],
)
def test_several_guides_of_a_study_are_asked_together(
    dataset: str, name: str, label: str, *, has_open_label: bool
) -> None:
    guides = [_guide("ADaMIG", "1.3"), _guide("ADaM-OCCDS", "1.1"), _guide("ADaM-TTE", "1.0")]
    found = find_variable(guides, dataset, name)
    assert found is not None
    assert (found.label, found.has_open_label) == (label, has_open_label)


def test_classes_are_spelled_for_define_xml_too() -> None:
    guide = _guide("SDTMIG", "3.4")
    classes = [dataset.define_class for name in ("DM", "FA") if (dataset := guide.dataset(name))]
    assert classes == ["SPECIAL PURPOSE", "FINDINGS ABOUT"]
