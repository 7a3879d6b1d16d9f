"""The programs of a package: the specification with its templates merged, and its SQL, as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from trialport.plan.model import Plan
from trialport.spec.layers import Layer
from trialport.study import effective_files, study_layers


def write_programs(study: Path, plan: Plan, folder: Path) -> None:
    """Write the files of a specification and the query of each step, with names of an eCTD.

    Of a study with templates the merged files are written, as `trialport spec show --effective`
    shows them: nothing outside the package is needed to read them. Each line names the file it
    comes from; no path of a machine is told. A study of its own is written as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in _texts(study_layers(study)).items():
        _write(folder / f"{ectd_name(path)}.txt", text)
    for step in plan.steps:
        sql = step.query.sql("duckdb", pretty=True)
        _write(folder / f"sql-{step.group}-{step.name.lower()}.txt", f"{sql}\n")


def ectd_name(text: str) -> str:
    """Return a name in lower-case letters, digits and hyphens.

    >>> ectd_name("MSC-GVHD"), ectd_name("sdtm/ae.yaml")
    ('msc-gvhd', 'sdtm-ae-yaml')
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "study"


def _texts(layers: Sequence[Layer]) -> dict[str, str]:
    if len(layers) == 1:
        return layers[0].own
    shown = [replace(each, shown=f"templates/{each.name}/" if each.name else "") for each in layers]
    return effective_files(shown)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
