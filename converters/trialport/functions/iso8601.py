"""Collected dates and times as ISO 8601 text, with what is unknown left out."""

from __future__ import annotations

from trialport.functions.blanks import BLANK, BLANKS, trimmed
from trialport.functions.dates import exists
from trialport.functions.model import Form, Function, Parameter, Type
from trialport.functions.once import once

_UNKNOWN = "(?i:UNK|UN|UK)|-"
_YEAR = f"(?:19[0-9]{{2}}|20[0-9]{{2}}|2100|{_UNKNOWN})"
_MONTH = f"(?:0?[1-9]|1[0-2]|{_UNKNOWN})"
_DAY = f"(?:0?[1-9]|[12][0-9]|3[01]|{_UNKNOWN})"
_MONTH_OF_TWO = _MONTH.replace("0?", "0")
_DAY_OF_TWO = _DAY.replace("0?", "0")

STYLES = {
    "iso": f"{_YEAR}(?:-{_MONTH_OF_TWO}(?:-{_DAY_OF_TWO})?)?",
    "slash": f"{_YEAR}/{_MONTH}(?:/{_DAY})?",
    "chinese": f"{_YEAR}年(?:{_MONTH}月(?:{_DAY}日)?)?",
}
"""Regular expression of each style of a collected date, without a time."""

_HOUR_ALONE = "T(?:[01][0-9]|2[0-3])"
_HOUR_AND_MINUTE = f"(?:T|{BLANK}+)(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?"
_COLLECTED = (
    f"^{BLANKS}((?:{'|'.join(STYLES.values())})(?:{_HOUR_ALONE}|{_HOUR_AND_MINUTE})?){BLANKS}$"
)


def _read(text: str) -> str:
    """Return SQL for the ISO 8601 text of a collected date, perhaps with a time."""
    return once(
        once(
            f"CASE WHEN {exists('it.iso')} AND {_TIME_FITS} THEN it.iso END",
            iso=_in_order("it.collected"),
        ),
        collected=f"regexp_extract({text}, '{_COLLECTED}', 1)",
    )


# A time begins behind the ten signs of a complete date.
_TIME_FITS = "strpos(it.iso, 'T') IN (0, 11)"


def _in_order(collected: str) -> str:
    """Return SQL that writes a date of any style, with what is known of it, as ISO 8601 does."""
    iso = f"regexp_replace({collected}, 'T|{BLANK}+', ' ')"
    iso = f"regexp_replace({iso}, '(?i)UNK|UN|UK', '-', 'g')"
    for sign, separator in {"日": "", "月": "-", "年": "-", "/": "-"}.items():
        iso = f"replace({iso}, '{sign}', '{separator}')"
    iso = f"rtrim({iso}, '-')"
    iso = rf"regexp_replace({iso}, '([- ])([0-9])\b', '\10\2', 'g')"
    return f"replace({iso}, ' ', 'T')"


def _word(text: str) -> str:
    """Return SQL for a collected text, trimmed; null where it is empty or says unknown.

    The words stand in a list because DuckDB makes a join of `IN` with as many constants.
    """
    word = trimmed(text)
    unknown = "['', '-', 'UN', 'UK', 'UNK']"
    return f"CASE WHEN NOT list_contains({unknown}, upper({word})) THEN {word} END"


# The blank lets the hour have one digit; with a time in the date as well, no style fits.
_TWO = _read(once("it.date || coalesce(' ' || it.time, '')", date="date", time=_word("time")))

# Most dates, and most times, are collected as ISO 8601 writes them: the others alone are read.
_AS_IT_IS = (
    "CASE WHEN length(date) = 10 AND date >= '1900' AND date < '2101'"
    " THEN CAST(tp_complete_date(date) AS VARCHAR) END"
)
_TIME_AS_IT_IS = (
    "CASE WHEN time IS NULL THEN ''"
    " WHEN regexp_full_match(time, '(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?')"
    " THEN 'T' || time END"
)

# The slashes let month and day have one digit; parts are digits only, so no part brings its own.
_THREE = _read(
    once(
        "CASE WHEN NOT regexp_matches(concat(it.year, it.month, it.day), '[^0-9]')"
        " THEN coalesce(it.year, '-') || '/' || coalesce(it.month, '-') || '/'"
        " || coalesce(it.day, '-') END",
        year=_word("year"),
        month=_word("month"),
        day=_word("day"),
    )
)

ISO8601 = Function(
    name="iso8601",
    returns=Type.DTC,
    forms=(
        Form((Parameter("date", Type.TEXT),), f"coalesce({_AS_IT_IS}, {_read('date')})"),
        Form(
            (Parameter("date", Type.TEXT), Parameter("time", Type.TEXT)),
            f"coalesce({_AS_IT_IS} || {_TIME_AS_IT_IS}, {_TWO})",
        ),
        Form(
            (
                Parameter("year", Type.TEXT),
                Parameter("month", Type.TEXT),
                Parameter("day", Type.TEXT),
            ),
            _THREE,
        ),
    ),
    doc="ISO 8601 text of a collected date, a date and a time, or year, month and day. Read are"
    " `2021-05-09`, `2021/5/9` and `2021年5月9日`, cut after the month or the year, with UK, UN,"
    " UNK or - for an unknown part, and after a complete date a time: `10:30`, `9:30:15`, `T10`."
    " Unknown parts at the end are left out, others become -.",
    nulls="Null for null; a null time leaves the date, a null year, month or day is unknown. Null"
    " also for what is no such date: a day that its month does not have, a year outside 1900 to"
    " 2100, hour 24, an offset, a time after a partial date, a second time, no known part.",
    source="SDTMIG 3.4, 4.4.2 (dates and times of unknown precision). Years are limited because"
    " 0201 or 20211 is an error of entry.",
    examples=(
        ("iso8601('2021-05-09')", "2021-05-09"),
        ("iso8601('2021-05-UK')", "2021-05"),
        ("iso8601('2021-UNK-09')", "2021---09"),
        ("iso8601('UNK-05-09')", "--05-09"),
        ("iso8601('2021/5/9 9:30')", "2021-05-09T09:30"),
        ("iso8601('2021年5月9日')", "2021-05-09"),
        ("iso8601('2021-02-30')", None),
        ("iso8601('05/09/2021')", None),
        ("iso8601('2021-05-09', '9:30')", "2021-05-09T09:30"),
        ("iso8601('2021-05-09', null)", "2021-05-09"),
        ("iso8601('2021-05', '9:30')", None),
        ("iso8601('2021', '5', '9')", "2021-05-09"),
        ("iso8601('2021', 'UNK', '9')", "2021---09"),
        ("iso8601('2021', '5', null)", "2021-05"),
    ),
    fails=True,
)
