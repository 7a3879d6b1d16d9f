"""The drafts of the six datasets: blocks of records, lookups, variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trialport.draft.choose import TableUse
from trialport.draft.findings import findings_variables
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
from trialport.draft.wide import WideTest
from trialport.standard.model import Dataset

_FINDINGS = ("VS", "LB")


@dataclass(frozen=True, slots=True)
class Block:
    """Records from one raw table: the tables joined to it, its tests, and its variables."""

    use: TableUse
    variables: tuple[Drafted, ...]
    joins: tuple[str, ...] = ()

    @property
    def tests(self) -> tuple[WideTest, ...]:
        """The tests of a wide table, none of a long one."""
        return self.use.tests


@dataclass(frozen=True, slots=True)
class DatasetDraft:
    """The draft of a dataset."""

    guide: Dataset
    blocks: tuple[Block, ...]
    variables: tuple[Drafted, ...]
    keys: tuple[str, ...]
    lookups: Mapping[str, str] = field(default_factory=dict[str, str])

    def to_json(self) -> dict[str, Any]:
        """Return the draft as plain values."""
        tables = [
            {"table": each.use.table.name, "score": round(each.use.score, 2),
             "reason": each.use.reason,
             "tests": [{"test": t.test, "column": t.column, "confidence": round(t.confidence, 2),
                        "reason": t.reason} for t in each.tests],
             "variables": [v.to_json() for v in each.variables]}
            for each in self.blocks
        ]  # fmt: skip
        own = [each.to_json() for each in self.variables]
        return {"dataset": self.guide.name, "tables": tables, "variables": own}


def record_dataset(
    uses: Sequence[TableUse], guide: Dataset, words: Words, *, has_reference: bool
) -> DatasetDraft:
    """Return the draft of a dataset with records of subjects: all but DM.

    Args:
        uses: the tables that it is made from.
        guide: the dataset as the guide lists it.
        words: what expressions need elsewhere; it is added to.
        has_reference: whether DM has the day from which study days are counted.
    """
    shared = _shared(guide, uses, has_reference=has_reference)
    blocks = [Block(use, tuple(_in_block(use, guide, words))) for use in uses]
    shared |= _still_open(guide, uses[0], {*shared, *_names(blocks)})
    if len(blocks) == 1:
        every = {each.variable: each for each in blocks[0].variables} | shared
        blocks, shared = [Block(uses[0], ())], every
    else:
        blocks = [_filled_up(each, _names(blocks), guide) for each in blocks]
    columns = {each.name for use in uses for each in use.table.columns}
    known = {each.variable: each for block in blocks for each in block.variables} | shared
    shared = {each.variable: each for each in unambiguous(shared.values(), known, columns)}
    lookups = {"dm": "{from: DM, pick: only}"} if has_reference and _has_day(shared) else {}
    opened_ = {each.variable for each in shared.values() if each.state == "open"}
    made = ({*shared} - opened_) | _names(blocks)
    keys = tuple(each for each in (*guide.keys, *_more_keys(guide)) if each in made)
    return DatasetDraft(guide, tuple(blocks), tuple(in_order(shared, guide)), keys, lookups)


def _names(blocks: Sequence[Block]) -> set[str]:
    return {each.variable for block in blocks for each in block.variables}


def _more_keys(guide: Dataset) -> tuple[str, ...]:
    """Return what tells records of a subject apart beside the keys that the guide begins with."""
    more = {"AE": ("AETERM", "AESTDTC"), "VS": ("VSDTC",), "LB": ("LBTEST", "LBDTC")}
    return tuple(each for each in more.get(guide.name, ()) if each not in guide.keys)


def _shared(guide: Dataset, uses: Sequence[TableUse], *, has_reference: bool) -> dict[str, Drafted]:
    """Return the variables that are the same whatever table a record comes from."""
    name = guide.name
    made = [
        Drafted("STUDYID", "study.STUDYID", "derived"),
        Drafted("DOMAIN", name, "constant", facts={"text": name}),
        Drafted(f"{name}SEQ", "sequence()", "derived"),
    ]
    for moment, day in ((f"{name}DTC", f"{name}DY"), (f"{name}STDTC", f"{name}STDY"),
                        (f"{name}ENDTC", f"{name}ENDY")):  # fmt: skip
        is_there = all(
            any(v == moment for v, _ in use.chosen) or _by_visit(use, moment, name) for use in uses
        )
        if has_reference and is_there and guide.variable(day) is not None:
            made.append(Drafted(day, f"study_day({moment}, dm.RFSTDTC)", "derived"))
    return {each.variable: each for each in made}


def _by_visit(use: TableUse, moment: str, dataset: str) -> bool:
    return moment == f"{dataset}DTC" and ("VISDAT", "date") in use.chosen


def _has_day(shared: Mapping[str, Drafted]) -> bool:
    return any("dm." in each.value for each in shared.values())


def _in_block(use: TableUse, guide: Dataset, words: Words) -> list[Drafted]:
    made = _of_block(use, guide, words)
    columns = [each.name for each in use.table.columns]
    return unambiguous(in_order(made, guide), made, columns)


def _of_block(use: TableUse, guide: Dataset, words: Words) -> dict[str, Drafted]:
    """Return the variables that come from one table."""
    made = {"USUBJID": subject_identifier(use, words)}
    for variable in guide.variables:
        if variable.name not in made:
            drafted = from_columns(use, variable, words)
            if drafted is not None:
                made[variable.name] = drafted
    if guide.name in _FINDINGS:
        made |= findings_variables(use, guide, words, made)
    if guide.name == "DS":
        made |= _disposition(made, use, guide, words)
    if guide.name == "AE" and "AEBODSYS" not in made and "AESOC" in made:
        made["AEBODSYS"] = Drafted("AEBODSYS", "AESOC", "derived", reason="the primary one")
    for variable in guide.variables:
        if variable.name not in made:
            drafted = opened(use, variable)
            if drafted is not None and drafted.others:
                made[variable.name] = drafted
    return made


def subject_identifier(use: TableUse, words: Words) -> Drafted:
    """Return USUBJID from the column that names the subject."""
    match = use.chosen["SUBJID", ""]
    words.texts.add((use.table.name, match.column))
    return Drafted(
        "USUBJID",
        f"usubjid({reference(match.column)})",
        "mapped",
        match.confidence,
        match.reason,
        matches=(match,),
    )


def _disposition(
    made: Mapping[str, Drafted], use: TableUse, guide: Dataset, words: Words
) -> dict[str, Drafted]:
    found: dict[str, Drafted] = {}
    if "DSTERM" in made and "DSDECOD" not in made:
        decod = guide.variable("DSDECOD")
        assert decod is not None
        codelist = words.codelists[decod.codelists[0]]
        column = use.table.column(made["DSTERM"].matches[0].column)
        words.drafted(codelist).add((v for v, _ in column.values), column.described.decodes)
        words.texts.add((use.table.name, column.name))
        facts = {"codelist": codelist.submission_name}
        found["DSDECOD"] = Drafted("DSDECOD", reference(column.name), "mapped",
                                   made["DSTERM"].confidence * 0.9, "by the term collected", facts,
                                   made["DSTERM"].matches)  # fmt: skip
    elif "DSDECOD" in made and "DSTERM" not in made:
        found["DSTERM"] = Drafted(
            "DSTERM", "DSDECOD", "derived", reason="nothing else was collected"
        )
    if "DSCAT" not in made:
        text = "DISPOSITION EVENT"
        found["DSCAT"] = Drafted("DSCAT", text, "constant", facts={"text": text},
                                 reason="unless the table holds protocol milestones")  # fmt: skip
    return found


def _still_open(guide: Dataset, use: TableUse, made: set[str]) -> dict[str, Drafted]:
    """Return the variables that the standard asks for and nothing gives."""
    found = (
        opened(use, each) for each in guide.variables if each.name not in made and is_wanted(each)
    )
    return {each.variable: each for each in found if each is not None}


def _filled_up(block: Block, names: set[str], guide: Dataset) -> Block:
    """Return a block with null for what only other blocks give."""
    have = {each.variable: each for each in block.variables}
    for name in names - set(have):
        have[name] = Drafted(name, "null", "open", 0, "no column of this table was found")
    return Block(block.use, tuple(in_order(have, guide)), block.joins)
