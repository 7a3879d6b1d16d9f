"""`trialport terms show`: the terms of a codelist."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.options import example, json_option, quiet_option


@click.command("show", epilog=example("trialport terms show NY"))
@click.argument("codelist")
@click.option("--package", default="sdtmct-2025-03-28", show_default=True, help="The package.")
@click.option(
    "--study",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of a study, whose own packages are at hand too.",
)
@json_option
@quiet_option
def command(codelist: str, *, package: str, study: Path | None, as_json: bool) -> None:
    """Show the terms of CODELIST.

    CODELIST is its NCI code (C66742) or its submission name (NY).
    """
    from trialport.cli.show import emit, json_text, note, table
    from trialport.diagnostics import Diagnostic, Place, SpecError, did_you_mean
    from trialport.read.packages import packages
    from trialport.terms.codelists import load_terminology

    known = dict(packages(study))
    if package not in known:
        problem = f"there is no terminology package '{package}'"
        raise SpecError([Diagnostic("E1223", Place(), problem, did_you_mean(package, known))])
    content = known[package].read_bytes()
    found = [*load_terminology(content, [codelist.upper()]).values()]
    if not found:
        names = [each.submission_name for each in load_terminology(content).values()]
        problem = f"package '{package}' has no codelist '{codelist}'"
        remedy = did_you_mean(codelist.upper(), names)
        raise SpecError([Diagnostic("E1221", Place(), problem, remedy)])
    shown = found[0]
    rows = [(each.value, each.decode, each.code, "; ".join(each.synonyms)) for each in shown.terms]
    heads = ("value", "decode", "code", "synonyms")
    if as_json:
        terms = [dict(zip(heads, row, strict=True)) for row in rows]
        head = {"code": shown.code, "name": shown.submission_name, "extensible": shown.extensible}
        emit(json_text({**head, "title": shown.name, "terms": terms}))
        return
    emit(table(heads, rows))
    extensible = "extensible" if shown.extensible else "not extensible"
    note(f"{shown.submission_name} ({shown.code}) {shown.name}, {extensible}")
