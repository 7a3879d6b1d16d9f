"""R and the report say the same of every endpoint of the sample."""

from __future__ import annotations

from pathlib import Path

import pytest
from trialport import read_xpt

from tests.statistics.r_survival import assert_equal, by_r, by_us, need_r

pytestmark = pytest.mark.interop


@pytest.mark.parametrize(
    ("paramcd", "horizon"),
    [
        ("SCGVHD", 730.5),
        ("MSCGVHD", 730.5),
        ("CGVHD", 730.5),
        ("AGVHD14", 99.5),
        ("AGVHD24", 99.5),
        ("AGVHD34", 99.5),
        ("RELAPSE", 1095.75),
        ("NRM", 1095.75),
    ],
)
def test_r_says_the_same(paramcd: str, horizon: float, output: Path, tmp_path: Path) -> None:
    need_r()
    adtte = read_xpt(output / "adam" / "adtte.xpt")
    rows = adtte[adtte["PARAMCD"] == paramcd]
    days = [float(each) for each in rows["AVAL"]]
    status = [int(each) for each in rows["CRSTAT"]]
    group = [each == 1 for each in rows["TRTPN"]]
    assert_equal(by_us(days, status, group, horizon), by_r(days, status, group, horizon, tmp_path))


@pytest.mark.parametrize("paramcd", ["OS", "GRFS"])
def test_r_says_the_same_without_competing_events(
    paramcd: str, output: Path, tmp_path: Path
) -> None:
    need_r()
    adtte = read_xpt(output / "adam" / "adtte.xpt")
    rows = adtte[adtte["PARAMCD"] == paramcd]
    days = [float(each) for each in rows["AVAL"]]
    status = [int(each == 0) for each in rows["CNSR"]]
    group = [each == 1 for each in rows["TRTPN"]]
    assert_equal(by_us(days, status, group, 1095.75), by_r(days, status, group, 1095.75, tmp_path))
