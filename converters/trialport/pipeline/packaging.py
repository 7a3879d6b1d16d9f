"""A submission package from what a conversion wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trialport.moment import creation_time
from trialport.pipeline.planning import plan

if TYPE_CHECKING:
    from trialport.package.build import Package


def package(
    out: Path | str,
    *,
    to: Path | str,
    study: Path | str,
    profile: str | None = None,
    force: bool = False,
) -> Package:
    """Lay what a conversion wrote out as a submission package; see `package.build.build_package`.

    Args:
        out: what `convert` wrote.
        to: folder to write; it appears whole or not at all.
        study: the specification that `out` was made from.
        profile: an agency, or a profile of it with its date; that of study.yaml unless stated.
        force: replace an earlier package.
    """
    from trialport.package.build import build_package

    planned, _ = plan(study)
    return build_package(
        Path(out),
        Path(to),
        planned,
        Path(study),
        profile=profile,
        force=force,
        created=creation_time(),
    )
