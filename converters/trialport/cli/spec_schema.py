"""`trialport spec schema`: the language as JSON Schema, for editors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trialport.cli.completion import complete_kinds
from trialport.cli.options import example, force_option, json_option

if TYPE_CHECKING:
    from trialport.pipeline.schemas import FileKind


@click.command("schema", epilog=example("trialport spec schema --to .trialport"))
@click.argument("kind", required=False, shell_complete=complete_kinds)
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write a file for each kind into this folder, and settings.json, which names them.",
)
@force_option
@json_option
def command(kind: str | None, *, to: Path | None, force: bool, as_json: bool) -> None:
    """Write the JSON Schema of the files of a specification.

    KIND is a kind of file such as sdtm, study or rules; without it, the schemas of all kinds are
    written. A YAML language server that is given them completes keys and the names of the
    standards, explains them and marks faults while one types.
    """
    from trialport.cli.show import emit, json_text
    from trialport.diagnostics import Diagnostic, Place, SpecError, did_you_mean
    from trialport.pipeline.schemas import file_kinds

    kinds = {each.name: each for each in file_kinds()}
    if kind is not None and kind not in kinds:
        remedy = did_you_mean(kind, kinds) or f"known: {', '.join(kinds)}"
        problem = f"there is no kind of file '{kind}'"
        raise SpecError([Diagnostic("E1065", Place(), problem, remedy)])
    chosen = [each for each in kinds.values() if kind in (None, each.name)]
    if to is not None:
        _write(chosen, to, force=force, as_json=as_json)
    elif kind is not None:
        emit(json_text(chosen[0].schema))
    else:
        emit(json_text({each.name: each.schema for each in chosen}))


def _write(kinds: list[FileKind], folder: Path, *, force: bool, as_json: bool) -> None:
    from trialport.cli.show import emit, json_text
    from trialport.write.folder import fresh_folder

    files: dict[str, Any] = {f"{each.name}.schema.json": each.schema for each in kinds}
    settings = {
        f"./{folder.name}/{each.name}.schema.json": [f"**/{path}" for path in each.paths]
        for each in kinds
    }
    files["settings.json"] = {"yaml.schemas": settings}
    with fresh_folder(folder, force=force, known=set(files)) as target:
        for name, content in files.items():
            (target / name).write_text(json_text(content) + "\n", encoding="utf-8")
    if as_json:
        emit(json_text({"folder": str(folder), "schemas": sorted(files)}))
    else:
        click.echo(f"{len(kinds)} schemas written to {folder}")
