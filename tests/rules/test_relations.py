"""Claims about records that must be there for those of another dataset."""

from trialport.rules.rule import ValidationResult

from tests.rules.conftest import Judge

AE = "SELECT * FROM (VALUES ('S1', 1.0), ('S1', 2.0)) t(USUBJID, AESEQ)"


def problems(result: ValidationResult) -> list[str]:
    return [str(each).partition(";")[0] for each in result.diagnostics]


def pointers(*rows: tuple[str, str | None, str | None, str | None]) -> str:
    cells = [
        "(" + ", ".join("NULL" if each is None else f"'{each}'" for each in row) + ")"
        for row in rows
    ]
    return f"SELECT * FROM (VALUES {', '.join(cells)}) t(RDOMAIN, USUBJID, IDVAR, IDVARVAL)"


def test_subjects_of_analysis_datasets_are_in_adsl(judge: Judge) -> None:
    result = judge("TP0006", ADSL="SELECT 'S1' AS USUBJID", ADTTE="SELECT 'S2' AS USUBJID")
    assert problems(result) == ["TP0006 ADTTE USUBJID=S2 column USUBJID: 'S2' is not in ADSL"]


def test_a_record_without_subject_misses_none(judge: Judge) -> None:
    result = judge(
        "TP0006",
        DM="SELECT 'S1' AS USUBJID",
        RELREC="SELECT NULL::VARCHAR AS USUBJID, 'x' AS RELID",
    )
    assert result.findings == ()


def test_without_dm_subjects_cannot_be_looked_for(judge: Judge) -> None:
    result = judge("TP0006", AE=AE)
    assert result.not_run == (("TP0006", "AE", "there is no dataset DM with USUBJID"),)


def test_numbers_are_pointed_to_as_numbers(judge: Judge) -> None:
    rows = pointers(("AE", "S1", "AESEQ", "2"), ("AE", "S1", "AESEQ", "1.0"))
    assert judge("TP0008", AE=AE, SUPPAE=rows).findings == ()


def test_a_qualifier_of_no_record_is_told_with_its_key(judge: Judge) -> None:
    keys = ("RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL")
    rows = pointers(
        ("AE", "S1", "AESEQ", "3"), ("AE", "S2", "AESEQ", "1"), ("AE", "S1", "AESEQ", "x")
    )
    assert problems(judge("TP0008", keys=keys, AE=AE, SUPPAE=rows)) == [
        f"TP0008 SUPPAE RDOMAIN=AE USUBJID={subject} IDVAR=AESEQ IDVARVAL={value}"
        f" column IDVARVAL: the subject has no record in AE with AESEQ '{value}'"
        for subject, value in (("S1", "3"), ("S1", "x"), ("S2", "1"))
    ]


def test_qualifiers_of_dm_have_no_idvar(judge: Judge) -> None:
    rows = pointers(("DM", "S1", None, None), ("DM", "S2", None, None))
    result = judge("TP0008", keys=("USUBJID",), DM="SELECT 'S1' AS USUBJID", SUPPDM=rows)
    assert problems(result) == [
        "TP0008 SUPPDM USUBJID=S2 column USUBJID: the subject has no record in DM"
    ]


def test_an_unknown_variable_is_named_with_the_dataset(judge: Judge) -> None:
    result = judge("TP0008", keys=("USUBJID",), AE=AE, SUPPAE=pointers(("AE", "S1", "AESPID", "1")))
    assert problems(result) == [
        "TP0008 SUPPAE USUBJID=S1 column IDVAR: 'AESPID' is no variable of AE"
    ]


def test_the_parent_may_be_split(judge: Judge) -> None:
    chemistry = "SELECT 'S1' AS USUBJID, 1.0 AS LBSEQ"
    haematology = "SELECT 'S1' AS USUBJID, 2.0 AS LBSEQ"
    rows = pointers(("LB", "S1", "LBSEQ", "2"), ("LB", "S1", "LBSEQ", "3"))
    result = judge("TP0008", keys=("IDVARVAL",), LBCH=chemistry, LBHM=haematology, SUPPLBHM=rows)
    assert problems(result) == [
        "TP0008 SUPPLBHM IDVARVAL=3 column IDVARVAL:"
        " the subject has no record in LBCH or LBHM with LBSEQ '3'"
    ]


def test_a_relationship_of_datasets_needs_dataset_and_variable_only(judge: Judge) -> None:
    good = pointers(("AE", None, "AESEQ", None))
    assert judge("TP0009", AE=AE, RELREC=good).findings == ()


def test_a_relationship_with_a_dataset_that_is_not_there(judge: Judge) -> None:
    result = judge("TP0009", keys=("RDOMAIN",), AE=AE, RELREC=pointers(("CM", None, "CMSEQ", None)))
    assert problems(result) == ["TP0009 RELREC RDOMAIN=CM column RDOMAIN: there is no dataset 'CM'"]
