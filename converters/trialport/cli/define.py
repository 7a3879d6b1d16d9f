"""`trialport define`: the verbs for Define-XML."""

from __future__ import annotations

from types import MappingProxyType

import click

from trialport.cli.lazy import LazyGroup

_VERBS = {
    "check": "Hold FILE against the schema and the files it describes.",
    "read": "Begin a mapping specification from FILE.",
}


class _Define(LazyGroup):
    """The group of the verbs for Define-XML."""

    verbs = MappingProxyType(
        {name: (f"trialport.cli.define_{name}", line) for name, line in _VERBS.items()}
    )


@click.command("define", cls=_Define)
def command() -> None:
    """Check a define.xml, or begin a specification from it.

    `trialport convert` writes one beside the datasets of SDTM and of ADaM.
    """
