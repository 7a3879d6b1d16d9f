"""`trialport package`: the submission package of a conversion."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.options import example, force_option, json_option, quiet_option


@click.command(
    "package",
    epilog=example(
        "trialport package out/msc_gvhd --study mappings/studies/msc_gvhd --to out/package"
    ),
)
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--study",
    required=True,
    type=click.Path(path_type=Path),
    help="The specification that OUT was made from, a folder or the name of a shipped study.",
)
@click.option(
    "--to",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write; it appears whole or not at all.",
)
@click.option("--profile", help="Agency (fda, nmpa, pmda), or a profile of it with its date.")
@force_option
@json_option
@quiet_option
@click.pass_context
def command(
    ctx: click.Context,
    out: Path,
    *,
    study: Path,
    to: Path,
    profile: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Lay what a conversion wrote into OUT out as a submission package.

    The package is the tree m5/datasets/STUDY: tabulations, analysis, Define-XML, drafts of the
    reviewer's guides, the specification and its SQL as programs, and package.json with the digest
    of every file. OUT is refused where a file is not what its manifest says.
    """
    from trialport.cli.root import DONE, WITH_ERRORS
    from trialport.cli.show import as_document, emit, has_errors, show_findings
    from trialport.pipeline import package

    made = package(out, to=to, study=study, profile=profile, force=force)
    if as_json:
        found = {"package": str(to), "profile": made.profile, "files": list(made.files)}
        emit(as_document(found, made.findings))
    else:
        show_findings(made.findings)
        emit("\n".join(str(to / each) for each in made.files))
    ctx.exit(WITH_ERRORS if has_errors(made.findings) else DONE)
