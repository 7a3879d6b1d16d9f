"""What a study is made of: its own files over those of the templates that it extends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import yaml

from trialport.spec.nodes import Text
from trialport.spec.yaml_text import compose, place

SINGLE = ("study.yaml", "sources.yaml", "terminology.yaml", "concepts.yaml", "report.yaml")
FOLDERS = ("sdtm", "adam", "fhir", "labels", "rules")
BESIDE = ("dispositions.yaml", "privacy.yaml")
"""Files that lie beside a specification and are read by those who judge or send its output."""


@dataclass(frozen=True, slots=True)
class Layer:
    """The files of one template, or of the study itself, by path relative to their folder.

    `shown` is what stands before a path in places; `name` is empty for the study.
    """

    name: str
    shown: str
    files: Mapping[str, str]

    @property
    def own(self) -> dict[str, str]:
        """The files that belong to a specification, in the order of their paths."""
        return {path: text for path, text in sorted(self.files.items()) if belongs(path)}


def belongs(path: str) -> bool:
    """Say whether a path is one of a specification."""
    parts = PurePosixPath(path).parts
    return path in SINGLE or (
        len(parts) == 2 and parts[0] in FOLDERS and path == "/".join(parts) and _is_yaml(parts[1])
    )


def extended(layer: Layer) -> list[Text]:
    """Return the names under `extends` of the layer's study.yaml.

    A text with faults extends nothing, and what is no name is left out: the reader of study.yaml
    refuses both.
    """
    root, _ = compose(layer.files.get("study.yaml", ""), f"{layer.shown}study.yaml")
    return texts_under("extends", root)


def texts_under(name: str, root: yaml.Node | None) -> list[Text]:
    """Return the texts under a key of a file, a list or one alone, each with its place."""
    if not isinstance(root, yaml.MappingNode):
        return []
    return [each for key, node in root.value if key.value == name for each in _texts(node)]


def _texts(node: yaml.Node) -> list[Text]:
    items = node.value if isinstance(node, yaml.SequenceNode) else [node]
    return [Text(each.value, place(each)) for each in items if isinstance(each, yaml.ScalarNode)]


def _is_yaml(name: str) -> bool:
    return name.endswith(".yaml") and name != ".yaml"
