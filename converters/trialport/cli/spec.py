"""`trialport spec`: the verbs for specifications."""

from __future__ import annotations

from types import MappingProxyType

import click

from trialport.cli.lazy import LazyGroup


class _Spec(LazyGroup):
    """The group of the verbs for specifications."""

    modules = "trialport.cli.spec_"
    verbs = MappingProxyType(
        {
            "show": "Show which files STUDY is made of, or what they say merged.",
            "schema": "Write the JSON Schema of the files of a specification.",
            "export": "Write the specification of STUDY as the workbook FILE.",
            "import": "Make a study of the workbook FILE.",
        }
    )


@click.command("spec", cls=_Spec)
def command() -> None:
    """Show specifications merged, or turn them into workbooks and back."""
