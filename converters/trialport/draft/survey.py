"""What the raw tables of a folder hold, and how they belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trialport.diagnostics import Diagnostic
from trialport.draft.folder import FoundTable
from trialport.draft.links import Link, likely_links
from trialport.draft.tables import TableProfile, profile_table
from trialport.engine.duckdb import Engine


@dataclass(frozen=True, slots=True)
class Survey:
    """Profiles of raw tables, the likely links between them, and what was seen while reading."""

    tables: tuple[TableProfile, ...]
    links: tuple[Link, ...]
    findings: tuple[Diagnostic, ...] = ()

    def table(self, name: str) -> TableProfile:
        """Return the table of this name."""
        return next(each for each in self.tables if each.name == name)

    def to_json(self, *, show_values: bool) -> dict[str, Any]:
        """Return the survey as plain values."""
        return {
            "tables": [each.to_json(show_values=show_values) for each in self.tables],
            "links": [each.to_json() for each in self.links],
        }


def survey(
    engine: Engine, found: Sequence[FoundTable], findings: Sequence[Diagnostic] = ()
) -> Survey:
    """Return what raw tables hold; their trimmed texts stay in the engine."""
    tables = [
        profile_table(engine, each.name, each.contract, each.guesses, each.texts) for each in found
    ]
    return Survey(tuple(tables), tuple(likely_links(engine, tables)), tuple(findings))
