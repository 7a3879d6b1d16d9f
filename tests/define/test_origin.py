from __future__ import annotations

import pytest
from sqlglot import exp
from trialport.define.model import DefineOrigin, DefinePages, DefineReference
from trialport.define.origin import stated_origin, variable_origin
from trialport.diagnostics import Place
from trialport.functions.model import Type
from trialport.plan.model import Source, Step, VariablePlan
from trialport.spec.nodes import DataType, Origin

RAW_AE = Source("raw.ae", "start")
KEY = Source("raw.ae", "subject", "key")


def _origin(
    expression: str, *sources: Source, codelist: str = "", origin: Origin | None = None
) -> DefineOrigin:
    variable = VariablePlan(
        "V",
        "Label",
        DataType.CHAR,
        Type.TEXT,
        Place(),
        codelist=codelist,
        origin=origin,
        expression=expression,
    )
    step = Step(
        name="AE",
        group="sdtm",
        label="Adverse Events",
        class_="EVENTS",
        structure="",
        keys=(),
        variables=(variable,),
        query=exp.select(exp.Star()),
        depends=(),
        blocks=(),
        place=Place(),
        lineage={"V": sources},
    )
    return variable_origin(step, variable)


@pytest.mark.parametrize(
    ("expression", "sources", "expected"),
    [
        ("AE", (), ("Assigned", "Sponsor", "")),
        ("null", (), ("Not Available", "", "")),
        ("start", (RAW_AE,), ("Collected", "Investigator", "")),
        ("a.start", (RAW_AE, KEY), ("Collected", "Investigator", "")),
        ("iso8601(start)", (RAW_AE,), ("Collected", "Investigator", "")),
        (
            "iso8601(start, hour)",
            (RAW_AE, Source("raw.ae", "hour")),
            ("Collected", "Investigator", ""),
        ),
        ("start", (RAW_AE, Source("raw.old", "begin")), ("Collected", "Investigator", "")),
        ("usubjid(start)", (RAW_AE,), ("Derived", "Sponsor", "")),
        ("start || 'x'", (RAW_AE,), ("Derived", "Sponsor", "")),
        ("start", (RAW_AE, Source("raw.ae", "grade")), ("Derived", "Sponsor", "")),
        ("YES", (RAW_AE,), ("Derived", "Sponsor", "")),
        ("sv.VISIT", (Source("SV", "VISIT"),), ("Predecessor", "", "SV.VISIT")),
        ("AESTDTC", (Source("AE", "AESTDTC"),), ("Derived", "Sponsor", "")),
        ("number(x.QVAL)", (Source("SUPPAE", "QVAL"),), ("Derived", "Sponsor", "")),
        ("", (RAW_AE,), ("Derived", "Sponsor", "")),
    ],
)
def test_the_origin_follows_from_the_expression(
    expression: str, sources: tuple[Source, ...], expected: tuple[str, str, str]
) -> None:
    assert _origin(expression, *sources) == DefineOrigin(*expected)


def test_the_specification_has_the_first_word() -> None:
    assert _origin("start", RAW_AE, origin=Origin.PROTOCOL) == DefineOrigin("Protocol", "Sponsor")


def test_a_codelist_of_collected_values_leaves_them_collected() -> None:
    assert _origin("start", RAW_AE, codelist="NY") == DefineOrigin("Collected", "Investigator")


def test_a_copy_through_a_codelist_is_derived() -> None:
    copied = _origin("sv.VISIT", Source("SV", "VISIT"), codelist="VISIT")
    assert copied == DefineOrigin("Derived", "Sponsor")


def test_pages_of_the_annotated_crf_and_the_source_go_with_the_origin() -> None:
    assert stated_origin(Origin.COLLECTED, (), "Subject", (12, 14)) == DefineOrigin(
        "Collected", "Subject", "", (DefineReference("LF.acrf", (DefinePages(refs="12 14"),)),)
    )


def test_what_the_specification_lists_is_assigned() -> None:
    assert _origin("element", Source("", "element")) == DefineOrigin("Assigned", "Sponsor")
