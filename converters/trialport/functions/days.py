"""Whole days: their ISO 8601 text, their distance and their sum."""

from __future__ import annotations

from trialport.functions.model import Form, Function, Parameter, Type
from trialport.functions.once import once

_WRITABLE = "it.date BETWEEN DATE '1000-01-01' AND DATE '9999-12-31'"

ISO_DATE = Function(
    name="iso_date",
    returns=Type.DTC,
    forms=(
        Form(
            (Parameter("date", Type.DATE),),
            once(f"CASE WHEN {_WRITABLE} THEN CAST(it.date AS VARCHAR) END", date="date"),
        ),
    ),
    doc="ISO 8601 text of a date.",
    nulls="Null for null, and for a date outside the years 1000 to 9999.",
    source="ISO 8601: the complete extended form, YYYY-MM-DD.",
    examples=(
        ("iso_date(complete_date('2021-05-09T10:30'))", "2021-05-09"),
        ("iso_date(null)", None),
    ),
)

# No date is further than this from another of the years 1000 to 9999.
_REACH = "3300000"

ADD_DAYS = Function(
    name="add_days",
    returns=Type.DATE,
    forms=(
        Form(
            (Parameter("date", Type.DATE), Parameter("n", Type.NUMBER)),
            once(
                f"CASE WHEN {_WRITABLE} THEN it.date END",
                date=once(
                    f"CASE WHEN it.n = trunc(it.n) AND abs(it.n) <= {_REACH} AND {_WRITABLE}"
                    " THEN it.date + CAST(it.n AS INTEGER) END",
                    date="date",
                    n="CAST(n AS DOUBLE)",
                ),
            ),
        ),
    ),
    doc="The date so many days later, or earlier where the number is negative.",
    unit="n in days",
    nulls="Null where either is null, where n is not whole, and outside the years 1000 to 9999.",
    source="Calendar days; a half day has no date.",
    examples=(
        ("add_days(complete_date('2024-02-28'), 2)", "2024-03-01"),
        ("add_days(complete_date('2021-03-01'), -1)", "2021-02-28"),
        ("add_days(complete_date('2021-03-01'), 1.5)", None),
    ),
)

DAYS_BETWEEN = Function(
    name="days_between",
    returns=Type.NUMBER,
    forms=(
        Form(
            (Parameter("from_date", Type.DATE), Parameter("to_date", Type.DATE)),
            "CAST(to_date - from_date AS DOUBLE)",
        ),
    ),
    doc="Whole days from the first date to the second; 0 on the same day.",
    unit="days",
    nulls="Null where either is null.",
    source="Time to event and relative days that have a day 0 (which no --DY or *DY has).",
    examples=(
        ("days_between(complete_date('2021-05-01'), complete_date('2021-05-09'))", "8.0"),
        ("days_between(complete_date('2024-03-01'), complete_date('2024-02-28'))", "-2.0"),
        ("days_between(complete_date('2021-05'), complete_date('2021-05-09'))", None),
    ),
)
