"""The report of the sample, from its transport files alone, against the figures of the paper.

`data/paper_figures.yaml` holds what the paper prints. Counts, medians and quartiles are exact;
cumulative incidences and survival lie within 0.5 percentage points (limits 1.5), hazard ratios
within 10 % (limits 15 %, and half a unit of the last printed digit). P-values are information.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from trialport import read_xpt
from trialport.report.entries import Entry, entries
from trialport.report.make import report_results
from trialport.report.numbers import agrees, rounded
from trialport.report.results import Kind, Results

PRINTED: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "data" / "paper_figures.yaml").read_text(encoding="utf-8")
)
ARMS = ("MSC", "CTL")
# The rows of the report for the names of the file, and how the file calls the levels.
TABLE_1 = {
    "age": "Age, years",
    "refractory_relapse": "Refractory or relapsed leukaemia",
    "sex": "Sex",
    "disease": "Disease",
    "dri": "Disease risk index",
    "status": "Disease status before transplant",
    "mrd": "Measurable residual disease",
    "abo": "ABO match of donor and recipient",
    "sexmatch": "Sex of donor and recipient",
    "hla": "HLA mismatches",
    "collateral": "Collateral donor",
    "donor_age": "Donor's age, years",
    "mnc": "Mononuclear cells, 10^6/kg",
    "cd34": "CD34+ cells, 10^6/kg",
}
LEVELS = {
    "N": "No",
    "Y": "Yes",
    "M": "Male",
    "F": "Female",
    "AML/MDS-EB2": "AML or MDS-EB2",
    "LOW/MEDIUM": "Low or medium",
    "CR": "Complete remission",
    "PR/NR": "Partial or no remission",
    "MAJOR": "Major mismatch",
    "MINOR": "Minor mismatch",
    "MAJOR AND MINOR": "Major and minor mismatch",
}
TABLE_2 = {
    "SEPSIS": "Sepsis",
    "HC": "Haemorrhagic cystitis",
    "TMA": "Thrombotic microangiopathy",
    "HEMORRHAGE": "Haemorrhage",
    "EBV": "EBV reactivation",
    "CMV": "CMV reactivation",
    "VOD": "Veno-occlusive disease",
}
GRADES = {"any": "any grade", "g34": "grade 3 or 4"}


@pytest.fixture(scope="session")
def results(output: Path) -> Results:
    """Return the report of the sample."""
    return report_results(output)


@pytest.fixture(scope="session")
def found(results: Results) -> dict[tuple[str, str, str], Entry]:
    """Return the values of the report by analysis, label and arm."""
    return {(each.analysis, each.label, each.arm): each for each in entries(results)}


Found = dict[tuple[str, str, str], Entry]


def test_the_flow_of_participants(found: Found) -> None:
    told = PRINTED["disposition"]
    counts = {
        label: found["FLOW", label, "ALL"].value.numbers[0]
        for label in (
            "Assessed for eligibility",
            "Excluded",
            "Excluded: Not meeting criteria",
            "Excluded: Declined to participate",
            "Randomised",
        )
    }
    assert list(counts.values()) == [
        told["screened"],
        told["screen_failures"],
        told["failures_not_meeting_criteria"],
        told["failures_refused"],
        told["randomised"],
    ]
    for arm in ARMS:
        allocated = told["randomised_by_arm"][arm]
        assert found["FLOW", "Allocated", arm].value.numbers == (allocated,)
        assert found["FLOW", "Analysed as randomised", arm].value.numbers == (allocated,)


def test_the_infusions(found: Found, output: Path) -> None:
    incomplete = PRINTED["disposition"]["incomplete_infusions"]["n"]
    assert found["FLOW", "Allocated: Fewer infusions", "MSC"].value.numbers == (incomplete,)
    assert found["FLOW", "Allocated: All 8 infusions of UC-MSC", "MSC"].value.numbers == (93,)
    given = read_xpt(output / "sdtm" / "ex.xpt")
    infusions = Counter(given[given["EXDOSE"] > 0]["USUBJID"])
    assert Counter(infusions.values())[8] == 93
    assert sum(each < 8 for each in infusions.values()) == incomplete


def test_the_follow_up(found: Found) -> None:
    told = PRINTED["study"]["follow_up_days"]
    value = found["T0", "Follow-up after transplant, days", "ALL"].value
    assert value.numbers == (told["median"], told["min"], told["max"])


def _table_1() -> Iterator[tuple[str, str, list[float]]]:
    """Yield label, arm and figures of table 1."""
    for name, label in TABLE_1.items():
        row = PRINTED["table1"][name]
        for arm in ARMS:
            if "levels" not in row:
                yield label, arm, row[arm]
            for level, counts in row.get("levels", {}).items():
                words = LEVELS.get(level, level if level.isdigit() else level.capitalize())
                words = level if level in ("ALL", "MPAL") else words
                yield f"{label}: {words}", arm, [counts[arm]]


def test_table_1(found: Found) -> None:
    assert set(TABLE_1) == set(PRINTED["table1"]) - {"derived_cross"}
    for label, arm, figures in _table_1():
        value = found["T1", label, arm].value
        assert [float(each) for each in value.printed] == figures, label
        assert agrees(value), f"{label} {arm}: {value}"


def test_the_p_values_of_table_1_are_those_printed(found: Found) -> None:
    for name, label in TABLE_1.items():
        value = found["T1", label, ""].value
        printed = str(PRINTED["table1"][name]["p"]).removeprefix("0")
        assert value.printed == (printed,), label
        # The ages of the donors were drawn to a p-value of .490.
        assert agrees(value) or (name == "donor_age" and rounded(value.numbers[0], 3) == "0.490")


def test_table_2(found: Found) -> None:
    for query, words in TABLE_2.items():
        for grade, how in GRADES.items():
            told = PRINTED["table2"][query].get(grade)
            if told is None:
                continue
            for arm in ARMS:
                value = found["T2", f"{words}, {how}", arm].value
                assert value.numbers[0] == told[arm] == int(value.printed[0]), (query, grade, arm)
            p = found["T2", f"{words}, {how}", ""].value
            assert float(p.printed[0]) == told["p"]
            # The p-value printed for EBV does not follow from the printed counts.
            assert agrees(p) is ((query, grade) != ("EBV", "any"))
    for virus in ("EBV", "CMV"):
        total = PRINTED["table2"][virus]["total"]
        value = found["T2", f"{TABLE_2[virus]}, any grade", "ALL"].value
        assert (value.numbers[0], round(value.numbers[1], 1)) == (total["n"], total["pct"])


@pytest.mark.parametrize("paramcd", list(PRINTED["endpoints"]))
def test_the_endpoints(paramcd: str, results: Results) -> None:
    told = PRINTED["endpoints"][paramcd]
    (endpoint,) = [
        each for each in results.endpoints if each.lineage.where["PARAMCD"] == (paramcd,)
    ]
    (by_arm,) = endpoint.estimates.values()
    for arm in ARMS:
        if arm not in told:
            assert by_arm[arm].printed == ()
            continue
        figures = [told[arm]["est"], *told[arm]["ci"]]
        assert [float(each) for each in by_arm[arm].printed] == figures
        estimate, *limits = by_arm[arm].numbers
        assert estimate == pytest.approx(figures[0], abs=0.5)
        assert limits == pytest.approx(figures[1:], abs=1.5)
    assert [float(each) for each in endpoint.ratio.printed] == [told["hr"], *told["hr_ci"]]
    ratio, *limits = endpoint.ratio.numbers
    assert ratio == pytest.approx(told["hr"], rel=0.10)
    for limit, printed in zip(limits, told["hr_ci"], strict=True):
        assert abs(limit - printed) <= 0.15 * printed + 0.005
    for test in endpoint.tests.values():
        assert test.printed == (str(told["p"]).removeprefix("0").ljust(3, "0"),)


def test_every_printed_figure_of_the_report_is_checked_here(found: Found) -> None:
    kinds = Counter(each.value.kind for each in found.values() if each.value.printed)
    rows = len(list(_table_1()))
    arms = sum(arm in each for each in PRINTED["endpoints"].values() for arm in ARMS)
    assert kinds[Kind.PERCENT] == arms
    assert kinds[Kind.RATIO] == len(PRINTED["endpoints"])
    # Table 1, follow-up; of table 2 each count and two totals; two rows of infusions.
    in_table_1 = sum(
        bool(each.value.printed) for (name, _, arm), each in found.items() if name == "T1" and arm
    )
    assert in_table_1 == rows
