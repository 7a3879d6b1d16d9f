"""Claims about running rules: order, limits, severities, what could not be asked."""

from dataclasses import replace

import duckdb
import pytest
from trialport.diagnostics import Severity
from trialport.functions import definitions
from trialport.metadata import DatasetMetadata
from trialport.rules.rule import Rule, Total
from trialport.rules.run import run_rules, validate_datasets
from trialport.rules.target import Flaw, NotRun, Outcome, Target

from tests.rules.conftest import Judge

RULE = Rule(
    code="TP9001",
    title="AESEV is filled",
    applies_to=("AE",),
    severity=Severity.WARNING,
    remedy="",
    source="",
    good={},
    bad={},
    fails_when="AESEV is null",
)
SEVEN = "SELECT 'S' || i AS USUBJID, i::DOUBLE AS AESEQ, NULL::VARCHAR AS AESEV FROM range(7) t(i)"


def test_findings_are_in_the_order_of_their_records(judge: Judge) -> None:
    result = judge(RULE, AE=f"{SEVEN} ORDER BY i DESC")
    assert [each.record[0][1] for each in result.findings] == [f"S{i}" for i in range(7)]


def test_a_null_is_called_null(judge: Judge) -> None:
    found = judge(RULE, AE=f"{SEVEN} WHERE i = 3").findings[0]
    assert found.message == "null breaks the rule 'AESEV is filled'"
    assert found.value is None
    assert found.severity is Severity.WARNING


def test_records_beyond_the_limit_are_counted(judge: Judge) -> None:
    result = judge(RULE, AE=SEVEN, most=3)
    assert [each.record[0][1] for each in result.findings] == ["S0", "S1", "S2"]
    assert result.totals == (Total("TP9001", Severity.WARNING, "AE", "AESEV", 7, 3),)
    last = result.diagnostics[-1]
    assert str(last) == "TP9001 AE column AESEV: 4 further records break the rule"
    assert last.severity is Severity.WARNING


def test_exactly_the_limit_is_the_whole(judge: Judge) -> None:
    result = judge(RULE, AE=SEVEN, most=7)
    assert result.totals == (Total("TP9001", Severity.WARNING, "AE", "AESEV", 7, 7),)
    assert len(result.diagnostics) == 7


def test_a_dataset_without_a_table_is_not_run() -> None:
    described = DatasetMetadata("AE", "l", "sdtm", "", "", ("USUBJID",), 0, "ae.xpt", ())
    with duckdb.connect() as connection:
        result = run_rules([described], connection, [RULE])
    assert result.not_run == (("TP9001", "AE", "its records are not there"),)


def test_rules_run_in_the_order_of_their_codes(judge: Judge) -> None:
    found: list[str] = []

    def asked(code: str) -> Rule:
        def check(target: Target) -> list[Outcome]:
            found.append(f"{code} {target.name}")
            return []

        return replace(RULE, code=code, applies_to=("*",), check=check)

    described = [
        DatasetMetadata(name, "l", "sdtm", "", "", (), 1, "x", ()) for name in ("VS", "AE")
    ]
    with duckdb.connect() as connection:
        for each in described:
            connection.execute(f'CREATE TABLE "{each.name}" AS SELECT 1 AS X')
        run_rules(described, connection, [asked("TP9002"), asked("TP9001")])
    assert found == ["TP9001 VS", "TP9001 AE", "TP9002 VS", "TP9002 AE"]


def test_a_flaw_may_state_its_own_remedy_and_severity(judge: Judge) -> None:
    def check(target: Target) -> list[Outcome]:
        return [Flaw("is odd", "AESEV", Severity.NOTE, "even it"), NotRun("too dark")]

    result = judge(replace(RULE, check=check), AE=SEVEN)
    (found,) = result.diagnostics
    assert str(found) == "TP9001 AE column AESEV: is odd; even it"
    assert found.severity is Severity.NOTE
    assert result.not_run == (("TP9001", "AE", "too dark"),)


def test_numbers_and_dates_are_shown_as_a_reader_writes_them(judge: Judge) -> None:
    rule = replace(RULE, fails_when="ADT is not null", variable="ADT", applies_to=("ADTTE",))
    records = "SELECT 'S1' AS USUBJID, 12.0::DOUBLE AS ASEQ, DATE '2024-02-29' AS ADT"
    found = judge(rule, keys=("USUBJID", "ASEQ"), ADTTE=records).findings[0]
    assert found.record == (("USUBJID", "S1"), ("ASEQ", "12"))
    assert found.value == "2024-02-29"


def test_a_long_value_is_cut(judge: Judge) -> None:
    rule = replace(RULE, fails_when="AETERM is not null")
    found = judge(rule, AE="SELECT 'S1' AS USUBJID, repeat('x', 50) AS AETERM").findings[0]
    assert found.message == f"'{'x' * 40}'... breaks the rule 'AESEV is filled'"


def test_no_message_holds_what_is_no_value_of_the_record(judge: Judge) -> None:
    rule = replace(RULE, fails_when="AETERM = 'A'")
    records = "SELECT * FROM (VALUES ('S1', 'A', 'secret'), ('S2', 'B', 'x')) t(USUBJID, AETERM, Z)"
    lines = [str(each) for each in judge(rule, AE=records).diagnostics]
    assert lines == ["TP9001 AE USUBJID=S1 column AETERM: 'A' breaks the rule 'AESEV is filled'"]


@pytest.mark.parametrize("threads", [1, 2])
def test_the_shipped_rules_judge_what_a_conversion_made(threads: int) -> None:
    described = DatasetMetadata("AE", "Adverse Events", "sdtm", "", "", ("USUBJID",), 1, "x", ())
    with duckdb.connect(config={"threads": threads}) as connection:
        for statement in definitions():
            connection.execute(statement)
        connection.execute(
            "CREATE TABLE \"AE\" AS SELECT 1 AS __id, 'S1' AS USUBJID, 1.0::DOUBLE AS AESEQ,"
            " '2024-03-02' AS AESTDTC, '2024-03-01' AS AEENDTC"
        )
        lines = [str(each) for each in validate_datasets([described], connection)]
    assert [line for line in lines if line.startswith("TP01")] == [
        "TP0101 AE USUBJID=S1 AESEQ=1 column AEENDTC: '2024-03-01' breaks the rule"
        " 'AEENDTC is not on a day before AESTDTC'; correct the date in the raw data,"
        " or map AEENDTC to null with a reason"
    ]
