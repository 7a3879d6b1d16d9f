"""`trialport convert`: raw records in, datasets and resources out."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from trialport.cli.arrow import without_pandas
from trialport.cli.options import (
    example,
    force_option,
    format_option,
    json_option,
    only_option,
    quiet_option,
    raw_option,
    study_argument,
)
from trialport.cli.untrusted import (
    convert_untrusted,
    limits_here,
    run_untrusted,
    untrusted_options,
)

if TYPE_CHECKING:
    from trialport.fhir.schema import Version


@click.command(
    "convert",
    epilog=example("trialport convert msc_gvhd --raw samples/msc_gvhd/raw --out out/msc_gvhd"),
)
@study_argument
@raw_option
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write; it appears whole or not at all.",
)
@only_option
@format_option
@click.option(
    "--fhir",
    multiple=True,
    type=click.Choice(("R4", "R5")),
    default=("R4",),
    show_default=True,
    help="Version of FHIR to write resources of; may be repeated.",
)
@click.option(
    "--id-key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the secret under which the ids of FHIR resources are made (HMAC-SHA256), so "
    "that they tell nothing of the subjects; or the environment variable TRIALPORT_ID_KEY.",
)
@click.option(
    "--cutoff", metavar="DATE", default="", help="Last day that counts, instead of the study's."
)
@click.option(
    "--subjects",
    metavar="LIST",
    help="Only these subjects: numbers with commas, or a file with one a line.",
)
@click.option(
    "--treatment",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Dummy treatments (CSV) in place of the randomised ones.",
)
@click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="LANGUAGE",
    help="Write the datasets with labels in this language as well (zh), into a folder of its "
    "name; may be repeated.",
)
@click.option(
    "--profile",
    metavar="NAME",
    default="",
    help="Hold the files against an agency (fda, nmpa, pmda), or a profile of it with its date.",
)
@click.option("--strict", is_flag=True, help="Write nothing where a finding is an error.")
@force_option
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    metavar="N",
    help="Threads to use, all processors unless stated: datasets that do not need each other are "
    "made at the same time. No byte depends on it.",
)
@click.option("--dry-run", is_flag=True, help="Do the work, list what it would write, write none.")
@untrusted_options
@json_option
@quiet_option
@click.pass_context
def command(
    ctx: click.Context,
    study: Path,
    *,
    raw: Path,
    out: Path,
    only: tuple[str, ...],
    formats: tuple[str, ...],
    fhir: tuple[Version, ...],
    id_key_file: Path | None,
    cutoff: str,
    subjects: str | None,
    treatment: Path | None,
    languages: tuple[str, ...],
    profile: str,
    strict: bool,
    force: bool,
    threads: int | None,
    dry_run: bool,
    untrusted: bool,
    limits: dict[str, int],
    as_json: bool,
) -> None:
    """Convert the raw records of STUDY to datasets and resources.

    STUDY is a folder, or the name of a shipped study. What cannot be converted becomes null and a
    finding. Findings of severity error do not stop the writing, unless --strict; the exit code
    tells them: 1 with such findings, 0 without, 2 where nothing was written.
    """
    if untrusted:
        if dry_run:
            ctx.exit(run_untrusted(ctx, limits))
        ctx.exit(convert_untrusted(ctx, out, limits, force=force))
    if ctx.obj == sys.argv[1:]:
        # The process was started for this; nobody else in it has use for pandas.
        without_pandas()
    from trialport.cli.progress import progress
    from trialport.cli.show_conversion import show_conversion
    from trialport.pipeline import convert
    from trialport.read.switches import Switches, chosen_subjects, id_key

    chosen = chosen_subjects(subjects) if subjects is not None else ()
    key = id_key(id_key_file, os.environ)
    here = limits_here()
    limited = here.values() if here else {}
    switches = Switches(cutoff, chosen, treatment, languages, profile, key, limits=limited)
    shown = not (as_json or ctx.meta["trialport.quiet"])
    with _target(out, dry_run=dry_run) as target, progress(shown=shown) as step:
        made = convert(
            study,
            raw=raw,
            out=target,
            only=only,
            formats=formats,
            fhir=fhir,
            switches=switches,
            strict=strict,
            force=force,
            threads=threads,
            memory_limit=f"{here.memory * 6 // 10}B" if here else None,
            progress=step,
        )
    ctx.exit(show_conversion(made, out, as_json=as_json, dry_run=dry_run))


@contextmanager
def _target(out: Path, *, dry_run: bool) -> Generator[Path]:
    """Yield where to write: `out`, or a private folder that is gone afterwards."""
    if not dry_run:
        yield out
        return
    with TemporaryDirectory(prefix="trialport-") as folder:
        yield Path(folder) / "out"
