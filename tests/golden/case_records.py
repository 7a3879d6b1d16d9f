"""The worked examples of the endpoint rules, entered as a site would enter them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Case = dict[str, Any]
_ACUTE = ("0", "I", "Ⅱ", "3度", "IV")  # the grades 0 to 4, as differently as sites write them
_CHRONIC = ("none", "mild", "中", "severe")  # the severities 0 to 3


@cache
def endpoint_cases() -> list[Case]:
    """Return the worked examples: subjects with what happened to them and the ADTTE expected."""
    text = (Path(__file__).parent / "data" / "endpoint_cases.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["cases"]


def usubjid(case: Case) -> str:
    return f"MSC-GVHD-{subject_no(case)}"


def subject_no(case: Case) -> str:
    """Return the subject number: EX07 is subject 007 of site 101."""
    return f"101-0{case['id'][2:]}"


def case_records() -> dict[str, list[dict[str, str]]]:
    """Return the raw records of all examples, by raw table."""
    tables: dict[str, list[dict[str, str]]] = {}
    for case in endpoint_cases():
        for table, record in _records(case):
            tables.setdefault(table, []).append({"subject_no": subject_no(case), **record})
    return tables


def _records(case: Case) -> Iterator[tuple[str, dict[str, str]]]:
    yield from _entry(case)
    yield from _assessments(case)
    yield from _outcomes(case)


def _entry(case: Case) -> Iterator[tuple[str, dict[str, str]]]:
    day = date.fromisoformat(case["HCTDT"])
    consent, randomised = (f"{day - timedelta(days=days)}" for days in (30, 12))
    number = case["id"][2:]
    yield (
        "screening",
        {
            "screen_no": f"S00{number}",
            "site_no": "101",
            "icf_date": consent,
            "birth_date": "1980-01-01",
            "sex": "1",
            "ethnic_group": "汉族",
            "screen_result": "1",
            "screen_end_date": randomised,
        },
    )
    yield (
        "randomisation",
        {"rand_no": f"R00{number}", "rand_datetime": f"{randomised} 10:00:00", "arm_code": "B"},
    )
    yield "baseline", {"kps": "90", "disease_type": "AML", "disease_status": "CR"}
    yield "transplant", {"hct_date": case["HCTDT"], "hct_time": "16:30", "graft_source": "PB"}
    yield "visits", {"visit_code": "SCR", "visit_date": consent, "done": "Y", "visit_type": "门诊"}
    yield "visits", {"visit_code": "D0", "visit_date": case["HCTDT"], "done": "Y"}


def _assessments(case: Case) -> Iterator[tuple[str, dict[str, str]]]:
    for day, grade in case.get("agvhd", ()):
        yield "gvhd_acute", {"assess_date": day, "overall_grade": _ACUTE[grade]}
    for day, severity in case.get("cgvhd", ()):
        yield "gvhd_chronic", {"assess_date": day, "global_severity": _CHRONIC[severity]}


def _outcomes(case: Case) -> Iterator[tuple[str, dict[str, str]]]:
    if "systemic" in case:
        yield "gvhd_treatment", _course(case, "chronic", "泼尼松")
    if case["id"] == "EX12":  # "for acute GVHD": neither indication may count before the diagnosis
        yield "gvhd_treatment", _course(case, "acute", "甲泼尼龙")
    if "relapse" in case:
        yield "relapse", {"relapse_date": case["relapse"].replace("-0", "/").replace("-", "/")}
    if "death" in case:
        yield "death", {"death_date": case["death"], "cause": "肺部感染", "autopsy": "N"}
    if "status" in case:
        reason = {"LOST TO FOLLOW-UP": "LOST", "WITHDRAWAL BY SUBJECT": "WITHDREW"}[case["status"]]
        yield "withdrawal", {"date": case["LSTALVDT"], "reason": reason}
    yield "last_contact", {"contact_date": _last_contact(case)}


def _course(case: Case, indication: str, drug: str) -> dict[str, str]:
    course = {"gvhd_type": indication, "drug": drug, "systemic": "Y", "dose": "1"}
    return course | {"unit": "mg/kg/d", "start_date": case["systemic"], "ongoing": "N"}


def _last_contact(case: Case) -> str:
    """Return the last day known alive: of the dead the last record, else the day before death."""
    if "death" not in case:
        return case["LSTALVDT"]
    before_death = date.fromisoformat(case["LSTALVDT"]) - timedelta(days=1)
    return case.get("last_record", f"{before_death}")
