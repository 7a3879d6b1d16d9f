"""`trialport profile`: what raw tables hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialport.cli.options import example, json_option, quiet_option

if TYPE_CHECKING:
    from trialport.draft.columns import ColumnProfile
    from trialport.draft.survey import Survey
    from trialport.draft.tables import TableProfile

_TOP = 5
"""So many of the most frequent values of a column are shown where they are asked for."""


@click.command("profile", epilog=example("trialport profile samples/msc_gvhd/raw --table labs"))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--table", "only", multiple=True, metavar="NAME", help="Show this table alone.")
@click.option(
    "--show-values", is_flag=True, help="Show the most frequent values, which may be of patients."
)
@json_option
@quiet_option
@click.pass_context
def command(
    ctx: click.Context, folder: Path, *, only: tuple[str, ...], show_values: bool, as_json: bool
) -> None:
    """Show what the raw tables in DIR hold; no specification is needed.

    For each column: how many records have a value, how many different ones there are, the type that
    they speak for, the smallest and the largest number or date. For each table: how its file is
    written, which columns tell its records apart, and to which other table a column leads. What is
    guessed is shown with its evidence. Values stay unseen unless asked for.
    """
    from trialport.cli.root import DONE, WITH_ERRORS
    from trialport.cli.show import as_document, emit, finding_line, has_errors, note
    from trialport.pipeline import profile

    found = profile(folder)
    unknown = [each for each in only if each not in {table.name for table in found.tables}]
    if unknown:
        from trialport.diagnostics import did_you_mean

        remedy = did_you_mean(unknown[0], [each.name for each in found.tables])
        raise click.UsageError(f"there is no table '{unknown[0]}'; {remedy}".rstrip("; "))
    if as_json:
        made = found.to_json(show_values=show_values)
        made["tables"] = [each for each in made["tables"] if not only or each["name"] in only]
        emit(as_document({"folder": str(folder), **made}, found.findings))
    else:
        emit("\n".join(_lines(found, only, show_values=show_values)).rstrip())
        for each in found.findings:
            note(finding_line(each))
    ctx.exit(WITH_ERRORS if has_errors(found.findings) else DONE)


def _lines(found: Survey, only: tuple[str, ...], *, show_values: bool) -> Iterator[str]:
    for table in found.tables:
        if only and table.name not in only:
            continue
        yield from _head(table)
        yield from _columns(table.columns, show_values=show_values)
        for link in found.links:
            if link.table == table.name:
                yield f"  {link.column} leads to {link.to_table}.{link.to_column}"
        yield ""


def _head(table: TableProfile) -> Iterator[str]:
    part = f", part {table.contract.sheet}" if table.contract.sheet else ""
    yield f"{table.name}  {table.contract.file.text}{part}  ({table.records} records)"
    for name, guess in table.guesses.items():
        yield f"  {name} {guess.value!r}, {guess.confidence:.2f}: {guess.evidence}"
    for each in table.keys:
        yield f"  records are told apart by {', '.join(each)}"


def _columns(columns: tuple[ColumnProfile, ...], *, show_values: bool) -> Iterator[str]:
    from trialport.cli.show import table

    heads = ["column", "filled", "distinct", "type", "from", "to", "evidence"]
    rows: list[list[str]] = []
    for each in columns:
        codes = f"; missing: {', '.join(each.missing)}" if each.missing else ""
        shown = [each.name, str(each.filled), str(each.distinct), each.type.value]
        rows.append([*shown, each.minimum or "-", each.maximum or "-", each.evidence + codes])
        if show_values and each.values:
            values = ", ".join(f"{value!r} {n}" for value, n in each.values[:_TOP])
            rows[-1][-1] += f"; {values}"
    yield from (f"  {line}" for line in table(heads, rows).splitlines())
