"""Convert a study: write everything, or hand its datasets to pandas."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from trialport.diagnostics import Diagnostic, Place, SpecError
from trialport.pipeline.made import Conversion
from trialport.pipeline.planning import plan
from trialport.pipeline.study_rules import study_rules
from trialport.pipeline.work import Progress, Raw, Work
from trialport.pipeline.writing import write_outputs
from trialport.read.switches import Switches
from trialport.study import PlannedStudy

if TYPE_CHECKING:
    import pandas as pd

    from trialport.fhir.schema import Version


def convert(
    study: Path | str,
    *,
    raw: Raw,
    out: Path | str,
    only: Collection[str] = (),
    formats: Collection[str] = (),
    fhir: Sequence[Version] = ("R4",),
    switches: Switches | None = None,
    strict: bool = False,
    force: bool = False,
    threads: int | None = None,
    memory_limit: str | None = None,
    progress: Progress = lambda _: None,
) -> Conversion:
    """Convert the raw records of a study and write datasets, resources, findings and manifest.

    Args:
        study: folder of the specification, or the name of a shipped study.
        raw: folder of the raw files, or pandas DataFrames or Arrow tables by raw table.
        out: folder to write; it appears whole or not at all.
        only: datasets or resource types to make, with what they depend on; all unless stated.
        formats: formats of the datasets beside transport files (`dataset-json`, `ndjson`, `dsjc`,
            `parquet`, `csv`), with those that study.yaml names.
        fhir: versions of FHIR to write resources of.
        switches: a cut-off, chosen subjects, dummy treatments, languages, a profile.
        strict: write nothing where a finding is an error.
        force: replace an earlier output.
        threads: threads to use; no byte depends on it.
        memory_limit: limit of the engine, e.g. `2GB`.
        progress: receives the name of what is being made.

    Returns:
        What was written, with every finding. Findings of severity error do not stop the writing
        (unless `strict`); they make the output not ready for submission.

    Raises:
        SpecError: the specification has faults.
        DataError: raw files cannot be read as their contracts say.
        WriteError: a value cannot be written as asked, or the output folder cannot be.
    """
    from trialport.write.folder import fresh_folder

    planned, _ = plan(study, only, switches)
    study_rules(planned)  # faults of the study's own rules stop it before anything is read
    target = Path(out)
    with Work(planned, raw, threads, memory_limit, progress, switches) as work:
        try:
            with fresh_folder(target, force=force) as folder:
                made = write_outputs(work, folder, _formats(planned, formats), fhir)
                if strict and not made.submission_ready:
                    raise _StrictError(made)
        except _StrictError as stopped:
            return replace(stopped.made, out=None, datasets=(), files=())
    return replace(made, out=target)


def datasets(
    study: Path | str,
    *,
    raw: Raw,
    only: Collection[str] = (),
    switches: Switches | None = None,
    threads: int | None = None,
    memory_limit: str | None = None,
) -> tuple[dict[str, pd.DataFrame], list[Diagnostic]]:
    """Return the datasets of a study as pandas DataFrames, with every finding; nothing is written.

    Args:
        study: folder of the specification, or the name of a shipped study.
        raw: folder of the raw files, or pandas DataFrames or Arrow tables by raw table.
        only: datasets to make, with what they depend on (only those asked for are returned).
        switches: a cut-off, chosen subjects, dummy treatments.
        threads: threads to use; no value depends on it.
        memory_limit: limit of the engine, e.g. `2GB`.

    Returns:
        One DataFrame a dataset, variables and records in the order of the submission dataset;
        dates are datetime64, missing text is None.

    Raises:
        SpecError: the specification has faults.
        DataError: raw files cannot be read as their contracts say.
    """
    planned, _ = plan(study, only, switches)
    with Work(planned, raw, threads, memory_limit, lambda _: None, switches) as work:
        return work.frames(set(only)), work.findings


class _StrictError(Exception):
    """Leaves the fresh folder without giving it its name."""

    def __init__(self, made: Conversion) -> None:
        super().__init__()
        self.made = made


def _formats(planned: PlannedStudy, asked: Collection[str]) -> list[str]:
    """Return the formats to write beside transport files, in a fixed order."""
    from trialport.exchange.formats import FORMATS, format_faults

    faults = format_faults(asked, Place())
    if faults:
        raise SpecError(faults)
    wanted = {*asked, *(each.text for each in planned.specification.study.formats)}
    return [each for each in FORMATS if each in wanted]
