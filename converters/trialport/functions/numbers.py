"""Numbers and their text: reading, writing and rounding decimals as people write them."""

from __future__ import annotations

from trialport.functions.blanks import BLANKS
from trialport.functions.model import Form, Function, Parameter, Type
from trialport.functions.once import once

_NUMERAL = rf"^{BLANKS}([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{{1,3}})?){BLANKS}$"

_DOUBLE = "CAST(number AS DOUBLE)"


def _shortest(number: str) -> str:
    """Return the shortest text that reads back as the same double, in its parts.

    E.g. of 0.05, 5.0, 1.5e-07, 1e+16.
    """
    return (
        f"regexp_extract(CAST({number} AS VARCHAR), "
        r"'^(-?)([0-9]+)(?:\.([0-9]+))?(?:e([+-][0-9]+))?$', "
        "['sign', 'whole', 'fraction', 'exponent'])"
    )


# The decimal is `digits` with the point behind the first `point` of them; NaN has no digits.
_DIGITS = "nullif(it.text.whole || it.text.fraction, '')"
_POINT = "length(nullif(it.text.whole, '')) + coalesce(try_cast(it.text.exponent AS INTEGER), 0)"

_TEXT = "CAST(it.number AS VARCHAR)"
_MANTISSA = f"translate(split_part({_TEXT}, 'e', 1), '.-', '')"
_EXPONENT = f"try_cast(split_part({_TEXT}, 'e', 2) AS INTEGER)"

# A cast writes the shortest text, with an exponent from 1e16 on and below 1e-4. Whole numbers up to
# there have at most 16 digits, which are all of them; nearly all numbers end in the first lines.
_PLAIN = (
    "CASE WHEN it.number = trunc(it.number) AND abs(it.number) < 1e16"
    " THEN CAST(CAST(it.number AS BIGINT) AS VARCHAR)"
    " WHEN NOT isfinite(it.number) THEN NULL"
    f" WHEN NOT contains({_TEXT}, 'e') THEN {_TEXT}"
    " WHEN abs(it.number) < 1 THEN CASE WHEN it.number < 0 THEN '-0.' ELSE '0.' END"
    f" || repeat('0', -1 - {_EXPONENT}) || {_MANTISSA}"
    " ELSE CASE WHEN it.number < 0 THEN '-' ELSE '' END"
    f" || rpad({_MANTISSA}, 1 + {_EXPONENT}, '0') END"
)

# The first `keep` digits stay and the next one decides. The result is read from text, not
# computed, so it is the double nearest to the decimal.
_ROUNDED = once(
    once(
        "CASE WHEN it.keep IS NULL OR it.digits IS NULL THEN NULL"
        " WHEN it.keep >= length(it.digits) AND it.number <> 0 THEN it.number"
        " WHEN it.keep < 0 OR it.head = 0 THEN 0.0"
        " ELSE try_cast(it.sign || it.head || 'e' || -it.places AS DOUBLE) END",
        sign="it.sign",
        number="it.number",
        digits="it.digits",
        places="it.places",
        keep="it.keep",
        head="coalesce(try_cast(it.digits[:it.keep] AS BIGINT), 0)"
        " + CASE WHEN it.digits[it.keep + 1] >= '5' THEN 1 ELSE 0 END",
    ),
    sign="it.text.sign",
    number="it.number",
    digits=_DIGITS,
    places="it.places",
    keep=f"{_POINT} + it.places",
)

# A number that has no further digits stays; most do, and digits are looked at for the others alone.
_STAYS = (
    "it.number <> 0 AND isfinite(it.number) AND it.digits >= 0 AND isfinite(it.digits)"
    " AND it.digits = trunc(it.digits) AND (it.number = trunc(it.number)"
    f" OR NOT contains({_TEXT}, 'e') AND length({_TEXT}) - strpos({_TEXT}, '.') <= it.digits)"
)

# A double has no digit beyond the 324th place, so limits at 400 change nothing.
_PLACES = (
    "CASE WHEN isfinite(it.digits) AND it.digits = trunc(it.digits)"
    " THEN CAST(least(greatest(it.digits, -400), 400) AS INTEGER) END"
)

_CUT = once(_ROUNDED, text=_shortest("it.number"), number="it.number", places=_PLACES)

NUMBER = Function(
    name="number",
    returns=Type.NUMBER,
    forms=(
        Form(
            (Parameter("text", Type.TEXT),),
            once(
                "CASE WHEN isfinite(it.value) THEN it.value END",
                value=f"try_cast(regexp_extract(text, '{_NUMERAL}', 1) AS DOUBLE)",
            ),
        ),
    ),
    doc="The number that a text states in ASCII digits, with a decimal point and perhaps an"
    " exponent; blanks around it do not matter.",
    nulls="Null for null, and for anything else: `1_000`, `12,5`, `nan`, `inf`, `1e400`, `< 5`.",
    source="A cast reads more than people mean (1_000, nan, inf), so the form is checked first.",
    examples=(
        ("number('5.40')", "5.4"),
        ("number(' -1.5e3 ')", "-1500.0"),
        ("number('.5')", "0.5"),
        ("number('1_000')", None),
        ("number('12,5')", None),
        ("number('1e400')", None),
        ("number('nan')", None),
    ),
    fails=True,
)

NUMBER_TEXT = Function(
    name="number_text",
    returns=Type.TEXT,
    forms=(Form((Parameter("number", Type.NUMBER),), once(_PLAIN, number=_DOUBLE)),),
    doc="The shortest decimal text that reads back as the same number, without an exponent and"
    " without zeros at the end.",
    nulls="Null for null.",
    source="SDTMIG 3.4, 4.5.1 (--STRESC and --STRESN are one result in two types); zero has no"
    " sign.",
    examples=(
        ("number_text(5)", "5"),
        ("number_text(5.44)", "5.44"),
        ("number_text(number('7.50'))", "7.5"),
        ("number_text(number('1e-7'))", "0.0000001"),
        ("number_text(number('-0'))", "0"),
    ),
)

ROUND_HALF_UP = Function(
    name="round_half_up",
    returns=Type.NUMBER,
    forms=(
        Form(
            (Parameter("number", Type.NUMBER), Parameter("digits", Type.NUMBER)),
            once(
                f"CASE WHEN {_STAYS} THEN it.number ELSE {_CUT} END",
                number=_DOUBLE,
                digits="CAST(digits AS DOUBLE)",
            ),
        ),
    ),
    doc="The number rounded to so many decimal places (negative: tens, hundreds ...), half away"
    " from zero, judged on the shortest decimal text of the number; any magnitude.",
    nulls="Null where either is null, or where digits is not a whole number.",
    source="Rounding as SAS and people do it by hand: 1.005 is 1.01, although the double nearest"
    " to 1.005 lies below it.",
    examples=(
        ("round_half_up(number('2.675'), 2)", "2.68"),
        ("round_half_up(number('0.125'), 2)", "0.13"),
        ("round_half_up(number('1.005'), 2)", "1.01"),
        ("round_half_up(number('-2.5'), 0)", "-3.0"),
        ("round_half_up(1250, -2)", "1300.0"),
    ),
)
