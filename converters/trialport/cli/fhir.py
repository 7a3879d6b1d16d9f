"""`trialport fhir`: the verbs for FHIR resources."""

from __future__ import annotations

from types import MappingProxyType

import click

from trialport.cli.lazy import LazyGroup


class _Fhir(LazyGroup):
    """The group of the verbs for FHIR."""

    modules = "trialport.cli.fhir_"
    verbs = MappingProxyType(
        {
            "validate": "Check the resources of FILES, whoever wrote them.",
            "bundle": "Lay the resources of FOLDER into transaction Bundles.",
            "push": "Send the FHIR resources of OUT to a server.",
            "loss": "Show where each variable of the datasets of STUDY goes in FHIR.",
        }
    )


@click.command("fhir", cls=_Fhir)
def command() -> None:
    """Check FHIR resources, lay them into Bundles, or send them to a server.

    `trialport convert` writes them as NDJSON, one file a type.
    """
