"""`trialport fhir loss`: what of the datasets FHIR has, and what it has not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trialport.cli.options import example, json_option, study_argument
from trialport.cli.show import as_document, emit

if TYPE_CHECKING:
    from trialport.fhir.account import ResourceAccount
    from trialport.fhir.loss import Destination


@click.command("loss", epilog=example("trialport fhir loss msc_gvhd --in out/msc_gvhd"))
@study_argument
@click.option(
    "--in",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder that `convert` wrote by this specification: count its values and resources.",
)
@json_option
@click.pass_context
def command(ctx: click.Context, study: Path, *, folder: Path | None, as_json: bool) -> None:
    """Show where each variable of the datasets of STUDY goes in FHIR.

    An element of a resource, an extension, the id of a resource, or nowhere. It is read off the
    specification; no record is read unless --in names an output. Then variables without a value
    are left out, the others have the number of their values, and the resources of each file of the
    specification are held against the records they are made of. The exit code is 1 where another
    number of resources is written than was made.
    """
    from trialport.fhir.loss import destinations
    from trialport.pipeline import plan

    planned, _ = plan(study)
    rows = destinations(planned.plan.written, planned.plan.resources)
    if folder is None:
        _show([(each, None) for each in rows], [], [], {}, as_json=as_json)
        return
    from trialport.fhir.account import (
        dataset_accounts,
        resource_accounts,
        unreconciled,
        value_accounts,
    )

    values = [(each.destination, each.values) for each in value_accounts(folder, rows)]
    faults = unreconciled(folder)
    made, datasets = resource_accounts(folder), dataset_accounts(folder)
    _show(values, made, faults, datasets, as_json=as_json)
    ctx.exit(1 if faults else 0)


def _show(
    rows: Sequence[tuple[Destination, int | None]],
    resources: Sequence[ResourceAccount],
    faults: Sequence[str],
    datasets: Mapping[str, tuple[int, int]],
    *,
    as_json: bool,
) -> None:
    if as_json:
        document: dict[str, Any] = {"variables": [_variable(*each) for each in rows]}
        if resources:
            document["resources"] = [_resource(each) for each in resources]
            document["datasets"] = {
                name: {"records": records, "resources": number}
                for name, (records, number) in datasets.items()
            }
            document["unreconciled"] = list(faults)
        emit(as_document(document, []))
        return
    for each, values in rows:
        shown = ", ".join(each.elements)
        number = "" if values is None else f"{values:>8} "
        line = f"{each.dataset:<9}{each.variable:<9}{number}{each.kind:<10}{shown}"
        click.echo(line.rstrip())
    lost = sum(each.kind == "nowhere" for each, _ in rows)
    click.echo(f"{len(rows)} variables, {lost} of them nowhere")
    for account in resources:
        count = "" if account.records is None else str(account.records)
        click.echo(
            f"{account.resource:<24}{account.type:<26}{account.source:<12}"
            f"{count:>8} records {account.resources:>8} resources"
        )
    for name, (records, number) in datasets.items():
        click.echo(f"{name:<9}{records:>8} records {number:>8} resources")
    for fault in faults:
        click.echo(fault)


def _variable(each: Destination, values: int | None) -> dict[str, Any]:
    counted = {} if values is None else {"values": values}
    return {
        "dataset": each.dataset,
        "variable": each.variable,
        "kind": each.kind,
        "elements": list(each.elements),
        **counted,
    }


def _resource(each: ResourceAccount) -> dict[str, Any]:
    return {
        "resource": each.resource,
        "type": each.type,
        "from": each.source,
        "records": each.records,
        "resources": each.resources,
        "left_out": each.left_out,
    }
