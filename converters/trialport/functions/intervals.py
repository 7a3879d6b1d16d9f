"""Which of two dates comes first, where one or both may be partial.

A partial date means any day from its earliest to its latest. A relation is true where it holds for
every pair of days that the two can mean, false where it holds for none, null where it is undecided.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trialport.functions.model import Form, Function, Parameter, Type
from trialport.functions.once import once

_TWO = (Parameter("a", Type.DTC), Parameter("b", Type.DTC))
_NULLS = "Null where undecided, where either is null or no ISO 8601 date, or its year is unknown."
_SOURCE = "SDTMIG 3.4, 4.4.2: an unknown part is any value it can have; three-valued logic of SQL."

_DAYS_BEFORE = "CASE WHEN last_a < first_b THEN true WHEN first_a >= last_b THEN false END"

DAY_ORDER: Mapping[str, str] = MappingProxyType(
    {
        "tp_days_before": "CREATE OR REPLACE MACRO tp_days_before"
        f" (first_a, last_a, first_b, last_b) AS ({_DAYS_BEFORE})",
    }
)
"""`tp_days_before`: `before`, given the days that two dates can mean; for the compiler alone."""

_BEFORE = once(
    once(
        "tp_days_before(it.first_a, it.last_a, it.first_b, it.last_b)",
        first_a="tp_earliest_day(it.a)",
        last_a="tp_latest_day(it.a)",
        first_b="tp_earliest_day(it.b)",
        last_b="tp_latest_day(it.b)",
    ),
    a="a",
    b="b",
)

BEFORE = Function(
    name="before",
    returns=Type.BOOLEAN,
    forms=(Form(_TWO, _BEFORE),),
    doc="True where a is on an earlier day than b, whatever their unknown parts are.",
    nulls=_NULLS,
    source=_SOURCE,
    examples=(
        ("before('2021-04', '2021-05-09')", "true"),
        ("before('2021-05', '2021-05-09')", None),
        ("before('2021-05', '2021-05-01')", "false"),
        ("before('2021-05-09T08:00', '2021-05-09T09:00')", "false"),
    ),
)

AFTER = Function(
    name="after",
    returns=Type.BOOLEAN,
    forms=(Form(_TWO, "tp_before(b, a)"),),
    doc="True where a is on a later day than b, whatever their unknown parts are.",
    nulls=_NULLS,
    source=_SOURCE,
    examples=(
        ("after('2021-05', '2021-04-30')", "true"),
        ("after('2021-05', '2021-05-31')", "false"),
        ("after('2021-05', '2021')", None),
    ),
)

NOT_BEFORE = Function(
    name="not_before",
    returns=Type.BOOLEAN,
    forms=(Form(_TWO, "NOT tp_before(a, b)"),),
    doc="True where a is on the day of b or a later one, whatever their unknown parts are.",
    nulls=_NULLS,
    source=_SOURCE,
    examples=(
        ("not_before('2021-05', '2021-05-01')", "true"),
        ("not_before('2021-05', '2021-05-02')", None),
        ("not_before('2021-04', '2021-05-02')", "false"),
    ),
)

NOT_AFTER = Function(
    name="not_after",
    returns=Type.BOOLEAN,
    forms=(Form(_TWO, "NOT tp_before(b, a)"),),
    doc="True where a is on the day of b or an earlier one, whatever their unknown parts are.",
    nulls=_NULLS,
    source=_SOURCE,
    examples=(
        ("not_after('2021-05', '2021-05-31')", "true"),
        ("not_after('2021-05', '2021-05-30')", None),
        ("not_after('2021-06', '2021-05-30')", "false"),
    ),
)
