"""`trialport xpt show`: the datasets of a transport file and their variables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trialport.cli.options import encoding_option, example, json_option, xpt_argument
from trialport.cli.show import emit, json_text, plain, table

if TYPE_CHECKING:
    from trialport.exchange.dataset import Dataset


@click.command("show", epilog=example("trialport xpt show out/msc_gvhd/sdtm/dm.xpt"))
@xpt_argument
@encoding_option
@json_option
def command(file: Path, *, encoding: str, as_json: bool) -> None:
    """Show the datasets of FILE and their variables.

    Only headers are read. Lengths are bytes in the file.
    """
    from trialport.cli.xpt_target import stored_datasets

    stored = stored_datasets(file, encoding)
    if as_json:
        emit(json_text({"file": str(file), "datasets": [_member_json(each) for each in stored]}))
    else:
        emit("\n\n".join(map(_member_text, stored)))


def _member_text(stored: Dataset) -> str:
    member = stored.member
    rows = [
        (each.name, each.type, each.length or "-", each.format or "-", each.label)
        for each in member.variables
    ]
    head = f"{member.name}  {member.label}  ({stored.observations} observations)"
    return f"{plain(head)}\n\n{table(['variable', 'type', 'length', 'format', 'label'], rows)}"


def _member_json(stored: Dataset) -> dict[str, Any]:
    return {
        "name": stored.member.name,
        "label": stored.member.label,
        "observations": stored.observations,
        "variables": [
            {
                "name": each.name,
                "type": each.type,
                "length": each.length,
                "format": each.format,
                "informat": each.informat,
                "label": each.label,
            }
            for each in stored.member.variables
        ],
    }
