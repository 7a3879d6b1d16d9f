"""Where a result lies to its reference range."""

from __future__ import annotations

from trialport.functions.model import Form, Function, Parameter, Type
from trialport.functions.once import once

RANGE_INDICATOR = Function(
    name="range_indicator",
    returns=Type.TEXT,
    forms=(
        Form(
            (
                Parameter("result", Type.NUMBER),
                Parameter("low", Type.NUMBER),
                Parameter("high", Type.NUMBER),
            ),
            once(
                "CASE WHEN it.result IS NULL OR it.low > it.high THEN NULL"
                " WHEN it.result < it.low THEN 'LOW' WHEN it.result > it.high THEN 'HIGH'"
                " WHEN it.low IS NOT NULL OR it.high IS NOT NULL THEN 'NORMAL' END",
                result="result",
                low="low",
                high="high",
            ),
        ),
    ),
    doc="LOW, NORMAL or HIGH: where a result lies to its reference range, whose limits belong to"
    " it. A limit that is not there is not passed.",
    nulls="Null without a result, without any limit, and where the lower limit is above the upper.",
    source="SDTMIG 3.4, --NRIND; codelist Reference Range Indicator (C78736).",
    examples=(
        ("range_indicator(3, 3.5, 5)", "LOW"),
        ("range_indicator(5, 3.5, 5)", "NORMAL"),
        ("range_indicator(5.1, 3.5, 5)", "HIGH"),
        ("range_indicator(5.1, null, 10)", "NORMAL"),
        ("range_indicator(5.1, null, null)", None),
        ("range_indicator(null, 3.5, 5)", None),
    ),
)
