"""Grades of severity, however they are written."""

from __future__ import annotations

from trialport.functions.blanks import BLANKS
from trialport.functions.model import Form, Function, Parameter, Type
from trialport.functions.once import once

_GRADE = (
    f"^{BLANKS}(?:(?i:Grade|G){BLANKS})?(I{{1,3}}|IV|V|[Ⅰ-Ⅴ]|[0-5]|[０-５]){BLANKS}[度级]?{BLANKS}$"
)

_NUMBER = (
    "CASE it.grade WHEN 'I' THEN 1.0 WHEN 'II' THEN 2.0 WHEN 'III' THEN 3.0"
    " WHEN 'IV' THEN 4.0 WHEN 'V' THEN 5.0 ELSE try_cast(it.grade AS DOUBLE) END"
)

GRADE_NUMBER = Function(
    name="grade_number",
    returns=Type.NUMBER,
    forms=(
        Form(
            (Parameter("text", Type.TEXT),),
            once(
                f"CAST({_NUMBER} AS DOUBLE)",
                grade=f"translate(regexp_extract(text, '{_GRADE}', 1),"
                " '０１２３４５ⅠⅡⅢⅣⅤ', '01234512345')",
            ),
        ),
    ),
    doc="The grade 0 to 5 that a text states: a Roman number or a digit, each in ASCII or as one"
    " full-width sign, perhaps with Grade or G before it or 度 or 级 behind it.",
    nulls="Null for null and for anything else: `6`, `II-III`, `3a`, `iii`.",
    source="CTCAE 5.0 grades 1 to 5, MAGIC aGVHD grades 0 to IV; 0 is no event.",
    examples=(
        ("grade_number('III')", "3.0"),
        ("grade_number('Ⅲ')", "3.0"),
        ("grade_number('３')", "3.0"),
        ("grade_number('3度')", "3.0"),
        ("grade_number('IV级')", "4.0"),
        ("grade_number('Grade 0')", "0.0"),
        ("grade_number('6')", None),
    ),
    fails=True,
)
