"""Claims about expressions: types, nulls, findings, and values as DuckDB computes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from trialport.engine.duckdb import Engine
from trialport.functions.model import Type
from trialport.spec.expressions import compile_mapped, known_functions, names
from trialport.spec.parse import ExpressionError

from tests.spec.language import VOCABULARY, compiled, engine, evaluated, scope

Cells = dict[str, str | float | None]


@pytest.fixture(scope="module")
def locked() -> Iterator[Engine]:
    made = engine()
    yield made
    made.close()


def refusal(text: str) -> str:
    with pytest.raises(ExpressionError) as caught:
        compiled(text)
    fault = caught.value
    return f"{fault.code} {fault.problem}" + (f"; {fault.remedy}" if fault.remedy else "")


# --- types ---


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("t", Type.TEXT),
        ("n", Type.NUMBER),
        ("d", Type.DTC),
        ("n > 1", Type.BOOLEAN),
        ("null", Type.NULL),
        ("complete_date(d)", Type.DATE),
        ("study.CUTOFF", Type.DATE),
        ("study.WINDOW", Type.NUMBER),
        ("study.STUDYID", Type.TEXT),
        ("coalesce(null, n)", Type.NUMBER),
        ("coalesce(d, e)", Type.DTC),
        ("coalesce(d, t)", Type.TEXT),
        ("case when n > 1 then d end", Type.DTC),
        ("length(t)", Type.NUMBER),
        ("contains(t, 'a')", Type.BOOLEAN),
        ("count(given.EXDOSE)", Type.NUMBER),
        ("max(given.EXDT)", Type.DATE),
        ("any_of(given.EXDOSE > 1)", Type.BOOLEAN),
        ("codelist(t, 'VISIT')", Type.NUMBER),
        ("codelist(t, 'NY')", Type.TEXT),
        ("collected(n)", Type.TEXT),
    ],
)
def test_an_expression_has_one_type(text: str, kind: Type) -> None:
    assert compiled(text).type is kind


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("n + t", "E1401 't' is text, number is needed; use number(...)"),
        ("t || n", "E1401 'n' is number, text is needed; use number_text(...)"),
        ("upper(n)", "E1401 'n' is number, text is needed; use number_text(...)"),
        ("abs(t)", "E1401 't' is text, number is needed; use number(...)"),
        ("-t", "E1401 't' is text, number is needed; use number(...)"),
        ("t = n", "E1401 't = n' mixes number and text; use number(...) or number_text(...)"),
        ("d = 1", "E1401 'd = 1' mixes ISO 8601 text and number; "
                  "use number(...) or number_text(...)"),
        ("coalesce(t, n)", "E1401 'COALESCE(t, n)' mixes number and text; "
                           "use number(...) or number_text(...)"),
        ("case when n = 1 then 'a' else 2 end",
         "E1401 'CASE WHEN n = 1 THEN 'a' ELSE 2 END' mixes number and text; "
         "use number(...) or number_text(...)"),
        ("t in ('a', 1)", "E1401 't IN ('a', 1)' mixes number and text; "
                          "use number(...) or number_text(...)"),
        ("complete_date(d) = 'x'", "E1401 'COMPLETE_DATE(d) = 'x'' mixes date and text"),
        ("complete_date(t)",
         "E1401 argument 'dtc' of complete_date is text, ISO 8601 text is needed; "
         "use iso8601(...)"),
        ("add_days(d, 1)",
         "E1401 argument 'date' of add_days is ISO 8601 text, date is needed; "
         "use complete_date(...)"),
        ("number(n)",
         "E1401 argument 'text' of number is number, text is needed; use number_text(...)"),
        ("t || complete_date(d)",
         "E1401 'COMPLETE_DATE(d)' is date, text is needed; use iso_date(...)"),
        ("complete_date(d) - complete_date(e)",
         "E1405 'COMPLETE_DATE(d) - COMPLETE_DATE(e)' computes with dates; "
         "use days_between(from, to) or add_days(date, n)"),
        ("complete_date(d) + 1",
         "E1405 'COMPLETE_DATE(d) + 1' computes with dates; "
         "use days_between(from, to) or add_days(date, n)"),
        ("n and true", "E1402 'n' is number, a condition is needed"),
        ("not t", "E1402 't' is text, a condition is needed"),
        ("case when t then 1 end", "E1402 't' is text, a condition is needed"),
        ("flag(t)", "E1401 argument 'condition' of flag is text, boolean is needed"),
        ("sum(given.EXTRT)", "E1401 the argument of sum is text, number is needed; "
                             "use number(...)"),
        ("any_of(given.EXDOSE)", "E1401 the argument of any_of is number, boolean is needed"),
        ("in_unit(t, 'kg', 'g')", "E1401 't' is text, number is needed; use number(...)"),
        ("usubjid(n)", "E1401 'n' is number, text is needed; use number_text(...)"),
        ("codelist(n, 'NY')", "E1401 'n' is number, text is needed; use number_text(...)"),
    ],
)  # fmt: skip
def test_types_are_not_mixed(text: str, message: str) -> None:
    assert refusal(text) == message


_KIN = "compare numbers with number(...), dates with before(), not_after() and their kin"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("t < 'b'", f"E1403 't < 'b'' orders texts; {_KIN}"),
        ("t >= u", f"E1403 't >= u' orders texts; {_KIN}"),
        ("d < e", f"E1403 'd < e' orders texts; {_KIN}"),
        ("d <= '2020-01-01'", f"E1403 'd <= '2020-01-01'' orders texts; {_KIN}"),
        ("t between 'a' and 'c'", "E1403 't BETWEEN 'a' AND 'c'' orders texts; use number(...)"),
        ("greatest(t, u)",
         "E1403 'GREATEST(t, u)' orders texts; use number(...) or complete_date(...)"),
        ("least(d, e)",
         "E1403 'LEAST(d, e)' orders texts; use number(...) or complete_date(...)"),
        ("max(given.EXSTDTC)",
         "E1403 'MAX(given.EXSTDTC)' orders texts; use number(...) or complete_date(...)"),
        ("min(given.EXTRT)",
         "E1403 'MIN(given.EXTRT)' orders texts; use number(...) or complete_date(...)"),
    ],
)  # fmt: skip
def test_texts_have_no_order(text: str, message: str) -> None:
    assert refusal(text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("n in (1, null)",
         "E1404 a null inside in (...) is never equal; write 'x in (...) or x is null'"),
        ("t not in ('a', null)",
         "E1404 a null inside in (...) is never equal; write 'x in (...) or x is null'"),
        ("cast(t as double)",
         "E1310 'cast' is not a function of the mapping language; "
         "use number(...), complete_date(...) or number_text(...)"),
        ("round(n, 1)",
         "E1310 'round' is not a function of the mapping language; "
         "use round_half_up(number, digits)"),
        ("isoo8601(t)",
         "E1310 'isoo8601' is not a function of the mapping language; did you mean 'iso8601'?"),
        ("max(n)",
         "E1308 max is for the records of one set lookup, e.g. max(set.VARIABLE); "
         "greatest and least compare values of one record"),
        ("given.EXDOSE",
         "E1208 'given' is a set of records; "
         "use count, min, max, sum or any_of, e.g. max(given.EXDOSE), or pick"),
        ("codelist(t, 'VISITS')", "E1206 unknown codelist 'VISITS'; did you mean 'VISIT'?"),
        ("study.CUTOF", "E1204 unknown constant 'study.CUTOF'; did you mean 'CUTOFF'?"),
        ("src.q", "E1203 unknown column 'q' in raw table ae"),
        ("givn.EXDOSE", "E1201 unknown name 'givn' in 'givn.EXDOSE'; did you mean 'given'?"),
        ("dm.EXDOES",
         "E1203 unknown variable 'EXDOES' in dataset EX; did you mean 'EXDOSE'?"),
        ("study_day(d)", "E1306 study_day takes 2 arguments, not 1"),
        ("sequence() + 1", "E1307 sequence(...) stands alone, as the whole value of a variable"),
        ("collected(AETERM)", "E1306 'AETERM' is not a raw column"),
        ("replace(t, 'a', u)",
         "E1305 the replacement is a text in quotes of up to 20 characters"),
        ("lpad(t, 201, '0')", "E1305 the length of lpad is a whole number up to 200"),
        ("regexp_matches(t, u)", "E1305 the pattern is a text of up to 200 characters"),
        ("", "E1303 the expression is empty; write one expression without ';'"),
        ("t; u", "E1303 one expression is expected; write one expression without ';'"),
        ("t -- why", "E1304 a comment inside an expression; write it as a YAML comment"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_fault_and_the_remedy(text: str, message: str) -> None:
    assert refusal(text) == message


# --- values ---


@pytest.mark.parametrize(
    ("text", "cells", "value"),
    [
        ("n + m * 2", {"n": 1, "m": 2.5}, 6.0),
        ("(n + m) * 2", {"n": 1, "m": 2.5}, 7.0),
        ("n - (m - 1)", {"n": 1, "m": 2.5}, -0.5),
        ("n / m", {"n": 1, "m": 2}, 0.5),
        ("-n * -n", {"n": 3}, 9.0),
        ("0.1 + 0.2", {}, 0.1 + 0.2),  # doubles, as in the data
        ("n = 0.3", {"n": 0.3}, True),
        ("abs(floor(-n)) + ceil(n)", {"n": 1.5}, 4.0),
        ("greatest(n, m, 2)", {"n": 1, "m": None}, 2.0),
        ("least(n, m)", {"n": None, "m": None}, None),
        ("t || '-' || u", {"t": "a", "u": "b"}, "a-b"),
        ("concat(t, '-', u)", {"t": "a"}, "a-"),  # concat leaves nulls out, || does not
        ("upper(t) || lower(u)", {"t": "ä", "u": "Ö"}, "Äö"),
        ("substr(t, 2, 3)", {"t": "abcdef"}, "bcd"),
        ("substr(t, 9)", {"t": "abc"}, None),  # an empty text is null
        ("split_part(t, '/', 2)", {"t": "120/80"}, "80"),
        ("split_part(t, '/', 3)", {"t": "120/80"}, None),
        ("trim(t)", {"t": "  a "}, "a"),
        ("length(t)", {"t": "疾病"}, 2.0),
        ("left(t, 2) || right(t, 2)", {"t": "abcde"}, "abde"),
        ("replace(t, '级', '')", {"t": "3级"}, "3"),
        ("lpad(t, 3, '0')", {"t": "7"}, "007"),
        ("regexp_extract(t, '([0-9]+) *mg', 1)", {"t": "take 20 mg"}, "20"),
        ("regexp_extract(t, '[0-9]+')", {"t": "none"}, None),
        ("regexp_matches(t, '^[A-Z]{2}$')", {"t": "AB"}, True),
        ("starts_with(t, 'a') and ends_with(t, 'c') and contains(t, 'b')", {"t": "abc"}, True),
        ("t like 'a%'", {"t": "abc"}, True),
        ("t like 'a_'", {"t": "abc"}, False),
        ("nullif(t, 'NA')", {"t": "NA"}, None),
        ("t in ('a', 'b')", {"t": "b"}, True),
        ("t not in ('a', 'b')", {"t": "b"}, False),
        ("n between 1 and 3", {"n": 3}, True),
        ("n not between 1 and 3", {"n": 3}, False),
        ("case when n < 1 then 'low' when n > 2 then 'high' else 'normal' end",
         {"n": 1.5}, "normal"),
        ("case t when 'M' then 1 when 'F' then 2 end", {"t": "F"}, 2.0),
        ("case t when 'M' then 1 end", {"t": "F"}, None),
        ("true or false and false", {}, True),  # and binds more closely than or
        ("not n = 1 and m = 1", {"n": 2, "m": 1}, True),
        ("flag(n > 1)", {"n": 1}, None),
        ("yes_no(n > 1)", {"n": None}, "N"),
        ("usubjid(t, u)", {"t": "101", "u": "007"}, "TRIAL-1-101-007"),
        ("study.STUDYID || '/' || study.REGISTRY", {}, "TRIAL-1/ChiCTR1"),
        ("n < study.WINDOW", {"n": 99}, True),
        ("days_between(complete_date(d), study.CUTOFF)", {"d": "2023-06-01"}, 29.0),
        ("study_day(d, e)", {"d": "2023-06-01", "e": "2023-06-02"}, -1.0),
        ("study_day(study.CUTOFF, d)", {"d": "2023-06-30"}, 1.0),  # a date where ISO text will do
        ("complete_date(d) < study.CUTOFF", {"d": "2023-06"}, None),
        ("before(d, study.CUTOFF)", {"d": "2023-05"}, True),
        ("not_after(d, e)", {"d": "2023", "e": "2023-06"}, None),
        ("codelist(t, 'NY')", {"t": "是"}, "Y"),
        ("codelist(t, 'NY')", {"t": "N"}, "N"),  # a term needs no entry in the map
        ("codelist(t, 'VISIT')", {"t": "D0"}, 3.0),
        ("term_decode(t, 'NY')", {"t": "Y"}, "Yes"),
        ("codelist(upper(t), 'NY')", {"t": "y"}, "Y"),
        ("collected(n) || collected(t)", {"n": 5.4, "n__collected": "5.40", "t": "x"}, "5.40x"),
        ("in_unit(n, 'g', 'kg')", {"n": 1500}, 1.5),
        ("in_unit(n, t, u)", {"n": 2.5, "t": "kg", "u": "g"}, 2500.0),
        ("in_unit(n, t, 'kg')", {"n": 70.5, "t": "kg"}, 70.5),
        ("round_half_up(n, 1)", {"n": 0.25}, 0.3),
        ("number_text(n)", {"n": 5}, "5"),
        ("number(t) + 1", {"t": "1.5"}, 2.5),
        ("reference('Patient', t)", {"t": "101"}, "\x01Patient|101"),
        ("reference('Observation', t, u)", {"t": "101"}, None),
        ('"疾病 名" || "a.b"', {"疾病 名": "x", "a.b": "y"}, "xy"),
        ('src."say ""x""" || "it\'s"', {'say "x"': "x", "it's": "y"}, "xy"),
        ('src."select"', {"select": "x"}, "x"),
        ("'it''s'", {}, "it's"),
    ],
)  # fmt: skip
def test_values(locked: Engine, text: str, cells: Cells, value: object) -> None:
    assert evaluated(locked, text, cells) == (value, [])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("n + 1", None),
        ("n = n", None),
        ("n <> 1", None),
        ("t || 'x'", None),
        ("t like '%'", None),
        ("t in ('a')", None),
        ("t not in ('a')", None),
        ("not (n = 1)", None),
        ("n = 1 and false", False),
        ("n = 1 or true", True),
        ("n is null", True),
        ("n is not null", False),
        ("n between 1 and 2", None),
        ("case when n = 1 then 'a' else 'b' end", "b"),
        ("case when n = 1 then 'a' end", None),
        ("coalesce(t, 'x')", "x"),
        ("nullif(t, 'x')", None),
        ("upper(t)", None),
        ("length(t)", None),
        ("usubjid(t)", None),
        ("number(t)", None),
        ("codelist(t, 'NY')", None),
        ("in_unit(n, 'g', 'kg')", None),
        ("in_unit(n, t, 'kg')", None),
        ("iso8601(t)", None),
        ("study_day(d, e)", None),
        ("flag(t is null)", "Y"),
        ("yes_no(t = 'x')", "N"),
    ],
)
def test_null_is_unknown_and_no_finding(locked: Engine, text: str, value: object) -> None:
    assert evaluated(locked, text) == (value, [])


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("trim(u)", " "),
        ("substr(u, 9)", "x"),
        ("split_part(u, '/', 2)", "x"),
        ("regexp_extract(u, '[0-9]')", "x"),
        ("concat(t, t)", "x"),
        ("replace(u, 'x', '')", "x"),
        ("trim(u)", "\t\u3000\u00a0"),
        ("lpad(u, 0, '0')", "x"),
    ],
)
def test_a_text_without_letters_is_null(locked: Engine, text: str, given: str) -> None:
    assert evaluated(locked, f"{text} is null", {"u": given}) == (True, [])


# --- findings ---


@pytest.mark.parametrize(
    ("text", "cells", "at_fault"),
    [
        ("number(t)", {"t": "1_000"}, ["1_000"]),
        ("number(t)", {"t": "12,5"}, ["12,5"]),
        ("number(t)", {"t": "nan"}, ["nan"]),
        ("number(t)", {"t": "1e400"}, ["1e400"]),
        ("number(upper(t))", {"t": "x"}, ["X"]),
        ("number(t) + number(u)", {"t": "a", "u": "b"}, ["a", "b"]),
        ("iso8601(t)", {"t": "yesterday"}, ["yesterday"]),
        ("grade_number(t)", {"t": "VII"}, ["VII"]),
        ("codelist(t, 'NY')", {"t": "maybe"}, ["maybe"]),
        ("term_decode(t, 'NY')", {"t": "是"}, ["是"]),  # collected, not yet a submission value
        ("in_unit(n, t, 'kg')", {"n": 1, "t": "stone-age"}, ["stone-age"]),
        ("in_unit(n, t, 'kg')", {"n": 1}, ["(none)"]),
        ("in_unit(n, 'mL', 'kg')", {"n": 1}, ["mL"]),
        ("n / m", {"n": 1, "m": 0}, ["0"]),
        ("age_in_years(d, e)", {"d": "1990", "e": "2020-06-01"}, ["1990"]),
        ("age_in_years(d, e)", {"d": "1990"}, []),
        ("iso8601(t, u)", {"t": "yesterday", "u": "9:30"}, ["yesterday"]),
        ("iso8601(t, u)", {"t": "2021-05-09", "u": "noon"}, ["noon"]),
        ("iso8601(t, u)", {"u": "9:30"}, ["9:30"]),
        ("iso8601(t, u)", {"t": "2021-05", "u": "9:30"}, ["9:30"]),
        ("iso8601(t, u, d)", {"u": "13", "d": "9"}, ["-/13/9"]),
        ("iso8601(t, u, d)", {"t": "2021", "u": "2", "d": "30"}, ["2021/2/30"]),
        ("iso8601(t, u, d)", {"d": "x"}, ["-/-/x"]),
        ("iso8601(t, u, d)", {}, []),
        ("earliest_day(d, complete_date(e))", {"d": "2021", "e": "2022-01-01"}, ["2021"]),
        ("latest_day(d, complete_date(e))", {"d": "2021", "e": "2020-12-31"}, ["2021"]),
        ("earliest_day(d, complete_date(e))", {"e": "2020-12-31"}, []),
        ("earliest_day(d, complete_date(e))", {"d": "--05", "e": "2020-12-31"}, []),
    ],
)
def test_what_cannot_be_converted_is_null_and_a_finding(
    locked: Engine, text: str, cells: Cells, at_fault: list[str]
) -> None:
    assert evaluated(locked, text, cells) == (None, at_fault)


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        # a branch of case counts only where it is reached
        ("case when u = 'N' then number(t) end", {"t": "x", "u": "T"}, (None, [])),
        ("case when u = 'N' then number(t) end", {"t": "x", "u": "N"}, (None, ["x"])),
        ("case when u = 'T' then 1 else number(t) end", {"t": "x", "u": "T"}, (1.0, [])),
        ("case when u = 'T' then 1 else number(t) end", {"t": "x", "u": "N"}, (None, ["x"])),
        ("case when u = 'T' then 1 else number(t) end", {"t": "x"}, (None, ["x"])),
        ("case when u = 'A' then 1 when u = 'B' then number(t) else 2 end",
         {"t": "x", "u": "A"}, (1.0, [])),
        ("case when u = 'A' then 1 when u = 'B' then number(t) else 2 end",
         {"t": "x", "u": "B"}, (None, ["x"])),
        ("case u when 'A' then 1 when 'B' then number(t) end",
         {"t": "x", "u": "A"}, (1.0, [])),
        # and so do its conditions, which are tried in turn
        ("case when u = 'T' then 1 when number(t) > 1 then 2 end",
         {"t": "x", "u": "T"}, (1.0, [])),
        ("case when u = 'T' then 1 when number(t) > 1 then 2 end",
         {"t": "x", "u": "N"}, (None, ["x"])),
        ("case when number(t) > 1 then 1 else 0 end", {"t": "x"}, (0.0, ["x"])),
        # coalesce looks at the next only where all before are null
        ("coalesce(n, number(t))", {"n": 1, "t": "x"}, (1.0, [])),
        ("coalesce(n, number(t))", {"t": "x"}, (None, ["x"])),
        ("coalesce(number(t), n)", {"n": 1, "t": "x"}, (1.0, ["x"])),
        ("coalesce(codelist(t, 'NY'), u)", {"t": "maybe", "u": "Y"}, ("Y", ["maybe"])),
        # the right side of and, or counts only where it decides
        ("u = 'N' and number(t) > 1", {"t": "x", "u": "T"}, (False, [])),
        ("u = 'N' and number(t) > 1", {"t": "x", "u": "N"}, (None, ["x"])),
        ("u = 'N' or number(t) > 1", {"t": "x", "u": "N"}, (True, [])),
        ("u = 'N' or number(t) > 1", {"t": "x", "u": "T"}, (None, ["x"])),
        ("u = 'N' or number(t) > 1", {"t": "x"}, (None, ["x"])),
        ("not (u = 'N' and number(t) > 1)", {"t": "x", "u": "T"}, (True, [])),
        ("flag(u = 'N' and number(t) > 1)", {"t": "x", "u": "T"}, (None, [])),
        ("m = 0 or n / m > 1", {"n": 1, "m": 0}, (True, [])),
        ("case when m = 0 then null else n / m end", {"n": 1, "m": 0}, (None, [])),
        ("case when m <> 0 then n / m end", {"n": 1, "m": 0}, (None, [])),
    ],
)  # fmt: skip
def test_a_finding_counts_only_where_its_value_decides(
    locked: Engine, text: str, cells: Cells, expected: tuple[object, list[object]]
) -> None:
    assert evaluated(locked, text, cells) == expected


@pytest.mark.parametrize(
    ("text", "code", "problem"),
    [
        ("number(t)", "E3201", "{value} is not a number"),
        ("iso8601(t)", "E3202", "{value} is not a date that can be read"),
        ("codelist(t, 'NY')", "E3203", "{value} has no term in codelist NY"),
        ("in_unit(n, t, 'kg')", "E3204", "unit {value} has no known factor to the standard unit"),
        ("grade_number(t)", "E3205", "{value} is not a grade"),
        ("age_in_years(d, e)", "E3206", "{value} leaves the age open"),
        ("n / m", "E3220", "division by zero"),
        ("n * m", "E3250", "the calculation gives {value}, which is no number"),
    ],
)
def test_a_finding_has_a_code_and_words(text: str, code: str, problem: str) -> None:
    fault = compiled(text).faults[0]
    assert (fault.code, fault.problem) == (code, problem)


def test_a_finding_inside_an_aggregate_is_one_of_the_records_of_its_set() -> None:
    """It hangs on the aggregate: the plan looks for it once per record of the set."""
    (aggregate,) = compiled("sum(number(given.EXTRT))").aggregates
    assert [each.code for each in aggregate.faults] == ["E3201"]


# --- codelist of a variable, names ---


def test_a_variable_is_mapped_through_its_codelist(locked: Engine) -> None:
    mapped = compile_mapped("case when n = 1 then '是' else t end", "NY", scope(), VOCABULARY)
    assert mapped.type is Type.TEXT
    assert [each.code for each in mapped.faults] == ["E3203"]
    assert [(each.via, each.name) for each in sorted(mapped.uses, key=str)] == [
        ("src", "n"),
        ("src", "t"),
    ]


def test_a_number_is_not_mapped_through_a_codelist() -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_mapped("n", "NY", scope(), VOCABULARY)
    assert caught.value.problem == "the value for codelist NY is number, text is needed"
    assert caught.value.remedy == "use number_text(...)"


def test_names_are_found_once_and_in_order() -> None:
    text = 'study_day(AESTDTC, dm.RFSTDTC) + count(ex.EXSEQ) + length("疾病 名" || AESTDTC)'
    found = [("", "AESTDTC"), ("dm", "RFSTDTC"), ("ex", "EXSEQ"), ("", "疾病 名")]
    assert names(text) == found


def test_a_constant_is_a_value_of_its_type(locked: Engine) -> None:
    assert evaluated(locked, "study.CUTOFF") == (date(2023, 6, 30), [])
    assert evaluated(locked, "study.WINDOW * 2") == (200.0, [])
    assert evaluated(locked, "study.REGISTRY || '!'") == ("ChiCTR1!", [])


def test_the_functions_are_those_of_the_reference_page() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "mapping-language.md"
    text = page.read_text(encoding="utf-8").partition("## Expressions")[2]
    documented = set(re.findall(r"`([a-z_0-9]+)\(", text))
    (plain,) = re.findall(r"SQL functions: `([^`]+)`", text)
    assert {*plain.split(), *documented} | {"count", "min", "max", "sum", "any_of"} == set(
        known_functions()
    )
