"""Age in completed years."""

from __future__ import annotations

from trialport.functions.model import Form, Function, Parameter, Type
from trialport.functions.once import once


def _completed_years(birth: str, day: str) -> str:
    """Return SQL for the birthdays passed since a day of birth, none before it."""
    return (
        f"year({day}) - year({birth})"
        f" - CASE WHEN (month({day}), day({day})) < (month({birth}), day({birth}))"
        " THEN 1 ELSE 0 END"
    )


_AGE = once(
    once(
        once(
            "CASE WHEN it.youngest = it.oldest AND it.youngest >= 0"
            " THEN CAST(it.youngest AS DOUBLE) END",
            youngest=_completed_years("it.last_birth", "it.first_day"),
            oldest=_completed_years("it.first_birth", "it.last_day"),
        ),
        first_birth="tp_earliest_day(it.birth)",
        last_birth="tp_latest_day(it.birth)",
        first_day="tp_earliest_day(it.day)",
        last_day="tp_latest_day(it.day)",
    ),
    birth="birth",
    day="on_date",
)

AGE_IN_YEARS = Function(
    name="age_in_years",
    returns=Type.NUMBER,
    forms=(
        Form(
            (Parameter("birth", Type.DTC), Parameter("on_date", Type.DTC)),
            _AGE,
        ),
    ),
    doc="Completed years of age on a day. Someone born on 29 February completes a year of 365 days"
    " on 1 March. A partial date counts where every day it can mean gives the same age.",
    unit="years",
    nulls="Null where either is null, where the age is undecided, and for a birth after the day.",
    source="SDTMIG 3.4, 5.2 (DM): AGE, with AGEU YEARS; completed years are what protocols mean.",
    examples=(
        ("age_in_years('1980-05-10', '2021-05-09')", "40.0"),
        ("age_in_years('1980-05-10', '2021-05-10')", "41.0"),
        ("age_in_years('1980-05', '2021-06-01')", "41.0"),
        ("age_in_years('1980-05', '2021-05-15')", None),
        ("age_in_years('1980', '2021-12-31')", "41.0"),
    ),
    fails=True,
)
