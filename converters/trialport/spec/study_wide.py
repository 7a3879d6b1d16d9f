"""What study.yaml says of the whole study: cut-off, treatment, subjects; its faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trialport.diagnostics import Diagnostic, did_you_mean
from trialport.spec.nodes import Constant, Specification, Study, Text

CUTOFF = "CUTOFF"
"""The constant that the cut-off is in expressions: `study.CUTOFF`."""


def study_wide_faults(specification: Specification) -> Iterator[Diagnostic]:
    """Yield E1160 (two cut-offs), E1260 (unknown table or column), E1261 (numbers in a row)."""
    study = specification.study
    if study.cutoff is not None and CUTOFF in study.constants:
        place = study.constants[CUTOFF].place
        problem = f"'cutoff' is study.{CUTOFF} already"
        yield Diagnostic("E1160", place, problem, "remove the constant, or the key 'cutoff'")
    if study.treatment is not None:
        columns = (study.treatment.subject, study.treatment.column)
        yield from _unknown(study.treatment.table, columns, specification)
    if study.subjects is not None:
        site = (study.subjects.site,) if study.subjects.site is not None else ()
        columns = (study.subjects.number, *site, *study.subjects.person)
        yield from _unknown(study.subjects.table, columns, specification)
        for earlier, stays in study.subjects.rescreened.items():
            if stays.text in study.subjects.rescreened:
                problem = f"'{stays.text}', for which '{earlier}' stands, is an earlier number too"
                remedy = "map each earlier number to the number that stays"
                yield Diagnostic("E1261", stays.place, problem, remedy)


def with_cutoff(study: Study, cutoff: str) -> Study:
    """Return the study with a cut-off, its own or another, as the constant `study.CUTOFF`."""
    date = cutoff or (study.cutoff.text if study.cutoff is not None else "")
    if not date:
        return study
    text = Text(date, study.cutoff.place if study.cutoff is not None else study.place)
    constants = {**study.constants, CUTOFF: Constant(place=text.place, date=date)}
    return replace(study, cutoff=text, constants=constants)


def _unknown(
    table: Text, columns: tuple[Text, ...], specification: Specification
) -> Iterator[Diagnostic]:
    tables = specification.sources.tables
    if table.text not in tables:
        problem = f"unknown raw table '{table.text}'"
        yield Diagnostic("E1260", table.place, problem, did_you_mean(table.text, tables))
        return
    known = tables[table.text].columns
    for each in columns:
        if each.text not in known:
            problem = f"unknown column '{each.text}' in raw table {table.text}"
            yield Diagnostic("E1260", each.place, problem, did_you_mean(each.text, known))
