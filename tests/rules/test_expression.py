"""Claims about rules that are expressions: prefixes, lookups, `each`, and what cannot be asked."""

from dataclasses import replace

import pytest
from trialport.diagnostics import Severity
from trialport.rules.expression import variables_named
from trialport.rules.rule import Lookup, Rule, ValidationResult

from tests.rules.conftest import Judge

RULE = Rule(
    code="TP9001",
    title="--ENDTC is not before --STDTC",
    applies_to=("SDTM",),
    severity=Severity.ERROR,
    remedy="correct --ENDTC",
    source="",
    good={},
    bad={},
    fails_when="before(--ENDTC, --STDTC)",
)
DM = Lookup("DM", (("USUBJID", "USUBJID"),))


def lines(result: ValidationResult) -> list[str]:
    return [str(each) for each in result.diagnostics]


def test_the_prefix_is_that_of_the_dataset(judge: Judge) -> None:
    result = judge(
        RULE,
        CM="SELECT 'S1' AS USUBJID, 4.0 AS CMSEQ, '2024-03-02' AS CMSTDTC, '2024-03-01' AS CMENDTC",
        MH="SELECT 'S1' AS USUBJID, 1.0 AS MHSEQ, '2024-03-02' AS MHSTDTC, '2024-03-03' AS MHENDTC",
    )
    assert lines(result) == [
        "TP9001 CM USUBJID=S1 CMSEQ=4 column CMENDTC: '2024-03-01' breaks the rule"
        " 'CMENDTC is not before CMSTDTC'; correct CMENDTC"
    ]
    assert result.findings[0].record == (("USUBJID", "S1"), ("CMSEQ", "4"))
    assert result.findings[0].value == "2024-03-01"
    assert result.not_run == ()


@pytest.mark.parametrize("end", ["NULL", "'2024-03'", "'2024'", "'not a date'"])
def test_what_is_undecided_is_no_finding(judge: Judge, end: str) -> None:
    records = f"SELECT 'S1' AS USUBJID, '2024-03-02' AS CMSTDTC, {end}::VARCHAR AS CMENDTC"
    assert lines(judge(RULE, CM=records)) == []


def test_a_rule_about_all_is_silent_on_datasets_without_its_variables(judge: Judge) -> None:
    result = judge(RULE, DM="SELECT 'S1' AS USUBJID", TS="SELECT 'X' AS TSVAL")
    assert result.not_run == (("TP9001", "", "no dataset has what the rule is about"),)


def test_a_rule_about_named_datasets_says_what_they_lack(judge: Judge) -> None:
    rule = replace(RULE, applies_to=("CM", "EX"))
    result = judge(rule, CM="SELECT 'S1' AS USUBJID, '2024' AS CMSTDTC")
    assert result.not_run == (
        ("TP9001", "EX", "there is no dataset EX"),
        ("TP9001", "CM", "CM has no CMENDTC"),
    )


def test_a_lookup_gives_the_values_of_one_record(judge: Judge) -> None:
    rule = replace(RULE, applies_to=("AE",), lookups={"dm": DM}, fails_when="AESEX <> dm.SEX")
    records = "VALUES ('S1', 'F'), ('S2', 'F'), ('S3', 'M')"
    result = judge(
        rule,
        AE=f"SELECT * FROM ({records}) t(USUBJID, AESEX)",
        DM="SELECT * FROM (VALUES ('S1', 'F'), ('S2', 'M')) t(USUBJID, SEX)",
    )
    assert [each.record for each in result.findings] == [(("USUBJID", "S2"),)]
    assert result.not_run == ()


def test_a_lookup_that_gives_several_leaves_the_record_out_and_says_so(judge: Judge) -> None:
    rule = replace(RULE, applies_to=("AE",), lookups={"dm": DM}, fails_when="AESEX <> dm.SEX")
    result = judge(
        rule,
        AE="SELECT 'S1' AS USUBJID, 'F' AS AESEX",
        DM="SELECT * FROM (VALUES ('S1', 'M'), ('S1', 'U')) t(USUBJID, SEX)",
    )
    assert result.findings == ()
    reason = "1 record left out: DM has several of one USUBJID"
    assert result.not_run == (("TP9001", "AE", reason),)


def test_a_lookup_may_find_another_record_of_the_same_dataset(judge: Judge) -> None:
    os = Lookup("ADTTE", (("USUBJID", "USUBJID"),), "PARAMCD = 'OS'")
    rule = replace(
        RULE,
        applies_to=("ADTTE",),
        lookups={"os": os},
        fails_when="PARAMCD = 'GRFS' and ADT > os.ADT",
        variable="ADT",
    )
    records = """SELECT * FROM (VALUES
        ('S1', 'OS', DATE '2024-03-01'), ('S1', 'GRFS', DATE '2024-03-02'),
        ('S2', 'OS', DATE '2024-03-02'), ('S2', 'GRFS', DATE '2024-03-02')
    ) t(USUBJID, PARAMCD, ADT)"""
    result = judge(rule, keys=("STUDYID", "USUBJID", "PARAMCD"), ADTTE=records)
    assert [(each.record, each.value) for each in result.findings] == [
        ((("USUBJID", "S1"), ("PARAMCD", "GRFS")), "2024-03-02")
    ]


@pytest.mark.parametrize(
    ("lookup", "datasets", "reason"),
    [
        (DM, {}, "there is no dataset DM"),
        (DM, {"DM": "SELECT 'S1' AS USUBJID"}, "DM has no SEX"),
        (
            DM,
            {"DM": "SELECT 1.0 AS USUBJID, 'F' AS SEX"},
            "AE USUBJID is text, DM USUBJID is number",
        ),
    ],
)
def test_a_lookup_that_cannot_be_made_is_not_run(
    judge: Judge, lookup: Lookup, datasets: dict[str, str], reason: str
) -> None:
    rule = replace(RULE, applies_to=("AE",), lookups={"dm": lookup}, fails_when="AESEX <> dm.SEX")
    result = judge(rule, AE="SELECT 'S1' AS USUBJID, 'F' AS AESEX", **datasets)
    assert result.not_run == (("TP9001", "AE", reason),)


def test_a_variable_of_another_type_is_a_reason_not_a_crash(judge: Judge) -> None:
    rule = replace(RULE, applies_to=("ADTTE",), fails_when="CNSR < 0")
    result = judge(rule, ADTTE="SELECT 'S1' AS USUBJID, '0' AS CNSR")
    assert result.not_run == (("TP9001", "ADTTE", "'CNSR < 0' mixes number and text"),)


def test_each_asks_for_every_variable_that_fits(judge: Judge) -> None:
    rule = replace(
        RULE, applies_to=("ADaM",), each=("ANL*FL", "ABLFL"), fails_when="value <> 'Y'", title="t"
    )
    records = "SELECT 'S1' AS USUBJID, 'N' AS ANL01FL, 'Y' AS ANL02FL, 'X' AS ABLFL, 'N' AS SAFFL"
    result = judge(rule, ADLB=records, ADSL="SELECT 'S1' AS USUBJID")
    assert [(each.variable, each.value) for each in result.findings] == [
        ("ANL01FL", "N"),
        ("ABLFL", "X"),
    ]


def test_a_condition_is_needed(judge: Judge) -> None:
    rule = replace(RULE, applies_to=("AE",), fails_when="AESEQ + 1")
    result = judge(rule, AE="SELECT 1.0 AS AESEQ")
    reason = "the expression is number, a condition is needed"
    assert result.not_run == (("TP9001", "AE", reason),)


@pytest.mark.parametrize("prefix", ["AE", "CM"])
def test_the_variables_named_bear_the_prefix_once_each(prefix: str) -> None:
    lookup = Lookup("SE", (("USUBJID", "USUBJID"),), where="ETCD = '--X' and --SEQ = 1")
    rule = replace(RULE, fails_when="--SEQ > CMSEQ and after(--STDTC, se.SESTDTC)")
    found = variables_named(replace(rule, lookups={"se": lookup}), prefix)
    assert found == list(
        dict.fromkeys(
            [
                *(("", f"{prefix}SEQ"), ("", "CMSEQ"), ("", f"{prefix}STDTC")),
                *(("se", "SESTDTC"), ("", "USUBJID"), ("se", "USUBJID")),
                *(("se", "ETCD"), ("se", f"{prefix}SEQ")),
            ]
        )
    )
