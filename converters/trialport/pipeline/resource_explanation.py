"""Where the value of an element of a resource comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from trialport.diagnostics import Place, did_you_mean
from trialport.pipeline.explanation import in_words
from trialport.pipeline.planning import plan, raw_files, reduced
from trialport.pipeline.work import Raw, Work
from trialport.plan.model import ResourceStep
from trialport.plan.run_relations import reads_of
from trialport.spec import sql

if TYPE_CHECKING:
    import pyarrow as pa

    from trialport.engine.explain import Cell
    from trialport.fhir.content_path import Part, Piece
    from trialport.read.switches import Switches


def explain_element(
    study: Path | str,
    resource: str,
    element: str,
    id_: str,
    *,
    raw: Raw,
    switches: Switches | None = None,
) -> Cell:
    """Return where the value of an element of a resource comes from, down to the raw records.

    Args:
        study: folder of the specification, or the name of a shipped study.
        resource: a type of resource, e.g. `Observation`, or a file of fhir/, e.g.
            `fhir.observation_lab`.
        element: the path of the element as the content writes it, for R4 unless the file is for R5
            alone; of an element that is repeated, which of those that are written, from 0.
        id_: the id of the resource, without a key.
        raw: folder of the raw files, or pandas DataFrames or Arrow tables by raw table.
        switches: a cut-off, chosen subjects, dummy treatments.

    Raises:
        SpecError: the specification has faults.
        DataError: raw files cannot be read as their contracts say; E3289, no such element.
    """
    from trialport.fhir.content_path import parts_of, refused
    from trialport.read.switches import Switches

    parts = parts_of(element)
    planned, _ = plan(study, (), replace(switches or Switches(), explains=True))
    whole = planned.plan
    chosen = tuple(each for each in whole.resources if resource in {each.type, each.step.name})
    if not chosen:
        known = [name for each in whole.resources for name in (each.type, each.step.name)]
        raise refused(f"the study makes no resource '{resource}'", did_you_mean(resource, known))
    part = replace(whole, resources=chosen)
    if not reads_of(chosen):  # what tells of the whole run needs all of it
        part = reduced(part, [chosen[0].type])
    planned = replace(planned, plan=part)
    with Work(planned, raw, None, None, lambda _: None, switches) as work:
        for each in chosen:
            record = _record(work, each, id_)
            if record is not None:
                cell = _explained(work, each, id_, element, parts, record)
                return in_words(cell, work.names)
    remedy = f"take one of {chosen[0].type}.ndjson, written without a key of ids"
    raise refused(f"no {resource} has the id '{id_}'", remedy)


def _record(work: Work, resource: ResourceStep, id_: str) -> pa.RecordBatch | None:
    """Return the record of the resource that has an id, as one row, or None."""
    from trialport.fhir.identity import PLAIN
    from trialport.fhir.resource import record_keys

    step = resource.step
    table = sql.table(step.name)
    named = exp.select(*map(sql.column, (*resource.identity, "__id"))).from_(table)
    for batch in work.engine.batches(named.order_by(sql.column("__id"))):
        keys = record_keys([batch.column(name) for name in resource.identity])
        ids = PLAIN.ids(resource.type, keys).to_pylist()
        if id_ in ids:
            row = exp.Literal.number(int(batch.column("__id")[ids.index(id_)].as_py()))
            columns = [*(each.name for each in step.variables), "__id"]
            whole = exp.select(*map(sql.column, columns)).from_(table.copy())
            whole = whole.where(exp.EQ(this=sql.column("__id"), expression=row))
            return next(iter(work.engine.batches(whole)))
    return None


def _explained(
    work: Work,
    resource: ResourceStep,
    id_: str,
    element: str,
    parts: Sequence[Part],
    record: pa.RecordBatch,
) -> Cell:
    from trialport.engine.explain import Cell
    from trialport.fhir.content_path import pieces_at, written_at
    from trialport.fhir.filled import Writing
    from trialport.fhir.findings import Findings
    from trialport.fhir.resource import build
    from trialport.fhir.schema import Version, load_types
    from trialport.templates import shipped

    version: Version = "R4" if "R4" in resource.versions else "R5"
    types = load_types(shipped() / "fhir", version)
    study = work.planned.specification.study
    offset = study.timezone
    pieces = pieces_at(resource, parts, record, types, Writing(offset, version=version))
    made = build(
        resource,
        [record],
        types,
        Findings(),
        studyid=study.study.text,
        offset=offset,
        version=version,
    )
    value = _json(written_at(next(iter(made)).resource(0), parts))
    place = Place(record=f"{resource.type}/{id_}", column=element)
    row = int(record.column("__id")[0].as_py())
    cells = [_piece(work, resource, place.record, row, each) for each in pieces]
    if len(cells) == 1:
        return replace(cells[0], place=place, value=value)
    return Cell(place, value, sources=tuple(cells))


def _piece(work: Work, resource: ResourceStep, name: str, row: int, piece: Piece) -> Cell:
    """Return what stands behind one column or constant of an element."""
    from trialport.engine.explain import Cell, explain_row

    place = Place(record=name, column=piece.path)
    if not piece.column:
        return Cell(place, None, piece.constant, piece.place, "constant")
    plan, files = work.planned.plan, raw_files(work.planned)
    cell = explain_row(work.engine, plan, files, resource.step, piece.column, row)
    return replace(_renamed(cell, resource.step.name, name), place=place)


def _renamed(cell: Cell, step: str, name: str) -> Cell:
    """Return a cell with the variables of the resource named by it, not by the plan's step."""
    place = cell.place
    if place.record.partition(" ")[0] == step:
        place = replace(place, record=name)
    sources = tuple(_renamed(each, step, name) for each in cell.sources)
    return replace(cell, place=place, sources=sources)


def _json(value: Any) -> str | None:  # noqa: ANN401
    """Return what is written as text: a text as it is, an element as JSON."""
    import orjson

    from trialport.fhir.values import written_number

    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value, default=written_number).decode()
