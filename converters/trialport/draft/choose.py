"""Which raw tables a dataset may be made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from trialport.draft.match import Match, best, matches
from trialport.draft.names import Names, in_words, plain
from trialport.draft.survey import Survey
from trialport.draft.tables import TableProfile
from trialport.draft.wide import WideTest, wide_tests
from trialport.standard.model import Dataset
from trialport.terms.codelists import Codelist

DATASETS = ("DM", "AE", "VS", "LB", "DS", "EX")
"""The datasets that are drafted."""

_TOPICS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "DM": (("SEX",), ("BRTHDTC",), ("AGE",), ("RACE",)),
    "AE": (("AETERM",),),
    "DS": (("DSTERM",), ("DSDECOD",)),
    "EX": (("EXDOSE",), ("EXTRT", "EXSTDTC")),
    "VS": (("VSTEST", "VSORRES"), ("VSTESTCD", "VSORRES")),
    "LB": (("LBTEST", "LBORRES"), ("LBTESTCD", "LBORRES")),
}
"""What a table must have for each dataset: one of these sets of variables."""

_COMMON = ("SUBJID", "SITEID", "VISIT", "VISITNUM", "VISDAT")
_ALONE = ("AE", "DS", "EX", "VS", "LB")


@dataclass(frozen=True, slots=True)
class TableUse:
    """A raw table as the source of a dataset, and what its columns may be there.

    Attributes:
        table: the table.
        dataset: the dataset.
        score: how well it fits, to compare with other tables; it has no upper end.
        reason: what speaks for it.
        found: everything that its columns may be, the surest first.
        chosen: the surest column for each part of each variable, where it is sure enough.
        tests: the tests of a wide table.
        is_named: whether the name of the table speaks for the dataset.
    """

    table: TableProfile
    dataset: str
    score: float
    reason: str
    found: tuple[Match, ...]
    chosen: Mapping[tuple[str, str], Match]
    tests: tuple[WideTest, ...] = ()
    is_named: bool = False

    def column(self, variable: str, part: str = "") -> str:
        """Return the column chosen for a part of a variable, '' where there is none."""
        match = self.chosen.get((variable, part))
        return match.column if match else ""


def chosen_tables(
    found: Survey,
    guides: Mapping[str, Dataset],
    names: Names,
    codelists: Mapping[str, Codelist],
    floor: float,
) -> dict[str, list[TableUse]]:
    """Return the tables that each dataset may be made from, the best first; none for some."""
    uses = [
        use
        for table in found.tables
        for dataset in DATASETS
        if (use := _use(table, guides[dataset], names, codelists, floor)) is not None
    ]
    kept = list(_unrivalled(uses))
    made = {
        dataset: sorted((u for u in kept if u.dataset == dataset), key=lambda u: -u.score)
        for dataset in DATASETS
    }
    return {dataset: _sure(of_dataset) for dataset, of_dataset in made.items()}


def _sure(uses: list[TableUse]) -> list[TableUse]:
    """Return the tables whose names speak for a dataset, else the one that fits best.

    Results may come in several tables without such a name; subjects come in one.
    """
    if not uses or uses[0].dataset == "DM":
        return uses[:1]
    named = [each for each in uses if each.is_named]
    return named or (uses if uses[0].dataset in ("VS", "LB") else uses[:1])


def _use(
    table: TableProfile,
    guide: Dataset,
    names: Names,
    codelists: Mapping[str, Codelist],
    floor: float,
) -> TableUse | None:
    dataset = guide.name
    found = matches(table.name, table.columns, guide, names, codelists)
    chosen = best(found, floor)
    taken = {each.column for each in chosen.values()}
    tests = tuple(
        each
        for each in (wide_tests(table, dataset, names) if dataset in ("VS", "LB") else ())
        if each.confidence >= floor and each.column not in taken
    )
    variables = {variable for variable, _ in chosen}
    topics = [each for each in _TOPICS[dataset] if set(each) <= variables]
    hint, why = _hint(table, names.tables[dataset])
    own = [m for m in chosen.values() if m.variable not in _COMMON and m.part != "ignore"]
    is_fit = bool(topics) or len(tests) >= (1 if hint else 2)
    if "SUBJID" not in variables or not is_fit or (not hint and len(own) + len(tests) < 2):
        return None
    if dataset == "DM" and (chosen["SUBJID", ""].column,) not in table.keys:
        return None
    score = sum(each.confidence for each in own) + sum(each.confidence for each in tests) + hint
    held = [f"{len(own)} of its variables", f"{len(tests)} tests" if tests else "", why]
    reason = ", ".join(each for each in held if each)
    return TableUse(table, dataset, score, reason, tuple(found), chosen, tests, hint > 0)


def _hint(table: TableProfile, known: tuple[tuple[str, ...], tuple[str, ...]]) -> tuple[float, str]:
    """Return how much the name of a table speaks for a dataset."""
    names, words = known
    stem = table.contract.file.text.rpartition("/")[2].partition(".")[0]
    for name in (table.name, table.contract.sheet or "", stem):
        if plain(name) in names or plain(name).removesuffix("RAW") in names:
            return 2, f"'{name}' names it"
    text = f"{in_words(table.name)} {stem} {table.contract.label}".lower()
    for each in words:
        if each in text:
            return 1.5, f"'{each}' is in its name"
    for part in in_words(table.name).split():
        if part.upper() in names:
            return 1, f"'{part}' is in its name"
    return 0, ""


def _unrivalled(uses: Sequence[TableUse]) -> Iterator[TableUse]:
    """Yield the uses of tables: a long table feeds the one dataset that it fits best."""
    for use in uses:
        rivals = [
            each
            for each in uses
            if each.table is use.table and each.dataset in _ALONE and not each.tests
        ]
        is_wide = bool(use.tests) or use.dataset == "DM"
        if is_wide or use is _best(rivals):
            yield use


def _best(uses: Iterable[TableUse]) -> TableUse:
    return max(uses, key=lambda each: each.score)
