"""A study of a few subjects: transport files, a manifest and a report.yaml, written by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import pandas as pd
from trialport import write_xpt

REPORT = """\
title: Tablets & <b>placebo</b>
arms:
  A: {value: Tablet, label: Tablet <i>}
  B: {value: Placebo, label: Placebo}
axis: {unit: Days, days: 1, every: 5, until: 20}
flow:
  title: Flow
  boxes:
    - {label: Screened, dataset: ADSL}
    - {label: Treated, dataset: ADSL, where: {SAFFL: "Y"}, treatment: TRT01P}
tables:
  T1:
    title: Table
    dataset: ADSL
    treatment: TRT01P
    population: SAFFL
    rows:
      - label: Age
        variable: AGE
        statistic: mean and standard deviation
        test: t
        printed: {A: [40, 10]}
      - {label: Sex, variable: SEX, levels: {Male: M, Female: F}, test: chi-square or fisher}
endpoints:
  E1:
    title: Event
    paramcd: EVENT
    population: SAFFL
    treatment: TRT01P
    method: competing risks
    times: {day 10: 10}
  E2:
    title: Survival
    paramcd: OS
    population: SAFFL
    treatment: TRT01P
    method: survival
    times: {day 10: 10}
    notes: []
"""
# Arm, age, sex, then day and status of the event, day and censoring of survival.
Subject: TypeAlias = tuple[str, int, str, int, int, int, int]
SUBJECTS: Sequence[Subject] = [
    ("Tablet", 30, "M", 4, 1, 12, 0),
    ("Tablet", 40, "F", 9, 2, 20, 1),
    ("Tablet", 50, "F", 20, 0, 20, 1),
    ("Placebo", 35, "M", 2, 1, 6, 0),
    ("Placebo", 45, "M", 3, 1, 8, 0),
    ("Placebo", 55, "F", 15, 0, 15, 1),
    ("", 60, "F", 0, 0, 0, 1),
]


def write_small_study(
    folder: Path,
    *,
    report: str = REPORT,
    subjects: Sequence[Subject] = SUBJECTS,
) -> tuple[Path, Path]:
    """Write the outputs and the specification, and return both folders."""
    out, study = folder / "out", folder / "study"
    (out / "adam").mkdir(parents=True)
    study.mkdir()
    (study / "report.yaml").write_text(report, encoding="utf-8")
    (out / "manifest.json").write_text(
        json.dumps({"study": "SMALL", "trialport": "0"}), encoding="utf-8"
    )
    adsl = [
        {"USUBJID": f"S{at}", "TRT01P": arm, "SAFFL": "Y" if arm else "N", "AGE": age, "SEX": sex}
        for at, (arm, age, sex, *_) in enumerate(subjects)
    ]
    adtte = [
        {**_shared(at, arm, paramcd), "AVAL": day, "CNSR": cnsr, "CRSTAT": status}
        for at, (arm, _, _, event_day, status, day_of_death, censored) in enumerate(subjects)
        for paramcd, day, cnsr, status in (
            ("EVENT", event_day, int(status != 1), status),
            ("OS", day_of_death, censored, 1 - censored),
        )
    ]
    for name, rows in (("ADSL", adsl), ("ADTTE", adtte)):
        write_xpt(pd.DataFrame(rows), out / "adam" / f"{name.lower()}.xpt", name=name)
    return out, study


def _shared(at: int, arm: str, paramcd: str) -> dict[str, str]:
    return {
        "USUBJID": f"S{at}",
        "TRT01P": arm,
        "SAFFL": "Y" if arm else "N",
        "PARAMCD": paramcd,
        "PARAM": f"Time to {paramcd}",
    }
