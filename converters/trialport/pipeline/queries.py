"""What the contracts ask the sites about raw records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trialport.pipeline.planning import plan
from trialport.pipeline.work import Raw, Work

if TYPE_CHECKING:
    from trialport.read.queries import Query


def raw_queries(study: Path | str, *, raw: Raw) -> list[Query]:
    """Return what the contracts find in the raw records, by site and subject; nothing is made.

    Raises:
        SpecError: the specification has faults.
        DataError: raw files cannot be read as their contracts say.
    """
    planned, _ = plan(study)
    work = Work(planned, raw, None, None, lambda _: None)
    try:
        return _asked(work)
    finally:
        work.engine.close()


def _asked(work: Work) -> list[Query]:
    """Stage the raw records, and return what is to be asked about them."""
    from trialport.read.queries import owners_query, queries

    specification = work.planned.specification
    sources, subjects = specification.sources, specification.study.subjects
    work.stage(sources.tables)
    owners: dict[str, dict[int, tuple[str, str]]] = {}
    for name in sources.tables:
        query = subjects and owners_query(name, sources, subjects, "raw")
        rows = work.engine.rows(query) if query is not None else []
        owners[name] = {int(row): (site or "", subject or "") for row, site, subject in rows}
    return queries(work.findings, sources, owners)
