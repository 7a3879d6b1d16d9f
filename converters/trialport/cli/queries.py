"""`trialport queries`: what to ask the sites about their records."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.options import example, json_option, quiet_option, raw_option, study_argument


@click.command("queries", epilog=example("trialport queries msc_gvhd --raw samples/msc_gvhd/raw"))
@study_argument
@raw_option
@json_option
@quiet_option
def command(study: Path, *, raw: Path, as_json: bool) -> None:
    """List what the raw records of STUDY should be asked about.

    One line a query, by site, subject, table and line, as CSV on stdout; no cell begins as the
    formula of a spreadsheet does. No dataset is made.
    """
    from trialport.cli.show import emit, json_text, note
    from trialport.pipeline import raw_queries
    from trialport.read.queries import queries_csv

    listed = raw_queries(study, raw=raw)
    if as_json:
        emit(json_text({"study": str(study), "queries": [each.to_json() for each in listed]}))
    else:
        emit(queries_csv(listed).rstrip("\n"))
        note(f"{len(listed)} queries")
