"""Dates with their times: the moment that an ISO 8601 text means, or the first or last it can."""

from __future__ import annotations

from trialport.functions.model import Form, Function, Parameter, Type
from trialport.functions.once import once

_DTC = (Parameter("dtc", Type.DTC),)
_DATETIME = (Parameter("datetime", Type.DATETIME),)
_SOURCE = "ADaMIG 1.3, 3.1.2 (*DTM, *TM) and 3.1.3: what is imputed has its flag, *DTF and *TMF"
_TEXT = "CAST(dtc AS VARCHAR)"

# Nothing, or hours, minutes and seconds of which each may be unknown; no offset.
_TIME = r"(?:(?:[0-9]{2}|-)(?::(?:[0-9]{2}|-)){0,2}(?:\.[0-9]{1,6})?)?"

_COMPLETE = once(
    "CASE WHEN it.date IS NOT NULL THEN try_cast(CAST(it.date AS VARCHAR) || ' ' ||"
    " nullif(replace(it.time, ',', '.'), '') AS TIMESTAMP) END",
    date="tp_complete_date(dtc)",
    time=f"regexp_extract({_TEXT}, 'T([0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(?:[.,][0-9]{{1,6}})?)$', 1)",
)


def _end(day: str, hour: str, rest: str) -> str:
    """Return the SQL of the first or last second, with what unknown parts of the time count as."""
    parts = {
        name: f"coalesce(nullif(nullif(split_part(it.time, ':', {place}), ''), '-'), '{unknown}')"
        for name, place, unknown in (("h", 1, hour), ("m", 2, rest), ("s", 3, rest))
    }
    clock = " || ':' || ".join(parts.values())
    return once(
        f"CASE WHEN regexp_full_match(it.time, '{_TIME}') THEN"
        f" try_cast(CAST(it.day AS VARCHAR) || ' ' || {clock} AS TIMESTAMP) END",
        day=f"tp_{day}_day(dtc)",
        time=f"replace(split_part({_TEXT}, 'T', 2), ',', '.')",
    )


COMPLETE_DATETIME = Function(
    name="complete_datetime",
    returns=Type.DATETIME,
    forms=(Form(_DTC, _COMPLETE),),
    doc="The date and time of an ISO 8601 text that is complete to the second.",
    nulls="Null for null, where a part is missing, for a time with an offset (it is no local time),"
    " and for what is no ISO 8601 date and time.",
    source=_SOURCE,
    examples=(
        ("complete_datetime('2021-05-09T10:30:15')", "2021-05-09 10:30:15"),
        ("complete_datetime('2021-05-09T10:30')", None),
        ("complete_datetime('2021-05-09')", None),
        ("complete_datetime('2021-05-09T10:30:15+08:00')", None),
    ),
)

EARLIEST_DATETIME = Function(
    name="earliest_datetime",
    returns=Type.DATETIME,
    forms=(Form(_DTC, _end("earliest", "00", "00")),),
    doc="The first second that a complete or partial date and time can mean.",
    nulls="Null for null, where the year is unknown, for a time with an offset, and for what is no"
    " ISO 8601 date.",
    source=_SOURCE,
    examples=(
        ("earliest_datetime('2021-05-09T10:30')", "2021-05-09 10:30:00"),
        ("earliest_datetime('2021-05-09T-:30')", "2021-05-09 00:30:00"),
        ("earliest_datetime('2021-05')", "2021-05-01 00:00:00"),
        ("earliest_datetime('--05-09T10:30')", None),
    ),
)

LATEST_DATETIME = Function(
    name="latest_datetime",
    returns=Type.DATETIME,
    forms=(Form(_DTC, _end("latest", "23", "59")),),
    doc="The last second that a complete or partial date and time can mean.",
    nulls="Null for null, where the year is unknown, for a time with an offset, and for what is no"
    " ISO 8601 date.",
    source=_SOURCE,
    examples=(
        ("latest_datetime('2021-05-09T10')", "2021-05-09 10:59:59"),
        ("latest_datetime('2024-02')", "2024-02-29 23:59:59"),
        ("latest_datetime('2021-05-09T10:30:15')", "2021-05-09 10:30:15"),
    ),
)

DATE_OF = Function(
    name="date_of",
    returns=Type.DATE,
    forms=(Form(_DATETIME, "CAST(datetime AS DATE)"),),
    doc="The date of a date with its time.",
    nulls="Null for null.",
    source="ADaMIG 1.3, 3.1.2: *DT is the date part of *DTM.",
    examples=(("date_of(earliest_datetime('2021-05-09T10'))", "2021-05-09"),),
)

TIME_OF = Function(
    name="time_of",
    returns=Type.NUMBER,
    forms=(
        Form(
            _DATETIME,
            once(
                "date_part('epoch', it.moment) - date_part('epoch', CAST(CAST(it.moment AS DATE)"
                " AS TIMESTAMP))",
                moment="datetime",
            ),
        ),
    ),
    doc="The time of a date with its time, as SAS counts it.",
    unit="seconds since midnight; give the variable a format such as TIME8.",
    nulls="Null for null.",
    source="ADaMIG 1.3, 3.1.2: *TM is the time part of *DTM, a number with a time format.",
    examples=(
        ("time_of(complete_datetime('2021-05-09T10:30:15'))", "37815.0"),
        ("time_of(earliest_datetime('2021-05'))", "0.0"),
    ),
)
