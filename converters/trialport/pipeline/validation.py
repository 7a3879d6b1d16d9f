"""What the rules find in a folder of datasets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from trialport.diagnostics import Diagnostic
from trialport.findings.origins import with_known_origins
from trialport.pipeline.planning import plan, raw_files, reduced
from trialport.pipeline.work import Raw, Work


def validate(
    folder: Path | str,
    *,
    sdtmig: str = "",
    encoding: str = "ascii",
    study: Path | str | None = None,
    raw: Raw | None = None,
) -> tuple[list[Diagnostic], list[tuple[str, str, str]]]:
    """Return what the rules find in the datasets of a folder, and what was not run and why.

    Each define.xml there is held against its schema and against the files it describes.

    Args:
        folder: what `convert` wrote, or any folder of SAS XPORT files.
        sdtmig: ask CDISC's CORE rules for this version of SDTMIG too, e.g. 3.4.
        encoding: the encoding of the text in the files; it is never guessed.
        study: the specification that the folder was converted by, and
        raw: the raw records it was converted from: where both are given, findings name the raw
            cells and the line of the specification behind a value. Those that the conversion
            noted in `findings.json` are told without.

    Raises:
        SpecError: E1240, there is no such version of SDTMIG; the specification has faults.
        DataError: raw files cannot be read as their contracts say.

    Returns:
        The findings, and (rule, dataset, reason) of every rule that could not be asked.
    """
    from trialport.define.check import check_defines
    from trialport.rules.folder import validate_folder

    result, faults = validate_folder(Path(folder), encoding=encoding, sdtmig=sdtmig)
    found = [*faults, *check_defines(Path(folder), encoding=encoding), *result.diagnostics]
    found = with_known_origins(found, Path(folder))
    if study is not None and raw is not None:
        found = _explained(found, study, raw)
    return found, list(result.not_run)


def _explained(found: list[Diagnostic], study: Path | str, raw: Raw) -> list[Diagnostic]:
    """Return findings with their origins, told by making the datasets that they name again."""
    from trialport.engine.origins import named_datasets, with_origins

    whole, _ = plan(study)
    names = named_datasets(found, [each.name for each in whole.plan.steps])
    if not names:
        return found
    planned = replace(whole, plan=reduced(whole.plan, names))
    with Work(planned, raw, None, None, lambda _: None) as work:
        return with_origins(found, work.engine, planned.plan, raw_files(planned))
