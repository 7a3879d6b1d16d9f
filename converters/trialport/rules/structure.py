"""Rules about datasets as such: keys, order, names and lengths, and the variables there must be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlglot import exp

from trialport.diagnostics import Severity
from trialport.rules.record_names import record_variables
from trialport.rules.rule import ALL, SDTM, Rule
from trialport.rules.target import RECORD, Failing, Flaw, NotRun, Outcome, Target, variable
from trialport.spec import sql
from trialport.standard.model import Variable
from trialport.standard.placeholders import matching_pattern
from trialport.xport.member_faults import LONGEST_TEXT, NAME
from trialport.xport.model import LONGEST_LABEL

_NAMES = "names have 1 to 8 capital letters, digits or _, and no digit first"


def unique_keys(target: Target) -> Iterator[Outcome]:
    """More than one record has the same values of all key variables."""
    if len(target.keys) < len(target.dataset.keys) or not target.keys:
        lacking = [each for each in target.dataset.keys if each not in target.keys]
        yield NotRun(f"{target.name} has no {', '.join(lacking) or 'key variables'}")
        return
    if target.database.steps(target.name, target.keys) == (0, 0):
        return  # each record is higher than the one before
    message = f"{{count}} records have these values of {', '.join(target.keys)}"
    yield _repeated(target, target.keys, message)


def required_variables(target: Target) -> Iterator[Outcome]:
    """A required variable is not in the dataset or, in SDTM, is null."""
    for each in _absent(target, "Req"):
        yield Flaw(f"required variable {each.name} is not in the dataset", each.name)
    if target.dataset.group != "sdtm":
        return
    for each in target.dataset.variables:
        if each.core == "Req" and target.has(each.name):
            yield Failing(sql.is_null(variable(each.name)), each.name, "required, but null")


def expected_variables(target: Target) -> Iterator[Outcome]:
    """An expected variable is not in the dataset."""
    for each in _absent(target, "Exp"):
        yield Flaw(f"expected variable {each.name} is not in the dataset", each.name)


def variables_of_the_model(target: Target) -> Iterator[Outcome]:
    """A variable is in the dataset that the model allows and the guide does not list there."""
    guide = target.standards.sdtm
    if guide is None or guide.dataset(target.name) is None:
        yield NotRun(f"the guide does not know {target.name}", applies=False)
        return
    for each in target.dataset.variables:
        found = guide.variable(target.name, each.name)
        if found is not None and found.order == 0:
            yield Flaw(f"the guide does not list {each.name} in {target.name}", each.name)


def types_of_the_guide(target: Target) -> Iterator[Outcome]:
    """A variable is Char where the guide says Num, or the other way round."""
    listed = {each.name: each for each in _listed(target)}
    if not listed:
        yield NotRun(f"the guides do not know {target.name}", applies=False)
        return
    # A name that only looks like one of many, e.g. CRSTAT like --STAT, may be the sponsor's own.
    known = [name for name in listed if "--" not in name and "*" not in name]
    for each in target.dataset.variables:
        found = listed.get(each.name) or listed.get(matching_pattern(each.name, known) or "")
        if found is not None and found.type != each.type:
            yield Flaw(f"the variable is {each.type}, the guide says {found.type}", each.name)


def transport_limits(target: Target) -> Iterator[Outcome]:
    """A name, a label or a length does not fit a transport file, or a label is missing."""
    if not NAME.fullmatch(target.name):
        yield Flaw(f"the name {target.name!r} is not 1 to 8 capitals and digits", remedy=_NAMES)
    yield from _label_flaws(target.dataset.label, "the dataset", "")
    for each in target.dataset.variables:
        if not NAME.fullmatch(each.name):
            yield Flaw("the name is not 1 to 8 capitals and digits", each.name, remedy=_NAMES)
        yield from _label_flaws(each.label, "the variable", each.name)
        longest = LONGEST_TEXT if each.type == "Char" else 8
        if not 1 <= each.length <= longest:
            yield Flaw(f"the length is {each.length}, 1 to {longest} bytes fit", each.name)


def ordered_records(target: Target) -> Iterator[Outcome]:
    """A record stands before one whose key is lower; null is lowest, text goes by its bytes."""
    if not target.keys:
        yield NotRun(f"{target.name} has no key variables")
        return
    lower, _ = target.database.steps(target.name, target.keys)
    if not lower:
        return
    names = list(
        dict.fromkeys([*target.keys, *record_variables(target.dataset, target.relation.columns)])
    )
    position = sql.alias(target.database.in_order(target.name), "__position")
    numbered = exp.select(*map(sql.column, names), position)
    numbered = numbered.from_(exp.table_(target.name, quoted=True))
    inside = sql.subquery(numbered, "n")
    order = exp.Order(expressions=[exp.Ordered(this=sql.column("__position"), nulls_first=True)])
    earlier = [
        sql.alias(exp.Window(this=sql.call("lag", sql.column(each)), order=order.copy()), f"__{i}")
        for i, each in enumerate(target.keys)
    ]
    source = exp.select(*map(sql.column, names), sql.column("__position"), *earlier).from_(inside)
    second = exp.GT(this=variable("__position"), expression=exp.Literal.number(1))
    condition = sql.every([second, _lower(target.keys)]) or second
    message = f"the record stands behind one with a higher {', '.join(target.keys)}"
    yield Failing(condition, "", message, source=source)


def unique_sequence(target: Target) -> Iterator[Outcome]:
    """More than one record of a subject has the same sequence number."""
    sequence = f"{target.prefix}SEQ" if target.dataset.group == "sdtm" else "ASEQ"
    if not target.has("USUBJID", sequence):
        yield NotRun(f"{target.name} has no USUBJID and {sequence}", applies=False)
        return
    message = f"{{count}} records of the subject have this {sequence}"
    yield _repeated(target, ("USUBJID", sequence), message, sequence)


def has_records(target: Target) -> Iterator[Outcome]:
    """The dataset holds no record."""
    if not target.dataset.records:
        yield Flaw("the dataset has no records")


def _absent(target: Target, core: str) -> list[Variable]:
    """Return the guide's variables of this core that the dataset lacks; `TRTxxP` is any of them."""
    names = [each.name for each in target.dataset.variables]
    return [
        each
        for each in _listed(target)
        if each.core == core
        and each.name not in names
        and not any(matching_pattern(name, [each.name]) for name in names)
    ]


def _listed(target: Target) -> list[Variable]:
    """Return the variables that the guide lists for the dataset; in ADAE `--` of it is AE."""
    guide = target.standards.described(target.dataset)
    listed = list(guide.variables) if guide else []
    if target.name != "ADAE":
        return listed
    return [replace(each, name=each.name.replace("--", "AE")) for each in listed]


def _label_flaws(label: str, what: str, name: str) -> Iterator[Flaw]:
    size = len(label.encode())
    if not label.strip():
        yield Flaw(f"{what} has no label", name, Severity.WARNING, "give it one")
    elif size > LONGEST_LABEL:
        yield Flaw(f"the label has {size} bytes, {LONGEST_LABEL} fit", name)


def _repeated(target: Target, keys: Sequence[str], message: str, shown: str = "") -> Failing:
    """Return the keys that more than one record has, with the number of records."""
    number = sql.alias(exp.Count(this=exp.Star()), "__n")
    source = exp.select(*map(sql.column, keys), number)
    source = source.from_(exp.table_(target.name, quoted=True)).group_by(*map(sql.column, keys))
    condition = exp.GT(this=variable("__n"), expression=exp.Literal.number(1))
    record = tuple(each for each in keys if each != "STUDYID")
    return Failing(condition, shown, message, variable("__n"), source, record=record)


def _lower(keys: Sequence[str]) -> exp.Expr:
    """Return the condition that the keys are lower than those of the record before."""
    whole: exp.Expr = exp.false()
    for i, each in reversed(list(enumerate(keys))):
        now, before = variable(each), sql.column(f"__{i}", RECORD)
        first_null = sql.every([sql.is_null(now), sql.not_null(before)])
        less = exp.Or(
            this=sql.paren(first_null or exp.false()),
            expression=exp.LT(this=now, expression=before),
        )
        same = exp.NullSafeEQ(this=now.copy(), expression=before.copy())
        further = sql.every([same, whole]) or same
        whole = exp.Or(this=sql.paren(less), expression=sql.paren(further))
    return sql.call("coalesce", whole, exp.false())


_AE = {
    **{"STUDYID": "X", "DOMAIN": "AE", "USUBJID": "S-001", "AESEQ": "1"},
    **{"AETERM": "RASH", "AEDECOD": "Rash", "AESTDTC": "2024-03-01"},
}

_SC = {"USUBJID": "S-001", "SCORRES": "Y", "SCSTRESC": "Y"}

RULES = (
    Rule(
        code="TP0001",
        title="No two records have the same keys",
        applies_to=(ALL,),
        severity=Severity.ERROR,
        remedy="remove the repeated record, or state keys that tell the records apart",
        source="Define-XML 2.1, key sequence; SDTMIG 3.4, 3.2.1.1 Primary Keys",
        good={"DM": ({"STUDYID": "X", "USUBJID": "1"}, {"STUDYID": "X", "USUBJID": "2"})},
        bad={"DM": ({"STUDYID": "X", "USUBJID": "1"}, {"STUDYID": "X", "USUBJID": "1"})},
        check=unique_keys,
    ),
    Rule(
        code="TP0002",
        title="Required variables are in the dataset and, in SDTM, filled",
        applies_to=(ALL,),
        severity=Severity.ERROR,
        remedy="add the variable to the specification, or correct the record",
        source="SDTMIG 3.4, 4.1.5 SDTM Core Designations; ADaMIG 1.3, variable tables",
        good={"AE": (_AE,)},
        bad={"AE": ({**_AE, "AETERM": ""},)},
        check=required_variables,
    ),
    Rule(
        code="TP0003",
        title="Names, labels and lengths fit a transport file",
        applies_to=(ALL,),
        severity=Severity.ERROR,
        remedy="shorten it, or split long text into a supplemental qualifier",
        source="SAS technical note TS-140; FDA Study Data Technical Conformance Guide",
        good={"AE": (_AE,)},
        bad={"AE": ({**_AE, "AETERM": "X" * 201},)},
        check=transport_limits,
    ),
    Rule(
        code="TP0004",
        title="Records are in the order of the keys",
        applies_to=(ALL,),
        severity=Severity.WARNING,
        remedy="sort the dataset by its keys",
        source="SDTMIG 3.4, 3.2.1.1; null first and text by its bytes, as SAS sorts",
        good={"DM": ({"USUBJID": "B"}, {"USUBJID": "a"})},
        bad={"DM": ({"USUBJID": "a"}, {"USUBJID": "B"})},
        check=ordered_records,
    ),
    Rule(
        code="TP0005",
        title="Sequence numbers are unique within a subject",
        applies_to=(ALL,),
        severity=Severity.ERROR,
        remedy="number the records of each subject anew",
        source="SDTMIG 3.4, domain tables, --SEQ; ADaMIG 1.3, ASEQ",
        good={"AE": ({**_AE, "AESEQ": "1"}, {**_AE, "AESEQ": "2"})},
        bad={"AE": ({**_AE, "AESEQ": "1"}, {**_AE, "AESEQ": "1"})},
        check=unique_sequence,
    ),
    Rule(
        code="TP0011",
        title="The dataset has records",
        applies_to=(ALL,),
        severity=Severity.NOTE,
        remedy="leave the dataset out of the submission",
        source="A dataset without records tells a reviewer nothing",
        good={"AE": (_AE,)},
        bad={"AE": ()},
        check=has_records,
    ),
    Rule(
        code="TP0013",
        title="Expected variables are in the dataset",
        applies_to=(SDTM,),
        severity=Severity.WARNING,
        remedy="add the variable, null where it was not collected",
        source="SDTMIG 3.4, 4.1.5 SDTM Core Designations",
        good={"SC": (_SC,)},
        bad={"SC": ({name: value for name, value in _SC.items() if name != "SCORRES"},)},
        check=expected_variables,
    ),
    Rule(
        code="TP0015",
        title="Variables are those that the guide lists for the dataset",
        applies_to=(SDTM,),
        severity=Severity.NOTE,
        remedy="nothing where the variable is needed; say in the reviewer's guide what it holds",
        source="SDTMIG 3.4, 2.6 Creating a New Domain, and the variables of SDTM 2.0",
        good={"SC": (_SC,)},
        bad={"SC": (_SC | {"SCLNKGRP": "1"},)},
        check=variables_of_the_model,
    ),
    Rule(
        code="TP0016",
        title="Variables have the type that the guide gives them",
        applies_to=(ALL,),
        severity=Severity.ERROR,
        remedy="write the variable as Char or Num, as the guide says",
        source="SDTMIG 3.4, domain tables, Type; ADaMIG 1.3, variable tables, Type",
        good={"ADSL": ({"USUBJID": "S-001", "TRT01P": "MSC"},)},
        bad={"ADSL": ({"USUBJID": "S-001", "TRT01P": "1"},)},
        check=types_of_the_guide,
    ),
)
