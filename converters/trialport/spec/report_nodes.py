"""The report of a study as values: what is analysed, and what a publication printed for it.

The classes are the schema of report.yaml in the way of `spec/nodes.py`. A filter (`where`) names
variables and the values that they may have; all of them must hold. Numbers have no quotation:
values are compared with the text of what the dataset holds, so 8 stands for 8.0. `printed` figures
are written as they are printed; they are listed in the order in which the result shows them.
"""

# ruff: noqa: RUF009 - `key` is `dataclasses.field` with metadata, not a shared default.

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from trialport.diagnostics import Place
from trialport.spec import forms
from trialport.spec.nodes import Text, key

OVERALL = "ALL"
"""The name of all arms together where figures are given by arm."""

Printed = Mapping[str, tuple[str, ...]]
"""Printed figures by arm, or under `ALL`."""

Where = Mapping[str, tuple[str, ...]]
"""The values that variables may have."""


class Method(StrEnum):
    """How time to an event is analysed."""

    COMPETING_RISKS = "competing risks"
    SURVIVAL = "survival"


class Statistic(StrEnum):
    """How the values of a variable are summarised."""

    MEDIAN_QUARTILES = "median and quartiles"
    MEDIAN_RANGE = "median and range"
    MEAN_DEVIATION = "mean and standard deviation"


class Comparison(StrEnum):
    """The test between the arms."""

    CHI_SQUARE = "chi-square"
    CHI_SQUARE_OR_FISHER = "chi-square or fisher"
    MANN_WHITNEY = "mann-whitney"
    T = "t"


class Reason(StrEnum):
    """Why an analysis is made, in the terms of Analysis Results Metadata."""

    PROTOCOL = "SPECIFIED IN PROTOCOL"
    SAP = "SPECIFIED IN SAP"
    DATA = "DATA DRIVEN"
    AGENCY = "REQUESTED BY REGULATORY AGENCY"


class Purpose(StrEnum):
    """What an analysis is for, in the terms of Analysis Results Metadata."""

    PRIMARY = "PRIMARY OUTCOME MEASURE"
    SECONDARY = "SECONDARY OUTCOME MEASURE"
    EXPLORATORY = "EXPLORATORY OUTCOME MEASURE"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportArm:
    """An arm of the trial."""

    place: Place
    value: str = key("what the treatment variables hold for it")
    label: str = key("how the report calls it")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLine:
    """A line in a box of the flow of participants: subjects counted by a further filter."""

    place: Place
    label: str = key("what is counted")
    dataset: str | None = key(
        "the dataset; that of the box unless given", form=forms.DATASET, default=None
    )
    where: Where = key("values that variables may have", form=forms.VARIABLE, default_factory=dict)
    arms: tuple[str, ...] = key("arms whose boxes have the line; all unless given", default=())
    printed: Printed = key("the printed figures by arm", default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBox:
    """A box in the flow of participants: how many subjects reach it."""

    place: Place
    label: str = key("what is counted")
    dataset: str = key("the dataset", form=forms.DATASET)
    where: Where = key("values that variables may have", form=forms.VARIABLE, default_factory=dict)
    treatment: str | None = key(
        "variable of the arm: one box an arm; one for all unless given",
        form=forms.VARIABLE,
        default=None,
    )
    aside: bool = key("whether those counted leave the flow here", default=False)
    lines: tuple[FlowLine, ...] = key("further counts in the box", default=())
    printed: Printed = key("the printed figures by arm", default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The flow of participants, as CONSORT draws it, from top to bottom."""

    place: Place
    title: str = key("the title")
    at: str = key("where the publication has it", default="")
    notes: tuple[Text, ...] = key("notes on it, by their names", default=())
    boxes: tuple[FlowBox, ...] = key("the boxes, from top to bottom")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLevel:
    """A level of a characteristic: the subjects that have one of its values."""

    SHORTHAND: ClassVar = "values"

    place: Place
    values: tuple[str, ...] = key("the values that belong to it")
    printed: Printed = key("the printed numbers of subjects by arm", default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A characteristic of a table: a summary of a variable, its levels, or subjects counted."""

    AT_MOST_ONE_OF: ClassVar = ("statistic", "levels")

    place: Place
    label: str = key("what the row is called")
    variable: str | None = key(
        "the variable; without it subjects with a record are counted",
        form=forms.VARIABLE,
        default=None,
    )
    where: Where = key("values that variables may have", form=forms.VARIABLE, default_factory=dict)
    statistic: Statistic | None = key("summary of the variable", default=None)
    decimals: int = key("decimals of the summary", default=1)
    levels: Mapping[str, TableLevel] = key("levels of the variable", default_factory=dict)
    test: Comparison | None = key("test between the arms", default=None)
    printed: Printed = key("the printed figures by arm", default_factory=dict)
    p: str = key("the printed p-value", default="")
    notes: tuple[Text, ...] = key("notes on it, by their names", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTable:
    """A table of summaries and counts by arm."""

    place: Place
    title: str = key("the title")
    at: str = key("where the publication has it", default="")
    dataset: str = key("the dataset", form=forms.DATASET)
    where: Where = key("values that variables may have", form=forms.VARIABLE, default_factory=dict)
    treatment: str = key("variable of the arm, in the dataset", form=forms.VARIABLE)
    subjects: str = key(
        "the dataset with the subjects of the population", form=forms.DATASET, default="ADSL"
    )
    population: str = key("flag of the population, in that dataset", form=forms.VARIABLE)
    arm: str = key("variable of the arm, in that dataset", form=forms.VARIABLE, default="TRT01P")
    total: bool = key("whether both arms together are shown too", default=False)
    reason: Reason = key("why it is made", default=Reason.SAP)
    purpose: Purpose = key("what it is for", default=Purpose.SECONDARY)
    rows: tuple[TableRow, ...] = key("the rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The axis of time of a figure."""

    place: Place
    unit: str = key("the unit, e.g. Months")
    days: str = key("days in the unit", form=forms.NUMBER)
    every: int = key("units between two marks, at which those at risk are counted")
    until: int = key("units at which the axis ends")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedEndpoint:
    """What a publication printed for an endpoint."""

    place: Place
    times: Mapping[str, Printed] = key(
        "estimate and limits in percent, by time and arm", default_factory=dict
    )
    ratio: tuple[str, ...] = key("hazard ratio and limits", default=())
    p: str = key("the p-value", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointAnalysis:
    """The analysis of one parameter of a dataset of time to event."""

    place: Place
    title: str = key("the title")
    at: str = key("where the publication has it", default="")
    dataset: str = key("the dataset", form=forms.DATASET, default="ADTTE")
    paramcd: str = key("the parameter", form=forms.PARAMETER_CODE)
    population: str = key("flag of the population", form=forms.VARIABLE)
    treatment: str = key("variable of the arm", form=forms.VARIABLE, default="TRTP")
    method: Method = key("how it is analysed")
    status: str = key(
        "competing risks: variable of the status 0, 1, 2", form=forms.VARIABLE, default="CRSTAT"
    )
    times: Mapping[str, str] = key("days at which estimates are given, by their names")
    axis: Axis | None = key("the axis of time; that of the report unless given", default=None)
    reason: Reason = key("why it is made", default=Reason.SAP)
    purpose: Purpose = key("what it is for", default=Purpose.SECONDARY)
    printed: PrintedEndpoint | None = key("what the publication printed", default=None)
    notes: tuple[Text, ...] = key("notes on it, by their names", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The report of a study."""

    place: Place
    title: str = key("the title")
    remark: str = key("what a reader must know before all else", default="")
    publication: str = key("what the printed figures are taken from", default="")
    arms: Mapping[str, ReportArm] = key(
        "the two arms; the ratio is that of the first against the second", form=forms.CONSTANT
    )
    axis: Axis = key("the axis of time of the figures")
    notes: Mapping[str, str] = key(
        "notes on the printed figures, by name", form=forms.WORD, default_factory=dict
    )
    flow: Flow | None = key("the flow of participants", default=None)
    tables: Mapping[str, ReportTable] = key(
        "the tables, by the identifier of the analysis", form=forms.WORD, default_factory=dict
    )
    endpoints: Mapping[str, EndpointAnalysis] = key(
        "the analyses of time to event, by identifier", form=forms.WORD, default_factory=dict
    )
