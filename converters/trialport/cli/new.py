"""`trialport new`: a study to begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialport.cli.options import example, json_option, quiet_option

if TYPE_CHECKING:
    from trialport.draft.study import StudyDraft
    from trialport.draft.variables import Drafted


@click.command("new", epilog=example("trialport new drafted --raw samples/msc_gvhd/raw"))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--example", "is_example", is_flag=True, help="Write a small study with raw data.")
@click.option(
    "--raw",
    type=click.Path(path_type=Path, file_okay=False),
    help="Draft a study from the raw files in this folder.",
)
@click.option("--study", metavar="ID", help="Identifier of the drafted study (STUDYID).")
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    help="How sure a column must be to be mapped; others become comments.  [default: 0.6]",
)
@json_option
@quiet_option
@click.pass_context
def command(
    ctx: click.Context,
    folder: Path,
    *,
    is_example: bool,
    raw: Path | None,
    study: str | None,
    threshold: float | None,
    as_json: bool,
) -> None:
    """Write a study into DIR: an example, or a draft from raw tables.

    With --example: a small study with invented raw data in DIR/raw, to be converted as it is.

    With --raw: contracts of the raw tables with types, keys, missing codes and encodings found in
    the data, and first mappings of DM, AE, VS, LB, DS and EX by the names, labels and values of the
    columns. Behind each guess stands its reason; what is not sure enough is written as a comment.
    Shown are the guesses, and what was not mapped. Nothing is drafted of other datasets.
    """
    from trialport.cli.root import DONE, WITH_ERRORS
    from trialport.cli.show import as_document, emit, finding_line, has_errors, note
    from trialport.pipeline import check, draft, write_draft, write_example

    if is_example == (raw is not None):
        raise click.UsageError("state one of --example and --raw")
    if raw is None:
        written = write_example(folder)
        listed = {"folder": str(folder), "files": written}
        emit(as_document(listed, []) if as_json else f"{len(written)} files in {folder}")
        note(f"trialport convert {folder} --raw {folder / 'raw'} --out {folder}-out")
        return
    made = draft(raw, study=study or _identifier(folder), floor=threshold)
    write_draft(made, folder)
    found = [*made.survey.findings, *check(folder)]
    if as_json:
        emit(as_document({"folder": str(folder), **made.to_json()}, found))
    else:
        emit("\n".join(_lines(made)))
        for each in found:
            note(finding_line(each))
    ctx.exit(WITH_ERRORS if has_errors(found) else DONE)


def _identifier(folder: Path) -> str:
    """Return an identifier for the study from the name of its folder."""
    return folder.resolve().name.upper().replace("_", "-")


def _lines(made: StudyDraft) -> Iterator[str]:
    from trialport.cli.show import table

    rows: list[tuple[str, ...]] = []
    for dataset in made.datasets:
        for block in dataset.blocks:
            name = dataset.guide.name
            rows += [
                (name, each.test, f"{block.use.table.name}.{each.column}", _sure(each.confidence))
                for each in block.tests
            ]
            rows += [_row(name, each) for each in block.variables]
        rows += [_row(dataset.guide.name, each) for each in dataset.variables]
    shown = [each for each in rows if each[2]]
    yield table(["dataset", "variable", "columns", "sure"], shown)
    yield ""
    for name in made.missing:
        yield f"{name}: no raw table was found for it"
    for name, columns in made.unused.items():
        yield f"{name}: not mapped: {', '.join(columns)}"


def _row(dataset: str, drafted: Drafted) -> tuple[str, ...]:
    columns = ", ".join(f"{each.table}.{each.column}" for each in drafted.matches)
    if drafted.state == "open" and drafted.others:
        likely = ", ".join(f"{each.table}.{each.column}" for each in drafted.others)
        return dataset, drafted.variable, f"perhaps {likely}", _sure(drafted.others[0].confidence)
    return dataset, drafted.variable, columns, _sure(drafted.confidence)


def _sure(confidence: float) -> str:
    return f"{confidence:.2f}"
