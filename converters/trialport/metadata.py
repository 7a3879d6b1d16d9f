"""What a written dataset is: names, labels, types, lengths and keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class VariableMetadata:
    """One variable of a written dataset.

    `type` is Char or Num; `length` is in encoded bytes (8 for numbers); `codelists` are NCI codes;
    `terms` are the permitted values where the study limits them (the codelist as the study uses it,
    sponsor terms included), `extensible` says whether the published codelist allows others.
    """

    name: str
    label: str
    type: str
    length: int
    format: str = ""
    role: str = ""
    core: str = ""
    codelist: str = ""
    codelists: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    extensible: bool = True
    origin: str = ""


@dataclass(frozen=True, slots=True)
class DatasetMetadata:
    """One written dataset; `group` is sdtm or adam, `path` relative to the output folder."""

    name: str
    label: str
    group: str
    class_: str
    structure: str
    keys: tuple[str, ...]
    records: int
    path: str
    variables: tuple[VariableMetadata, ...]

    def variable(self, name: str) -> VariableMetadata | None:
        """Return the variable of that name, or None."""
        return next((each for each in self.variables if each.name == name), None)

    def to_json(self) -> dict[str, Any]:
        """Return the metadata as plain values."""
        return asdict(self)


def sequence_variable(dataset: str, variables: Collection[str]) -> str:
    """Return the sequence number of a dataset: that of its domain, else ASEQ, else its source's.

    It is empty where there is none.

    >>> sequence_variable("AE", ["USUBJID", "AESEQ"]), sequence_variable("ADLB", ["LBSEQ", "ASEQ"])
    ('AESEQ', 'ASEQ')
    >>> sequence_variable("ADAE", ["USUBJID", "AESEQ"])
    'AESEQ'
    """
    known = [f"{dataset[:2]}SEQ", "ASEQ"]
    if dataset.startswith("AD"):
        known.append(f"{dataset[2:4]}SEQ")
    return next((each for each in known if each in variables), "")


def dataset_from_json(values: Mapping[str, Any]) -> DatasetMetadata:
    """Return the metadata of a dataset from plain values, as `to_json` gives them."""
    variables = tuple(_variable(each) for each in values["variables"])
    rest = {key: value for key, value in values.items() if key not in {"variables", "keys"}}
    return DatasetMetadata(**rest, keys=tuple(values["keys"]), variables=variables)


def _variable(values: Mapping[str, Any]) -> VariableMetadata:
    several: dict[str, Any] = {key: tuple(values[key]) for key in ("codelists", "terms")}
    return VariableMetadata(**{**values, **several})
