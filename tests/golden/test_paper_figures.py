"""The figures of the source paper, computed from the transport files by nothing of trialport.

Source: Yao H, et al. J Clin Oncol 2025;43:1997-2006, DOI 10.1200/JCO-24-02119: Results (cumulative
incidences, survival, follow-up) and Methods; numbers only. The days of events
of the invented subjects are those of `samples/msc_gvhd/design/skeleton.csv`.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pandas as pd
import pyreadstat
import pytest

ARMS = {"MSC": "UC-MSC + Regular Prophylaxis", "CTL": "Regular Prophylaxis"}
SAS_EPOCH = date(1960, 1, 1)
TWO_YEARS, THREE_YEARS = 730.5, 1095.75
# Printed in percent, MSC and CTL; acute GVHD is told to day 100.
INCIDENCES = [
    ("SCGVHD", TWO_YEARS, 5.5, 14.8),
    ("CGVHD", TWO_YEARS, 27.6, 45.5),
    ("AGVHD14", 100, 17.7, 47.9),
    ("AGVHD24", 100, 4.2, 30.2),
    ("AGVHD34", 100, 2.1, 21.9),
]
# Numbers of subjects with the event, MSC and CTL, to which the sample was drawn.
EVENTS = {
    "SCGVHD": (5, 14),
    "MSCGVHD": (20, 31),
    "CGVHD": (26, 42),
    "AGVHD14": (17, 46),
    "AGVHD24": (4, 29),
    "AGVHD34": (2, 21),
    "RELAPSE": (8, 13),
    "NRM": (5, 8),
    "OS": (6, 8),
    "GRFS": (32, 62),
}
# The types of pandas know too little of object columns and groups to be of use here.
Frame: TypeAlias = Any
Row = dict[str, Any]


@pytest.fixture(scope="module")
def dm(output: Path) -> Frame:
    return _read(output / "sdtm" / "dm.xpt")


@pytest.fixture(scope="module")
def adsl(output: Path) -> Frame:
    return _read(output / "adam" / "adsl.xpt")


@pytest.fixture(scope="module")
def adtte(output: Path) -> Frame:
    """Return ADTTE with the days from STARTDT to ADT, which AVAL must not be trusted for."""
    rows = _read(output / "adam" / "adtte.xpt")
    days = [(adt - start).days for adt, start in zip(rows["ADT"], rows["STARTDT"], strict=True)]
    return rows.assign(DAYS=days)


# --- subjects ---


def test_204_persons_were_screened(dm: Frame) -> None:
    assert len(dm) == dm["USUBJID"].nunique() == 204
    assert dict(Counter(dm["ARMCD"])) == {"MSC": 96, "CTL": 96, "": 12}
    assert dict(Counter(dm["ARMNRS"])) == {"": 192, "SCREEN FAILURE": 6, "NOT ASSIGNED": 6}


def test_the_populations(adsl: Frame) -> None:
    flags = ["ITTFL", "FASFL", "SAFFL", "PPROTFL"]
    assert {flag: (adsl[flag] == "Y").sum() for flag in flags} == {
        "ITTFL": 192,
        "FASFL": 192,
        "SAFFL": 192,
        "PPROTFL": 189,
    }
    assert (adsl[flags].isin(["Y", "N"])).all(axis=None)
    analysed = adsl[adsl["FASFL"] == "Y"]
    assert dict(Counter(analysed["TRT01P"])) == {ARMS["MSC"]: 96, ARMS["CTL"]: 96}
    assert dict(Counter(analysed["TRT01A"])) == {ARMS["MSC"]: 96, ARMS["CTL"]: 96}
    incomplete = analysed[analysed["PPROTFL"] == "N"]
    assert set(incomplete["TRT01P"]) == {ARMS["MSC"]}


def test_the_follow_up(adsl: Frame, adtte: Frame) -> None:
    analysed = adsl[adsl["FASFL"] == "Y"]
    last = [min(pair) for pair in zip(analysed["LSTALVDT"], analysed["DCUTDT"], strict=True)]
    days = [(end - day0).days for end, day0 in zip(last, analysed["HCTDT"], strict=True)]
    assert pd.Series(days).median() == 690
    assert (min(days), max(days)) == (6, 1319)
    survival = adtte[adtte["PARAMCD"] == "OS"].set_index("USUBJID")["AVAL"]
    assert list(survival[analysed["USUBJID"]]) == days


# --- endpoints ---


@pytest.mark.parametrize("paramcd", list(EVENTS))
def test_the_numbers_of_events(paramcd: str, adtte: Frame) -> None:
    rows = adtte[(adtte["PARAMCD"] == paramcd) & (adtte["CNSR"] == 0)]
    counts = tuple(int((rows["TRTP"] == ARMS[arm]).sum()) for arm in ("MSC", "CTL"))
    assert counts == EVENTS[paramcd]


@pytest.mark.parametrize(("paramcd", "horizon", "msc", "ctl"), INCIDENCES)
def test_cumulative_incidences(
    paramcd: str, horizon: float, msc: float, ctl: float, adtte: Frame
) -> None:
    found = [_incidence(_of(adtte, paramcd, arm), horizon) for arm in ("MSC", "CTL")]
    assert found == pytest.approx([msc / 100, ctl / 100], abs=0.005)


def test_grfs_after_three_years(adtte: Frame) -> None:
    found = [_survival(_of(adtte, "GRFS", arm), THREE_YEARS) for arm in ("MSC", "CTL")]
    assert found == pytest.approx([0.624, 0.320], abs=0.005)


def test_aval_and_status_agree_with_dates_and_cnsr(adtte: Frame) -> None:
    status = adtte["CNSR"].map(lambda cnsr: 1 if cnsr == 0 else 2 if cnsr >= 11 else 0)
    assert list(adtte["AVAL"]) == list(adtte["DAYS"])
    assert list(adtte["CRSTAT"]) == list(status)
    assert set(adtte["CNSR"]) <= {0, 1, 2, 3, 4, 11, 12, 13}
    assert list(adtte["SRCSEQ"].isna()) == list(adtte["SRCDOM"] == "ADSL")


# --- every row, worked out again from the design of the sample ---


def test_every_row_of_adtte_follows_from_the_design(adtte: Frame, sample: Path) -> None:
    expected = {
        (usubjid, paramcd): row
        for usubjid, subject in _subjects(sample).items()
        for paramcd, row in _endpoints(subject).items()
    }
    assert len(expected) == len(adtte) == 1920
    names = list(next(iter(expected.values())))
    found = {
        (row["USUBJID"], row["PARAMCD"]): {name: row[name] for name in names}
        for row in adtte.to_dict("records")
    }
    wrong = [
        (key, expected[key], found.get(key)) for key in expected if expected[key] != found.get(key)
    ]
    assert not wrong, f"{len(wrong)} rows, the first: {wrong[0]}"


def _read(path: Path) -> Frame:
    """Return a transport file: text as it stands, variables with a date format as dates."""
    frame, meta = _xport(path)
    for name, form in meta.original_variable_types.items():
        if (form or "").startswith("DATE"):
            frame[name] = pd.Series(
                [
                    None if math.isnan(day) else SAS_EPOCH + timedelta(days=day)
                    for day in frame[name]
                ],
                dtype=object,
            )
    return frame


def _xport(path: Path) -> tuple[Frame, Any]:
    return pyreadstat.read_xport(str(path), disable_datetime_conversion=True)


def _of(adtte: Frame, paramcd: str, arm: str) -> Frame:
    rows = adtte[(adtte["PARAMCD"] == paramcd) & (adtte["TRTP"] == ARMS[arm])]
    assert len(rows) == 96
    return rows


def _incidence(rows: Frame, horizon: float) -> float:
    """Return the Aalen-Johansen estimate of the event: CNSR 0; 11 and more compete."""
    at_risk, free, incidence = len(rows), 1.0, 0.0
    for day, today in rows.sort_values("DAYS").groupby("DAYS"):
        if day > horizon:
            break
        events = int((today["CNSR"] == 0).sum())
        competing = int((today["CNSR"] >= 11).sum())
        incidence += free * events / at_risk
        free *= 1 - (events + competing) / at_risk
        at_risk -= len(today)
    return incidence


def _survival(rows: Frame, horizon: float) -> float:
    """Return the Kaplan-Meier estimate."""
    at_risk, survival = len(rows), 1.0
    for day, today in rows.sort_values("DAYS").groupby("DAYS"):
        if day > horizon:
            break
        survival *= 1 - int((today["CNSR"] == 0).sum()) / at_risk
        at_risk -= len(today)
    return survival


# The raw records, cleaned as far as events go, and the row of the design that they show.

_GRADES = {"Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4, "I": 1, "II": 2, "III": 3, "IV": 4}
_SEVERITIES = {"none": 0, "无": 0, "轻": 1, "mild": 1, "中": 2, "moderate": 2, "重": 3, "severe": 3}
_DESIGN = ("arm", "fup", "dth", "rel", "ag1", "ag2", "ag3", "cg1", "cg2", "cg3", "sys")


def _subjects(sample: Path) -> dict[str, Row]:
    """Return the row of the design of each subject, with transplant day and way of leaving."""
    design = _design(sample / "design" / "skeleton.csv")
    raw = {name: _raw(sample / "raw", name) for name in ("randomisation", "transplant", "death")}
    raw |= {name: _raw(sample / "raw", name) for name in ("relapse", "withdrawal", "last_contact")}
    raw |= {name: _raw(sample / "raw", name) for name in ("gvhd_acute", "gvhd_chronic")}
    raw["gvhd_treatment"] = _raw(sample / "raw", "gvhd_treatment")
    subjects: dict[str, Row] = {}
    for subject, (transplant,) in _grouped(raw["transplant"]).items():
        day0 = date.fromisoformat(transplant["hct_date"])
        own = {name: _grouped(records).get(subject, []) for name, records in raw.items()}
        shown = _shown(own, day0)
        key = tuple(shown[name] for name in _DESIGN)
        assert key in design, f"{subject} is not in the design: {shown}"
        left = own["withdrawal"][0]["reason"] if own["withdrawal"] else ""
        subjects[f"MSC-GVHD-{subject}"] = {**shown, "day0": day0, "left": left}
    found = Counter(tuple(each[name] for name in _DESIGN) for each in subjects.values())
    assert found == design
    return subjects


def _design(path: Path) -> Counter[tuple[Any, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        return Counter(
            tuple(row[name] if name == "arm" else _int(row[name]) for name in _DESIGN)
            for row in csv.DictReader(file)
        )


def _int(text: str) -> int | None:
    return int(text) if text else None


def _raw(folder: Path, table: str) -> list[dict[str, str]]:
    encoding = "gb18030" if table == "death" else "utf-8-sig"
    with (folder / f"{table}.csv").open(encoding=encoding, newline="") as file:
        return [{name: cell.strip() for name, cell in row.items()} for row in csv.DictReader(file)]


def _grouped(records: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    grouped: dict[str, list[dict[str, str]]] = {}
    for record in records:
        grouped.setdefault(record["subject_no"], []).append(record)
    return grouped


def _shown(own: Mapping[str, list[dict[str, str]]], day0: date) -> Row:
    """Return what the raw records of a subject show, in days after transplant."""
    acute = [
        (_day(each["assess_date"], day0), _grade(each["overall_grade"]))
        for each in own["gvhd_acute"]
    ]
    chronic = [
        (_day(each["assess_date"], day0), _severity(each["global_severity"]))
        for each in own["gvhd_chronic"]
    ]
    courses = [
        _day(each["start_date"], day0)
        for each in own["gvhd_treatment"]
        if (each["gvhd_type"], each["systemic"]) == ("chronic", "Y")
    ]
    contact = _day(own["last_contact"][0]["contact_date"], day0)
    death = None
    if own["death"]:
        written = own["death"][0]["death_date"]
        # The one date of death without a day lies on the day of last contact.
        death = contact if len(written) == 7 else _day(written, day0)
    return {
        "arm": {"A": "MSC", "B": "CTL"}[own["randomisation"][0]["arm_code"]],
        "fup": contact if death is None else death,
        "dth": death,
        "rel": min((_day(each["relapse_date"], day0) for each in own["relapse"]), default=None),
        **{f"ag{least}": _first(acute, least) for least in (1, 2, 3)},
        **{f"cg{least}": _first(chronic, least) for least in (1, 2, 3)},
        "sys": min(courses, default=None),
    }


def _day(text: str, day0: date) -> int:
    year, month, day = (
        text.replace("年", "-").replace("月", "-").strip("日").replace("/", "-").split("-")
    )
    return (date(int(year), int(month), int(day)) - day0).days


def _grade(text: str) -> int:
    plain = text.translate(str.maketrans("０１２３４", "01234", "度级"))
    return _GRADES[plain] if plain in _GRADES else int(plain or 0)


def _severity(text: str) -> int:
    return _SEVERITIES[text.removesuffix("度").lower()] if text else 0


def _first(assessments: list[tuple[int, int]], least: int) -> int | None:
    return min((day for day, grade in assessments if grade >= least), default=None)


# The rules of the endpoints, on days after transplant.

_LEAVING = {
    "": (1, "EVENT-FREE AT LAST CONTACT"),
    "LOST": (2, "LOST TO FOLLOW-UP"),
    "WITHDREW": (3, "WITHDRAWAL OF CONSENT"),
}
_CHRONIC = {"SCGVHD": "cg3", "MSCGVHD": "cg2", "CGVHD": "cg1"}
_ACUTE = {"AGVHD14": "ag1", "AGVHD24": "ag2", "AGVHD34": "ag3"}
_NAMES = {
    "cg3": ("SEVERE CHRONIC GVHD", "RS", "RSDTC"),
    "cg2": ("MODERATE TO SEVERE CHRONIC GVHD", "RS", "RSDTC"),
    "cg1": ("CHRONIC GVHD", "RS", "RSDTC"),
    "ag1": ("ACUTE GVHD GRADE I-IV", "RS", "RSDTC"),
    "ag2": ("ACUTE GVHD GRADE II-IV", "RS", "RSDTC"),
    "ag3": ("ACUTE GVHD GRADE III-IV", "RS", "RSDTC"),
    "rel": ("LEUKAEMIA RELAPSE", "CE", "CESTDTC"),
    "dth": ("DEATH", "ADSL", "DTHDT"),
    "sys": ("CHRONIC GVHD REQUIRING SYSTEMIC TREATMENT", "CM", "CMSTDTC"),
}


class End(NamedTuple):
    """What may end the time of a subject in an endpoint."""

    day: int | None
    cnsr: int
    description: str
    domain: str
    variable: str


def _endpoints(of: Row) -> dict[str, Row]:
    """Return the row of each endpoint of a subject of the design."""
    rel, dth = of["rel"], of["dth"]
    relapse = End(rel, 11, "RELAPSE", "CE", "CESTDTC")
    after_relapse = rel is not None and dth is not None and rel <= dth
    code, how = (13, "AFTER") if after_relapse else (12, "WITHOUT")
    death = End(dth, code, f"DEATH {how} RELAPSE", "ADSL", "DTHDT")
    rows = {name: _row(of, [_event(of, at), relapse, death]) for name, at in _CHRONIC.items()}
    rows |= {name: _row(of, [_event(of, at), death], 100) for name, at in _ACUTE.items()}
    rows["RELAPSE"] = _row(of, [_event(of, "rel"), death])
    rows["NRM"] = _row(of, [relapse, End(dth, 0, "DEATH WITHOUT RELAPSE", "ADSL", "DTHDT")])
    rows["OS"] = _row(of, [_event(of, "dth")])
    rows["GRFS"] = _row(of, [_event(of, each) for each in ("dth", "rel", "ag3", "sys")])
    return rows


def _event(of: Row, column: str) -> End:
    return End(of[column], 0, *_NAMES[column])


def _row(of: Row, ends: list[End], window: int | None = None) -> Row:
    """Return the first of the ends on the earliest day, else the end of window or of follow-up."""
    last = of["fup"] if window is None else min(of["fup"], window)
    seen = {end.day: end for end in reversed(ends) if end.day is not None and 0 <= end.day <= last}
    day = min(seen, default=last)
    if day in seen:
        end, censored = seen[day], ""
    elif day == window:
        end = End(day, 4, "END OF RISK WINDOW", "ADSL", "HCTDT")
        censored = f"DAY {window} AFTER TRANSPLANT"
    else:
        end = End(day, *_LEAVING[of["left"]], "ADSL", "LSTALVDT")
        censored = "LAST DATE KNOWN ALIVE"
    return {
        "TRTP": ARMS[of["arm"]],
        "STARTDT": of["day0"],
        "ADT": of["day0"] + timedelta(days=day),
        "AVAL": day,
        "CNSR": end.cnsr,
        "CRSTAT": 1 if end.cnsr == 0 else 2 if end.cnsr >= 11 else 0,
        "EVNTDESC": end.description,
        "CNSDTDSC": censored,
        "SRCDOM": end.domain,
        "SRCVAR": end.variable,
    }
