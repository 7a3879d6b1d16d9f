"""`trialport define read`: the beginning of a specification, from a define.xml."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.options import example, json_option, quiet_option
from trialport.cli.show import as_document, emit, show_findings


@click.command(
    "read", epilog=example("trialport define read out/msc_gvhd/adam/define.xml --out out/study")
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the specification to write; it appears whole or not at all.",
)
@json_option
@quiet_option
def command(file: Path, *, out: Path, as_json: bool) -> None:
    """Begin a mapping specification from FILE.

    FILE is Define-XML 2.0 or 2.1. Every dataset gets a file with its variables, labels, types,
    lengths, origins, methods and codelists. Collected variables are read from a column of their
    name; the others are null until you write their expressions.
    """
    from trialport.define.reader import read_define_file
    from trialport.define.skeleton import skeleton
    from trialport.write.folder import fresh_folder

    document, unread = read_define_file(file)
    made = skeleton(document)
    _refuse_what_is_there(out)
    with fresh_folder(out, force=False) as folder:
        for path, text in made.files.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8", newline="\n")
    found = [*unread, *made.notes]
    if as_json:
        emit(as_document({"out": str(out), "files": sorted(made.files)}, found))
    else:
        show_findings(found)
        emit("\n".join(str(out / path) for path in made.files))


def _refuse_what_is_there(out: Path) -> None:
    """Raise E4101 for a folder with files: a specification that people work on is not replaced."""
    from trialport.diagnostics import Diagnostic, Place, WriteError

    if out.is_dir() and any(out.iterdir()):
        problem = "the output folder is not empty"
        raise WriteError([Diagnostic("E4101", Place(str(out)), problem, "name another folder")])
