"""What a report holds: numbers by arm beside those printed, each with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from trialport.spec.report_nodes import Flow, FlowBox, FlowLine, Method, Report
from trialport.statistics.model import Curve

Frame: TypeAlias = Any
"""A pandas DataFrame; the types of pandas know too little of its columns to be of use."""


class Kind(StrEnum):
    """What the numbers of a value are, in their order."""

    COUNT = "count"
    COUNT_PERCENT = "count, percent"
    MEDIAN_QUARTILES = "median, quartiles"
    MEDIAN_RANGE = "median, minimum, maximum"
    MEAN_DEVIATION = "mean, standard deviation"
    PERCENT = "percent, lower limit, upper limit"
    RATIO = "hazard ratio, lower limit, upper limit"
    P = "p-value"


@dataclass(frozen=True, slots=True)
class Value:
    """The numbers of one result, NaN where they cannot be estimated, and those printed for it."""

    kind: Kind
    numbers: tuple[float, ...]
    printed: tuple[str, ...] = ()
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a result comes from: a dataset, its records, and the variables that were read.

    `subjects` is the population where another dataset tells it, e.g. `ADSL.SAFFL = Y`.
    """

    dataset: str
    where: Mapping[str, tuple[str, ...]]
    variables: tuple[str, ...]
    subjects: str = ""

    def __str__(self) -> str:
        """Return it on one line.

        >>> str(Lineage("ADTTE", {"PARAMCD": ("OS",)}, ("AVAL", "CNSR")))
        'ADTTE where PARAMCD = OS: AVAL, CNSR'
        """
        told = [f"{name} = {' or '.join(values)}" for name, values in self.where.items()]
        told += [self.subjects] if self.subjects else []
        where = f" where {' and '.join(told)}" if told else ""
        return f"{self.dataset}{where}: {', '.join(self.variables)}"


@dataclass(frozen=True, slots=True)
class FlowCount:
    """A box or a line of the flow, with the number of subjects by arm."""

    node: FlowBox | FlowLine
    values: Mapping[str, Value]
    lineage: Lineage


@dataclass(frozen=True, slots=True)
class FlowBoxResult:
    """A box of the flow with its lines."""

    node: FlowBox
    values: Mapping[str, Value]
    lineage: Lineage
    lines: tuple[FlowCount, ...]


@dataclass(frozen=True, slots=True)
class FlowResult:
    """The flow of participants."""

    node: Flow
    boxes: tuple[FlowBoxResult, ...]


@dataclass(frozen=True, slots=True)
class RowResult:
    """A row of a table; a level belongs to the last row before it that is none."""

    label: str
    is_level: bool
    values: Mapping[str, Value]
    p: Value | None
    test: str
    notes: tuple[str, ...]
    lineage: Lineage


@dataclass(frozen=True, slots=True)
class TableResult:
    """A table with the number of subjects of each arm."""

    id: str
    title: str
    at: str
    reason: str
    purpose: str
    population: str
    subjects: Mapping[str, int]
    rows: tuple[RowResult, ...]


@dataclass(frozen=True, slots=True)
class ArmCurve:
    """What happened in an arm: the curve, and the days on which subjects left."""

    curve: Curve
    days: tuple[float, ...]
    censored: tuple[float, ...]
    events: int
    competing: int

    def at_risk(self, day: float) -> int:
        """Return how many subjects are under observation just before a day."""
        return sum(each >= day for each in self.days)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The axis of time: unit, days in it, marks and end in that unit."""

    unit: str
    days: float
    every: int
    until: int


@dataclass(frozen=True, slots=True)
class EndpointResult:
    """The analysis of one parameter of time to event."""

    id: str
    title: str
    param: str
    at: str
    reason: str
    purpose: str
    method: Method
    lineage: Lineage
    axis: TimeAxis
    arms: Mapping[str, ArmCurve]
    times: Mapping[str, float]
    estimates: Mapping[str, Mapping[str, Value]]
    ratio: Value
    tests: Mapping[str, Value]
    notes: tuple[str, ...]

    @property
    def is_competing(self) -> bool:
        """Return whether other events compete with the event."""
        return self.method is Method.COMPETING_RISKS

    @property
    def estimator(self) -> str:
        """Return what the curves are."""
        if self.is_competing:
            return "Aalen-Johansen, log(-log) limits"
        return "Kaplan-Meier, log limits"

    @property
    def model(self) -> str:
        """Return what the hazard ratio is."""
        if self.is_competing:
            return "Fine-Gray, subdistribution hazard ratio"
        return "Cox, hazard ratio, Efron"


@dataclass(frozen=True, slots=True)
class Source:
    """A transport file that was read, with its digest."""

    file: str
    sha256: str
    records: int


@dataclass(frozen=True, slots=True)
class Results:
    """Everything in a report."""

    study: str
    report: Report
    sources: Sequence[Source]
    software: Sequence[str]
    flow: FlowResult | None
    tables: Sequence[TableResult]
    endpoints: Sequence[EndpointResult]
