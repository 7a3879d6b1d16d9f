"""`trialport fhir`: the verbs for FHIR resources."""

from __future__ import annotations

from types import MappingProxyType

import click

from trialport.cli.lazy import LazyGroup

_VERBS = {
    "validate": "Check the resources of FILES, whoever wrote them.",
    "bundle": "Lay the resources of FOLDER into transaction Bundles.",
    "loss": "Show where each variable of the datasets of STUDY goes in FHIR.",
}


class _Fhir(LazyGroup):
    """The group of the verbs for FHIR."""

    verbs = MappingProxyType(
        {name: (f"trialport.cli.fhir_{name}", line) for name, line in _VERBS.items()}
    )


@click.command("fhir", cls=_Fhir)
def command() -> None:
    """Check FHIR resources, or lay them into Bundles.

    `trialport convert` writes them as NDJSON, one file a type.
    """
