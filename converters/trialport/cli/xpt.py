"""`trialport xpt`: the verbs for SAS XPORT files."""

from __future__ import annotations

import click

from trialport.cli.lazy import LazyGroup

_VERBS = {
    "show": "Show the datasets of FILE and their variables.",
    "check": "Read all of FILE and report what departs from the format.",
    "to-csv": "Write a dataset of FILE as CSV.",
    "to-parquet": "Write a dataset of FILE as Parquet.",
}


@click.command(
    "xpt",
    cls=LazyGroup,
    verbs={
        name: (f"trialport.cli.xpt_{name.replace('-', '_')}", line) for name, line in _VERBS.items()
    },
)
def command() -> None:
    """Look into SAS XPORT files, check them, or turn them into others.

    The format is version 5 (SAS technical note TS-140), as submissions want it.
    """
