"""Codelists of controlled terminology: load those asked for, find terms, name the nearest."""

from __future__ import annotations

import csv
import difflib
import gzip
import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import BinaryIO, NamedTuple

COLUMNS = (
    "codelist_code",
    "codelist",
    "codelist_name",
    "extensible",
    "term_code",
    "term",
    "decode",
    "synonyms",
)
_GZIP = b"\x1f\x8b"

_CODELIST = re.compile(rb"^([^,\n]*),([^,\n]*)[^\n]*(?:\n\1,[^\n]*)*", re.MULTILINE)
"""The lines of one codelist: the code is the first column, the submission name the next."""


class Term(NamedTuple):
    """One permitted value: its NCI code, submission value, preferred term and synonyms."""

    code: str
    value: str
    decode: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Codelist:
    """One codelist, e.g. C66742 No Yes Response, submission name NY.

    Terms come in the order of their submission values. Where `extensible`, a sponsor may add
    terms of its own; where not, any other value is a fault.
    """

    code: str
    name: str
    submission_name: str
    extensible: bool
    terms: tuple[Term, ...]
    _by_value: Mapping[str, Term] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_value", {each.value: each for each in self.terms})

    def __contains__(self, value: object) -> bool:
        """Return whether the text is a submission value of the codelist, in this very case."""
        return value in self._by_value

    @property
    def values(self) -> tuple[str, ...]:
        """The submission values."""
        return tuple(each.value for each in self.terms)

    def term(self, value: str) -> Term | None:
        """Return the term with exactly this submission value, or None."""
        return self._by_value.get(value)


def load_terminology(
    package: bytes | BinaryIO, codes: Collection[str] | None = None
) -> dict[str, Codelist]:
    """Return the codelists asked for, or all of them, by NCI code.

    Only the lines of the codelists asked for are parsed: a few codelists out of the 43,000 terms
    of an SDTM package cost little more than reading the file.

    Args:
        package: a terminology table, gzipped or not, with the lines of a codelist together.
        codes: NCI codes (`C66742`) or submission names (`NY`); None for every codelist. What the
            package lacks is left out.
    """
    wanted = None if codes is None else {each.encode() for each in codes}
    found = (_codelist(lines) for lines in _blocks(unpacked(package), wanted))
    return {each.code: each for each in found}


def terminology_digest(package: bytes | BinaryIO) -> str:
    """Return the SHA-256 of the table's text, in hex, by which a study pins its terminology.

    The text is digested, not the compressed file: two versions of zlib compress differently.
    """
    return hashlib.sha256(unpacked(package)).hexdigest()


def nearest(codelist: Codelist, text: str) -> Term | None:
    """Return the term that a collected text most likely means, or None.

    In this order: the value in another case, a synonym or the preferred term, the most similar
    of all of them. The caller decides what to do with it; nothing is mapped here.

    >>> yes = Codelist("C66742", "No Yes Response", "NY", False, (Term("C49488", "Y", "Yes"),))
    >>> nearest(yes, "yes").value
    'Y'
    """
    folded = text.strip().casefold()
    by_value = _folded((each.value, each) for each in codelist.terms)
    by_name = _folded((name, each) for each in codelist.terms for name in _names(each))
    exact = by_value.get(folded) or by_name.get(folded)
    if exact is not None or not folded:
        return exact
    spellings = by_name | by_value
    close = difflib.get_close_matches(folded, spellings, n=1, cutoff=0.75)
    return spellings[close[0]] if close else None


def suggestion(codelist: Codelist, text: str) -> str:
    """Return the remedy for a value without a term: the nearest term, or the terms where few.

    >>> sex = Codelist("C66731", "Sex", "SEX", False, (Term("C20197", "M", "Male"),))
    >>> suggestion(sex, "male")
    "did you mean 'M' (Male)?"
    """
    term = nearest(codelist, text)
    if term is not None:
        same = term.decode.casefold() in {"", term.value.casefold()}
        return f"did you mean '{term.value}'" + ("?" if same else f" ({term.decode})?")
    if len(codelist.terms) <= 5:
        return "terms: " + ", ".join(f"'{each}'" for each in codelist.values)
    return ""


def paired_terms(codes: Codelist, names: Codelist) -> dict[str, str]:
    """Return code value to name value for two codelists of one concept, e.g. LBTESTCD, LBTEST.

    Terms of the two are paired by their NCI code, e.g. `ALB` with `Albumin`.
    """
    by_code = {each.code: each.value for each in names.terms}
    return {each.value: by_code[each.code] for each in codes.terms if each.code in by_code}


def unpacked(package: bytes | BinaryIO) -> bytes:
    """Return the text of a terminology table, whether it comes gzipped or not."""
    content = package if isinstance(package, bytes) else package.read()
    return gzip.decompress(content) if content.startswith(_GZIP) else content


def _blocks(text: bytes, wanted: set[bytes] | None) -> Iterator[bytes]:
    """Yield the lines of each codelist wanted."""
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for found in _CODELIST.finditer(text, text.find(b"\n") + 1):
        if wanted is None or not wanted.isdisjoint(found.groups()):
            yield found[0]


@lru_cache(maxsize=512)
def _codelist(lines: bytes) -> Codelist:
    """Return the codelist of these lines: one object for a plan, its rules and its Define-XML."""
    rows = list(csv.reader(lines.decode("utf-8").split("\n")))
    code, submission_name, name, extensible = rows[0][:4]
    terms = tuple(
        Term(row[4], row[5], row[6], tuple(row[7].split("; ")) if row[7] else ()) for row in rows
    )
    return Codelist(code, name, submission_name, extensible == "Yes", terms)


def _names(term: Term) -> tuple[str, ...]:
    return (term.decode, *term.synonyms)


def _folded(spellings: Iterable[tuple[str, Term]]) -> dict[str, Term]:
    first: dict[str, Term] = {}
    for spelling, term in spellings:
        first.setdefault(spelling.casefold(), term)
    first.pop("", None)
    return first
