"""The draft of DM: one table with a record a subject, others joined to it, doses looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from trialport.draft.choose import TableUse
from trialport.draft.datasets import Block, DatasetDraft, subject_identifier
from trialport.draft.match import Match, best, matches
from trialport.draft.names import Names
from trialport.draft.survey import Survey
from trialport.draft.tables import TableProfile
from trialport.draft.variables import (
    Drafted,
    Words,
    from_columns,
    in_order,
    is_wanted,
    opened,
    reference,
    unambiguous,
)
from trialport.standard.model import Dataset
from trialport.terms.codelists import Codelist

_NOT_JOINED = ("SUBJID", "SITEID", "SEX", "AGE", "AGEU", "RACE", "ETHNIC", "DMDTC", "DTHFL")
"""What the table of demographics has itself, or else it is not it."""


@dataclass(frozen=True, slots=True)
class _Doses:
    """The table of doses, the column of the first and last day, and what orders its records."""

    table: TableProfile
    subject: str
    start: Match
    end: Match | None
    order: tuple[str, ...]


def demographics(
    use: TableUse,
    exposure: Sequence[TableUse],
    found: Survey,
    guide: Dataset,
    names: Names,
    codelists: Mapping[str, Codelist],
    words: Words,
    floor: float,
) -> DatasetDraft:
    """Return the draft of DM.

    Args:
        use: the table of demographics.
        exposure: the tables of doses, the best first.
        found: all raw tables.
        guide: DM as the guide lists it.
        names: what is known of names.
        codelists: codelists by their codes.
        words: what expressions need elsewhere; it is added to.
        floor: how sure a column must be to be taken.
    """
    made = {"USUBJID": subject_identifier(use, words)}
    for variable in guide.variables:
        drafted = from_columns(use, variable, words)
        if drafted is not None:
            made.setdefault(variable.name, drafted)
    joins: list[str] = []
    for table in found.tables:
        if table.name != use.table.name:
            more = _joined(table, use, guide, names, codelists, words, floor, made)
            if more:
                made |= more
                joins.append(_join(table, use))
    lookups, derived = _from_doses(exposure)
    made |= {each.variable: each for each in derived if each.variable not in made}
    made |= {each.variable: each for each in _by_rule(made) if each.variable not in made}
    for variable in guide.variables:
        if variable.name not in made:
            drafted = opened(use, variable, _WHY.get(variable.name, ""))
            if drafted is not None and (is_wanted(variable) or drafted.others):
                made[variable.name] = drafted
    block = Block(use, (), tuple(joins))
    columns = [each.name for each in use.table.columns]
    variables = unambiguous(in_order(made, guide), made, columns)
    return DatasetDraft(guide, (block,), tuple(variables), guide.keys, lookups)


_WHY = {
    "RFSTDTC": "state the first day of the study treatment, or what the protocol calls day 1",
    "RFPENDTC": "state the last day on which anything is known of the subject",
    "ARMCD": "state the code of the arm, once the arms are known",
    "COUNTRY": "state the country, e.g. {text: USA}, or a column",
}


def _joined(
    table: TableProfile,
    use: TableUse,
    guide: Dataset,
    names: Names,
    codelists: Mapping[str, Codelist],
    words: Words,
    floor: float,
    made: Mapping[str, Drafted],
) -> dict[str, Drafted]:
    """Return the variables that a table with one record a subject gives, and DM lacks so far."""
    found = matches(table.name, table.columns, guide, names, codelists)
    chosen = best(found, floor)
    subject = chosen.get(("SUBJID", ""))
    if subject is None or (subject.column,) not in table.keys:
        return {}
    other = TableUse(table, "DM", 0, "", tuple(found), chosen)
    given: dict[str, Drafted] = {}
    for variable in guide.variables:
        if variable.name in made or variable.name in _NOT_JOINED:
            continue
        drafted = from_columns(other, variable, words, table.name)
        if drafted is not None:
            given[variable.name] = drafted
    if given:
        words.texts.add((table.name, subject.column))
        words.texts.add((use.table.name, use.column("SUBJID")))
    return given


def _join(table: TableProfile, use: TableUse) -> str:
    """Return the join of a table by its subject, as YAML."""
    theirs = next(names[0] for names in table.keys if len(names) == 1)
    ours = use.column("SUBJID")
    on = f"[{quoted(ours)}]" if ours == theirs else f"{{{quoted(ours)}: {quoted(theirs)}}}"
    return f"{{table: {table.name}, on: {on}, expect: at most one}}"


def quoted(text: str) -> str:
    r"""Return a text as YAML takes it within brackets.

    >>> quoted("SUBJID"), quoted('"IT.DAT" is not null')
    ('SUBJID', '"\\"IT.DAT\\" is not null"')
    """
    is_plain = text.isidentifier() and text.isascii()
    return text if is_plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _from_doses(exposure: Sequence[TableUse]) -> tuple[dict[str, str], list[Drafted]]:
    """Return lookups of the first and the last dose, and the days that they give."""
    doses = next((each for each in map(_doses, exposure) if each is not None), None)
    if doses is None:
        return {}, []
    start, table = doses.start, doses.table.name
    order = ", ".join(map(quoted, doses.order))
    is_there = f"{reference(start.column, '')[1:]} is not null"
    lookups = {
        pick: f"{{from: {table}, by: [{quoted(doses.subject)}], "
        f"where: {quoted(is_there)}, pick: {word}, order: [{order}]}}"
        for pick, word in (("first_dose", "first"), ("last_dose", "last"))
    }
    last = doses.end or start
    first_day = f"iso8601({reference(start.column, 'first_dose')})"
    last_day = f"iso8601({reference(last.column, 'last_dose')})"
    why = f"by the doses in {table}"
    sure = min(start.confidence, last.confidence)
    days = {"RFSTDTC": first_day, "RFENDTC": last_day, "RFXSTDTC": first_day, "RFXENDTC": last_day}
    return lookups, [
        Drafted(name, value, "mapped", sure, why, matches=(start, last))
        for name, value in days.items()
    ]


def _doses(use: TableUse) -> _Doses | None:
    """Return how doses are looked up; None where their records have no total order.

    The lookup is by the subject's column, so it must be called as in the table of demographics.
    """
    start, subject = use.chosen.get(("EXSTDTC", "date")), use.column("SUBJID")
    keys = next((each for each in use.table.keys if subject in each or len(each) == 1), None)
    if start is None or keys is None:
        return None
    order = (start.column, *(each for each in keys if each not in (subject, start.column)))
    return _Doses(use.table, subject, start, use.chosen.get(("EXENDTC", "date")), order)


def _by_rule(made: Mapping[str, Drafted]) -> Iterator[Drafted]:
    """Yield what follows from other variables of DM."""
    subject = made["USUBJID"]
    value = subject.value.removeprefix("usubjid(").removesuffix(")")
    yield replace(subject, variable="SUBJID", value=value)
    yield Drafted("STUDYID", "study.STUDYID", "derived")
    yield Drafted("DOMAIN", "DM", "constant", facts={"text": "DM"})
    if "AGE" not in made and {"BRTHDTC", "RFICDTC"} <= set(made):
        value = "age_in_years(BRTHDTC, RFICDTC)"
        yield Drafted("AGE", value, "derived", reason="completed years at informed consent")
    if "AGEU" not in made and ("AGE" in made or "BRTHDTC" in made):
        facts = {"text": "YEARS"}
        yield Drafted("AGEU", "YEARS", "constant", facts=facts, reason="unless age is in months")
    if "DTHDTC" in made:
        yield Drafted("DTHFL", "flag(DTHDTC is not null)", "derived", reason="by DTHDTC")
    if "DMDTC" in made and "RFSTDTC" in made:
        yield Drafted("DMDY", "study_day(DMDTC, RFSTDTC)", "derived")
