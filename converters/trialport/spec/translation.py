"""Labels and decodes in another language: what the study says, then what is shipped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trialport.spec.label_nodes import Labels
from trialport.spec.nodes import Text

LANGUAGES = ("ja", "zh")
"""Languages of the agencies that there are profiles of; the folder of each bears its name."""


@dataclass(frozen=True, slots=True)
class Translation:
    """One language of a study.

    `language` is as in xml:lang, `encoding` that of the transport files; `labels` are those of the
    study and those that are shipped, the first that knows a text is believed.
    """

    language: str
    encoding: str
    labels: tuple[Labels, ...]

    def dataset(self, name: str, english: str) -> str:
        """Return the label of a dataset, empty where there is none."""
        return _first(
            found
            for each in self.labels
            for found in (each.datasets.get(name), each.labels.get(english))
        )

    def variable(self, dataset: str, name: str, english: str) -> str:
        """Return the label of a variable: of this dataset, of any, or by its English label."""
        return _first(
            found
            for each in self.labels
            for found in (
                each.variables.get(f"{dataset}.{name}"),
                each.variables.get(name),
                each.labels.get(english),
            )
        )

    def term(self, codelists: Iterable[str], value: str) -> str:
        """Return the decode of a term of the first codelist that has one, empty where none has."""
        names = tuple(codelists)
        return _first(each.terms.get(name, {}).get(value) for each in self.labels for name in names)


def _first(found: Iterable[Text | None]) -> str:
    return next((each.text for each in found if each is not None), "")
