"""Claims about keys, order, names, and the variables there must be."""

import duckdb
import pytest
from trialport.diagnostics import Severity
from trialport.metadata import DatasetMetadata, VariableMetadata
from trialport.rules.rule import ValidationResult
from trialport.rules.run import run_rules
from trialport.rules.shipped import shipped_rules
from trialport.rules.standards import Standards

from tests.rules.conftest import Judge

KEYS = ("STUDYID", "USUBJID", "AETERM")


def problems(result: ValidationResult) -> list[str]:
    return [str(each).partition(";")[0] for each in result.diagnostics]


def test_repeated_keys_are_told_once_with_the_number_of_records(judge: Judge) -> None:
    records = "SELECT 'X' AS STUDYID, 'S1' AS USUBJID, unnest(['A', 'A', 'A', 'B']) AS AETERM"
    assert problems(judge("TP0001", keys=KEYS, AE=records)) == [
        "TP0001 AE USUBJID=S1 AETERM=A: 3 records have these values of STUDYID, USUBJID, AETERM"
    ]


def test_null_keys_are_equal(judge: Judge) -> None:
    records = "SELECT 'X' AS STUDYID, 'S1' AS USUBJID, unnest([NULL, NULL])::VARCHAR AS AETERM"
    assert problems(judge("TP0001", keys=KEYS, AE=records)) == [
        "TP0001 AE USUBJID=S1: 2 records have these values of STUDYID, USUBJID, AETERM"
    ]


def test_a_key_that_is_not_there_is_a_reason(judge: Judge) -> None:
    result = judge("TP0001", keys=KEYS, AE="SELECT 'X' AS STUDYID, 'S1' AS USUBJID")
    assert result.not_run == (("TP0001", "AE", "AE has no AETERM"),)


@pytest.mark.parametrize(
    ("values", "behind"),
    [
        (["B", "a"], []),  # capitals before small letters, by their bytes
        (["a", "B"], ["B"]),
        ([None, "A"], []),
        (["A", None], [None]),
        (["A", "A"], []),
        (["A", "AB", "B"], []),
        (["C", "A", "B"], ["A"]),  # B stands rightly behind A
        (["Z", "é"], []),
    ],
)
def test_records_are_in_the_order_of_their_bytes_and_null_is_first(
    judge: Judge, values: list[str | None], behind: list[str | None]
) -> None:
    listed = ", ".join("NULL" if each is None else f"'{each}'" for each in values)
    records = f"SELECT 'S1' AS USUBJID, unnest([{listed}])::VARCHAR AS AETERM"
    result = judge("TP0004", keys=("USUBJID", "AETERM"), AE=records)
    found = [dict(each.record).get("AETERM") for each in result.findings]
    assert found == behind


def test_numbers_are_ordered_as_numbers(judge: Judge) -> None:
    records = "SELECT 'S1' AS USUBJID, unnest([9.0, 10.0])::DOUBLE AS AESEQ"
    assert judge("TP0004", keys=("USUBJID", "AESEQ"), AE=records).findings == ()


def test_the_engine_tells_the_order_where_it_numbers_records(judge: Judge) -> None:
    records = """SELECT * FROM (VALUES (2, 'A'), (1, 'B')) t(__id, AETERM)"""
    found = judge("TP0004", keys=("AETERM",), AE=records).findings
    assert [each.record for each in found] == [(("AETERM", "A"),)]


def test_the_second_key_decides_where_the_first_is_equal(judge: Judge) -> None:
    records = """SELECT * FROM (VALUES ('S1', 2), ('S1', 1), ('S2', 0)) t(USUBJID, AESEQ)"""
    found = judge("TP0004", keys=("USUBJID", "AESEQ"), AE=records).findings
    assert [each.record for each in found] == [(("USUBJID", "S1"), ("AESEQ", "1"))]
    assert found[0].message == "the record stands behind one with a higher USUBJID, AESEQ"


def test_sequence_numbers_repeat_over_subjects_but_not_within(judge: Judge) -> None:
    records = "SELECT * FROM (VALUES ('S1', 1.0), ('S2', 1.0), ('S2', 1.0)) t(USUBJID, AESEQ)"
    assert problems(judge("TP0005", AE=records)) == [
        "TP0005 AE USUBJID=S2 AESEQ=1 column AESEQ: 2 records of the subject have this AESEQ"
    ]


def test_a_required_variable_is_there_and_filled_in_sdtm(judge: Judge) -> None:
    assert problems(judge("TP0002", SC="SELECT 'X' AS STUDYID, 'S1' AS USUBJID")) == [
        f"TP0002 SC column {name}: required variable {name} is not in the dataset"
        for name in ("DOMAIN", "SCSEQ", "SCTESTCD", "SCTEST")
    ]


def test_any_period_is_the_required_planned_treatment(judge: Judge) -> None:
    required = ["STUDYID", "USUBJID", "SUBJID", "SITEID", "AGE", "AGEU", "SEX", "RACE", "ARM"]
    records = "SELECT " + ", ".join(f"'1' AS {name}" for name in required)
    assert problems(judge("TP0002", ADSL=f"{records}, 'A' AS TRT01P")) == []
    missing = ["TP0002 ADSL column TRTxxP: required variable TRTxxP is not in the dataset"]
    assert problems(judge("TP0002", ADSL=records)) == missing


def test_the_required_variables_of_adae_are_named_as_those_of_ae(judge: Judge) -> None:
    found = problems(judge("TP0002", ADAE="SELECT 'S1' AS USUBJID, 1.0 AS AESEQ"))
    assert "TP0002 ADAE column AEBDSYCD: required variable AEBDSYCD is not in the dataset" in found
    assert not any("--" in each or "AESEQ" in each for each in found)


def _described(dataset: str, label: str, *variables: VariableMetadata) -> DatasetMetadata:
    return DatasetMetadata(dataset, label, "sdtm", "", "", (), 1, "x.xpt", variables)


def test_what_does_not_fit_a_transport_file(standards: Standards) -> None:
    dataset = _described(
        "lb_chemistry",
        "L" * 41,
        VariableMetadata("LBTESTCODE", "", "Char", 201),
        VariableMetadata("lbseq", "Sequence Number", "Num", 8),
        VariableMetadata("LBORRES", "é" * 21, "Char", 0),
    )
    rule = next(each for each in shipped_rules() if each.code == "TP0003")
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE lb_chemistry AS SELECT 1 AS X")
        result = run_rules([dataset], connection, [rule], standards=standards)
    long = "shorten it, or split long text into a supplemental qualifier"
    names = "names have 1 to 8 capital letters, digits or _, and no digit first"
    assert [str(each) for each in result.diagnostics] == [
        f"TP0003 lb_chemistry: the name 'lb_chemistry' is not 1 to 8 capitals and digits; {names}",
        f"TP0003 lb_chemistry: the label has 41 bytes, 40 fit; {long}",
        "TP0003 lb_chemistry column LBTESTCODE: the name is not 1 to 8 capitals and digits; "
        + names,
        "TP0003 lb_chemistry column LBTESTCODE: the variable has no label; give it one",
        f"TP0003 lb_chemistry column LBTESTCODE: the length is 201, 1 to 200 bytes fit; {long}",
        f"TP0003 lb_chemistry column lbseq: the name is not 1 to 8 capitals and digits; {names}",
        f"TP0003 lb_chemistry column LBORRES: the label has 42 bytes, 40 fit; {long}",
        f"TP0003 lb_chemistry column LBORRES: the length is 0, 1 to 200 bytes fit; {long}",
    ]
    severities = {each.message: each.severity for each in result.findings}
    assert severities["the variable has no label"] is Severity.WARNING


def test_an_empty_dataset_is_a_note(judge: Judge) -> None:
    result = judge("TP0011", AE="SELECT 'S1' AS USUBJID WHERE false")
    assert problems(result) == ["TP0011 AE: the dataset has no records"]
    assert result.findings[0].severity is Severity.NOTE


def test_expected_variables_are_missed(judge: Judge) -> None:
    assert problems(judge("TP0013", SC="SELECT 'S1' AS USUBJID")) == [
        f"TP0013 SC column {name}: expected variable {name} is not in the dataset"
        for name in ("SCORRES", "SCSTRESC")
    ]
