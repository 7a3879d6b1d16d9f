"""`trialport xpt to-json`: a dataset of a transport file as Dataset-JSON."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.options import (
    encoding_option,
    example,
    force_option,
    json_option,
    member_option,
    xpt_argument,
)
from trialport.exchange.formats import JSON_EXTENSIONS


@click.command(
    "to-json", epilog=example("trialport xpt to-json out/msc_gvhd/sdtm/dm.xpt --out dm.json")
)
@xpt_argument
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write: .json, .ndjson or .dsjc.",
)
@member_option
@encoding_option
@force_option
@json_option
def command(
    file: Path, *, out: Path, member: str | None, encoding: str, force: bool, as_json: bool
) -> None:
    """Write a dataset of FILE as CDISC Dataset-JSON 1.1.

    The extension of --out chooses the form: .json one object, .ndjson a line a record, .dsjc those
    lines compressed. Numbers with a date format become ISO 8601 texts with the target type
    integer. Special missing values are refused: Dataset-JSON has none.
    """
    from trialport.cli.xpt_target import refuse_existing, written
    from trialport.exchange import export_dataset, open_dataset
    from trialport.moment import creation_time

    if out.suffix.lower() not in JSON_EXTENSIONS:
        raise click.BadParameter("the file ends in .json, .ndjson or .dsjc", param_hint="--out")
    refuse_existing(out, force=force)
    dataset = open_dataset(file, encoding=encoding, member=member)
    export_dataset(dataset, out, created=creation_time())
    written(dataset, out, as_json=as_json)
