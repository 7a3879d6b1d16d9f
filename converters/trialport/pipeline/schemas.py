"""The kinds of files that people write, each with its JSON Schema for editors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trialport.findings.dispositions import Disposition
from trialport.push.privacy_profile import PrivacyProfile
from trialport.rules.load import RuleRecord
from trialport.spec.describe import FILES
from trialport.spec.json_schema import Schema, json_schema
from trialport.spec.nodes import Dataset
from trialport.standard import Standard, load_standard
from trialport.templates import shipped

_GUIDES = {"sdtm": ("sdtmig", "3.4"), "adam": ("adamig", "1.3")}
_FOLDERS = {"Resource": "fhir", "Labels": "labels"}


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: its name, the paths in a study that are of it, and its schema."""

    name: str
    paths: tuple[str, ...]
    schema: Schema


def file_kinds() -> tuple[FileKind, ...]:
    """Return every kind of file with its schema, in the order of the reference."""
    return (*_of_specifications(), *_of_judgements())


def _of_specifications() -> Iterator[FileKind]:
    for node_class in FILES:
        what = str(node_class.__doc__).partition("\n")[0].rstrip(".")
        name = node_class.__name__.lower()
        if node_class is Dataset:
            for folder, guide in _GUIDES.items():
                standard = load_standard(shipped() / "standard", *guide)
                title = f"One dataset, with the names of {standard.name} {standard.version}"
                schema = json_schema(node_class, title=title, layered=True, also=[_names(standard)])
                yield FileKind(folder, (f"{folder}/*.yaml",), schema)
            continue
        folder = _FOLDERS.get(node_class.__name__)
        paths = (f"{folder}/*.yaml",) if folder else (f"{name}.yaml",)
        yield FileKind(name, paths, json_schema(node_class, title=what, layered=True))


def _of_judgements() -> Iterator[FileKind]:
    rules = json_schema(RuleRecord, title="Rules of validation", listed=True, under="rules")
    yield FileKind("rules", ("rules/*.yaml",), rules)
    decided = json_schema(Disposition, title="What was decided about findings", listed=True)
    yield FileKind("dispositions", ("dispositions.yaml",), decided)
    privacy = json_schema(PrivacyProfile, title="What a push may send of subjects")
    yield FileKind("privacy", ("privacy.yaml",), privacy)


def _names(standard: Standard) -> Schema:
    """Return what a guide knows: the datasets, and of each the variables with their labels."""
    known = [each for each in standard.datasets if each.name.isidentifier()]
    named: list[Schema] = [
        {
            "if": {"properties": {"dataset": {"const": each.name}}, "required": ["dataset"]},
            "then": {
                "properties": {
                    "variables": {
                        "properties": {
                            variable.name: {"description": f"{variable.label} ({variable.core})"}
                            for variable in each.variables
                            if variable.name.isidentifier()
                        }
                    }
                }
            },
        }
        for each in known
    ]
    datasets = [{"const": each.name, "description": each.label} for each in known]
    return {"properties": {"dataset": {"anyOf": [*datasets, {}]}}, "allOf": named}
