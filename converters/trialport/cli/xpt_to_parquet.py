"""`trialport xpt to-parquet`: a dataset of a transport file as Parquet."""

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


@click.command(
    "to-parquet",
    epilog=example("trialport xpt to-parquet out/msc_gvhd/sdtm/dm.xpt --out dm.parquet"),
)
@xpt_argument
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write.",
)
@member_option
@encoding_option
@force_option
@json_option
def command(
    file: Path, *, out: Path, member: str | None, encoding: str, force: bool, as_json: bool
) -> None:
    """Write a dataset of FILE as Parquet.

    Labels, formats and lengths are in the metadata of the columns. Dates stay the numbers SAS
    keeps; special missing values are in a text column NAME__missing, where there are any.
    """
    from trialport.cli.xpt_target import fresh_file, written
    from trialport.exchange import open_dataset
    from trialport.exchange.parquet import write_parquet

    dataset = open_dataset(file, encoding=encoding, member=member)
    with fresh_file(out, force=force) as stream:
        write_parquet(dataset, stream)
    written(dataset, out, as_json=as_json)
