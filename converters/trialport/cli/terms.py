"""`trialport terms`: the verbs for controlled terminology."""

from __future__ import annotations

from types import MappingProxyType

import click

from trialport.cli.lazy import LazyGroup


class _Terms(LazyGroup):
    """The group of the verbs for controlled terminology."""

    modules = "trialport.cli.terms_"
    verbs = MappingProxyType(
        {
            "import": "Make a package of what NCI EVS publishes in FILE.",
            "list": "List the packages at hand, or the codelists of one.",
            "show": "Show the terms of CODELIST.",
        }
    )


@click.command("terms", cls=_Terms)
def command() -> None:
    """Import controlled terminology, list packages, show codelists."""
