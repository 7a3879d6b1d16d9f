"""What of the records of an output FHIR has: values by variable, resources by dataset."""

# pyarrow makes its compute functions when it is imported, out of sight of a type checker.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from trialport.exchange import read_dataset
from trialport.fhir.loss import Destination
from trialport.fhir.manifest import sources_of


@dataclass(frozen=True, slots=True)
class ValueAccount:
    """A variable with the number of its values in the records, and where they go."""

    destination: Destination
    values: int


@dataclass(frozen=True, slots=True)
class ResourceAccount:
    """The resources of one file of the specification, and the records they are made of.

    `records` is None where they are made of no dataset; `left_out` are records that gave none.
    """

    resource: str
    type: str
    source: str
    records: int | None
    resources: int

    @property
    def left_out(self) -> int:
        """The records that gave no resource: those that 'where' or 'unless' leave out."""
        return 0 if self.records is None else self.records - self.resources


def value_accounts(folder: Path, destinations: Iterable[Destination]) -> list[ValueAccount]:
    """Return the account of each variable that has a value in the datasets of an output.

    Args:
        folder: what `convert` wrote, with `sdtm/*.xpt` and `adam/*.xpt`.
        destinations: of the specification that it was made by.
    """
    counts: dict[str, dict[str, int]] = {}
    for path in sorted(folder.glob("*/*.xpt")):
        table = read_dataset(path)
        counts[path.stem.upper()] = {
            name: _values(table.column(name)) for name in table.column_names
        }
    found = ((each, counts.get(each.dataset, {}).get(each.variable, 0)) for each in destinations)
    return [ValueAccount(each, values) for each, values in found if values]


def _values(column: pa.ChunkedArray) -> int:
    """Return how many values a variable has; a blank text is none in a transport file."""
    if pa.types.is_string(column.type):
        return int(pc.sum(pc.not_equal(column, "")).as_py() or 0)
    return len(column) - column.null_count


def resource_accounts(folder: Path) -> list[ResourceAccount]:
    """Return the account of each kind of resources in `fhir/R4` of an output, by its manifest."""
    return [
        ResourceAccount(
            resource=str(each["resource"]),
            type=str(each["type"]),
            source=" ".join(each["from"]),
            records=each["records"],
            resources=int(each["resources"]),
        )
        for each in sources_of(folder / "fhir" / "R4")
    ]


def dataset_accounts(folder: Path) -> dict[str, tuple[int, int]]:
    """Return for each dataset that resources are made of its records, and those resources."""
    found: dict[str, tuple[int, int]] = {}
    for each in resource_accounts(folder):
        if each.records is not None:
            _, before = found.get(each.source, (0, 0))
            found[each.source] = each.records, before + each.resources
    return dict(sorted(found.items()))


def written(folder: Path) -> dict[str, int]:
    """Return how many lines each file of `fhir/R4` of an output has, by type."""
    counts: dict[str, int] = {}
    for path in sorted((folder / "fhir" / "R4").glob("[A-Z]*.ndjson")):
        with path.open("rb") as stream:
            counts[path.stem] = sum(1 for _ in stream)
    return counts


def unreconciled(folder: Path) -> list[str]:
    """Return a line for each type whose file has another number of resources than were made.

    The study's own CodeSystems and ValueSets are made of codes and not of records.
    """
    made: dict[str, int] = {}
    for each in resource_accounts(folder):
        made[each.type] = made.get(each.type, 0) + each.resources
    there = written(folder)
    return [
        f"{name}: {made.get(name, 0)} made, {there.get(name, 0)} written"
        for name in sorted({*made, *there} - {"CodeSystem", "ValueSet"})
        if made.get(name, 0) != there.get(name, 0)
    ]
