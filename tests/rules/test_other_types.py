"""A variable of another type than the standard's ends no rule but those that cannot be asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from trialport.rules.core.report import core_findings
from trialport.rules.folder import judged_folder, validate_folder
from trialport.xport import write_xpt

DM = {"STUDYID": "S", "DOMAIN": "DM", "USUBJID": "S-1", "RFSTDTC": "2024-03-01", "SEX": "M"}
AE = {
    "STUDYID": "S",
    "DOMAIN": "AE",
    "USUBJID": "S-1",
    "AESEQ": 1.0,
    "AETERM": "Fever",
    "AESTDTC": "2024-03-09",
    "AEENDTC": "2024-03-02",
    "AESER": "N",
}
SUPPAE = {
    "STUDYID": "S",
    "RDOMAIN": "AE",
    "USUBJID": "S-1",
    "IDVAR": "AESEQ",
    "IDVARVAL": "1",
    "QNAM": "AEX",
    "QLABEL": "X",
    "QVAL": "Y",
    "QORIG": "CRF",
    "QEVAL": "",
}


def write(folder: Path, name: str, cells: Mapping[str, object]) -> None:
    frame = pd.DataFrame({column: [value] for column, value in cells.items()})
    write_xpt(frame, folder / f"{name.lower()}.xpt", name=name)


@pytest.mark.parametrize("variable", ["USUBJID", "AESTDTC", "AESEQ", "AESER", "AETERM"])
def test_the_type_is_told_and_other_rules_are_asked(tmp_path: Path, variable: str) -> None:
    other: object = "1" if variable == "AESEQ" else 7.0
    write(tmp_path, "DM", DM)
    write(tmp_path, "AE", {**AE, variable: other})
    result, _ = validate_folder(tmp_path)
    found = {(each.code, each.variable) for each in result.findings if each.dataset == "AE"}
    assert ("TP0016", variable) in found
    assert len([code for code, _ in found if code == "TP0016"]) == 1
    # The end before the start is found wherever both are texts.
    assert (variable == "AESTDTC") != (("TP0101", "AEENDTC") in found)
    reason = "a variable has another type than the rule asks for"
    assert (variable == "USUBJID") == (("TP0006", "AE", reason) in result.not_run)


def test_rules_of_cdisc_that_cannot_be_asked_say_so(tmp_path: Path) -> None:
    write(tmp_path, "DM", DM)
    write(tmp_path, "AE", {**AE, "USUBJID": 7.0})
    write(tmp_path, "SUPPAE", SUPPAE)
    with judged_folder(tmp_path) as (loaded, connection):
        report = core_findings(loaded.datasets, connection)
    reason = "a variable has another type than the rule asks for"
    assert ("CORE-000206", "SUPPAE", reason) in report.not_run
    assert report.diagnostics
