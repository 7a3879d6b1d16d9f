"""`trialport spec show`: a study with its templates merged."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from trialport.cli.options import example, json_option, quiet_option, study_argument
from trialport.cli.show import emit, json_text, note


@click.command(
    "show", epilog=example("trialport spec show msc_gvhd --effective --file sdtm/ta.yaml")
)
@study_argument
@click.option(
    "--effective", is_flag=True, help="Merge the templates; without it, list the files and layers."
)
@click.option("--file", "only", metavar="PATH", help="Show this file alone, e.g. sdtm/ae.yaml.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the merged files into this folder: a study without templates.",
)
@json_option
@quiet_option
def command(
    study: Path, *, effective: bool, only: str | None, out: Path | None, as_json: bool
) -> None:
    """Show which files STUDY is made of, or what they say merged.

    With --effective every line ends in the file and line that it comes from. On stdout each file
    is one YAML document. No check is made beyond what merging needs: see `trialport check`.
    """
    from trialport.diagnostics import Diagnostic, Place, SpecError, did_you_mean
    from trialport.study import effective_files, study_layers

    layers = study_layers(study)
    paths = sorted({path for each in layers for path in each.own})
    if only is not None and only not in paths:
        problem, remedy = f"the study has no file '{only}'", did_you_mean(only, paths)
        raise SpecError([Diagnostic("E1064", Place(str(study)), problem, remedy)])
    files = [layer.shown + path for layer in layers for path in layer.own]
    if not effective and out is None:
        emit(json_text({"study": str(study), "files": files}) if as_json else "\n".join(files))
        return
    texts = effective_files(layers)
    chosen = {path: text for path, text in texts.items() if only in (None, path)}
    if out is not None:
        _write(chosen, out)
    elif as_json:
        emit(json_text({"study": str(study), "files": files, "effective": chosen}))
    else:
        heads = [f"--- # {path}\n" for path in chosen] if only is None else [""]
        documents = zip(heads, chosen.values(), strict=True)
        emit("".join(head + text for head, text in documents).rstrip("\n"))


def _write(texts: Mapping[str, str], out: Path) -> None:
    from trialport.write.folder import fresh_folder

    with fresh_folder(out, force=False) as folder:
        for path, text in texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8", newline="\n")
    note(f"{len(texts)} files written to {out}")
