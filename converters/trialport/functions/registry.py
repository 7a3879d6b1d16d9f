"""All clinical functions, and the statements that define them in DuckDB."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from graphlib import TopologicalSorter
from types import MappingProxyType

from trialport.functions.age import AGE_IN_YEARS
from trialport.functions.dates import (
    COMPLETE_DATE,
    DATE_TEXT,
    EARLIEST_DAY,
    IMPUTATION_FLAG,
    IS_COMPLETE,
    LATEST_DAY,
    TIME_IMPUTATION_FLAG,
)
from trialport.functions.days import ADD_DAYS, DAYS_BETWEEN, ISO_DATE
from trialport.functions.excel_date import EXCEL_DATE
from trialport.functions.flags import FLAG, YES_NO
from trialport.functions.grades import GRADE_NUMBER
from trialport.functions.intervals import AFTER, BEFORE, DAY_ORDER, NOT_AFTER, NOT_BEFORE
from trialport.functions.iso8601 import ISO8601
from trialport.functions.limits import LIMITS
from trialport.functions.model import Function
from trialport.functions.moments import (
    COMPLETE_DATETIME,
    DATE_OF,
    EARLIEST_DATETIME,
    LATEST_DATETIME,
    TIME_OF,
)
from trialport.functions.numbers import NUMBER, NUMBER_TEXT, ROUND_HALF_UP
from trialport.functions.ranges import RANGE_INDICATOR
from trialport.functions.study_day import STUDY_DAY
from trialport.functions.width import HALF_WIDTH

_ALL = (
    NUMBER,
    NUMBER_TEXT,
    ROUND_HALF_UP,
    HALF_WIDTH,
    ISO8601,
    EXCEL_DATE,
    COMPLETE_DATE,
    DATE_TEXT,
    EARLIEST_DAY,
    LATEST_DAY,
    IS_COMPLETE,
    IMPUTATION_FLAG,
    TIME_IMPUTATION_FLAG,
    COMPLETE_DATETIME,
    EARLIEST_DATETIME,
    LATEST_DATETIME,
    DATE_OF,
    TIME_OF,
    BEFORE,
    AFTER,
    NOT_BEFORE,
    NOT_AFTER,
    STUDY_DAY,
    DAYS_BETWEEN,
    ADD_DAYS,
    AGE_IN_YEARS,
    ISO_DATE,
    GRADE_NUMBER,
    RANGE_INDICATOR,
    FLAG,
    YES_NO,
)

FUNCTIONS: Mapping[str, Function] = MappingProxyType({each.name: each for each in _ALL})
"""The clinical functions by name, in the order of the reference page."""


def definitions() -> tuple[str, ...]:
    """Return the statements that define all macros, each after those that it calls.

    >>> definitions()[0].split(" AS ")[0]
    'CREATE OR REPLACE MACRO tp_number (text)'
    """
    return tuple(_statements().values())


def definitions_for(query: str) -> Mapping[str, str]:
    """Return the statements that define the macros that a SQL text calls, and that these call.

    Returns:
        Each by the name of its macro, after those that it calls.

    >>> list(definitions_for("SELECT tp_not_after(a, b) FROM t"))[-2:]
    ['tp_before', 'tp_not_after']
    """
    statements = _statements()
    needed, found = set[str](), set(_calls(query))
    while found - needed:
        needed |= found
        found = {other for each in needed for other in _calls(statements.get(each, ""))}
    return {macro: each for macro, each in statements.items() if macro in needed}


@cache
def _statements() -> Mapping[str, str]:
    """Return the statement of each macro by its name, in the order of `definitions`."""
    calls = {each.macro: _called(each) for each in _ALL}
    statements = {**DAY_ORDER, **{each.macro: each.create for each in _ALL}}
    order = TopologicalSorter(calls).static_order()
    return MappingProxyType({**{macro: statements[macro] for macro in order}, **LIMITS})


def _called(function: Function) -> tuple[str, ...]:
    """Return the macros that a function calls, in the order of their first call."""
    return _calls(" ".join(form.sql for form in function.forms))


def _calls(text: str) -> tuple[str, ...]:
    """Return the macros that a SQL text calls, in whichever case its generator writes them."""
    found = re.findall(r"\btp_[a-z0-9_]+(?=\()", text, re.IGNORECASE)
    return tuple(dict.fromkeys(map(str.lower, found)))
