"""Collected values and the terms of controlled terminology that they may mean."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from trialport.draft.columns import MOST_VALUES, ColumnProfile
from trialport.terms.codelists import Codelist, Term, nearest


@dataclass(slots=True)
class DraftedTerms:
    """What is mapped to one codelist: values with their terms, and those still to be decided."""

    codelist: Codelist
    mapped: dict[str, str] = field(default_factory=dict[str, str])
    open: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, values: Iterable[str], names: Mapping[str, str] | None = None) -> None:
        """Take in collected values.

        Args:
            values: as they were collected.
            names: what each of them is called, where a table says it.
        """
        for value in values:
            if value in self.codelist or value in self.mapped:
                continue
            term = meant_term(self.codelist, value, names)
            if term is not None:
                self.mapped[value] = term.value
            else:
                close = nearest(self.codelist, value)
                self.open[value] = close.value if close else ""


def meant_term(
    codelist: Codelist, value: str, names: Mapping[str, str] | None = None
) -> Term | None:
    """Return the term that a value means beyond doubt, or None.

    It is the term in another case, a synonym, its decode, or one of the two words of a term.
    `names` may say what a coded value is called: then that name is looked up.
    """
    text = (names or {}).get(value, value)
    folded = text.strip().casefold()
    spellings = (
        (spelling, each)
        for each in codelist.terms
        for spelling in (each.value, each.decode, *each.synonyms)
    )
    exact = [each for spelling, each in spellings if spelling.casefold() == folded]
    if exact:
        return exact[0]
    # RECOVERED/RESOLVED is meant by either of its words, where no other term has it.
    half = [each for each in codelist.terms if folded in each.value.casefold().split("/")]
    return half[0] if len(half) == 1 else None


def terms_share(column: ColumnProfile, codelist: Codelist) -> tuple[int, int]:
    """Return how many different values of a column have a term of a codelist, and of how many."""
    values = [value for value, _ in column.values[:MOST_VALUES]]
    decodes = column.described.decodes
    known = [each for each in values if meant_term(codelist, each, decodes) is not None]
    return len(known), len(values)


def with_values(codelists: Mapping[str, Codelist], values: str) -> dict[str, Codelist]:
    """Return codelists whose terms have further synonyms, from the text of a table of them."""
    more: dict[tuple[str, str], list[str]] = {}
    for row in csv.DictReader(values.splitlines()):
        more.setdefault((row["codelist"], row["term"]), []).append(row["value"])
    return {
        code: replace(
            each,
            terms=tuple(
                term._replace(
                    synonyms=(*term.synonyms, *more.get((each.submission_name, term.value), ())),
                )
                for term in each.terms
            ),
        )
        for code, each in codelists.items()
    }
