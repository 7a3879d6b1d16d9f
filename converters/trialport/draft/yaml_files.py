"""The files of a drafted study: YAML with the reason for each guess beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from trialport.diagnostics import plain
from trialport.draft.columns import ColumnProfile
from trialport.draft.datasets import Block, DatasetDraft
from trialport.draft.findings import name_of_test
from trialport.draft.links import Link
from trialport.draft.survey import Survey
from trialport.draft.tables import TableProfile
from trialport.draft.terms import DraftedTerms
from trialport.draft.variables import Drafted, Words, reference
from trialport.read.typed import USUAL_STYLES
from trialport.spec.nodes import ColumnType

_WIDTH = 44
_PLAIN = re.compile(r"[A-Za-z_㐀-鿿][\w㐀-鿿./() +-]*")
_WORDS = ("null", "true", "false", "yes", "no", "on", "off", "y", "n")


def scalar(text: str, *, within: bool = False) -> str:
    """Return a text as YAML that reads back as the same text; `within` brackets it is stricter.

    >>> scalar("src.AETERM"), scalar("a: b"), scalar("no"), scalar("f(a, b)", within=True)
    ('src.AETERM', '"a: b"', '"no"', '"f(a, b)"')
    """
    allowed = _PLAIN if within else re.compile(r"[A-Za-z_㐀-鿿][\w㐀-鿿./() +\-,=<>'\"\[\]?^$*|]*")
    is_plain = allowed.fullmatch(text) is not None and text.lower() not in _WORDS
    if is_plain and not text.endswith(" ") and " #" not in text and ": " not in text:
        return text
    return '"' + plain(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def noted(line: str, note: str, width: int = _WIDTH) -> str:
    """Return a line with a comment behind it."""
    return f"{line.ljust(width)}  # {plain(note)}" if note else line


def study_yaml(study: str, *, sdtmig: str, terminology: str, is_ascii: bool) -> str:
    """Return study.yaml."""
    lines = [
        "# Drafted from raw tables by `trialport new`: read it, correct it, then it is yours.",
        noted(f"study: {scalar(study)}", "the identifier of the study, STUDYID: is it this?"),
        f'standards: {{sdtmig: "{sdtmig}"}}',
        f"terminology: {{sdtm: {terminology}}}",
    ]
    if not is_ascii:
        lines.append(noted("encoding: utf-8", "of the XPORT files: the data hold more than ASCII"))
    return "\n".join(lines) + "\n"


def sources_yaml(found: Survey, words: Words, subjects: Sequence[str]) -> str:
    """Return sources.yaml: the contract of each raw table, as far as the data tell it.

    `subjects` names the tables of subjects: others refer to them where they lead there.
    """
    lines = [
        "# Contracts of the raw tables. Types, keys, missing codes and encodings were found in the",
        "# data; what is said behind # is the evidence. They are guesses until somebody who knows",
        "# the forms has read them.",
        "tables:",
    ]
    for table in found.tables:
        links = [
            each
            for each in found.links
            if each.table == table.name and (each.to_table in subjects or not subjects)
        ]
        lines += _table(table, links, words)
    return "\n".join(lines) + "\n"


def terminology_yaml(words: Words) -> str:
    """Return terminology.yaml: collected values and their terms; what is undecided is a comment."""
    if not words.terms:
        return ""
    lines = [
        "# Collected values and their submission values. A value that is a term needs no entry.",
        "codelists:",
    ]
    for name in sorted(words.terms):
        lines += _codelist(name, words.terms[name])
    return "\n".join(lines) + "\n"


def dataset_yaml(draft: DatasetDraft, words: Words) -> str:
    """Return the file of a dataset."""
    lines = [
        f"dataset: {draft.guide.name}",
        noted(f"keys: [{', '.join(draft.keys)}]", "guess: what tells its records apart"),
        "",
        "records:",
    ]
    for block in draft.blocks:
        lines += _block(block, draft, words)
    if draft.lookups:
        lines += ["", "lookups:"]
        width = max(map(len, draft.lookups)) + 1
        lines += [f"  {(name + ':').ljust(width)} {text}" for name, text in draft.lookups.items()]
    lines += ["", "variables:", *_variables(draft.variables, "  ")]
    return "\n".join(lines) + "\n"


def _table(table: TableProfile, links: Sequence[Link], words: Words) -> Iterator[str]:
    contract, guesses = table.contract, table.guesses
    yield f"  {table.name}:"
    yield f"    file: {scalar(contract.file.text)}"
    if contract.format:
        yield f"    format: {contract.format}"
    if contract.sheet:
        yield f"    sheet: {scalar(contract.sheet)}"
    for name, text in (
        ("encoding", contract.encoding.text if contract.encoding else ""),
        ("delimiter", contract.delimiter if "delimiter" in guesses else ""),
    ):
        if text and (name != "delimiter" or text != ","):
            guess = guesses.get(name)
            note = f"guess, {guess.confidence:.2f}: {guess.evidence}" if guess else ""
            written = '"\\t"' if text == "\t" else scalar(text)
            yield noted(f"    {name}: {written}", note, 30)
    if table.keys:
        names = ", ".join(scalar(each, within=True) for each in table.keys[0])
        yield noted(f"    keys: [{names}]", "guess: no two records have the same", 30)
    yield "    columns:"
    width = max((len(scalar(each.name)) for each in table.columns), default=0) + 1
    references = {each.column: each for each in links}
    for column in table.columns:
        is_text = (table.name, column.name) in words.texts
        link = references.get(column.name)
        yield _column(column, link, width, is_text=is_text)


def _column(column: ColumnProfile, link: Link | None, width: int, *, is_text: bool) -> str:
    type_ = ColumnType.TEXT if is_text else column.type
    facts = [f"type: {type_.value}"]
    is_moment = type_ in (ColumnType.DATE, ColumnType.DATETIME)
    if is_moment and not set(column.styles) <= set(USUAL_STYLES):
        facts.append(f"styles: [{', '.join(each.value for each in column.styles)}]")
    if column.missing:
        codes = ", ".join(scalar(each, within=True) for each in ("", *column.missing))
        facts.append(f"missing: [{codes}]")
    if column.label:
        facts.append(f"label: {scalar(column.label, within=True)}")
    if link is not None:
        facts.append(f"references: {scalar(f'{link.to_table}.{link.to_column}', within=True)}")
    name = (scalar(column.name) + ":").ljust(width)
    note = column.evidence if not is_text or column.type is type_ else "taken as text"
    return noted(f"      {name} {{{', '.join(facts)}}}", note, 0)


def _codelist(name: str, terms: DraftedTerms) -> Iterator[str]:
    head = f"  {name}: {{nci: {terms.codelist.code}"
    if not terms.mapped and not terms.open:
        yield head + "}"
        return
    yield f"  {name}:"
    yield noted(f"    nci: {terms.codelist.code}", terms.codelist.name)
    if terms.mapped:
        yield "    map:"
        for value, term in terms.mapped.items():
            yield f"      {scalar(value)}: {scalar(term)}"
    if terms.open:
        extra = "; it is extensible: `extend` takes further terms" * terms.codelist.extensible
        yield f"    # no term is known for these values{extra}"
        for value, near in terms.open.items():
            hint = f"is it {near}?" if near else "?"
            yield noted(f"    #   {scalar(value)}:", hint)


def _block(block: Block, draft: DatasetDraft, words: Words) -> Iterator[str]:
    use = block.use
    yield noted(f"  - from: {use.table.name}", f"{use.reason}; {use.table.records} records")
    if block.joins:
        yield "    join:"
        yield from (f"      - {each}" for each in block.joins)
    if block.tests:
        yield "    tests:"
        for each in block.tests:
            name = name_of_test(each.test, draft.guide, words)
            result = scalar(reference(each.column), within=True)
            facts = [f"name: {scalar(name, within=True)}", f"result: {result}"]
            note = f"{each.confidence:.2f} {each.reason}"
            if each.unit_column:
                facts.append(f"unit: {scalar(reference(each.unit_column), within=True)}")
            elif each.unit:
                facts.append(f"unit: {{text: {scalar(each.unit, within=True)}}}")
                note += "" if each.is_stated else "; the unit is the usual one, a guess"
            else:
                note += "; its unit is not known"
            yield noted(f"      {each.test}: {{{', '.join(facts)}}}", note)
        yield "    unless: test.result is null"
    if block.variables:
        yield "    set:"
        yield from _variables(block.variables, "      ")


def _variables(drafted: Sequence[Drafted], indent: str) -> Iterator[str]:
    for each in drafted:
        is_asked = each.state != "open" or each.reason
        if is_asked:
            note = each.reason
            if each.state == "mapped":
                note = f"{each.confidence:.2f} {each.reason}"
            yield noted(f"{indent}{(each.variable + ':').ljust(9)} {_value(each)}", note)
        for other in each.others:
            # The column alone: its expression follows once somebody has decided for it.
            text = f"{indent}#   {each.variable}: {reference(other.column)}"
            yield noted(text, f"{other.confidence:.2f} {other.reason}")


def _value(drafted: Drafted) -> str:
    if drafted.state == "open":
        return '"null"'
    facts: Mapping[str, str] = drafted.facts
    if "text" in facts:
        return f"{{text: {scalar(facts['text'], within=True)}}}"
    if facts:
        more = "".join(f", {key}: {scalar(value, within=True)}" for key, value in facts.items())
        return f"{{value: {scalar(drafted.value, within=True)}{more}}}"
    return scalar(drafted.value)
