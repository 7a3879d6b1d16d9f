"""Dates that a workbook holds as serial numbers."""

from __future__ import annotations

from trialport.functions.blanks import BLANKS
from trialport.functions.model import Form, Function, Parameter, Type
from trialport.functions.once import once

# A workbook counts a 29 February 1900 that never was, so its days before that are one lower.
_DAY_ZERO = "CASE WHEN it.serial < 60 THEN DATE '1899-12-31' ELSE DATE '1899-12-30' END"
_SECONDS = "CAST(floor(it.serial * 86400 + 0.5) AS BIGINT)"
_END = 73416 * 86400  # 2101-01-01

_SERIAL = once(
    f"CASE WHEN it.serial < 1 OR floor(it.serial) = 60 OR {_SECONDS} >= {_END} THEN NULL"
    " WHEN it.serial = floor(it.serial)"
    f" THEN strftime({_DAY_ZERO} + CAST(it.serial AS INTEGER), '%Y-%m-%d')"
    f" ELSE strftime({_DAY_ZERO} + to_seconds({_SECONDS}), '%Y-%m-%dT%H:%M:%S') END",
    serial=f"try_cast(regexp_extract(text, '^{BLANKS}([0-9]{{1,5}}(?:\\.[0-9]*)?){BLANKS}$', 1)"
    " AS DOUBLE)",
)

EXCEL_DATE = Function(
    name="excel_date",
    returns=Type.DTC,
    forms=(Form((Parameter("text", Type.TEXT),), _SERIAL),),
    doc="ISO 8601 text of a serial number of the 1900 date system: a date, or with a fraction of a"
    " day a date and time, rounded to the second.",
    nulls="Null for null, and for what is no serial number of a day from 1900-01-01 to 2100-12-31;"
    " so too for 60, the 29 February 1900 that never was.",
    source="ECMA-376 Part 1, 18.17.4.1 Date Conversion for Serial Date-Times.",
    examples=(
        ("excel_date('44325')", "2021-05-09"),
        ("excel_date('44325.4375')", "2021-05-09T10:30:00"),
        ("excel_date('59')", "1900-02-28"),
        ("excel_date('60')", None),
        ("excel_date('61')", "1900-03-01"),
        ("excel_date('2021-05-09')", None),
    ),
    fails=True,
)
