"""What an ISO 8601 text, complete or partial, says of the day it means."""

from __future__ import annotations

from trialport.functions.model import Form, Function, Parameter, Type
from trialport.functions.once import once

_DTC = (Parameter("dtc", Type.DTC),)
_SOURCE = "SDTMIG 3.4, 4.4.2 (dates of unknown precision)"

# The text is cast so that a date may stand where ISO 8601 text is asked for.
_TEXT = "CAST(dtc AS VARCHAR)"
_YEAR = "[1-9][0-9]{3}"
_MONTH = "0[1-9]|1[0-2]"
_DAY = "0[1-9]|[12][0-9]|3[01]"
# What follows T is the time and is not read.
_TIME = "(?:T[0-9:.,+Z-]+)?"

_COMPLETE = (
    f"try_cast(regexp_extract({_TEXT}, '^({_YEAR}-[0-9]{{2}}-[0-9]{{2}}){_TIME}$', 1) AS DATE)"
)

# 05, 05-15 or --15: what can follow the year and a hyphen.
_REST = f"(?:(?:{_MONTH})|(?:{_MONTH}|-)-(?:{_DAY}))"

# Most dates are complete: what follows is worked out for the others alone.
_IF_COMPLETE = "tp_complete_date(dtc)"

_OF_KNOWN_YEAR = f"regexp_extract({_TEXT}, '^({_YEAR}(?:-{_REST})?){_TIME}$', 1)"
_FIRST = f"try_cast(left(replace({_OF_KNOWN_YEAR}, '---', '-01-') || '-01-01', 10) AS DATE)"
_LAST = once(
    "CASE length(it.text) WHEN 4 THEN try_cast(it.text || '-12-31' AS DATE)"
    " WHEN 7 THEN last_day(try_cast(it.text || '-01' AS DATE))"
    " ELSE try_cast(it.text AS DATE) END",
    text=f"replace({_OF_KNOWN_YEAR}, '---', '-12-')",
)
_EARLIEST = f"coalesce({_IF_COMPLETE}, {_FIRST})"
_LATEST = f"coalesce({_IF_COMPLETE}, {_LAST})"


def exists(dtc: str) -> str:
    """Return the SQL condition that a day such as `dtc` exists.

    Where the year is unknown, February has 29 days; where the month is, it may have 31.
    """
    return f"tp_earliest_day(regexp_replace({dtc}, '^-', '2000')) IS NOT NULL"


_OF_PARTIAL = once(
    f"CASE WHEN {exists('it.date')} THEN it.date END",
    date=f"regexp_extract({_TEXT}, '^({_YEAR}(?:-{_REST})?|--{_REST}){_TIME}$', 1)",
)
_DATE_TEXT = f"coalesce(CAST({_IF_COMPLETE} AS VARCHAR), {_OF_PARTIAL})"
_FLAG = once(
    "CASE WHEN starts_with(it.date, '-') THEN 'Y'"
    " WHEN length(it.date) = 4 OR contains(it.date, '---') THEN 'M'"
    " WHEN length(it.date) = 7 THEN 'D' END",
    date="tp_date_text(dtc)",
)

# With a month unknown, `2021---15`, the days that a date can mean are far apart; else they follow
# one another, and a limit among them is one of them.
_MONTHS = ", ".join(f"'{month:02}'" for month in range(1, 13))
_DAYS_APART = (
    f"list_transform([{_MONTHS}],"
    " lambda month: try_cast(left(it.date, 5) || month || right(it.date, 3) AS DATE))"
)
_NOT_BEFORE = once(
    "CASE WHEN it.first IS NULL OR it.last IS NULL THEN NULL"
    " WHEN it.lowest IS NULL OR it.lowest <= it.first THEN it.first"
    " WHEN it.lowest > it.last THEN NULL"
    " WHEN contains(it.date, '---')"
    f" THEN list_min(list_filter({_DAYS_APART}, lambda day: day >= it.lowest))"
    " ELSE it.lowest END",
    first=_EARLIEST,
    last=_LATEST,
    lowest="not_before",
    date=_OF_KNOWN_YEAR,
)
_NOT_AFTER = once(
    "CASE WHEN it.first IS NULL OR it.last IS NULL THEN NULL"
    " WHEN it.highest IS NULL OR it.highest >= it.last THEN it.last"
    " WHEN it.highest < it.first THEN NULL"
    " WHEN contains(it.date, '---')"
    f" THEN list_max(list_filter({_DAYS_APART}, lambda day: day <= it.highest))"
    " ELSE it.highest END",
    first=_EARLIEST,
    last=_LATEST,
    highest="not_after",
    date=_OF_KNOWN_YEAR,
)
_TIME_FLAG = once(
    "CASE WHEN it.date IS NULL THEN NULL WHEN it.time = '' OR starts_with(it.time, '-') THEN 'H'"
    " WHEN length(it.time) < 5 OR it.time[4] = '-' THEN 'M'"
    " WHEN length(it.time) < 8 THEN 'S' END",
    date="tp_date_text(dtc)",
    time=f"split_part({_TEXT}, 'T', 2)",
)

COMPLETE_DATE = Function(
    name="complete_date",
    returns=Type.DATE,
    forms=(Form(_DTC, _COMPLETE),),
    doc="The date of an ISO 8601 text whose date part is complete; a time is left off.",
    nulls="Null for null, for a partial date, and for what is no ISO 8601 date.",
    source=_SOURCE,
    examples=(
        ("complete_date('2021-05-09T10:30')", "2021-05-09"),
        ("complete_date('2021-05')", None),
        ("complete_date('2021-02-30')", None),
    ),
)

DATE_TEXT = Function(
    name="date_text",
    returns=Type.DTC,
    forms=(Form(_DTC, _DATE_TEXT),),
    doc="The date part of an ISO 8601 text, complete or partial, still text.",
    nulls="Null for null, for a time whose date is unknown, and for what is no ISO 8601 date.",
    source=_SOURCE,
    examples=(
        ("date_text('2021-05-09T10:30')", "2021-05-09"),
        ("date_text('2021---09')", "2021---09"),
        ("date_text('-----T10:30')", None),
    ),
)

EARLIEST_DAY = Function(
    name="earliest_day",
    returns=Type.DATE,
    forms=(
        Form(_DTC, _EARLIEST),
        Form((*_DTC, Parameter("not_before", Type.DATE)), _NOT_BEFORE),
    ),
    doc="The first day that a complete or partial date can mean; of those that are not before"
    " another, where one is given.",
    nulls="Null for null, where the year is unknown, and for what is no ISO 8601 date; so too, with"
    " a finding, where every day that it can mean is before the other.",
    source=_SOURCE,
    examples=(
        ("earliest_day('2021-05-09')", "2021-05-09"),
        ("earliest_day('2021-05')", "2021-05-01"),
        ("earliest_day('2021---15')", "2021-01-15"),
        ("earliest_day('--05-09')", None),
        ("earliest_day('2021-05', complete_date('2021-05-09'))", "2021-05-09"),
        ("earliest_day('2021---15', complete_date('2021-05-16'))", "2021-06-15"),
        ("earliest_day('2021-04', complete_date('2021-05-09'))", None),
    ),
)

LATEST_DAY = Function(
    name="latest_day",
    returns=Type.DATE,
    forms=(
        Form(_DTC, _LATEST),
        Form((*_DTC, Parameter("not_after", Type.DATE)), _NOT_AFTER),
    ),
    doc="The last day that a complete or partial date can mean; of those that are not after"
    " another, where one is given.",
    nulls="Null for null, where the year is unknown, and for what is no ISO 8601 date; so too, with"
    " a finding, where every day that it can mean is after the other.",
    source=_SOURCE,
    examples=(
        ("latest_day('2024-02')", "2024-02-29"),
        ("latest_day('2021')", "2021-12-31"),
        ("latest_day('2021---15')", "2021-12-15"),
        ("latest_day('2021', complete_date('2021-05-09'))", "2021-05-09"),
        ("latest_day('2021-06', complete_date('2021-05-09'))", None),
    ),
)

IS_COMPLETE = Function(
    name="is_complete",
    returns=Type.BOOLEAN,
    forms=(
        Form(
            _DTC,
            once(
                "CASE WHEN it.text IS NOT NULL THEN tp_complete_date(it.text) IS NOT NULL END",
                text="CAST(dtc AS VARCHAR)",
            ),
        ),
    ),
    doc="True where the date part is complete.",
    nulls="Null for null; false for what is no ISO 8601 date.",
    source=_SOURCE,
    examples=(
        ("is_complete('2021-05-09T10')", "true"),
        ("is_complete('2021-05')", "false"),
        ("is_complete(null)", None),
    ),
)

IMPUTATION_FLAG = Function(
    name="imputation_flag",
    returns=Type.TEXT,
    forms=(Form(_DTC, _FLAG),),
    doc="What a date imputed from the text had to add: Y where the year is unknown, else M where"
    " the month is, else D where the day is.",
    nulls="Null for null, for a complete date, and for what is no ISO 8601 date.",
    source="ADaMIG 1.3, 3.1.3 Date and Time Imputation Flag Variables: *DTF holds the highest"
    " level that was imputed.",
    examples=(
        ("imputation_flag('2021-05')", "D"),
        ("imputation_flag('2021')", "M"),
        ("imputation_flag('2021---15')", "M"),
        ("imputation_flag('--05-09')", "Y"),
        ("imputation_flag('2021-05-09')", None),
    ),
)

TIME_IMPUTATION_FLAG = Function(
    name="time_imputation_flag",
    returns=Type.TEXT,
    forms=(Form(_DTC, _TIME_FLAG),),
    doc="What a time imputed from the text had to add: H where the hour is unknown, else M where"
    " the minute is, else S where the second is.",
    nulls="Null for null, for a complete time, where the date is unknown, and for what is no"
    " ISO 8601 date.",
    source="ADaMIG 1.3, 3.1.3 Date and Time Imputation Flag Variables: *TMF holds the highest"
    " level that was imputed.",
    examples=(
        ("time_imputation_flag('2021-05-09')", "H"),
        ("time_imputation_flag('2021-05-09T10')", "M"),
        ("time_imputation_flag('2021-05-09T10:30')", "S"),
        ("time_imputation_flag('2021-05-09T10:30:15')", None),
        ("time_imputation_flag('-----T10:30')", None),
    ),
)
