"""Where the value of a cell comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from trialport.pipeline.planning import plan, raw_files
from trialport.pipeline.work import Raw, Work

if TYPE_CHECKING:
    from pathlib import Path

    from trialport.engine.explain import Cell
    from trialport.read.record_names import RecordNames
    from trialport.read.switches import Switches


def explain(
    study: Path | str,
    dataset: str,
    variable: str,
    keys: Mapping[str, str],
    *,
    raw: Raw,
    switches: Switches | None = None,
) -> Cell:
    """Return where the value of one cell comes from, down to the raw records.

    Args:
        study: folder of the specification, or the name of a shipped study.
        dataset: the dataset; it is made, with what it depends on.
        variable: one of its variables.
        keys: values that name one record, by variable.
        raw: folder of the raw files, or pandas DataFrames or Arrow tables by raw table.
        switches: a cut-off, chosen subjects, dummy treatments.

    Raises:
        SpecError: the specification has faults.
        DataError: raw files cannot be read as their contracts say; E3289, no such cell.
    """
    from trialport.engine.explain import explain_cell
    from trialport.read.switches import Switches

    switches = replace(switches or Switches(), explains=True)
    planned, _ = plan(study, (dataset,), switches)
    with Work(planned, raw, None, None, lambda _: None, switches) as work:
        files = raw_files(planned)
        cell = explain_cell(work.engine, planned.plan, files, dataset, variable, keys)
        return in_words(cell, work.names)


def in_words(cell: Cell, names: RecordNames) -> Cell:
    """Return a cell and those behind it with raw records in words, where their reader has any."""
    sources = tuple(in_words(each, names) for each in cell.sources)
    return replace(cell, place=names.place(cell.place), sources=sources)
