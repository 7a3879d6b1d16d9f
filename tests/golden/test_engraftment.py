"""Engraftment as the counts say it, by a run of days, is what the sites judged."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pyreadstat

# The types of pandas know too little of object columns and groups to be of use here.
Frame: TypeAlias = Any
SITE = {"NEUTROPHIL ENGRAFTMENT": "NEUT", "PLATELET ENGRAFTMENT": "PLAT"}
SAS_EPOCH = date(1960, 1, 1)


def _read(path: Path) -> Frame:
    return pyreadstat.read_xport(str(path), disable_datetime_conversion=True)[0]


def test_three_days_above_the_threshold_are_the_date_of_the_form(output: Path) -> None:
    events = _read(output / "sdtm" / "ce.xpt")
    events = events[events["CECAT"] == "ENGRAFTMENT"]
    judged = {
        (row["USUBJID"], SITE[row["CEDECOD"]], row["CESTDTC"]) for row in events.to_dict("records")
    }
    counts = _read(output / "adam" / "adlb.xpt")
    counted = {
        (row["USUBJID"], row["PARAMCD"], f"{SAS_EPOCH + timedelta(days=row['ADT'])}")
        for row in counts[counts["ANL01FL"] == "Y"].to_dict("records")
    }
    assert len(judged) == 2 * 191  # one subject of 192 died on day 6
    assert counted == judged


def test_chimerism_is_a_laboratory_test(output: Path) -> None:
    results = _read(output / "sdtm" / "lb.xpt")
    results = results[results["LBTESTCD"] == "CHIMER"]
    assert len(results) == 885
    assert set(results["LBSTRESU"]) == {"%"}
    assert 0 < results["LBSTRESN"].min() <= results["LBSTRESN"].max() <= 100
