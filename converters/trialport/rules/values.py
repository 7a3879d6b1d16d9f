"""Rules about values: ISO 8601, codelists, date formats, codes and their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from trialport.diagnostics import Severity
from trialport.functions.model import Type
from trialport.metadata import VariableMetadata
from trialport.rules.record_names import is_date_format, is_datetime_format
from trialport.rules.rule import ALL, Rule
from trialport.rules.target import Failing, Flaw, NotRun, Outcome, Target, variable
from trialport.spec import sql

_TIME = r"T(-|[01][0-9]|2[0-3])(:(-|[0-5][0-9])(:[0-5][0-9]([.,][0-9]+)?)?)?"
_OFFSET = "(Z|[+-][01][0-9](:?[0-5][0-9])?)?"
_DAY = "([0-9]{4}|-)(-([0-9]{2}|-)(-([0-9]{2}|-))?)?"
_MOMENT = f"{_DAY}({_TIME}{_OFFSET})?"
_UNITS = r"([0-9]+([.,][0-9]+)?[YMWD])+"
_HOURS = r"T([0-9]+([.,][0-9]+)?[HMS])+"
_DURATION = f"-?P({_UNITS}({_HOURS})?|{_HOURS})"
_WRITTEN = f"({_MOMENT}|({_MOMENT}|{_DURATION})/({_MOMENT}|{_DURATION}))"
_DATE = "^([0-9]{4}(-[0-9]{2}|--)?(-[0-9]{2})?|--[0-9]{2}-[0-9]{2})"

_PAIRS = (
    *(("--TESTCD", "--TEST"), ("--PARMCD", "--PARM"), ("ARMCD", "ARM"), ("ACTARMCD", "ACTARM")),
    *(("QNAM", "QLABEL"), ("ETCD", "ELEMENT"), ("PARAMCD", "PARAM"), ("PARAM", "PARAMN")),
    *(("TRTP", "TRTPN"), ("TRTA", "TRTAN"), ("TRT01P", "TRT01PN"), ("TRT01A", "TRT01AN")),
)


def iso8601_texts(target: Target) -> Iterator[Outcome]:
    """A date, a time or a duration is not ISO 8601, or names a day that does not exist."""
    dates = [name for name, kind in target.relation.columns.items() if kind is Type.DTC]
    durations = [f"{target.prefix}DUR"] if target.has(f"{target.prefix}DUR") else []
    if not dates and not durations:
        yield NotRun(f"{target.name} has no ISO 8601 text", applies=False)
    for name in dates:
        fits = _matches(variable(name), _WRITTEN)
        ends = [
            _existing(sql.call("split_part", variable(name), sql.text("/"), exp.Literal.number(i)))
            for i in (1, 2)
        ]
        kept = sql.every([fits, *ends]) or fits
        yield Failing(exp.Not(this=sql.paren(kept)), name, "{value} is not ISO 8601")
    for name in durations:
        fits = _matches(variable(name), _DURATION)
        yield Failing(exp.Not(this=fits), name, "{value} is not an ISO 8601 duration")


def codelist_terms(target: Target) -> Iterator[Outcome]:
    """A value of a variable with a codelist is none of its terms."""
    listed = [
        (each, *_terms(each, target))
        for each in target.dataset.variables
        if target.has(each.name) and target.relation.columns[each.name] is Type.TEXT
    ]
    asked = [(each, terms, title, open_) for each, terms, title, open_ in listed if terms]
    if not asked:
        yield NotRun(f"{target.name} has no variable with a known codelist", applies=False)
        return
    there = _different_values(target, [each for each, *_ in asked])
    for (each, terms, title, open_), values in zip(asked, there, strict=True):
        yield from _no_terms(target, each, values, terms, title, extensible=open_)


def date_formats(target: Target) -> Iterator[Outcome]:
    """A number named *DT has no date format, or one named *DTM no format of date and time."""
    for each in target.dataset.variables:
        if each.type != "Num":
            continue
        if each.name.endswith("DT") and not is_date_format(each.format):
            yield Flaw(f"format '{each.format}' shows no date", each.name)
        if each.name.endswith("DTM") and not is_datetime_format(each.format):
            yield Flaw(f"format '{each.format}' shows no date with time", each.name)


def codes_and_names(target: Target) -> Iterator[Outcome]:
    """One code has several names, or one name several codes."""
    pairs = [
        (code.replace("--", target.prefix), name.replace("--", target.prefix))
        for code, name in _PAIRS
    ]
    there = [pair for pair in pairs if target.has(*pair)]
    if not there:
        yield NotRun(f"{target.name} has no code with a name", applies=False)
        return
    for pair in _not_one_to_one(target, there):
        yield _several(target, *pair)


def _existing(part: exp.Expr) -> exp.Expr:
    """Return whether the day of a date exists; true where no year, month and day are known."""
    date = sql.call("regexp_extract", part, sql.text(_DATE), exp.Literal.number(0))
    blank = exp.EQ(this=date, expression=sql.text(""))
    known = sql.not_null(sql.call("tp_date_text", date.copy()))
    return exp.Or(this=blank, expression=known)


def _matches(value: exp.Expr, pattern: str) -> exp.Expr:
    return sql.call("regexp_full_match", value, sql.text(pattern))


def _terms(each: VariableMetadata, target: Target) -> tuple[tuple[str, ...], str, bool]:
    """Return the terms of a variable, what they are called, and whether others are allowed."""
    lists = [target.standards.codelists.get(code) for code in each.codelists]
    published = [found for found in lists if found is not None]
    if len(published) < len(lists):
        return (), "", True
    if not published:
        return each.terms, each.codelist or "its values", each.extensible
    values = (value for found in published for value in found.values)
    title = " or ".join(f"{found.submission_name} ({found.code})" for found in published)
    terms = tuple(dict.fromkeys((*values, *each.terms)))
    return terms, title, any(found.extensible for found in published)


def _no_terms(
    target: Target,
    each: VariableMetadata,
    values: Sequence[str],
    terms: tuple[str, ...],
    title: str,
    *,
    extensible: bool,
) -> Iterator[Failing]:
    """Yield each value that is no term, once, with the number of its records.

    The terms, of which a codelist may have thousands, are put into a query only where some value
    is none of them. A list may be extensible, but not by another writing of a term that it has:
    that is an error.
    """
    allowed = {*terms, *_beside_terms(target, each)}
    strangers = [each for each in values if each not in allowed]
    if not strangers:
        return
    source = _strangers(target, each, allowed)
    message = f"{{value}} is no term of {title} (records: {{count}})"
    rest: exp.Expr = exp.true()
    for value in strangers:
        term = _meant(value, each, target)
        if term is not None:
            same = exp.EQ(this=variable(each.name), expression=sql.text(value))
            other = exp.NEQ(this=variable(each.name), expression=sql.text(value))
            rest = sql.every([rest, other]) or other
            told = f"{message}: it is another writing of '{term}'"
            yield _value_failing(same, each, told, source, Severity.ERROR)
    severity = Severity.WARNING if extensible else Severity.ERROR
    yield _value_failing(rest, each, message, source, severity)


def _value_failing(
    condition: exp.Expr,
    each: VariableMetadata,
    message: str,
    source: exp.Select,
    severity: Severity,
) -> Failing:
    count = variable("__n")
    return Failing(condition, each.name, message, count, source, record=(), severity=severity)


def _meant(value: str, each: VariableMetadata, target: Target) -> str | None:
    """Return the one published term that a value is a synonym or another writing of, or None."""
    wanted = value.casefold().strip()
    found = {
        term.value
        for code in each.codelists
        for term in target.standards.codelists[code].terms
        if wanted in {name.casefold() for name in (term.value, term.decode, *term.synonyms)}
    }
    return found.pop() if len(found) == 1 else None


def _different_values(target: Target, variables: Sequence[VariableMetadata]) -> list[list[str]]:
    """Return the values that there are of each variable, in the order of their bytes."""
    queries = [_numbered(i, _values(target, each)) for i, each in enumerate(variables)]
    found: list[list[str]] = [[] for _ in variables]
    for place, value in target.database.rows(sql.stacked(queries)):
        found[int(str(place))].append(str(value))
    return [sorted(each) for each in found]


def _numbered(place: int, values: exp.Select) -> exp.Select:
    values.set("expressions", [exp.Literal.number(place), values.selects[0]])
    return values


def _values(target: Target, each: VariableMetadata) -> exp.Select:
    """Return the query of the values that there are, with the number of records of each."""
    number = sql.alias(exp.Count(this=exp.Star()), "__n")
    value = sql.column(each.name)
    there = sql.not_null(value)
    if each.role == "Result Qualifier":  # a codelist of results is for those that are no numbers
        bare = sql.call("regexp_replace", value.copy(), sql.text("^[<>]=? ?"), sql.text(""))
        number_of = exp.TryCast(this=bare, to=exp.DataType.build("DOUBLE"))
        there = sql.every([there, sql.is_null(number_of)]) or there
    source = exp.select(value.copy(), number)
    source = source.from_(exp.table_(target.name, quoted=True)).where(there)
    return source.group_by(sql.column(each.name))


def _strangers(target: Target, each: VariableMetadata, allowed: set[str]) -> exp.Select:
    """Return the query of the values that are no terms, with the number of records of each."""
    listed = [sql.text(value) for value in sorted(allowed)]
    absent = exp.Not(this=exp.In(this=sql.column(each.name), expressions=listed))
    return _values(target, each).where(absent)


def _beside_terms(target: Target, each: VariableMetadata) -> tuple[str, ...]:
    """Return what a variable may hold that is no term of its codelist.

    Source: SDTMIG 3.4, 4.2.8.3: a qualifier other than a result that has several values is
    MULTIPLE, and they are supplemental qualifiers.
    """
    is_qualifier = each.role.endswith("Qualifier") and each.role != "Result Qualifier"
    return ("MULTIPLE",) if target.dataset.group == "sdtm" and is_qualifier else ()


def _not_one_to_one(target: Target, pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield which variable has values that go with several of which other."""
    queries = [_counts(target, i, *pair) for i, pair in enumerate(pairs)]
    for place, different, ones, others in sorted(target.database.rows(sql.stacked(queries))):
        one, other = pairs[int(str(place))]
        if different != ones:
            yield one, other
        if different != others:
            yield other, one


def _counts(target: Target, place: int, one: str, other: str) -> exp.Select:
    """Return the query of how many pairs of values there are, and how many of either."""
    columns = [sql.column(one), sql.column(other)]
    inner = exp.select(*columns).distinct().from_(exp.table_(target.name, quoted=True))
    inner = inner.where(*map(sql.not_null, columns))
    numbers = [exp.Count(this=exp.Distinct(expressions=[each.copy()])) for each in columns]
    whole = exp.select(exp.Literal.number(place), exp.Count(this=exp.Star()), *numbers)
    return whole.from_(sql.subquery(inner, "pairs"), copy=False)


def _several(target: Target, one: str, other: str) -> Failing:
    """Return each value of `one` that goes with more than one value of `other`."""
    number = exp.Count(this=exp.Distinct(expressions=[sql.column(other)]))
    source = exp.select(sql.column(one), sql.alias(number, "__n"))
    source = source.from_(exp.table_(target.name, quoted=True))
    source = source.where(sql.not_null(sql.column(one))).group_by(sql.column(one))
    condition = exp.GT(this=variable("__n"), expression=exp.Literal.number(1))
    message = f"{{value}} goes with more than one {other}"
    return Failing(condition, one, message, source=source, record=())


RULES = (
    Rule(
        code="TP0007",
        title="Dates, times and durations are written in ISO 8601",
        applies_to=(ALL,),
        severity=Severity.ERROR,
        remedy="write what is known of it, e.g. 2024-03 or 2024-03-01T08:30",
        source="SDTMIG 3.4, 4.4.1 Formats for Date/Time Variables and 4.4.2 Date/Time Precision",
        good={"AE": ({"USUBJID": "S-001", "AESTDTC": "2024---15"},)},
        bad={"AE": ({"USUBJID": "S-001", "AESTDTC": "2023-02-29"},)},
        check=iso8601_texts,
    ),
    Rule(
        code="TP0010",
        title="Values of a variable with a codelist are terms of it",
        applies_to=(ALL,),
        severity=Severity.ERROR,
        remedy="map the value to a term, or define the sponsor's term where the codelist allows it",
        source="SDTMIG 3.4, 4.3 Controlled Terminology; a warning where the list is extensible",
        good={"DM": ({"USUBJID": "S-001", "SEX": "F"},)},
        bad={"DM": ({"USUBJID": "S-001", "SEX": "Female"},)},
        check=codelist_terms,
    ),
    Rule(
        code="TP0012",
        title="Numbers that are dates have a date format",
        applies_to=(ALL,),
        severity=Severity.WARNING,
        remedy="give the variable a format such as DATE9.",
        source="ADaMIG 1.3, 3.1.2 Timing Variables",
        good={"ADSL": ({"USUBJID": "S-001", "TRTSDT": "2024-03-01"},)},
        bad={"ADSL": ({"USUBJID": "S-001", "TRTSDT": "23436"},)},
        check=date_formats,
    ),
    Rule(
        code="TP0014",
        title="Codes and their names stand one to one",
        applies_to=(ALL,),
        severity=Severity.ERROR,
        remedy="give one code one name, in every record",
        source="SDTMIG 3.4, domain tables, synonym qualifiers; ADaMIG 1.3, PARAM and PARAMCD",
        good={
            "DM": (
                {"USUBJID": "1", "ARMCD": "A", "ARM": "Active"},
                {"USUBJID": "2", "ARMCD": "B", "ARM": "Placebo"},
            )
        },
        bad={
            "DM": (
                {"USUBJID": "1", "ARMCD": "A", "ARM": "Active"},
                {"USUBJID": "2", "ARMCD": "A", "ARM": "Placebo"},
            )
        },
        check=codes_and_names,
    ),
)
