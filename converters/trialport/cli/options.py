"""Arguments and options that have the same name and meaning wherever they occur."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.completion import complete_datasets, complete_studies


def example(line: str) -> str:
    """Return the end of a command's help: a command that can be typed as it is."""
    return f"\b\nExample:\n  {line}"


def _remember(ctx: click.Context, parameter: click.Parameter, value: bool) -> bool:
    """Tell the root of the option, which shows faults in the form asked for."""
    ctx.meta[f"trialport.{str(parameter.name).removeprefix('as_')}"] = value
    return value


study_argument = click.argument(
    "study", type=click.Path(path_type=Path), shell_complete=complete_studies
)

raw_option = click.option(
    "--raw",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the raw files.",
)

json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    callback=_remember,
    help="Write one JSON document to stdout instead of text.",
)

quiet_option = click.option(
    "--quiet",
    is_flag=True,
    callback=_remember,
    expose_value=False,
    help="Write no progress and no counts to stderr.",
)

only_option = click.option(
    "--only",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_datasets,
    help="Make this dataset or resource type, and what it depends on; may be repeated.",
)


def _names(_ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> list[str]:
    """Return the names of an option that takes several, apart by commas or by repetition."""
    return [name.strip() for each in values for name in each.split(",") if name.strip()]


format_option = click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="NAMES",
    callback=_names,
    help="Write the datasets as dataset-json, ndjson, dsjc, parquet or csv as well; apart by "
    "commas. Transport files (xpt) are always written.",
)

force_option = click.option("--force", is_flag=True, help="Replace what was written there before.")

encoding_option = click.option(
    "--encoding",
    default="ascii",
    show_default=True,
    help="Encoding of the text in the file; it is never guessed.",
)

member_option = click.option(
    "--member", metavar="NAME", help="The dataset, where the file holds more than one."
)

xpt_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
