"""`trialport terms list`: packages of terminology, and the codelists of one."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.options import example, json_option, quiet_option


@click.command("list", epilog=example("trialport terms list sdtmct-2025-03-28"))
@click.argument("package", required=False)
@click.option(
    "--study",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of a study, whose own packages are at hand too.",
)
@json_option
@quiet_option
def command(package: str | None, *, study: Path | None, as_json: bool) -> None:
    """List the packages at hand, or the codelists of one.

    A package stands with the digest by which a study pins it.
    """
    from trialport.cli.show import emit, json_text, table
    from trialport.diagnostics import Diagnostic, Place, SpecError, did_you_mean
    from trialport.read.packages import packages
    from trialport.terms.codelists import load_terminology, terminology_digest

    known = dict(packages(study))
    if package is None:
        rows = [(name, terminology_digest(path.read_bytes())) for name, path in known.items()]
        heads = ("package", "sha256")
    elif package not in known:
        problem = f"there is no terminology package '{package}'"
        raise SpecError([Diagnostic("E1223", Place(), problem, did_you_mean(package, known))])
    else:
        lists = load_terminology(known[package].read_bytes()).values()
        rows = [
            (each.code, each.submission_name, str(len(each.terms)), each.name) for each in lists
        ]
        heads = ("code", "codelist", "terms", "name")
    if as_json:
        emit(json_text({"rows": [dict(zip(heads, row, strict=True)) for row in rows]}))
    else:
        emit(table(heads, rows))
