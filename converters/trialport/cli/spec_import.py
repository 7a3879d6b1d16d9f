"""`trialport spec import`: a study from a workbook."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.options import example, json_option, quiet_option
from trialport.cli.show import note, show_checked


@click.command("import", epilog=example("trialport spec import out/spec.xlsx --to out/study"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--to",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the specification to write; it appears whole or not at all.",
)
@json_option
@quiet_option
@click.pass_context
def command(ctx: click.Context, file: Path, *, to: Path, as_json: bool) -> None:
    """Make a study of the workbook FILE.

    Every fault names its sheet and cell. Where the workbook cannot be read as a study nothing is
    written; what a check of the study finds is listed, and the exit code is 1 where it has errors.
    """
    from trialport.pipeline.workbook import import_workbook
    from trialport.write.folder import fresh_folder

    with fresh_folder(to, force=False) as folder:
        made = import_workbook(file, to)
        for path, text in made.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8", newline="\n")
    note(f"{len(made.files)} files written to {to}")
    head = {"file": str(file), "to": str(to), "files": sorted(made.files)}
    ctx.exit(show_checked(head, made.findings, as_json=as_json))
