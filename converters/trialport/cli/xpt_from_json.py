"""`trialport xpt from-json`: a Dataset-JSON file as a transport file."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.options import encoding_option, example, force_option, json_option


@click.command("from-json", epilog=example("trialport xpt from-json dm.json --out dm.xpt"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Transport file to write.",
)
@encoding_option
@force_option
@json_option
def command(file: Path, *, out: Path, encoding: str, force: bool, as_json: bool) -> None:
    """Write a Dataset-JSON FILE as SAS XPORT version 5.

    FILE is .json, .ndjson or .dsjc, compressed with zlib or gzip. Dates and times with the target
    type integer become the numbers SAS keeps. What a transport file cannot hold is refused.
    """
    from trialport.cli.xpt_target import fresh_file, written
    from trialport.exchange import open_dataset_json, write_transport
    from trialport.moment import creation_time

    dataset = open_dataset_json(file)
    with fresh_file(out, force=force) as stream:
        write_transport(stream, dataset, encoding=encoding, created=creation_time())
    written(dataset, out, as_json=as_json)
