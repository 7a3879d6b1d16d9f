"""How raw columns are often called: names and words of mappings/draft, and how near a column is."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

_EXACT, _STANDARD, _EXTENDED, _WORDS = 0.92, 0.95, 0.85, 0.8
_NEAR = 85
"""Words count as alike from this similarity on (0 to 100)."""

# What EDC systems add to the name of a column: the text as entered, its code, its decode.
_ADDED = ("RAW", "STD", "INT", "DEC", "DECOD", "DECODE", "CD", "CODE", "TXT", "N")
_PARTS = {
    "YYYY": "year", "YY": "year", "YEAR": "year", "YR": "year", "Y": "year",
    "MM": "month", "MON": "month", "MONTH": "month", "MO": "month",
    "DD": "day", "DAY": "day",
}  # fmt: skip
_LETTERS = {"EX": ("EX", "EC")}
"""The letters that forms put before the names of a dataset, where they are not its own alone."""

_SPLIT = re.compile(r"[^A-Za-z0-9㐀-鿿]+|(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Named:
    """What columns of some names are: the variable of a dataset, and which part of it.

    `dataset` is `*` where it holds for all; then `--` in a variable stands for their letters.
    """

    dataset: str
    variable: str
    part: str
    names: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamedTest:
    """How columns that hold the results of one test are called."""

    dataset: str
    test: str
    names: tuple[str, ...]
    words: tuple[str, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class Names:
    """All that is known of names: of columns, of tests, of tables by dataset."""

    columns: tuple[Named, ...]
    tests: tuple[NamedTest, ...]
    tables: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]

    def of(self, dataset: str) -> Iterator[Named]:
        """Yield what columns may be in a table that a dataset is made from."""
        letters = _LETTERS.get(dataset, (dataset,))
        for each in self.columns:
            if each.dataset == "*":
                names = tuple(n.replace("--", two) for n in each.names for two in letters)
                variable = each.variable.replace("--", dataset)
                yield Named(dataset, variable, each.part, names, each.words)
            elif each.dataset == dataset:
                names = tuple(n.replace("--", two) for n in each.names for two in letters)
                yield Named(dataset, each.variable, each.part, names, each.words)


def load_names(columns: str, tests: str, tables: str) -> Names:
    """Return what is known of names, from the texts of the three tables."""
    return Names(
        tuple(
            Named(row["dataset"], row["variable"], row["part"], *_spellings(row))
            for row in _rows(columns)
        ),
        tuple(
            NamedTest(row["dataset"], row["test"], *_spellings(row), row["unit"])
            for row in _rows(tests)
        ),
        {row["dataset"]: _spellings(row) for row in _rows(tables)},
    )


def plain(name: str) -> str:
    """Return a name in capitals without signs, as names are compared.

    >>> plain("AE_Start-Date")
    'AESTARTDATE'
    """
    return re.sub(r"[\W_]+", "", name).upper()


def in_words(name: str) -> str:
    """Return the words of a name in small letters.

    >>> in_words("aeStart_Date")
    'ae start date'
    """
    return " ".join(each.lower() for each in _SPLIT.split(name) if each)


def likeness(
    name: str, label: str, names: Sequence[str], words: Sequence[str], variable: str = ""
) -> tuple[float, str]:
    """Return how sure a column is of a kind by its name and label, 0 to 1, and why.

    What stands before the last dot of a name, as in `IT.AETERM`, says only of what kind it is.
    """
    name = name.rpartition(".")[2] or name
    flat = plain(name)
    if variable and flat == variable:
        return _STANDARD, f"named as {variable}"
    if flat in names:
        return _EXACT, f"'{name}' is a usual name"
    stem = _stem(name)
    if stem and stem in (*names, variable):
        return _EXTENDED, f"'{name}' is a usual name with an addition"
    found = [(_words_alike(text, words), text) for text in (label, in_words(name)) if text]
    share, text = max(found, default=(0, ""))
    if share:
        return _WORDS * share, f"'{text}' reads like it"
    return 0, ""


def part_of_date(name: str) -> tuple[str, str]:
    """Return the name of a date without its part, and the part: year, month or day, or ''.

    >>> part_of_date("AESTDAT_YYYY"), part_of_date("AESTDAT")
    (('AESTDAT', 'year'), ('AESTDAT', ''))
    """
    before, sign, last = name.rpartition("_")
    part = _PARTS.get(last.upper(), "")
    return (before, part) if sign and part else (name, "")


def _stem(name: str) -> str:
    """Return the plain name without what EDC systems add behind it, '' where nothing is added."""
    before, sign, last = name.rpartition("_")
    return plain(before) if sign and last.upper() in _ADDED else ""


def _words_alike(text: str, words: Sequence[str]) -> float:
    """Return how alike a text is to the nearest of some phrases, 0 where to none."""
    from rapidfuzz import fuzz

    folded = text.lower().strip(" ?:：？*")
    if not folded or not words:
        return 0
    if folded in words:
        return 1
    chinese = [each for each in words if not each.isascii() and len(each) > 1 and each in folded]
    if chinese:
        return max(len(each) / len(folded) for each in chinese) * 0.4 + 0.6
    best = max(fuzz.token_sort_ratio(folded, each) for each in words if each.isascii())
    return best / 100 * 0.95 if best >= _NEAR else 0


def _rows(text: str) -> Iterable[Mapping[str, str]]:
    return csv.DictReader(text.splitlines())


def _spellings(row: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names, words = row["names"], row["words"]
    return tuple(names.split("|")), tuple(words.split("|")) if words else ()
