"""Rules that hold analysis datasets against what they come from: ADSL, SDTM, their own baseline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from trialport.diagnostics import Severity
from trialport.functions.model import Type
from trialport.metadata import sequence_variable
from trialport.plan.catalogue import Relation
from trialport.rules.rule import ADAM, Rule
from trialport.rules.target import NUMBER, Failing, Joined, NotRun, Outcome, Target, variable
from trialport.spec import sql

_OTHER = "o"
_NOT_COPIED = frozenset({"STUDYID", "USUBJID", "DOMAIN", "ASEQ", "LABEL"})
_MOST_SOURCES = 100
_TREATMENTS = {"TRTP": "TRT01P", "TRTPN": "TRT01PN", "TRTA": "TRT01A", "TRTAN": "TRT01AN"}


def copies_of_adsl(target: Target) -> Iterator[Outcome]:
    """A variable that ADSL has too has another value there."""
    adsl = target.database.relation("ADSL")
    if target.name == "ADSL" or not target.has("USUBJID"):
        yield NotRun(f"{target.name} copies nothing from ADSL", applies=False)
    elif adsl is None:
        yield NotRun("there is no dataset ADSL")
    else:
        yield from _copies(target, adsl, [("USUBJID", "USUBJID")])
        yield from _treatments(target, adsl)


def copies_of_source(target: Target) -> Iterator[Outcome]:
    """A record comes from none, or a variable of its SDTM record has another value there."""
    for name in target.relation.columns:
        source = target.database.relation(name[:2])
        if len(name) != 5 or not name.endswith("SEQ") or source is None:
            continue
        if not {"USUBJID", name} <= set(source.columns) or not target.has("USUBJID"):
            continue
        keys = [("USUBJID", "USUBJID"), (name, name)]
        join = _joined(source, keys, [])
        filled = sql.not_null(variable(name))
        lost = sql.every([filled, sql.is_null(sql.column(NUMBER, _OTHER))])
        message = f"there is no record of {name[:2]} with this {name}"
        yield Failing(lost or filled, name, message, joins=(join,))
        yield from _copies(target, source, keys)
        return
    yield NotRun(f"{target.name} has no sequence number of an SDTM dataset", applies=False)


def source_records(target: Target) -> Iterator[Outcome]:
    """SRCDOM, SRCVAR and SRCSEQ name no record, or no variable of it."""
    if not target.has("USUBJID", "SRCDOM"):
        yield NotRun(f"{target.name} has no SRCDOM", applies=False)
        return
    for domain, source in _sources(target):
        of_domain = exp.EQ(this=variable("SRCDOM"), expression=sql.text(domain))
        if source is None:
            yield Failing(of_domain, "SRCDOM", "there is no dataset {value}")
            continue
        if target.has("SRCVAR"):
            known = [sql.text(each) for each in source.columns]
            unknown = exp.Not(this=exp.In(this=variable("SRCVAR"), expressions=known))
            condition = sql.every([of_domain, unknown]) or of_domain
            yield Failing(condition, "SRCVAR", f"{domain} has no variable {{value}}")
        sequence = sequence_variable(domain, source.columns)
        if target.has("SRCSEQ") and sequence:
            join = _joined(source, [("USUBJID", "USUBJID"), ("SRCSEQ", sequence)], [])
            lost = [of_domain.copy(), sql.is_null(sql.column(NUMBER, _OTHER))]
            lost.append(sql.not_null(variable("SRCSEQ")))
            message = f"{domain} has no record with {sequence} {{value}}"
            yield Failing(sql.every(lost) or of_domain, "SRCSEQ", message, joins=(join,))


def source_dates(target: Target) -> Iterator[Outcome]:
    """ADT is no day that the date of the source record can mean."""
    if not target.has("USUBJID", "SRCDOM", "SRCVAR", "ADT"):
        yield NotRun(f"{target.name} has not all of SRCDOM, SRCVAR and ADT", applies=False)
        return
    if target.relation.columns["ADT"] is not Type.DATE:
        yield NotRun(f"ADT of {target.name} is not a date")
        return
    for domain, source in _sources(target):
        for name in _named(target, domain, source):
            assert source is not None
            yield _wrong_day(target, domain, source, name)


def one_baseline(target: Target) -> Iterator[Outcome]:
    """A subject has more than one baseline record of a parameter."""
    if not target.has("USUBJID", "PARAMCD", "ABLFL"):
        yield NotRun(f"{target.name} has no ABLFL", applies=False)
        return
    keys = _baseline_keys(target)
    number = sql.alias(exp.Count(this=exp.Star()), "__n")
    source = exp.select(*map(sql.column, keys), number).where(_is_baseline())
    source = source.from_(exp.table_(target.name, quoted=True)).group_by(*map(sql.column, keys))
    several = exp.GT(this=variable("__n"), expression=exp.Literal.number(1))
    message = "{count} records are the baseline"
    yield Failing(several, "", message, variable("__n"), source, record=tuple(keys))


def base_is_baseline(target: Target) -> Iterator[Outcome]:
    """BASE is not AVAL of the baseline record, or is filled where there is none."""
    if not target.has("USUBJID", "PARAMCD", "ABLFL", "BASE", "AVAL"):
        yield NotRun(f"{target.name} has not all of ABLFL, BASE and AVAL", applies=False)
        return
    keys = _baseline_keys(target)
    join = _joined(target.relation, [(each, each) for each in keys], ["AVAL"], _is_baseline())
    differs = exp.NullSafeNEQ(this=variable("BASE"), expression=sql.column("AVAL", _OTHER))
    filled = sql.not_null(variable("BASE"))
    message = "{value} is not AVAL of the baseline record"
    yield Failing(sql.every([filled, differs]) or filled, "BASE", message, joins=(join,))


def every_endpoint(target: Target) -> Iterator[Outcome]:
    """A subject has no record for an endpoint that other subjects have."""
    if not target.has("USUBJID", "PARAMCD", "CNSR"):
        yield NotRun(f"{target.name} holds no time to event", applies=False)
        return
    table = exp.table_(target.name, quoted=True)
    distinct = exp.Count(this=exp.Distinct(expressions=[sql.column("PARAMCD")]))
    counted = exp.select(sql.column("USUBJID"), sql.alias(distinct, "__n"))
    counted = counted.from_(table).group_by(sql.column("USUBJID"))
    inside = sql.subquery(counted, "c")
    most = exp.Window(this=exp.Max(this=sql.column("__n")))
    source = exp.select(exp.Star(), sql.alias(most, "__most")).from_(inside)
    fewer = exp.LT(this=variable("__n"), expression=variable("__most"))
    message = "the subject has {count} endpoints, others have more"
    yield Failing(fewer, "", message, variable("__n"), source, record=("USUBJID",))


def _copies(target: Target, source: Relation, keys: Sequence[tuple[str, str]]) -> Iterator[Failing]:
    """Yield the variables that the source has too, where their values differ."""
    for name, kind in target.relation.columns.items():
        used = name in _NOT_COPIED or any(name in pair for pair in keys)
        if used or source.columns.get(name) is not kind:
            continue
        yield _differing(name, source, keys, name, f"{{value}} is not what {source.name} says")


def _treatments(target: Target, adsl: Relation) -> Iterator[Failing]:
    """Yield the treatments that are not those of ADSL, where the study has one period."""
    if "TRT02P" in adsl.columns:
        return
    for name, theirs in _TREATMENTS.items():
        kind = target.relation.columns.get(name)
        if kind is None or adsl.columns.get(theirs) is not kind:
            continue
        keys = [("USUBJID", "USUBJID")]
        yield _differing(name, adsl, keys, theirs, f"{{value}} is not {theirs} of ADSL")


def _differing(
    name: str, source: Relation, keys: Sequence[tuple[str, str]], theirs: str, message: str
) -> Failing:
    """Return where a variable is not that of the one record of the source with these keys."""
    join = _joined(source, keys, [theirs])
    differs = exp.NullSafeNEQ(this=variable(name), expression=sql.column(theirs, _OTHER))
    there = sql.not_null(sql.column(NUMBER, _OTHER))
    return Failing(sql.every([there, differs]) or there, name, message, joins=(join,))


def _joined(
    source: Relation,
    keys: Sequence[tuple[str, str]],
    wanted: Sequence[str],
    where: exp.Expr | None = None,
) -> Joined:
    """Return what to join: one row a key with the values wanted.

    A parameter without BASETYPE has one baseline, of none.
    """
    null_safe = tuple(mine for mine, _ in keys if mine == "BASETYPE")
    return Joined(source.name, tuple(keys), tuple(wanted), _OTHER, where, null_safe)


def _sources(target: Target) -> Iterator[tuple[str, Relation | None]]:
    """Yield each dataset that SRCDOM names, with its records where it is there."""
    name = sql.column("SRCDOM")
    query = exp.select(name).distinct().from_(exp.table_(target.name, quoted=True))
    query = query.where(sql.not_null(name.copy())).order_by(name.copy()).limit(_MOST_SOURCES)
    for (domain,) in target.database.rows(query):
        yield str(domain), target.database.relation(str(domain))


def _named(target: Target, domain: str, source: Relation | None) -> Iterator[str]:
    """Yield the dates of a source that SRCVAR names."""
    if source is None:
        return
    name = sql.column("SRCVAR")
    of_domain = exp.EQ(this=sql.column("SRCDOM"), expression=sql.text(domain))
    query = exp.select(name).distinct().from_(exp.table_(target.name, quoted=True))
    for (found,) in target.database.rows(query.where(of_domain).order_by(name.copy())):
        kind = source.columns.get(str(found))
        is_text = kind is Type.DTC and bool(sequence_variable(domain, source.columns))
        if is_text or kind is Type.DATE:
            yield str(found)


def _wrong_day(target: Target, domain: str, source: Relation, name: str) -> Failing:
    these = [
        exp.EQ(this=variable("SRCDOM"), expression=sql.text(domain)),
        exp.EQ(this=variable("SRCVAR"), expression=sql.text(name)),
        sql.not_null(sql.column(NUMBER, _OTHER)),
    ]
    keys, date = [("USUBJID", "USUBJID")], sql.column(name, _OTHER)
    sequence = sequence_variable(domain, source.columns)
    if sequence and target.has("SRCSEQ"):
        keys.append(("SRCSEQ", sequence))
    if source.columns[name] is Type.DTC:
        first, last = (sql.call(f"tp_{each}_day", date.copy()) for each in ("earliest", "latest"))
        wrong: exp.Expr = exp.Or(
            this=exp.LT(this=variable("ADT"), expression=first),
            expression=exp.GT(this=variable("ADT"), expression=last),
        )
    else:
        wrong = exp.NEQ(this=variable("ADT"), expression=date)
        if target.has("STARTDT"):  # the end of a window is counted from the start itself
            these.append(exp.NEQ(this=date.copy(), expression=variable("STARTDT")))
    condition = sql.every([*these, sql.paren(wrong)]) or wrong
    message = f"{{value}} is not {name} of the record of {domain}"
    return Failing(condition, "ADT", message, joins=(_joined(source, keys, [name]),))


def _baseline_keys(target: Target) -> list[str]:
    return [each for each in ("USUBJID", "PARAMCD", "BASETYPE") if target.has(each)]


def _is_baseline() -> exp.Expr:
    return exp.EQ(this=sql.column("ABLFL"), expression=sql.text("Y"))


_LAB = {"USUBJID": "S-001", "PARAMCD": "WBC", "AVAL": "5", "BASE": "5", "ABLFL": "Y"}
_RS = {"USUBJID": "S-001", "RSSEQ": "7", "RSDTC": "2024-03-01"}
_TTE = {"USUBJID": "S-001", "SRCDOM": "RS", "SRCVAR": "RSDTC", "SRCSEQ": "7", "ADT": "2024-03-01"}
_OS = {"USUBJID": "S-001", "PARAMCD": "OS", "CNSR": "1"}

RULES = (
    Rule(
        code="TP0240",
        title="Variables that an analysis dataset shares with ADSL have the values of ADSL",
        applies_to=(ADAM,),
        severity=Severity.ERROR,
        remedy="copy the variable from ADSL, or give what differs another name",
        source="ADaMIG 1.3, 3.1.1 (a variable copied from ADSL keeps name and values)",
        good={
            "ADLB": ({"USUBJID": "S-001", "AGE": "34"},),
            "ADSL": ({"USUBJID": "S-001", "AGE": "34"},),
        },
        bad={
            "ADLB": ({"USUBJID": "S-001", "AGE": "35"},),
            "ADSL": ({"USUBJID": "S-001", "AGE": "34"},),
        },
        check=copies_of_adsl,
    ),
    Rule(
        code="TP0241",
        title="Variables that an analysis record shares with its SDTM record have its values",
        applies_to=(ADAM,),
        severity=Severity.ERROR,
        remedy="copy the variable from the SDTM record, or give what differs another name",
        source="ADaMIG 1.3, data point traceability; ADaM OCCDS 1.1, copied variables",
        good={
            "ADAE": ({"USUBJID": "S-001", "AESEQ": "1", "AETERM": "RASH"},),
            "AE": ({"USUBJID": "S-001", "AESEQ": "1", "AETERM": "RASH"},),
        },
        bad={
            "ADAE": ({"USUBJID": "S-001", "AESEQ": "2", "AETERM": "RASH"},),
            "AE": ({"USUBJID": "S-001", "AESEQ": "1", "AETERM": "RASH"},),
        },
        check=copies_of_source,
    ),
    Rule(
        code="TP0242",
        title="SRCDOM, SRCVAR and SRCSEQ name a record and a variable of it",
        applies_to=(ADAM,),
        severity=Severity.ERROR,
        remedy="take the three from the record that the value comes from",
        source="ADaMIG 1.3, data point traceability (SRCDOM, SRCVAR, SRCSEQ)",
        good={"ADTTE": (_TTE,), "RS": (_RS,)},
        bad={"ADTTE": ({**_TTE, "SRCSEQ": "8"},), "RS": (_RS,)},
        check=source_records,
    ),
    Rule(
        code="TP0244",
        title="A subject has one baseline record of a parameter",
        applies_to=(ADAM,),
        severity=Severity.ERROR,
        remedy="flag one record a subject, parameter and BASETYPE",
        source="ADaMIG 1.3, BDS variables, ABLFL and BASETYPE",
        good={"ADLB": (_LAB, {**_LAB, "AVAL": "6", "ABLFL": ""})},
        bad={"ADLB": (_LAB, {**_LAB, "AVAL": "6"})},
        check=one_baseline,
    ),
    Rule(
        code="TP0245",
        title="BASE is AVAL of the baseline record",
        applies_to=(ADAM,),
        severity=Severity.ERROR,
        remedy="derive BASE from the record with ABLFL Y",
        source="ADaMIG 1.3, BDS variables, BASE",
        good={"ADLB": (_LAB, {**_LAB, "AVAL": "6", "ABLFL": ""})},
        bad={"ADLB": (_LAB, {**_LAB, "AVAL": "6", "ABLFL": "", "BASE": "6"})},
        check=base_is_baseline,
    ),
    Rule(
        code="TP0340",
        title="ADT is a day that the date of its source record can mean",
        applies_to=(ADAM,),
        severity=Severity.ERROR,
        remedy="take ADT from the record that SRCDOM, SRCVAR and SRCSEQ name",
        source="ADaM Time-to-Event 1.0, ADT with SRCDOM, SRCVAR and SRCSEQ",
        good={"ADTTE": (_TTE,), "RS": ({**_RS, "RSDTC": "2024-03"},)},
        bad={"ADTTE": ({**_TTE, "ADT": "2024-03-02"},), "RS": (_RS,)},
        check=source_dates,
    ),
    Rule(
        code="TP0341",
        title="Every subject has a record for every endpoint",
        applies_to=(ADAM,),
        severity=Severity.WARNING,
        remedy="give who has neither event nor competing event a censored record",
        source="ADaM Time-to-Event 1.0, one record per subject and parameter",
        good={"ADTTE": (_OS, {**_OS, "USUBJID": "S-002"})},
        bad={"ADTTE": (_OS, {**_OS, "PARAMCD": "NRM"}, {**_OS, "USUBJID": "S-002"})},
        check=every_endpoint,
    ),
)
