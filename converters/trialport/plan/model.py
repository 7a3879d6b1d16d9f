"""The plan as values: ordered steps with their SQL, metadata, faults to look for and lineage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from trialport.diagnostics import Place, Severity
from trialport.functions.model import Type
from trialport.spec import sql
from trialport.spec.compiled import Reference
from trialport.spec.nodes import Content, DataType, Origin


@dataclass(frozen=True, slots=True)
class Limits:
    """What a conversion leaves out beside what the specification says.

    `cutoff` is the last day that counts, YYYY-MM-DD, or empty; with `is_subset` records of subjects
    that were not chosen are left out (the engine knows who was). `keeps_sets` keeps the keys of the
    records of every set, which only an explanation of a cell needs.
    """

    cutoff: str = ""
    is_subset: bool = False
    keeps_sets: bool = False


@dataclass(frozen=True, slots=True)
class VariablePlan:
    """One variable of a dataset as it will be written.

    `kind` is the type of its values (date, number ...), `type` what XPORT knows (Char, Num).
    `length` is pinned or None (measured); `codelist` names a codelist of the study, `limited_to`
    all those that its blocks map it through, empty where a block leaves it free; `source` and
    `crf` (pages of the annotated CRF) go with the origin.
    """

    name: str
    label: str
    type: DataType
    kind: Type
    place: Place
    length: int | None = None
    format: str = ""
    role: str = ""
    core: str = ""
    codelist: str = ""
    limited_to: tuple[str, ...] = ()
    nci_codelists: tuple[str, ...] = ()
    origin: Origin | None = None
    source: str = ""
    crf: tuple[int, ...] = ()
    method: str = ""
    comment: str = ""
    dictionary: str = ""
    expression: str = ""


@dataclass(frozen=True, slots=True)
class ValuePlan:
    """What a variable holds in the records in which each variable of `when` has one of its values.

    `type` is text, integer or float, or empty where it is the variable's own; `codelist` names a
    codelist of the study.
    """

    variable: str
    when: tuple[tuple[str, tuple[str, ...]], ...]
    place: Place
    label: str = ""
    type: str = ""
    length: int | None = None
    codelist: str = ""
    origin: Origin | None = None
    method: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class FaultColumn:
    """A column of a step's table that holds the value at fault where a record has one."""

    column: str
    code: str
    problem: str
    remedy: str
    variable: str
    place: Place
    raw_column: str = ""
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Source:
    """One source of a variable: a column of a relation, and what it serves as."""

    relation: str
    column: str
    role: str = "value"


@dataclass(frozen=True, slots=True)
class Written:
    """How a variable is written in the specification: its expression or constant, and where."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class BlockSource:
    """Where the records of one block come from: a raw table, a dataset, or the specification.

    `written` holds how the block fills each of its variables.
    """

    relation: str
    place: Place
    written: Mapping[str, Written] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FaultQuery:
    """A query for records at fault that never reach the step's table: `__row`, `value`."""

    query: exp.Expr
    relation: str
    fault: FaultColumn


@dataclass(frozen=True, slots=True)
class Step:
    """One dataset made by one SELECT.

    The table of the step holds the variables, `__id` (1, 2 ... in the order of the records),
    `__block` (index into `blocks`), `__row` (row key of the source record), `__row.<name>` (row
    keys of joined and looked-up records) and the fault columns. `cut_counts` ask, for each block,
    what a data cut-off changed (`limits.add_cutoff`).

    `is_local` is true where a record depends on records of its own subject alone, so that shards
    of whole subjects, converted apart and put together, give the same records. `uses` holds what
    each variable names, with the lookup or join that it is read by. A step that is not kept only
    helps others and is not written; `helpers` are the names of those that this one reads.

    `raw_datasets` names the SDTM dataset that a raw table is, by the engine's name of the table.
    """

    name: str
    group: str
    label: str
    class_: str
    structure: str
    keys: tuple[str, ...]
    variables: tuple[VariablePlan, ...]
    query: exp.Expr
    depends: tuple[str, ...]
    blocks: tuple[BlockSource, ...]
    place: Place
    faults: tuple[FaultColumn, ...] = ()
    fault_queries: tuple[FaultQuery, ...] = ()
    row_keys: tuple[tuple[str, str], ...] = ()
    lineage: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)
    row_sources: tuple[Source, ...] = ()
    is_local: bool = False
    values: tuple[ValuePlan, ...] = ()
    cut_counts: tuple[exp.Expr, ...] = ()
    raw_datasets: Mapping[str, str] = field(default_factory=dict[str, str])
    uses: Mapping[str, frozenset[Reference]] = field(default_factory=dict)
    is_kept: bool = True
    helpers: frozenset[str] = frozenset()

    @property
    def output(self) -> exp.Select:
        """Return the query of the dataset as it is written: its variables, its order."""
        columns = [sql.column(each.name) for each in self.variables]
        select = exp.select(*columns).from_(sql.table(self.name))
        return select.order_by(sql.column("__id"))


@dataclass(frozen=True, slots=True)
class ResourceStep:
    """One kind of FHIR resource: a step whose variables are the leaves of its content."""

    step: Step
    type: str
    versions: tuple[str, ...]
    content: Content
    identity: tuple[str, ...]
    leaves: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that will be done, in order, decided before a record is read."""

    studyid: str
    digest: str
    raw_tables: tuple[str, ...]
    steps: tuple[Step, ...]
    resources: tuple[ResourceStep, ...]

    @property
    def written(self) -> tuple[Step, ...]:
        """The steps of the datasets that are written, in the order of the work."""
        return tuple(each for each in self.steps if each.is_kept)

    @property
    def every_step(self) -> tuple[Step, ...]:
        """The steps of datasets and then those of resources, in the order of the work."""
        return (*self.steps, *(each.step for each in self.resources))
