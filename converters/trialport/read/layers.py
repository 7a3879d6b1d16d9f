"""The templates that a study extends, read from where templates lie."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trialport.diagnostics import Diagnostic, SpecError
from trialport.read.specification import read_folder
from trialport.spec import load_faults as faults
from trialport.spec.layers import Layer, extended
from trialport.spec.nodes import Text
from trialport.templates import shipped

_NAME = re.compile("[a-z][a-z0-9_-]{0,63}")
_SHIPPED = "mappings/templates"


def read_layers(folder: Path, shown: str) -> list[Layer]:
    """Return the study in a folder and all templates beneath it, the deepest first, it last.

    A template is named, and lies in the folder `templates` beside the study's folder, or else is
    shipped. A study that lies beside the study can be extended by its name as well, where no
    template has it. Each is there once, before all that extend it, in the order of `extends`.

    Args:
        folder: the folder that holds study.yaml.
        shown: what stands before paths of the study in places, with '/' at its end.

    Raises:
        SpecError: with every fault: those of `read_folder`, E1060 no template of the name, E1061 a
            path in place of a name, E1062 templates that extend each other.
    """
    return with_templates(Layer("", shown, read_folder(folder)), folder)


def with_templates(study: Layer, folder: Path) -> list[Layer]:
    """Return a study and all templates beneath it, the deepest first, it last.

    Args:
        study: the texts of the study.
        folder: where the study lies, or would lie; templates are looked for beside it.

    Raises:
        SpecError: as `read_layers`.
    """
    beside = os.path.normpath(f"{study.shown or './'}../templates")
    shelves = [
        (folder.resolve().parent / "templates", Path(beside).as_posix()),
        (Path(str(shipped() / "templates")), _SHIPPED),
        (folder.resolve().parent, Path(os.path.normpath(f"{study.shown or './'}..")).as_posix()),
    ]
    reading = _Reading(shelves)
    reading.add(study, ())
    if reading.found:
        raise SpecError(reading.found)
    return [*reading.layers.values(), study]


@dataclass(slots=True)
class _Reading:
    """Templates read so far, each after those that it extends."""

    shelves: Sequence[tuple[Path, str]]
    layers: dict[str, Layer] = field(default_factory=dict[str, Layer])
    found: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def add(self, layer: Layer, above: tuple[str, ...]) -> None:
        """Read what a layer extends; `above` are the templates on the way to it."""
        for name in extended(layer):
            if name.text in above:
                circle = [*above[above.index(name.text) :], name.text]
                self.found.append(faults.circle_of_templates(name.place, circle))
            elif name.text not in self.layers:
                template = self._template(name)
                if template is not None:
                    self.add(template, (*above, name.text))
                    self.layers[name.text] = template

    def _template(self, name: Text) -> Layer | None:
        if not _NAME.fullmatch(name.text):
            self.found.append(faults.not_a_template_name(name.place, name.text))
            return None
        for shelf, shown in self.shelves:
            folder = shelf / name.text
            if folder.is_symlink() or shelf.is_symlink():
                self.found.append(faults.not_a_template_name(name.place, name.text))
                return None
            if _is_template(folder, shelf):
                return self._read(folder, f"{Path(shown, name.text).as_posix()}/", name)
        self.found.append(faults.unknown_template(name.place, name.text, self._known()))
        return None

    def _read(self, folder: Path, shown: str, name: Text) -> Layer | None:
        try:
            return Layer(name.text, shown, read_folder(folder))
        except SpecError as error:
            self.found += error.diagnostics
            return None

    def _known(self) -> list[str]:
        return [
            each.name
            for shelf, _ in self.shelves
            if shelf.is_dir()
            for each in shelf.iterdir()
            if _is_template(each, shelf) and _NAME.fullmatch(each.name)
        ]


def _is_template(folder: Path, shelf: Path) -> bool:
    """Return whether a folder is one; outside a folder `templates`, only a study is."""
    return folder.is_dir() and (shelf.name == "templates" or (folder / "study.yaml").is_file())
