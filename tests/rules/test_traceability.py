"""Claims about analysis datasets held against what they come from."""

import pytest

from tests.rules.conftest import Judge

ADSL = "SELECT 'S1' AS USUBJID, 34.0::DOUBLE AS AGE, 'Y' AS ITTFL"
RS = (
    "SELECT * FROM (VALUES ('S1', 7.0::DOUBLE, '2024-03-01'), ('S1', 8.0::DOUBLE, '2024-04'))"
    " t(USUBJID, RSSEQ, RSDTC)"
)


def found(judge: Judge, rule: str, **queries: str) -> list[tuple[str, str | None]]:
    return [(each.variable, each.value) for each in judge(rule, **queries).findings]


def test_a_variable_shared_with_adsl_is_the_same_there(judge: Judge) -> None:
    other = "SELECT 'S1' AS USUBJID, 35.0::DOUBLE AS AGE, NULL::VARCHAR AS ITTFL, 'x' AS ADLBX"
    assert found(judge, "TP0240", ADSL=ADSL, ADLB=other) == [("AGE", "35"), ("ITTFL", None)]
    assert found(judge, "TP0240", ADSL=ADSL, ADLB=ADSL) == []


def test_who_is_not_in_adsl_is_told_elsewhere(judge: Judge) -> None:
    other = "SELECT 'S2' AS USUBJID, 35.0::DOUBLE AS AGE"
    assert found(judge, "TP0240", ADSL=ADSL, ADLB=other) == []


def test_without_adsl_the_rule_is_not_run(judge: Judge) -> None:
    result = judge("TP0240", ADLB="SELECT 'S1' AS USUBJID")
    assert ("TP0240", "ADLB", "there is no dataset ADSL") in result.not_run


@pytest.mark.parametrize(
    ("domain", "variable", "sequence", "adt", "expected"),
    [
        ("RS", "RSDTC", "7", "2024-03-01", []),
        ("RS", "RSDTC", "8", "2024-04-15", []),
        ("RS", "RSDTC", "9", "2024-03-01", ["TP0242 SRCSEQ"]),
        ("RS", "RSXX", "7", "2024-03-01", ["TP0242 SRCVAR"]),
        ("QQ", "QQDTC", "7", "2024-03-01", ["TP0242 SRCDOM"]),
        ("RS", "RSDTC", "7", "2024-03-02", ["TP0340 ADT"]),
        ("RS", "RSDTC", "8", "2024-05-01", ["TP0340 ADT"]),
    ],
)
def test_a_source_is_there_and_has_the_date(
    judge: Judge, domain: str, variable: str, sequence: str, adt: str, expected: list[str]
) -> None:
    adtte = (
        f"SELECT 'S1' AS USUBJID, '{domain}' AS SRCDOM, '{variable}' AS SRCVAR,"
        f" {sequence}.0::DOUBLE AS SRCSEQ, DATE '{adt}' AS ADT"
    )
    codes = ("TP0242", "TP0340")
    faults = [f"{c} {v}" for c in codes for v, _ in found(judge, c, ADTTE=adtte, RS=RS)]
    assert faults == expected


def test_the_end_of_a_window_is_counted_from_its_source(judge: Judge) -> None:
    adsl = "SELECT 'S1' AS USUBJID, DATE '2024-01-01' AS HCTDT, DATE '2024-06-01' AS LSTALVDT"
    row = (
        "SELECT 'S1' AS USUBJID, 'ADSL' AS SRCDOM, '{}' AS SRCVAR, DATE '2024-04-10' AS ADT,"
        " DATE '2024-01-01' AS STARTDT"
    )
    assert found(judge, "TP0340", ADTTE=row.format("HCTDT"), ADSL=adsl) == []
    wrong = found(judge, "TP0340", ADTTE=row.format("LSTALVDT"), ADSL=adsl)
    assert wrong == [("ADT", "2024-04-10")]


def test_a_source_in_an_analysis_dataset_is_named_by_aseq(judge: Judge) -> None:
    adlb = (
        "SELECT * FROM (VALUES ('S1', 75.0::DOUBLE, DATE '2024-03-01'),"
        " ('S1', 76.0::DOUBLE, DATE '2024-03-02')) t(USUBJID, ASEQ, ADT)"
    )

    def adtte(sequence: int) -> str:
        return (
            "SELECT 'S1' AS USUBJID, 'ADLB' AS SRCDOM, 'ADT' AS SRCVAR,"
            f" {sequence}.0::DOUBLE AS SRCSEQ, DATE '2024-03-02' AS ADT"
        )

    assert found(judge, "TP0340", ADTTE=adtte(76), ADLB=adlb) == []
    assert found(judge, "TP0340", ADTTE=adtte(75), ADLB=adlb) == [("ADT", "2024-03-02")]
    assert found(judge, "TP0242", ADTTE=adtte(77), ADLB=adlb) == [("SRCSEQ", "77")]


def test_a_source_in_adae_is_named_by_aeseq(judge: Judge) -> None:
    adae = (
        "SELECT * FROM (VALUES ('S1', 1.0::DOUBLE, DATE '2024-03-01'),"
        " ('S1', 2.0::DOUBLE, DATE '2024-03-02')) t(USUBJID, AESEQ, ASTDT)"
    )
    adtte = (
        "SELECT 'S1' AS USUBJID, 'ADAE' AS SRCDOM, 'ASTDT' AS SRCVAR,"
        " {}.0::DOUBLE AS SRCSEQ, DATE '2024-03-02' AS ADT"
    )
    assert found(judge, "TP0340", ADTTE=adtte.format(2), ADAE=adae) == []
    assert found(judge, "TP0340", ADTTE=adtte.format(1), ADAE=adae) == [("ADT", "2024-03-02")]


@pytest.mark.parametrize(
    ("base", "expected"), [("75", []), ("76", [("BASE", "76"), ("BASE", "76")])]
)
def test_a_parameter_without_basetype_has_its_baseline(
    judge: Judge, base: str, expected: list[tuple[str, str]]
) -> None:
    advs = (
        f"SELECT 'S1' AS USUBJID, 'WEIGHT' AS PARAMCD, NULL::VARCHAR AS BASETYPE, AVAL, ABLFL,"
        f" {base}.0::DOUBLE AS BASE"
        " FROM (VALUES (75.0::DOUBLE, 'Y'), (77.0::DOUBLE, NULL)) t(AVAL, ABLFL)"
        " UNION ALL SELECT 'S1', 'SYSBP', 'STANDING', 120.0::DOUBLE, 'Y', 120.0::DOUBLE"
    )
    assert found(judge, "TP0245", ADVS=advs) == expected
