"""`trialport spec`: the verbs for specifications."""

from __future__ import annotations

from types import MappingProxyType

import click

from trialport.cli.lazy import LazyGroup

_VERBS = {"show": "Show which files STUDY is made of, or what they say merged."}


class _Spec(LazyGroup):
    """The group of the verbs for specifications."""

    verbs = MappingProxyType(
        {name: (f"trialport.cli.spec_{name}", line) for name, line in _VERBS.items()}
    )


@click.command("spec", cls=_Spec)
def command() -> None:
    """Show specifications with their templates merged."""
