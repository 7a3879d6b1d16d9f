"""The metadata of a dataset that comes without any: its own header, then what the guides say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialport.metadata import DatasetMetadata, VariableMetadata, sequence_variable
from trialport.rules.standards import Standards


@dataclass(frozen=True, slots=True)
class Stored:
    """A variable as a file stores it; `type` is Char or Num."""

    name: str
    label: str
    type: str
    length: int
    format: str = ""


def described(
    name: str,
    label: str,
    group: str,
    variables: Sequence[Stored],
    records: int,
    path: str,
    standards: Standards,
) -> DatasetMetadata:
    """Return the metadata of a dataset.

    Keys are the guide's natural keys for an analysis dataset that has all of them, else the subject
    with the sequence number, where the dataset has it, else what it has of the natural keys. A
    guide's keys are those one usually starts from: a study states its own, which a file does not
    tell. Allowed values that the guide lists (Y and N of a
    flag) become terms.
    """
    names = [each.name for each in variables]
    guide = standards.dataset(name, group, names)
    sequence = sequence_variable(name, names)
    natural = guide.keys if guide else ()
    is_whole = group == "adam" and bool(natural) and set(natural) <= set(names)
    wanted = ("STUDYID", "USUBJID", sequence) if sequence and not is_whole else natural
    return DatasetMetadata(
        name=name,
        label=label,
        group=group,
        class_=guide.define_class if guide else "",
        structure=guide.structure if guide else "",
        keys=tuple(each for each in wanted if each in names),
        records=records,
        path=path,
        variables=tuple(_variable(each, name, group, names, standards) for each in variables),
    )


def _variable(
    stored: Stored, dataset: str, group: str, names: Sequence[str], standards: Standards
) -> VariableMetadata:
    found = standards.variable(dataset, group, names, stored.name)
    return VariableMetadata(
        name=stored.name,
        label=stored.label,
        type=stored.type,
        length=stored.length,
        format=stored.format,
        role=found.role if found else "",
        core=found.core if found else "",
        codelists=found.codelists if found else (),
        terms=found.values if found and stored.type == "Char" else (),
        extensible=not (found and found.values),
    )
