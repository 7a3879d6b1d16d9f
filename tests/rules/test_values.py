"""Claims about values: ISO 8601, codelists, formats, codes and names."""

import duckdb
import pytest
from trialport.diagnostics import Severity
from trialport.metadata import DatasetMetadata, VariableMetadata
from trialport.rules.rule import ValidationResult
from trialport.rules.run import run_rules
from trialport.rules.shipped import shipped_rules
from trialport.rules.standards import Standards

from tests.rules.conftest import Judge


def problems(result: ValidationResult) -> list[str]:
    return [str(each).partition(";")[0] for each in result.diagnostics]


# Source of the forms: SDTMIG 3.4, 4.4.1 to 4.4.3 (precision, intervals, unknown parts).
@pytest.mark.parametrize(
    ("text", "is_iso"),
    [
        ("2024", True),
        ("2024-03", True),
        ("2024-03-01", True),
        ("2024-02-29", True),
        ("2023-02-29", False),
        ("2024-13", False),
        ("2024-3-1", False),
        ("01MAR2024", False),
        ("2024---15", True),
        ("--03-15", True),
        ("2024-03-01T08:30", True),
        ("2024-03-01T08:30:15", True),
        ("2024-03-01T08:30:15.5Z", True),
        ("2024-03-01T08:30+08:00", True),
        ("2024-03-01T24:30", False),
        ("2024-03-01 08:30", False),
        ("2024-03-01T08:60", False),
        ("2024-03-01/2024-03-05", True),
        ("2024-03-01/2024-02-30", False),
        ("2024-03-01/P3D", True),
        ("UNKNOWN", False),
        ("", False),
    ],
)
def test_a_date_is_iso_8601_and_exists(judge: Judge, text: str, *, is_iso: bool) -> None:
    result = judge("TP0007", AE=f"SELECT 'S1' AS USUBJID, '{text}' AS AESTDTC")
    shown = [f"TP0007 AE USUBJID=S1 column AESTDTC: '{text}' is not ISO 8601"]
    assert problems(result) == ([] if is_iso else shown)


@pytest.mark.parametrize(
    ("text", "is_iso"),
    [
        ("P3D", True),
        ("PT4H30M", True),
        ("P1Y2M", True),
        ("-P14D", True),
        ("P", False),
        ("3D", False),
    ],
)
def test_a_duration_is_iso_8601(judge: Judge, text: str, *, is_iso: bool) -> None:
    result = judge("TP0007", AE=f"SELECT 'S1' AS USUBJID, '{text}' AS AEDUR")
    shown = [f"TP0007 AE USUBJID=S1 column AEDUR: '{text}' is not an ISO 8601 duration"]
    assert problems(result) == ([] if is_iso else shown)


def ask(
    code: str, standards: Standards, variable: VariableMetadata, group: str, records: str
) -> ValidationResult:
    rule = next(each for each in shipped_rules() if each.code == code)
    name = "DM" if group == "sdtm" else "ADSL"
    dataset = DatasetMetadata(name, "l", group, "", "", (), 1, "x", (variable,))
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE {name} AS {records}")
        return run_rules([dataset], connection, [rule], standards=standards)


def test_a_value_outside_a_closed_codelist_is_an_error_told_once(standards: Standards) -> None:
    sex = VariableMetadata("SEX", "Sex", "Char", 6, codelists=("C66731",))
    records = "SELECT unnest(['F', 'Female', 'Female', NULL]) AS SEX"
    result = ask("TP0010", standards, sex, "sdtm", records)
    assert problems(result) == [
        "TP0010 DM column SEX: 'Female' is no term of SEX (C66731) (records: 2):"
        " it is another writing of 'F'"
    ]
    assert result.findings[0].severity is Severity.ERROR


def test_a_value_outside_an_open_codelist_is_a_warning(standards: Standards) -> None:
    unit = VariableMetadata("DOSEU", "Units", "Char", 6, codelists=("C71620",))
    result = ask("TP0010", standards, unit, "sdtm", "SELECT unnest(['mg', 'jin']) AS DOSEU")
    assert problems(result) == [
        "TP0010 DM column DOSEU: 'jin' is no term of UNIT (C71620) (records: 1)"
    ]
    assert result.findings[0].severity is Severity.WARNING


def test_the_terms_of_the_study_stand_beside_the_published(standards: Standards) -> None:
    unit = VariableMetadata(
        "DOSEU", "Units", "Char", 6, codelist="UNIT", codelists=("C71620",), terms=("jin",)
    )
    query = "SELECT unnest(['mg', 'jin', 'liang']) AS DOSEU"
    assert problems(ask("TP0010", standards, unit, "sdtm", query)) == [
        "TP0010 DM column DOSEU: 'liang' is no term of UNIT (C71620) (records: 1)"
    ]


def test_a_codelist_of_the_sponsor_allows_its_terms_alone(standards: Standards) -> None:
    own = VariableMetadata(
        "SEXX", "Sex", "Char", 6, codelist="SEXES", terms=("F",), extensible=False
    )
    result = ask("TP0010", standards, own, "sdtm", "SELECT 'M' AS SEXX")
    assert problems(result) == ["TP0010 DM column SEXX: 'M' is no term of SEXES (records: 1)"]


def test_a_qualifier_may_be_multiple(standards: Standards) -> None:
    race = VariableMetadata(
        "RACE", "Race", "Char", 8, role="Record Qualifier", codelists=("C74457",)
    )
    assert problems(ask("TP0010", standards, race, "sdtm", "SELECT 'MULTIPLE' AS RACE")) == []


def test_numeric_results_need_no_term(standards: Standards) -> None:
    result = VariableMetadata(
        "LBSTRESC", "Result", "Char", 8, role="Result Qualifier", codelists=("C102580",)
    )
    records = "SELECT unnest(['5.4', 'POSITIVE', 'pos']) AS LBSTRESC"
    assert problems(ask("TP0010", standards, result, "sdtm", records)) == [
        "TP0010 DM column LBSTRESC: 'pos' is no term of LBSTRESC (C102580) (records: 1)"
    ]


def test_an_unknown_codelist_judges_nothing(standards: Standards) -> None:
    sex = VariableMetadata("SEX", "Sex", "Char", 6, codelists=("C0",))
    result = ask("TP0010", standards, sex, "sdtm", "SELECT 'X' AS SEX")
    assert result.findings == ()
    assert result.not_run == (("TP0010", "", "no dataset has what the rule is about"),)


@pytest.mark.parametrize(
    ("name", "format_", "problem"),
    [
        ("TRTSDT", "DATE9.", []),
        ("TRTSDT", "E8601DA10.", []),
        ("TRTSDT", "", ["TP0012 ADSL column TRTSDT: format '' shows no date"]),
        ("TRTSDTM", "DATETIME20.", []),
        (
            "TRTSDTM",
            "DATE9.",
            ["TP0012 ADSL column TRTSDTM: format 'DATE9.' shows no date with time"],
        ),
        ("AGE", "8.", []),
    ],
)
def test_dates_look_like_dates(
    standards: Standards, name: str, format_: str, problem: list[str]
) -> None:
    variable = VariableMetadata(name, "l", "Num", 8, format=format_)
    result = ask("TP0012", standards, variable, "adam", f"SELECT 1.0 AS {name}")
    assert problems(result) == problem


def test_codes_and_names_stand_one_to_one_both_ways(judge: Judge) -> None:
    rows = "('OS', 'Overall Survival'), ('OS', 'Survival'), ('EFS', 'Survival')"
    result = judge("TP0014", ADTTE=f"SELECT * FROM (VALUES {rows}) t(PARAMCD, PARAM)")
    assert problems(result) == [
        "TP0014 ADTTE column PARAMCD: 'OS' goes with more than one PARAM",
        "TP0014 ADTTE column PARAM: 'Survival' goes with more than one PARAMCD",
    ]


def test_a_result_with_a_sign_needs_no_term(standards: Standards) -> None:
    result = VariableMetadata(
        "LBSTRESC", "Result", "Char", 8, role="Result Qualifier", codelists=("C102580",)
    )
    query = "SELECT unnest(['<0.5', '>= 12', '5', '<low']) AS LBSTRESC"
    assert problems(ask("TP0010", standards, result, "sdtm", query)) == [
        "TP0010 DM column LBSTRESC: '<low' is no term of LBSTRESC (C102580) (records: 1)"
    ]


def test_another_writing_of_a_term_is_an_error_where_the_codelist_is_open_too(
    standards: Standards,
) -> None:
    unit = VariableMetadata("DOSEU", "Units", "Char", 6, codelists=("C71620",))
    result = ask("TP0010", standards, unit, "sdtm", "SELECT 'MG' AS DOSEU")
    assert result.findings[0].severity is Severity.ERROR
    assert problems(result)[0].endswith("it is another writing of 'mg'")
