"""What the rules find in a folder of datasets."""

from __future__ import annotations

from pathlib import Path

from trialport.diagnostics import Diagnostic


def validate(
    folder: Path | str, *, sdtmig: str = "", encoding: str = "ascii"
) -> tuple[list[Diagnostic], list[tuple[str, str, str]]]:
    """Return what the rules find in the datasets of a folder, and what was not run and why.

    Each define.xml there is held against its schema and against the files it describes.

    Args:
        folder: what `convert` wrote, or any folder of SAS XPORT files.
        sdtmig: ask CDISC's CORE rules for this version of SDTMIG too, e.g. 3.4.
        encoding: the encoding of the text in the files; it is never guessed.

    Raises:
        SpecError: E1240, there is no such version of SDTMIG.

    Returns:
        The findings, and (rule, dataset, reason) of every rule that could not be asked.
    """
    from trialport.define.check import check_defines
    from trialport.rules.folder import validate_folder

    result, faults = validate_folder(Path(folder), encoding=encoding, sdtmig=sdtmig)
    found = [*faults, *check_defines(Path(folder), encoding=encoding), *result.diagnostics]
    return found, list(result.not_run)
