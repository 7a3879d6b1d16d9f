"""What raw tables hold, before anybody has written a specification for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialport.draft.survey import Survey


def profile(raw: Path | str) -> Survey:
    """Return what the raw tables of a folder hold, and how they belong together.

    Raises:
        DataError: E3000 no such folder, E3025 nothing in it can be read.
    """
    from trialport.draft.folder import found_tables
    from trialport.draft.survey import survey
    from trialport.engine.duckdb import Engine

    tables, findings = found_tables(Path(raw))
    engine = Engine()
    try:
        return survey(engine, tables, findings)
    finally:
        engine.close()
