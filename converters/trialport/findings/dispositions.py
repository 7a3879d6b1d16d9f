"""What people decided about findings, from a YAML file beside the study."""

# ruff: noqa: RUF009 - `key` is `dataclasses.field` with metadata, not a shared default.

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from trialport.diagnostics import Diagnostic, Place, SpecError
from trialport.findings.fingerprint import dataset_of, fingerprint
from trialport.spec import load_faults as faults
from trialport.spec.nodes import key
from trialport.spec.read_node import read_node
from trialport.spec.yaml_text import LARGEST_FILE, compose, line

FILE = "dispositions.yaml"
"""The name of the file in the folder of a study."""


class Status(StrEnum):
    """What was decided; a finding that is to be fixed still weighs."""

    ACCEPTED = "accepted"
    TO_BE_FIXED = "to-be-fixed"
    FALSE_POSITIVE = "false-positive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """A decision about one finding, or about all of a code, dataset and variable."""

    place: Place
    code: str = key("code of the finding, e.g. TP0101")
    status: Status = key("accepted, to-be-fixed or false-positive")
    reason: str = key("why, in the words of the reviewer's guide")
    fingerprint: str = key(
        "the one finding that is meant, as `validate --json` tells it", default=""
    )
    dataset: str = key("dataset or file; * is any letters", default="*")
    variable: str = key("variable; * is any letters", default="*")
    by: str = key("who decided", default="")
    date: str = key("when", default="")

    @property
    def is_settled(self) -> bool:
        """Return whether nothing is left to be done."""
        return self.status is not Status.TO_BE_FIXED

    def fits(self, finding: Diagnostic) -> bool:
        """Return whether the decision is about a finding."""
        return (
            finding.code == self.code
            and self.fingerprint in ("", fingerprint(finding))
            and fnmatchcase(dataset_of(finding), self.dataset)
            and fnmatchcase(finding.place.column, self.variable)
        )


def load_dispositions(path: Path) -> tuple[Disposition, ...]:
    """Return the decisions of a file, or of `dispositions.yaml` of a study's folder.

    Raises:
        SpecError: with every fault: E10 and E11 of the file.
    """
    file = path / FILE if path.is_dir() else path
    shown = Place(file.as_posix())
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise SpecError([faults.too_large(shown, LARGEST_FILE)])
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SpecError([faults.cannot_open(shown, reason)]) from error
    except UnicodeDecodeError as error:
        raise SpecError([faults.not_utf8(shown)]) from error
    found: list[Diagnostic] = []
    read = tuple(_dispositions(text, file.as_posix(), found))
    if found:
        raise SpecError(found)
    return read


def _dispositions(text: str, file: str, found: list[Diagnostic]) -> Iterator[Disposition]:
    root, text_faults = compose(text, file)
    found += text_faults
    if root is None:
        return
    if not isinstance(root, yaml.SequenceNode):
        shape = "a mapping" if isinstance(root, yaml.MappingNode) else "text"
        place = Place(file, line(root))
        found.append(faults.wrong_shape(place, "a file of dispositions", shape, "a list"))
        return
    for entry in root.value:
        node, node_faults = read_node(Disposition, entry)
        found += node_faults
        if node is not None:
            yield node
