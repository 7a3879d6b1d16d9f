"""The transport files of another language: the same values, the labels of that language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from trialport.spec.translation import Translation
from trialport.write.xpt import XptFile, write_xpt_files
from trialport.xport.model import Member


def write_translated(
    files: Sequence[XptFile], folder: Path, translation: Translation, created: datetime | None
) -> tuple[Member, ...]:
    """Write the files into `LANGUAGE/sdtm` and `LANGUAGE/adam` of a folder; return their members.

    Lengths are measured anew, for the encoding may be another one. A label without translation
    stays English.

    Args:
        files: the datasets with their English labels; the path of each ends in `sdtm/dm.xpt`.
        folder: the folder that holds the folders of languages.
        translation: the language.
        created: the time of creation that the files bear.

    Raises:
        WriteError: E4010 to E4035.
    """
    root = folder / translation.language
    moved = [
        XptFile(
            _member(each.member, translation),
            each.batches,
            root / each.path.parent.name / each.path.name,
        )
        for each in files
    ]
    return write_xpt_files(moved, encoding=translation.encoding, created=created)


def _member(member: Member, translation: Translation) -> Member:
    variables = tuple(
        replace(each, label=translation.variable(member.name, each.name, each.label) or each.label)
        for each in member.variables
    )
    label = translation.dataset(member.name, member.label) or member.label
    return replace(member, label=label, variables=variables)
