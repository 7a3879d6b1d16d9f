"""`trialport define check`: a define.xml against the schema and the files it describes."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.options import encoding_option, example, json_option, quiet_option
from trialport.cli.show import show_checked


@click.command("check", epilog=example("trialport define check out/msc_gvhd/sdtm/define.xml"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@encoding_option
@json_option
@quiet_option
@click.pass_context
def command(ctx: click.Context, file: Path, *, encoding: str, as_json: bool) -> None:
    """Hold FILE against the schema and the files it describes.

    FILE is Define-XML 2.1; the transport files lie beside it. Names, order, labels, types, lengths,
    formats, keys and codelists are compared. The exit code is 1 where a finding is an error.
    """
    from trialport.define.check import check_define

    found = check_define(file, name=str(file), encoding=encoding)
    ctx.exit(show_checked({"file": str(file)}, found, as_json=as_json))
