"""The draft of a whole study from what its raw tables hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any

from trialport.draft.choose import DATASETS, TableUse, chosen_tables
from trialport.draft.datasets import DatasetDraft, record_dataset
from trialport.draft.demographics import demographics
from trialport.draft.names import Names, load_names
from trialport.draft.survey import Survey
from trialport.draft.terms import with_values
from trialport.draft.variables import Words
from trialport.draft.yaml_files import dataset_yaml, sources_yaml, study_yaml, terminology_yaml
from trialport.standard.load import load_standard
from trialport.standard.model import Dataset
from trialport.terms.codelists import Codelist, load_terminology

SDTMIG, TERMINOLOGY = "3.4", "sdtmct-2025-03-28"
FLOOR = 0.6
"""How sure a column must be to be taken, unless another limit is asked for."""


@dataclass(frozen=True, slots=True)
class StudyDraft:
    """A drafted study: its files by their paths, and what was decided and why."""

    study: str
    files: Mapping[str, str]
    datasets: tuple[DatasetDraft, ...]
    survey: Survey
    missing: tuple[str, ...]
    unused: Mapping[str, tuple[str, ...]]

    def to_json(self) -> dict[str, Any]:
        """Return what was decided, as plain values."""
        return {
            "study": self.study,
            "files": list(self.files),
            "datasets": [each.to_json() for each in self.datasets],
            "not_drafted": list(self.missing),
            "unused_columns": {name: list(each) for name, each in self.unused.items()},
        }


def draft_study(found: Survey, study: str, mappings: Traversable, floor: float) -> StudyDraft:
    """Return the draft of a study.

    Args:
        found: what its raw tables hold.
        study: its identifier.
        mappings: the shipped mappings: names, standards, terminology.
        floor: how sure a column must be to be taken; others become comments.
    """
    standard = load_standard(mappings / "standard", "sdtmig", SDTMIG, DATASETS)
    guides = {each.name: each for each in standard.datasets}
    names, codelists = _names(mappings), _codelists(mappings, guides)
    uses = chosen_tables(found, guides, names, codelists, floor)
    words = Words(codelists)
    datasets = tuple(_datasets(uses, found, guides, names, codelists, words, floor))
    drafted = {each.guide.name for each in datasets}
    subjects = [block for each in datasets if each.guide.name == "DM" for block in each.blocks]
    files = {
        "study.yaml": study_yaml(
            study, sdtmig=SDTMIG, terminology=TERMINOLOGY, is_ascii=_is_ascii(found)
        ),
        "sources.yaml": sources_yaml(found, words, [each.use.table.name for each in subjects]),
        "terminology.yaml": terminology_yaml(words),
        **{f"sdtm/{each.guide.name.lower()}.yaml": dataset_yaml(each, words) for each in datasets},
    }
    return StudyDraft(
        study,
        {name: text for name, text in files.items() if text},
        datasets,
        found,
        tuple(each for each in DATASETS if each not in drafted),
        _unused(found, datasets),
    )


def _datasets(
    uses: Mapping[str, list[TableUse]],
    found: Survey,
    guides: Mapping[str, Dataset],
    names: Names,
    codelists: Mapping[str, Codelist],
    words: Words,
    floor: float,
) -> Iterator[DatasetDraft]:
    has_reference = False
    for name in DATASETS:
        guide = guides[name]
        if not uses[name]:
            continue
        if name == "DM":
            made = demographics(
                uses["DM"][0], uses["EX"], found, guide, names, codelists, words, floor
            )
            has_reference = any(
                each.variable == "RFSTDTC" and each.state != "open" for each in made.variables
            )
            yield made
        else:
            yield record_dataset(uses[name], guide, words, has_reference=has_reference)


def _names(mappings: Traversable) -> Names:
    folder = mappings / "draft"
    texts = [(folder / f"{each}.csv").read_text("utf-8") for each in ("names", "tests", "tables")]
    return load_names(*texts)


def _codelists(mappings: Traversable, guides: Mapping[str, Dataset]) -> dict[str, Codelist]:
    codes = {
        code
        for guide in guides.values()
        for variable in guide.variables
        for code in variable.codelists
    }
    package = (mappings / "terminology" / f"{TERMINOLOGY}.csv.gz").read_bytes()
    values = (mappings / "draft" / "values.csv").read_text("utf-8")
    return with_values(load_terminology(package, codes), values)


def _is_ascii(found: Survey) -> bool:
    return all(
        value.isascii()
        for table in found.tables
        for column in table.columns
        for value, _ in column.values
    )


def _unused(found: Survey, datasets: tuple[DatasetDraft, ...]) -> dict[str, tuple[str, ...]]:
    """Return the columns that no dataset takes, by table."""
    used: set[tuple[str, str]] = set()
    for draft in datasets:
        for block in draft.blocks:
            used |= {(block.use.table.name, each.column) for each in block.tests}
            used |= {(block.use.table.name, each.unit_column) for each in block.tests}
            drafted = (*block.variables, *draft.variables)
            used |= {(m.table, m.column) for each in drafted for m in each.matches}
    left = {
        table.name: tuple(
            each.name for each in table.columns if (table.name, each.name) not in used
        )
        for table in found.tables
    }
    return {name: columns for name, columns in left.items() if columns}
