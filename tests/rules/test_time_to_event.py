"""Claims about time-to-event datasets as a whole, by the worked rows of one subject."""

import pytest

from tests.rules.conftest import Judge

# A subject with acute GVHD III on day 26, chronic GVHD on day 180 that is severe on day 240,
# followed to day 900; days counted by hand from 2020-06-01.
ROWS = (
    ("SCGVHD", "2021-01-27", 240, 0, 1),
    ("MSCGVHD", "2021-01-27", 240, 0, 1),
    ("CGVHD", "2020-11-28", 180, 0, 1),
    ("AGVHD14", "2020-06-21", 20, 0, 1),
    ("AGVHD24", "2020-06-27", 26, 0, 1),
    ("AGVHD34", "2020-06-27", 26, 0, 1),
    ("RELAPSE", "2022-11-18", 900, 1, 0),
    ("NRM", "2022-11-18", 900, 1, 0),
    ("OS", "2022-11-18", 900, 1, 0),
    ("GRFS", "2020-06-27", 26, 0, 1),
)
CODES = ("TP0301", "TP0302", "TP0303", "TP0307", "TP0308", *(f"TP03{n}" for n in range(11, 21)))


def adtte(**changed: tuple[str, int, int, int]) -> str:
    rows = [(row[0], *changed.get(row[0], row[1:])) for row in ROWS]
    values = ", ".join(
        f"('S1', '{code}', DATE '2020-06-01', DATE '{adt}', {aval}.0::DOUBLE,"
        f" {cnsr}.0::DOUBLE, {status}.0::DOUBLE)"
        for code, adt, aval, cnsr, status in rows
    )
    columns = "USUBJID, PARAMCD, STARTDT, ADT, AVAL, CNSR, CRSTAT"
    return f"SELECT * FROM (VALUES {values}) t({columns})"


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        ({}, []),
        ({"OS": ("2022-11-18", 901, 1, 0)}, ["TP0303 OS"]),
        ({"OS": ("2022-11-18", 900, 12, 2)}, ["TP0308 OS"]),
        ({"RELAPSE": ("2022-11-18", 900, 0, 1)}, ["TP0311 RELAPSE"]),
        ({"NRM": ("2022-11-18", 900, 0, 1)}, ["TP0312 NRM", "TP0313 NRM"]),
        ({"OS": ("2022-11-18", 900, 0, 1)}, ["TP0314 OS"]),
        ({"GRFS": ("2022-11-19", 901, 1, 0)}, ["TP0315 GRFS", "TP0316 GRFS"]),
        ({"AGVHD24": ("2020-09-09", 100, 4, 0)}, ["TP0317 AGVHD34"]),
        ({"AGVHD14": ("2020-06-28", 27, 0, 1)}, ["TP0318 AGVHD24"]),
        ({"MSCGVHD": ("2021-01-28", 241, 0, 1)}, ["TP0319 SCGVHD"]),
        ({"CGVHD": ("2021-01-28", 241, 0, 1)}, ["TP0320 MSCGVHD"]),
        ({"CGVHD": ("2020-11-28", 180, 0, 0)}, ["TP0307 CGVHD"]),
    ],
)
def test_one_wrong_record_breaks_the_rules_it_should(
    judge: Judge, changed: dict[str, tuple[str, int, int, int]], rules: list[str]
) -> None:
    records = adtte(**changed)
    found: list[str] = []
    for code in CODES:
        result = judge(code, keys=("USUBJID", "PARAMCD"), ADTTE=records)
        found += [f"{code} {dict(each.record)['PARAMCD']}" for each in result.findings]
        assert result.not_run == ()
    assert found == rules


def test_the_first_day_may_count_in_every_record(judge: Judge) -> None:
    rows = {code: (adt, aval + 1, cnsr, status) for code, adt, aval, cnsr, status in ROWS}
    assert judge("TP0303", keys=("USUBJID", "PARAMCD"), ADTTE=adtte(**rows)).findings == ()


def test_where_the_first_day_counts_a_record_without_it_is_wrong(judge: Judge) -> None:
    rows = {code: (adt, aval + 1, cnsr, status) for code, adt, aval, cnsr, status in ROWS}
    rows["OS"] = ("2022-11-18", 900, 1, 0)
    (found,) = judge("TP0303", keys=("USUBJID", "PARAMCD"), ADTTE=adtte(**rows)).diagnostics
    assert str(found) == (
        "TP0303 ADTTE USUBJID=S1 PARAMCD=OS column AVAL: '900' is not the days from STARTDT"
        " to ADT, as the dataset counts them; derive AVAL from the two dates,"
        " and let the first day count always or never"
    )


def test_other_units_are_not_counted_in_days(judge: Judge) -> None:
    records = f"SELECT *, 'MONTHS' AS AVALU FROM ({adtte(OS=('2022-11-18', 30, 1, 0))})"
    assert judge("TP0303", keys=("USUBJID", "PARAMCD"), ADTTE=records).findings == ()
