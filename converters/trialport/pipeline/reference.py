"""CORE rules asked by us and by CDISC's reference engine, where it is installed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialport.rules.core.reference import Compared


def compare_with_engine(
    folder: Path | str,
    *,
    python: Path,
    cache: Path,
    sdtmig: str = "3.4",
    encoding: str = "ascii",
) -> list[Compared]:
    """Return, rule by rule, what we and the reference engine flag in the datasets of a folder.

    Args:
        folder: what `convert` wrote, or a folder of transport files.
        python: the Python that has cdisc-rules-engine.
        cache: the folder of the engine's cache.
        sdtmig: the version of SDTMIG whose rules are asked.
        encoding: the encoding of the text in the files.

    Raises:
        SpecError: E1240, there is no such version of SDTMIG.
        DataError: E5022, the engine is not there or ends with a fault.
    """
    from trialport.rules.core.reference import compare, engine_results
    from trialport.rules.core.shipped import core_rules_of
    from trialport.rules.folder import judged_folder

    whole = Path(folder)
    place = whole / "sdtm" if (whole / "sdtm").is_dir() else whole
    files = sorted(place.glob("*.xpt"))
    define = place / "define.xml"
    theirs = engine_results(
        python,
        cache,
        [each.id for each in core_rules_of("SDTMIG", sdtmig)],
        files,
        version=sdtmig,
        define=define if define.is_file() else None,
    )
    with judged_folder(whole, encoding=encoding) as (loaded, connection):
        return list(compare(loaded, connection, theirs, version=sdtmig))
