"""The study day, which has no day 0."""

from __future__ import annotations

from trialport.functions.model import Form, Function, Parameter, Type
from trialport.functions.once import once

STUDY_DAY = Function(
    name="study_day",
    returns=Type.NUMBER,
    forms=(
        Form(
            (Parameter("date", Type.DTC), Parameter("reference", Type.DTC)),
            once(
                "CAST(it.day - it.start + CASE WHEN it.day >= it.start THEN 1 ELSE 0 END"
                " AS DOUBLE)",
                day="tp_complete_date(date)",
                start="tp_complete_date(reference)",
            ),
        ),
    ),
    doc="The day of a date relative to the reference: 1 on the reference day, -1 on the day before"
    " it; times do not matter.",
    unit="days",
    nulls="Null unless both dates are complete.",
    source="SDTMIG 3.4, 4.4.4 Use of the Study Day Variables.",
    examples=(
        ("study_day('2024-03-01', '2024-03-01')", "1.0"),
        ("study_day('2024-02-29', '2024-03-01')", "-1.0"),
        ("study_day('2024-03-02T08:00', '2024-03-01T20:00')", "2.0"),
        ("study_day('2024-03', '2024-03-01')", None),
    ),
)
