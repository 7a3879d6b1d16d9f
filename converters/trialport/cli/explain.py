"""`trialport explain`: where the value of one cell comes from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialport.cli.options import example, json_option, quiet_option, raw_option, study_argument

if TYPE_CHECKING:
    from trialport.engine.explain import Cell


@click.command(
    "explain",
    epilog=example(
        "trialport explain msc_gvhd DM.AGE USUBJID=MSC-GVHD-101-001 --raw samples/msc_gvhd/raw"
    ),
)
@study_argument
@click.argument("cell", metavar="DATASET.VARIABLE")
@click.argument("keys", metavar="KEY=VALUE...", nargs=-1, required=True)
@raw_option
@json_option
@quiet_option
def command(study: Path, cell: str, keys: tuple[str, ...], *, raw: Path, as_json: bool) -> None:
    """Say where the value of one cell comes from.

    KEY=VALUE name one record of the dataset. Shown are the value, the line of the specification
    that fills it, and the cells behind it, down to the raw files. Values of records are shown.

    Of a FHIR resource write the type, or fhir. and the file, and the path of the element, then
    the id: Observation.component[0].valueInteger id=...
    """
    from trialport.cli.show import emit, json_text
    from trialport.pipeline import explain, explain_element

    dataset, point, variable = cell.partition(".")
    pairs = [each.partition("=") for each in keys]
    if not point or any(not equals for _, equals, _ in pairs):
        raise click.UsageError("write DATASET.VARIABLE, then KEY=VALUE, e.g. AE.AETERM AESEQ=3")
    if dataset == "fhir" or _is_type(dataset):
        resource, element = _element(cell)
        found = explain_element(study, resource, element, _id(pairs), raw=raw)
    else:
        named = {name.upper(): value for name, _, value in pairs}
        found = explain(study, dataset.upper(), variable.upper(), named, raw=raw)
    emit(json_text(found.to_json()) if as_json else "\n".join(_lines(found, 0)))


def _is_type(name: str) -> bool:
    """Say whether a name is that of a type of resource: `Patient`, and neither `DM` nor `dm`."""
    return name[:1].isupper() and not name.isupper()


def _element(cell: str) -> tuple[str, str]:
    """Return the resource, by its type or its file, and the path of the element."""
    parts = cell.split(".")
    split = 2 if parts[0] == "fhir" else 1
    if len(parts) <= split:
        raise click.UsageError("write Observation.status or fhir.FILE.status, then id=...")
    return ".".join(parts[:split]), ".".join(parts[split:])


def _id(pairs: list[tuple[str, str, str]]) -> str:
    if [name.casefold() for name, _, _ in pairs] != ["id"]:
        raise click.UsageError("a resource is named by its id: id=...")
    return pairs[0][2]


def _lines(cell: Cell, depth: int) -> Iterator[str]:
    from trialport.engine.explain import FURTHER

    indent = "  " * depth
    if cell.role == FURTHER:
        yield f"{indent}{cell.place}"
        return
    value = "null" if cell.value is None else repr(cell.value)
    role = "" if cell.role == "value" else f" ({cell.role})"
    yield f"{indent}{cell.place} = {value}{role}"
    if cell.written:
        yield f"{indent}  {cell.line}: {' '.join(cell.written.split())}"
    for each in cell.sources:
        yield from _lines(each, depth + 1)
