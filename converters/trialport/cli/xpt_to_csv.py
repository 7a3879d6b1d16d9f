"""`trialport xpt to-csv`: a dataset of a transport file as CSV."""

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
    "to-csv", epilog=example("trialport xpt to-csv out/msc_gvhd/sdtm/dm.xpt --out dm.csv")
)
@xpt_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; stdout unless given.",
)
@member_option
@encoding_option
@click.option("--as-is", is_flag=True, help="Write text that a spreadsheet would run as it is.")
@force_option
@json_option
def command(
    file: Path,
    *,
    out: Path | None,
    member: str | None,
    encoding: str,
    as_is: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Write a dataset of FILE as CSV.

    The file is UTF-8. Dates stay the numbers SAS keeps, missing values are empty, special missing
    values are .A to .Z and ._ in their cell. Before text that begins with = + - @ or an apostrophe
    stands an apostrophe, so that no spreadsheet runs it: take one off to have the value. With
    --as-is nothing is put before it. --json wants --out, and tells what was written.
    """
    from trialport.cli.xpt_target import emit_bytes, fresh_file, written
    from trialport.exchange import open_dataset
    from trialport.exchange.csv import csv_chunks

    dataset = open_dataset(file, encoding=encoding, member=member)
    chunks = csv_chunks(dataset, guarded=not as_is)
    if out is None:
        if as_json:
            raise click.UsageError("--json wants --out: stdout cannot hold both CSV and JSON")
        emit_bytes(chunks)
        return
    with fresh_file(out, force=force) as stream:
        stream.writelines(chunks)
    written(dataset, out, as_json=as_json)
