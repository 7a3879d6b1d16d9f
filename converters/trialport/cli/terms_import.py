"""`trialport terms import`: a package of terminology from what NCI EVS publishes."""

from __future__ import annotations

import re
from pathlib import Path

import click

from trialport.cli.options import example, force_option, json_option, quiet_option


@click.command(
    "import",
    epilog=example("trialport terms import 'SDTM Terminology.txt' --out my_study/terminology"),
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of packages: 'terminology' in the study's folder or beside it.",
)
@click.option("--name", help="Name of the package; made of the file's unless given.")
@force_option
@json_option
@quiet_option
def command(file: Path, out: Path, *, name: str | None, force: bool, as_json: bool) -> None:
    """Make a package of what NCI EVS publishes in FILE.

    FILE is the tab-separated text (.txt), the workbook (.xlsx, .xls), the ODM (.xml) or a table of
    trialport (.csv, .csv.gz). On stdout stands what to write into study.yaml: name and digest.
    """
    from trialport.cli.show import emit, json_text, note
    from trialport.diagnostics import Diagnostic, Place, WriteError
    from trialport.read.packages import ENDING, is_package_name
    from trialport.terms.codelists import load_terminology, terminology_digest
    from trialport.terms.imports import import_terminology

    package = name if name is not None else _name_of(file)
    if not is_package_name(package):
        problem = f"'{package}' is no name of a package"
        remedy = "give --name with letters, digits, '-' and '_'"
        raise WriteError([Diagnostic("E4160", Place(), problem, remedy)])
    content = import_terminology(file.read_bytes(), file.name)
    path = out / f"{package}{ENDING}"
    if path.exists() and not force:
        remedy = "give another --name, or --force to replace it"
        raise WriteError([Diagnostic("E4161", Place(str(path)), "the package is there", remedy)])
    out.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    digest = terminology_digest(content)
    codelists = load_terminology(content)
    terms = sum(len(each.terms) for each in codelists.values())
    if as_json:
        document = {"package": package, "sha256": digest, "file": str(path)}
        emit(json_text({**document, "codelists": len(codelists), "terms": terms}))
        return
    emit(f"{{package: {package}, sha256: {digest}}}")
    note(f"{len(codelists)} codelists with {terms} terms written to {path}")


def _name_of(file: Path) -> str:
    """Return a name made of the file's: `SDTM Terminology.txt` is `sdtm-terminology`."""
    stem = file.name.lower().removesuffix(".gz")
    return re.sub("[^a-z0-9]+", "-", stem.rpartition(".")[0]).strip("-")
