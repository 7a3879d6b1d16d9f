"""Laboratory results: blood counts, chemistry and urine, in the units that each site uses."""

from dataclasses import dataclass

from .design import Design
from .engraftment import Engraftment
from .random_stream import Stream
from .rows import Row
from .schedule import UNSCHEDULED, Visit
from .subjects import Subject

LABORATORIES = {"101": "中心101检验科", "102": "中心102检验科", "103": "中心103检验科"}
_VISITS = ("SCR", "D7", "D14", "D28", "D100", "D180", "D365", "D725")
_COUNT_FROM = 8
_URINE = ("阴性", "阴性", "阴性", "阴性", "+", "1+", "2+", "±")


# (unit, factor from the SI unit, decimals, sites)
_Other = tuple[str, float, int, tuple[str, ...]]
_PER_UL: _Other = ("10^3/uL", 1, 2, ("103",))
_PER_UL_WHOLE: _Other = ("10^3/uL", 1, 0, ("103",))
_G_DL: _Other = ("g/dL", 0.1, 1, ("102",))
_BILIRUBIN_MG_DL: _Other = ("mg/dL", 1 / 17.1, 2, ("102",))
_CREATININE_MG_DL: _Other = ("mg/dL", 1 / 88.4, 2, ("102", "103"))
_UREA_MG_DL: _Other = ("mg/dL", 2.801, 1, ("102",))
_MEQ_L: _Other = ("mEq/L", 1, 2, ("102",))


@dataclass(frozen=True, slots=True)
class Test:
    """One test: its SI unit and range, the usual values, and the unit some sites use instead."""

    code: str
    name: str
    panel: str
    unit: str
    low: float
    high: float
    mean: float
    deviation: float
    decimals: int
    other: _Other | None = None


TESTS = (
    Test("WBC", "白细胞计数", "血常规", "10^9/L", 3.5, 9.5, 6.2, 1.2, 2, _PER_UL),
    Test("NEUT", "中性粒细胞绝对值", "血常规", "10^9/L", 1.8, 6.3, 3.0, 0.8, 2, _PER_UL),
    Test("HGB", "血红蛋白", "血常规", "g/L", 115, 150, 104, 15, 0, _G_DL),
    Test("PLT", "血小板计数", "血常规", "10^9/L", 125, 350, 128, 38, 0, _PER_UL_WHOLE),
    Test("ALT", "丙氨酸氨基转移酶", "生化", "U/L", 7, 40, 34, 18, 0),
    Test("AST", "天门冬氨酸氨基转移酶", "生化", "U/L", 13, 35, 31, 14, 0),
    Test("TBIL", "总胆红素", "生化", "umol/L", 5, 21, 12.5, 4.5, 1, _BILIRUBIN_MG_DL),
    Test("CREA", "肌酐", "生化", "umol/L", 41, 81, 66, 14, 0, _CREATININE_MG_DL),
    Test("BUN", "尿素", "生化", "mmol/L", 2.6, 7.5, 5.0, 1.4, 1, _UREA_MG_DL),
    Test("ALB", "白蛋白", "生化", "g/L", 40, 55, 38, 4, 1, _G_DL),
    Test("K", "钾", "生化", "mmol/L", 3.5, 5.3, 4.0, 0.4, 2, _MEQ_L),
    Test("CRP", "C反应蛋白", "生化", "mg/L", 0, 10, 5, 12, 1),
)
_BY_CODE = {test.code: test for test in TESTS}


def lab_rows(
    design: Design,
    subject: Subject,
    visits: list[Visit],
    days: Engraftment,
    bilirubin: dict[int, float],
) -> list[Row]:
    """Return the results of one subject in order of day and test.

    `bilirubin` holds the total bilirubin in umol/L that the acute GVHD form gives for a day; the
    laboratory must not say otherwise. Between day 8 and the third day after platelet engraftment
    neutrophils and platelets are counted daily.
    """
    stream = subject.stream(design, "labs")
    panels = {v.day: v.code for v in visits if v.code in _VISITS and v.day is not None}
    daily = set(range(_COUNT_FROM, min((days.platelets or 0) + 3, subject.last_day) + 1))
    rows: list[Row] = []
    for day in sorted(panels.keys() | daily):
        time = f"{stream.integer(5, 8):02d}:{5 * stream.integer(0, 11):02d}"
        entry: Row = {"visit": panels.get(day, UNSCHEDULED), "sample_date": subject.on(day)}
        entry |= {"sample_time": time, "lab_name": LABORATORIES[subject.site_no]}
        tests = TESTS if day in panels else (_BY_CODE["NEUT"], _BY_CODE["PLT"])
        for test in tests:
            value = _value(test, day, days, stream)
            if test.code == "TBIL":
                value = bilirubin.get(day, value)
            rows.append(entry | _result(test, value, subject.site_no))
        if day in panels:
            rows.append(entry | _urine(stream))
    return rows


def _value(test: Test, day: int, days: Engraftment, stream: Stream) -> float:
    """Return a plausible value in SI units; the counts follow engraftment."""
    if day >= 0 and test.code in ("WBC", "NEUT"):
        since = None if days.neutrophils is None else day - days.neutrophils
        if since is None or since < 0:
            return stream.number(0.01, 0.12, 2) + (0.15 if test.code == "WBC" else 0)
        usual = stream.number(0.55, 0.9, 2) + min(since, 14) * 0.18
        return usual * (1.7 if test.code == "WBC" else 1)
    if day >= 0 and test.code == "PLT":
        since = None if days.platelets is None else day - days.platelets
        if since is None or since < 0:
            return stream.integer(6, 18)
        return stream.integer(22, 30) + min(since, 60) * 1.5
    return max(test.low * 0.4 + 0.1, stream.normal(test.mean, test.deviation))


def _result(test: Test, value: float, site: str) -> Row:
    """Return the result and its range in the unit of the site."""
    unit, factor, decimals = test.unit, 1.0, test.decimals
    if test.other is not None and site in test.other[3]:
        unit, factor, decimals, _ = test.other
    text = f"{value * factor:.{decimals}f}"
    if test.code == "CRP" and value <= 0.5:
        text = "<0.5"
    return {
        "panel": test.panel,
        "test_name": test.name,
        "test_code": test.code,
        "result_text": text,
        "unit": unit,
        "ref_low": f"{test.low * factor:.{decimals}f}",
        "ref_high": f"{test.high * factor:.{decimals}f}",
    }


def _urine(stream: Stream) -> Row:
    return {
        "panel": "尿常规",
        "test_name": "尿蛋白",
        "test_code": "UPRO",
        "result_text": stream.choice(_URINE),
        "unit": "",
        "ref_low": "",
        "ref_high": "阴性",
    }
