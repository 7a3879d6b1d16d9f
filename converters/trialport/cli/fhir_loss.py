"""`trialport fhir loss`: what of the datasets FHIR has, and what it has not."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.options import example, json_option, study_argument
from trialport.cli.show import as_document, emit


@click.command("loss", epilog=example("trialport fhir loss msc_gvhd"))
@study_argument
@json_option
def command(study: Path, *, as_json: bool) -> None:
    """Show where each variable of the datasets of STUDY goes in FHIR.

    An element of a resource, an extension, the id of a resource, or nowhere. It is read off the
    specification; no record is read.
    """
    from trialport.fhir.loss import destinations
    from trialport.pipeline import plan

    planned, _ = plan(study)
    rows = destinations(planned.plan.steps, planned.plan.resources)
    if as_json:
        listed = [
            {
                "dataset": each.dataset,
                "variable": each.variable,
                "kind": each.kind,
                "elements": list(each.elements),
            }
            for each in rows
        ]
        emit(as_document({"variables": listed}, []))
        return
    for each in rows:
        shown = ", ".join(each.elements)
        click.echo(f"{each.dataset:<9}{each.variable:<9}{each.kind:<10}{shown}".rstrip())
    lost = sum(each.kind == "nowhere" for each in rows)
    click.echo(f"{len(rows)} variables, {lost} of them nowhere")
