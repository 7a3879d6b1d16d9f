"""`trialport define`: the verbs for Define-XML."""

from __future__ import annotations

from types import MappingProxyType

import click

from trialport.cli.lazy import LazyGroup


class _Define(LazyGroup):
    """The group of the verbs for Define-XML."""

    modules = "trialport.cli.define_"
    verbs = MappingProxyType(
        {
            "check": "Hold FILE against the schema and the files it describes.",
            "read": "Begin a mapping specification from FILE.",
        }
    )


@click.command("define", cls=_Define)
def command() -> None:
    """Check a define.xml, or begin a specification from it.

    `trialport convert` writes one beside the datasets of SDTM and of ADaM.
    """
