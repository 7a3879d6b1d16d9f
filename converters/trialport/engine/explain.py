"""Why a cell has its value: the line that fills it, and the cells and raw records behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from trialport.diagnostics import DataError, Diagnostic, Place, did_you_mean, raw_place
from trialport.engine.duckdb import Engine
from trialport.metadata import sequence_variable
from trialport.plan.model import Plan, Source, Step
from trialport.spec import sql

MOST_STEPS = 12
"""How many cells are followed one behind the other."""
MOST_RECORDS = 20
"""How many records of a set are followed; the others are counted."""
FURTHER = "further records"
"""The role of what stands for records that are not followed."""


Path = tuple[tuple[str, str], ...]
"""The cells that lead to one, as dataset and variable: none is followed twice."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with what it is made from.

    `place` is a raw file, line and column, or a record by its keys. `written` is how the
    specification fills the variable, and `line` where; both are empty for a raw cell. `role` says
    what the cell is for the one it stands behind: value, key, filter ...
    """

    place: Place
    value: str | None
    written: str = ""
    line: Place | None = None
    role: str = "value"
    sources: tuple[Cell, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the cell as plain values."""
        line = str(self.line) if self.line else ""
        made: dict[str, Any] = {"place": str(self.place), "role": self.role, "value": self.value}
        made |= {key: text for key, text in (("written", self.written), ("line", line)) if text}
        if self.sources:
            made["sources"] = [each.to_json() for each in self.sources]
        return made


def explain_cell(
    engine: Engine,
    plan: Plan,
    files: Mapping[str, str],
    dataset: str,
    variable: str,
    keys: Mapping[str, str],
) -> Cell:
    """Return a cell of a dataset with all that its value comes from.

    Args:
        engine: the engine, holding the tables of a run.
        plan: the plan that was run.
        files: file of each raw table, as messages show it.
        dataset: the dataset.
        variable: one of its variables.
        keys: values that name one record, by variable.

    Raises:
        DataError: E3289, no such dataset or variable, or not exactly one such record.
    """
    following = _Following(engine, {each.name: each for each in plan.steps}, files)
    step = following.steps.get(dataset)
    if step is None:
        raise _refused(f"there is no dataset '{dataset}'", did_you_mean(dataset, following.steps))
    names = [each.name for each in step.variables]
    for name in (variable, *keys):
        if name not in names:
            problem = f"{dataset} has no variable '{name}'"
            raise _refused(problem, did_you_mean(name, names))
    rows = following.matching(step, keys)
    if len(rows) != 1:
        found = "no record" if not rows else f"{len(rows)} records"
        named = [each for each in step.keys if each in names and each not in keys]
        remedy = f"name it by {', '.join(named)}" if named else "check the values"
        raise _refused(f"{found} of {dataset} with these values", remedy)
    return following.cell(step, variable, rows[0], "value", ())


def explain_record(
    engine: Engine,
    plan: Plan,
    files: Mapping[str, str],
    dataset: str,
    variable: str,
    number: int,
) -> Cell | None:
    """Return a cell of the record of a number, counted from 1 in the order of the dataset.

    See `explain_cell`; None where the dataset has fewer records.
    """
    following = _Following(engine, {each.name: each for each in plan.steps}, files)
    row = following.numbered(dataset, number)
    return (
        None
        if row is None
        else following.cell(following.steps[dataset], variable, row, "value", ())
    )


def explain_row(
    engine: Engine, plan: Plan, files: Mapping[str, str], step: Step, variable: str, row: int
) -> Cell:
    """Return a cell of a record by its `__id`, of a dataset or of what a resource is made from."""
    following = _Following(engine, {each.name: each for each in plan.every_step}, files)
    return following.cell(step, variable, row, "value", ())


@dataclass(frozen=True, slots=True)
class _Following:
    engine: Engine
    steps: Mapping[str, Step]
    files: Mapping[str, str]

    def matching(self, step: Step, keys: Mapping[str, str]) -> list[int]:
        """Return the numbers of the records that have some values, compared as text."""
        table = sql.table(step.name)
        wanted = [
            exp.EQ(this=_text(sql.column(name)), expression=sql.text(value))
            for name, value in keys.items()
        ]
        query = exp.select(sql.column("__id")).from_(table).where(*wanted).limit(100)
        return [int(str(row[0])) for row in self.engine.rows(query.order_by(sql.column("__id")))]

    def numbered(self, dataset: str, number: int) -> int | None:
        """Return what the engine calls the record that has a number in the written dataset."""
        query = exp.select(sql.column("__id")).from_(sql.table(dataset))
        query = query.order_by(sql.column("__id")).limit(1).offset(number - 1)
        rows = self.engine.rows(query)
        return int(str(rows[0][0])) if rows else None

    def cell(self, step: Step, variable: str, row: int, role: str, path: Path) -> Cell:
        """Return a cell of a dataset, with the cells behind it unless the path is too long."""
        record = self._record(step, row)
        place = Place(record=f"{step.name} {self._named(step, record)}".strip(), column=variable)
        block = step.blocks[int(record["__block"])] if step.blocks else None
        written = block.written.get(variable) if block else None
        is_known = any(each.name == variable for each in step.variables)
        value = _shown(record.get(variable)) if is_known else None
        here = (step.name, variable)
        sources: tuple[Cell, ...] = ()
        if here not in path and len(path) < MOST_STEPS:
            sources = tuple(self._sources(step, variable, record, (*path, here)))
        text, line = (written.text, written.place) if written else ("", None)
        return Cell(place, value, text, line, role, sources)

    def _sources(
        self,
        step: Step,
        variable: str,
        record: Mapping[str, Any],
        path: Path,
    ) -> Iterator[Cell]:
        decided = self._deciding(step, variable, record)
        if decided is not None:
            yield self.cell(*decided, "deciding record", path)
            return
        for source in dict.fromkeys(step.lineage.get(variable, ())):
            if source.role == "value":
                yield from self._source(step, variable, source, record, path)

    def _source(
        self,
        step: Step,
        variable: str,
        source: Source,
        record: Mapping[str, Any],
        path: Path,
    ) -> Iterator[Cell]:
        if source.relation == step.name:
            yield self.cell(step, source.column, int(record["__id"]), source.role, path)
            return
        other = self.steps.get(source.relation)
        rows = self._rows(step, variable, source, record)
        for row in rows[:MOST_RECORDS]:
            if other is not None:
                yield self.cell(other, source.column, row, source.role, path)
            elif source.relation in self.files:
                yield self._raw(source, row)
        if len(rows) > MOST_RECORDS:
            name = self.files.get(source.relation, source.relation)
            shown = f"{len(rows) - MOST_RECORDS} further records of {name}"
            yield Cell(Place(record=shown, column=source.column), None, role=FURTHER)

    def _rows(
        self, step: Step, variable: str, source: Source, record: Mapping[str, Any]
    ) -> list[int]:
        """Return the records that a variable reads a column of: of its lookups, joins, the source.

        Of a set they are all of its records, in the order of their table.
        """
        vias = {
            each.via
            for each in step.uses.get(variable, ())
            if (each.relation, each.name) == (source.relation, source.column)
        }
        keys = [
            key
            for key, name in step.row_keys
            if name == source.relation and (not vias or _via(key) in vias)
        ]
        block = step.blocks[int(record["__block"])] if step.blocks else None
        if block is not None and block.relation == source.relation and (not vias or "src" in vias):
            keys.insert(0, "__row")
        found: list[int] = []
        for key in keys:
            value = record.get(key)
            found += value if isinstance(value, list) else [value] if value is not None else []
        return list(dict.fromkeys(map(int, found)))

    def _deciding(
        self, step: Step, variable: str, record: Mapping[str, Any]
    ) -> tuple[Step, str, int] | None:
        """Return the record that decided a time to event, as SRCDOM, SRCVAR and SRCSEQ name it.

        Source: ADaM Basic Data Structure for Time-to-Event Analyses 1.0, SRCDOM.
        """
        names = {each.name for each in step.variables}
        if variable not in {"ADT", "AVAL", "CNSR", "EVNTDESC"} or not {"SRCDOM", "SRCSEQ"} <= names:
            return None
        other = self.steps.get(str(record.get("SRCDOM") or ""))
        column, number = str(record.get("SRCVAR") or ""), record.get("SRCSEQ")
        if other is None or not column:
            return None
        keys = {"USUBJID": str(record["USUBJID"])}
        known = {each.name for each in other.variables}
        if number is not None:
            keys[sequence_variable(other.name, known)] = _shown(number) or ""
        if not {column, *keys} <= known:
            return None
        rows = self.matching(other, keys)
        return (other, column, rows[0]) if len(rows) == 1 else None

    def _raw(self, source: Source, row: int) -> Cell:
        table = sql.table(source.relation)
        where = exp.EQ(this=sql.column("__row"), expression=exp.Literal.number(row))
        rows = self.engine.rows(exp.select(sql.column(source.column)).from_(table).where(where))
        value = _shown(rows[0][0]) if rows else None
        place = raw_place(self.files[source.relation], row, source.column)
        return Cell(place, value, role=source.role)

    def _record(self, step: Step, row: int) -> dict[str, Any]:
        names = [each.name for each in step.variables]
        columns = [*names, "__id", "__block", "__row", *(key for key, _ in step.row_keys)]
        table = sql.table(step.name)
        where = exp.EQ(this=sql.column("__id"), expression=exp.Literal.number(row))
        query = exp.select(*map(sql.column, columns)).from_(table).where(where)
        return dict(zip(columns, self.engine.rows(query)[0], strict=True))

    def _named(self, step: Step, record: Mapping[str, Any]) -> str:
        names = {each.name for each in step.variables}
        sequence = sequence_variable(step.name, names)
        keys = ["USUBJID", sequence] if sequence and "USUBJID" in names else list(step.keys)
        shown = [(key, _shown(record.get(key))) for key in keys if key in names]
        return " ".join(f"{key}={value}" for key, value in shown if value and key != "STUDYID")


def _via(row_key: str) -> str:
    """Return the lookup or join that a row key is of.

    >>> _via("__row.dm"), _via("__row.late.dm")
    ('dm', 'dm')
    """
    return row_key.removeprefix("__row.").removeprefix("late.")


def _text(column: exp.Expr) -> exp.Expr:
    """Return SQL of a value as people write it: 7, not 7.0."""
    whole = exp.cast(column.copy(), exp.DataType.Type.VARCHAR)
    return sql.call("regexp_replace", whole, sql.text("\\.0$"), sql.text(""))


def _shown(value: object) -> str | None:
    if value is None:
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _refused(problem: str, remedy: str) -> DataError:
    return DataError([Diagnostic("E3289", Place(), problem, remedy)])
