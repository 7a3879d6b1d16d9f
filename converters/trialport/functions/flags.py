"""Conditions as the Y and N of flag variables."""

from __future__ import annotations

from trialport.functions.model import Form, Function, Parameter, Type

_CONDITION = (Parameter("condition", Type.BOOLEAN),)

FLAG = Function(
    name="flag",
    returns=Type.TEXT,
    forms=(Form(_CONDITION, "CASE WHEN condition THEN 'Y' END"),),
    doc="Y where the condition is true.",
    nulls="Null where the condition is false or null.",
    source="ADaMIG 1.3, 3.1.4 Flag Variables: record-level flags are Y or null.",
    examples=(("flag(1 < 2)", "Y"), ("flag(2 < 1)", None), ("flag(null)", None)),
)

YES_NO = Function(
    name="yes_no",
    returns=Type.TEXT,
    forms=(Form(_CONDITION, "CASE WHEN condition THEN 'Y' ELSE 'N' END"),),
    doc="Y where the condition is true, else N.",
    nulls="N where the condition is null; never null itself.",
    source="ADaMIG 1.3, 3.1.4 Flag Variables: population flags of ADSL are Y or N, never null.",
    examples=(("yes_no(1 < 2)", "Y"), ("yes_no(2 < 1)", "N"), ("yes_no(null)", "N")),
)
