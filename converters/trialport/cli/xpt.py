"""`trialport xpt`: the verbs for SAS XPORT files."""

from __future__ import annotations

from types import MappingProxyType

import click

from trialport.cli.lazy import LazyGroup


class _Xpt(LazyGroup):
    """The group of the verbs for SAS XPORT files."""

    modules = "trialport.cli.xpt_"
    verbs = MappingProxyType(
        {
            "show": "Show the datasets of FILE and their variables.",
            "check": "Read all of FILE and report what departs from the format.",
            "to-csv": "Write a dataset of FILE as CSV.",
            "to-parquet": "Write a dataset of FILE as Parquet.",
            "to-json": "Write a dataset of FILE as CDISC Dataset-JSON 1.1.",
            "from-json": "Write a Dataset-JSON FILE as SAS XPORT version 5.",
        }
    )


@click.command("xpt", cls=_Xpt)
def command() -> None:
    """Look into SAS XPORT files, check them, or turn them into others.

    The format is version 5 (SAS technical note TS-140), as submissions want it. show, check,
    to-csv and to-parquet take a Dataset-JSON file (.json, .ndjson, .dsjc) as well.
    """
