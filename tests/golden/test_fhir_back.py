"""Raw records to FHIR to SDTM is compared with raw records to SDTM: what is lost is committed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.golden.fhir_back import NOWHERE, Returned, committed, compare, unexplained


@pytest.mark.slow
def test_what_comes_back_from_fhir_is_what_is_committed(output: Path) -> None:
    """Where this fails, run `python -m tests.golden.fhir_back OUT` and read the difference."""
    returned, invented = compare(output)
    assert invented == []
    assert returned == committed()


def test_a_value_is_lost_where_the_account_says_so_or_for_a_cause() -> None:
    assert list(unexplained(committed())) == []


@pytest.mark.parametrize(
    ("dataset", "variables"),
    [
        ("DM", "USUBJID SUBJID RFSTDTC RFENDTC RFXSTDTC RFICDTC RFPENDTC DTHDTC DTHFL SITEID SEX"),
        ("DM", "ARMCD ARM ACTARMCD ACTARM ARMNRS"),
        ("AE", "AETERM AELLT AEDECOD AESER AEACN AEREL AEOUT AESDTH AESHOSP AETOXGR AESTDTC"),
        ("AE", "AESEQ AESPID AESTDY EPOCH"),
        ("CE", "CETERM CEDECOD CECAT CESCAT CESTDTC CESTDY EPOCH CESEQ"),
        ("EC", "ECSPID ECOCCUR ECREASOC ECDOSE ECLOT ECENDTC ECSTDY"),
        ("EX", "EXSPID EXDOSE EXDOSU EXLOT EXENDTC"),
        ("LB", "LBTESTCD LBTEST LBCAT LBSTRESC LBSTRESN LBSTRESU LBSTNRLO LBSTNRHI LBNRIND"),
        ("LB", "LBSEQ LBSTAT LBSPEC LBDTC LBDY EPOCH"),
        ("MB", "MBTESTCD MBSTRESC MBSTRESN MBSTRESU MBSTAT MBSPEC MBDTC"),
        ("PR", "PRTRT PRDECOD PRSTDTC"),
        ("RS", "RSTESTCD RSCAT RSORRES RSSTRESC RSSTRESN RSDTC RSLNKGRP"),
        ("FA", "FAOBJ FALOC FAORRES FASTRESN FADTC"),
        ("DS", "DSTERM DSDECOD DSCAT DSSCAT DSSTDTC EPOCH"),
        ("DD", "DDTESTCD DDORRES DDDTC"),
        ("SE", "ETCD SESTDTC SEENDTC EPOCH"),
    ],
)  # fmt: skip
def test_what_must_come_back_whole(dataset: str, variables: str) -> None:
    found = {each.variable: each for each in committed() if each.dataset == dataset}
    for each in variables.split():
        assert found[each].equal
        assert not found[each].lost


def test_a_loss_without_a_cause_and_a_gain_without_one_are_told() -> None:
    table = [
        Returned("AE", "AETERM", "element", 3, 1, ""),
        Returned("AE", "AEHLT", NOWHERE, 0, 4, NOWHERE),
        Returned("AE", "AESTDY", NOWHERE, 4, 0, ""),
        Returned("AE", "EPOCH", NOWHERE, 4, 0, "computed again"),
        Returned("AE", "AESER", "element", 4, 0, "no need"),
    ]
    assert list(unexplained(table)) == [
        "AE.AETERM is lost 1 times without a cause",
        "AE.AESTDY comes back 4 times without a cause",
        "AE.AESER loses nothing, and has a cause",
    ]


def test_the_domains_that_fhir_carries_lose_few_records() -> None:
    """Records that come back, as counts of the key STUDYID, of those that were sent."""
    counts = {each.dataset: each for each in committed() if each.variable == "USUBJID"}
    lost = Counter({name: each.lost for name, each in counts.items() if each.lost})
    assert set(lost) == {"MH", "SC", "IE", "SV", "CM", *(n for n in counts if n[:4] == "SUPP")}
