"""The mapping specification as values: one frozen node a concept, each with its place.

The dataclasses are also the schema of the language: field names are the YAML keys, annotations
their types, `doc` metadata the reference text. `spec/load.py` reads YAML by them and nothing else.
A node with `SHORTHAND` may be written as a plain scalar, which then fills that field; of the keys
in `ONE_OF` exactly one is written, of those in `AT_MOST_ONE_OF` one or none.
"""

# ruff: noqa: RUF009 - `key` is `dataclasses.field` with metadata, not a shared default.

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from trialport.diagnostics import Place
from trialport.spec import forms
from trialport.spec.forms import Form

if TYPE_CHECKING:
    from trialport.spec.coded import CodedBy
    from trialport.spec.concept_nodes import Concepts
    from trialport.spec.label_nodes import Labels
    from trialport.spec.report_nodes import Report


def key(
    doc: str,
    *,
    name: str = "",
    form: Form | None = None,
    listed: bool = False,
    blank: bool = False,
    unless: str = "",
    **options: Any,  # noqa: ANN401 - as dataclasses.field
) -> Any:  # noqa: ANN401 - as dataclasses.field
    """Return a dataclass field with its reference text and what is declared about its YAML key.

    Args:
        doc: the reference text.
        name: the key, where it is a Python word.
        form: the form of the text, or of the names where the field is a mapping.
        listed: a mapping that may also be a list of names `[a, b]`, which means `{a: a, b: b}`.
        blank: entries of the mapping may be left empty; they are then left out.
        unless: the key may be missing where this other key, or one of several joined by ' or ', is
            there.
        options: passed to `dataclasses.field`.
    """
    metadata = {
        "doc": doc,
        "name": name,
        "form": form,
        "listed": listed,
        "blank": blank,
        "unless": unless,
    }
    return field(metadata=metadata, **options)


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text from the specification with the place where it stands."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Expression(Text):
    """A scalar expression in SQL, not yet parsed."""


class ColumnType(StrEnum):
    """The type that a contract gives to a raw column."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"


class DateStyle(StrEnum):
    """How dates are written in a raw column."""

    ISO = "iso"
    SLASH = "slash"
    CHINESE = "chinese"
    EXCEL = "excel"
    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    NAMED = "named"


class Expect(StrEnum):
    """How many records of the joined table belong to one record."""

    EXACTLY_ONE = "exactly one"
    AT_MOST_ONE = "at most one"
    MANY = "many"
    SOME = "some"


class Pick(StrEnum):
    """Which record a lookup chooses."""

    FIRST = "first"
    LAST = "last"
    ONLY = "only"
    NEAREST = "nearest"


class PartialDates(StrEnum):
    """What a partial date is worth where records are ordered by it."""

    EXCLUDE = "exclude"
    EARLIEST = "earliest"
    LATEST = "latest"


class WindowPick(StrEnum):
    """What a window takes from the records of its group."""

    FIRST = "first"
    LAST = "last"
    MIN = "min"
    MAX = "max"
    COUNT = "count"
    SUM = "sum"
    NUMBER = "number"


class RunStep(StrEnum):
    """Which day comes after which in a run of days."""

    DAY = "day"
    SAMPLED_DAY = "sampled day"


class DataType(StrEnum):
    """The type of a variable in a submission dataset."""

    CHAR = "Char"
    NUM = "Num"


class Origin(StrEnum):
    """Where a variable comes from, in the words of Define-XML 2.1."""

    COLLECTED = "Collected"
    DERIVED = "Derived"
    ASSIGNED = "Assigned"
    PROTOCOL = "Protocol"
    PREDECESSOR = "Predecessor"
    NOT_AVAILABLE = "Not Available"
    OTHER = "Other"


class Ties(StrEnum):
    """Which comes first where an event and a competing event share a day."""

    EVENT_FIRST = "event first"
    COMPETING_FIRST = "competing first"


# --- study.yaml ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A constant of the study, used as `study.NAME`."""

    ONE_OF: ClassVar[tuple[str, ...]] = ("text", "number", "date")

    place: Place
    text: str | None = key("a text", default=None)
    number: str | None = key("a decimal number", form=forms.NUMBER, default=None)
    date: str | None = key("a complete date, YYYY-MM-DD", form=forms.DATE, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package of controlled terminology that a study pins."""

    SHORTHAND: ClassVar[str] = "package"

    place: Place
    package: Text = key("name of the package")
    sha256: Text | None = key(
        "digest of its table; needed for a package that is not shipped", default=None
    )

    @property
    def text(self) -> str:
        """The name of the package."""
        return self.package.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """Where the raw data tell the treatment to which a subject was randomised."""

    place: Place
    table: Text = key("raw table")
    subject: Text = key("its column of the subject")
    column: Text = key("its column of the treatment, which `--treatment FILE` replaces")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """Where the raw data list the subjects, and which of their numbers are one person."""

    place: Place
    table: Text = key("raw table")
    number: Text = key("its column of the subject number")
    site: Text | None = key("its column of the site", default=None)
    person: tuple[Text, ...] = key(
        "its columns that are alike where two numbers may be one person", default=()
    )
    rescreened: Mapping[str, Text] = key(
        "earlier number of a person to the number that stays", default_factory=dict
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Identity of the study and what holds for all its datasets (study.yaml)."""

    place: Place
    study: Text = key("STUDYID")
    extends: tuple[Text, ...] = key("templates beneath the study, the last one on top", default=())
    drop: tuple[Text, ...] = key(
        "what is left out of the templates beneath: their files, and names as constants.CUTOFF",
        default=(),
    )
    title: str = key("title of the study", default="")
    standards: Mapping[str, Text] = key("version of each standard, e.g. sdtmig: '3.4'")
    terminology: Mapping[str, Package] = key("pinned terminology package of sdtm, adam")
    profile: str = key(
        "regulator's profile, whose limits a conversion is held against; a package keeps to fda "
        "unless stated",
        default="",
    )
    languages: tuple[Text, ...] = key(
        "languages beside English that datasets are written in as well, e.g. zh", default=()
    )
    annotated_crf: str = key(
        "file of the annotated CRF beside define.xml, e.g. acrf.pdf; collected variables then name "
        "its pages",
        default="",
    )
    encoding: Text | None = key("encoding of the XPORT files; ascii unless stated", default=None)
    formats: tuple[Text, ...] = key(
        "formats beside XPORT: dataset-json, ndjson, dsjc, parquet, csv", default=()
    )
    timezone: str = key(
        "offset of the study's date-times, e.g. '+08:00'", form=forms.OFFSET, default=""
    )
    cutoff: Text | None = key(
        "last day that counts in SDTM, YYYY-MM-DD; study.CUTOFF in expressions",
        form=forms.DATE,
        default=None,
    )
    treatment: Treatment | None = key("where the randomised treatment is", default=None)
    subjects: Subjects | None = key("where the subjects are listed", default=None)
    constants: Mapping[str, Constant] = key(
        "constants, used as study.NAME", form=forms.CONSTANT, default_factory=dict
    )


# --- sources.yaml -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RawColumn:
    """The contract of one raw column."""

    SHORTHAND: ClassVar[str] = "type"

    place: Place
    type: ColumnType = key("text, integer, number, date, datetime or time", default=ColumnType.TEXT)
    label: str = key("what the column holds", default="")
    required: bool = key("a missing value is a finding", default=False)
    values: tuple[str, ...] | None = key("the only values there may be", default=None)
    pattern: Text | None = key("regular expression that the whole text matches", default=None)
    minimum: str | None = key("smallest number", form=forms.NUMBER, default=None)
    maximum: str | None = key("largest number", form=forms.NUMBER, default=None)
    styles: tuple[DateStyle, ...] | None = key("the date styles of the column", default=None)
    partial: bool = key("whether a date may be partial", default=True)
    missing: tuple[str, ...] | None = key(
        "texts that mean missing, instead of the table's", default=None
    )
    unit: str = key("unit of a number", default="")
    references: Text | None = key("table.column that must hold the value", default=None)
    path: Text | None = key(
        "FHIRPath of the value in a FHIR resource, e.g. code.coding.first().code; '{}' where there "
        "is none",
        default=None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """The contract of one raw table."""

    place: Place
    file: Text = key("file name inside the raw folder: .csv .xlsx .xpt .sas7bdat .parquet .xml")
    format: Literal["fhir", "odm", "csv", "xlsx", "xpt", "sas7bdat", "parquet"] | None = key(
        "fhir: the file holds FHIR resources, .ndjson one a line, .json a Bundle or one resource; "
        "odm: ODM-XML 1.3 or 2.0; "
        "csv xlsx xpt sas7bdat parquet: where the name of the file does not tell its kind",
        default=None,
    )
    resource: Text | None = key("type of the FHIR resources, e.g. Observation", default=None)
    where: Text | None = key("FHIRPath condition on the resources that count", default=None)
    each: Text | None = key(
        "FHIRPath of elements that are a record each, e.g. component; paths of columns begin there",
        default=None,
    )
    dataset: Text | None = key(
        "the SDTM dataset that the table is, where the raw data are SDTM: what is taken over from "
        "it has that dataset as predecessor",
        form=forms.DATASET,
        default=None,
    )
    encoding: Text | None = key(
        "encoding of a CSV file: utf-8, utf-8-sig, gb18030 ...", default=None
    )
    sheet: str | None = key(
        "sheet of a workbook or dataset of an XPORT file, where there are several; OID of a form "
        "or item group of an ODM file",
        default=None,
    )
    delimiter: str = key("delimiter of a CSV file", default=",")
    missing: tuple[str, ...] | None = key(
        "texts that mean missing, instead of the study's", default=None
    )
    keys: tuple[Text, ...] = key("columns that together are unique and never missing", default=())
    columns: Mapping[str, RawColumn] = key("contract of each column", form=forms.COLUMN)
    label: str = key("what a record of the table is", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The contracts of all raw tables (sources.yaml)."""

    place: Place
    drop: tuple[Text, ...] = key(
        "what is left out of the templates beneath, e.g. tables.visits", default=()
    )
    missing: tuple[str, ...] = key("texts that mean missing, for every table", default=("",))
    tables: Mapping[str, RawTable] = key("contract of each raw table", form=forms.TABLE)


# --- terminology.yaml ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CodelistMap:
    """How collected values become submission values of one codelist."""

    place: Place
    nci: Text | None = key("NCI code of the codelist in the pinned terminology", default=None)
    name: str = key("name of a sponsor codelist", default="")
    type: Literal["text", "number"] = key(
        "'number' where the mapped value is a number", default="text"
    )
    terms: Mapping[str, str] = key(
        "terms of a sponsor codelist: value to decode", default_factory=dict
    )
    extend: Mapping[str, str] = key("sponsor terms of an extensible codelist", default_factory=dict)
    map: Mapping[str, Text] = key("collected value to submission value", default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminology:
    """The study's codelists (terminology.yaml)."""

    place: Place
    drop: tuple[Text, ...] = key(
        "what is left out of the templates beneath, e.g. codelists.NY.map", default=()
    )
    codelists: Mapping[str, CodelistMap] = key(
        "each codelist by the name the study gives it", form=forms.CODELIST
    )


# --- datasets -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A value taken over several records of the dataset."""

    ONE_OF: ClassVar[tuple[str, ...]] = ("pick", "flag")

    place: Place
    pick: WindowPick | None = key("first, last, min, max, count, sum or number", default=None)
    flag: Pick | None = key("Y on the first or last record of the group", default=None)
    value: Expression | None = key("what is picked", default=None)
    by: tuple[Text, ...] = key("variables that make a group", default=())
    where: Expression | None = key("records that take part", default=None)
    order: tuple[Text, ...] = key("order within the group; entries may end in ' desc'", default=())
    partial_dates: PartialDates | None = key(
        "what partial ISO 8601 dates are worth in order; needed where 'order' has one",
        default=None,
    )
    run: int | None = key(
        "only records on the first day of a run of that many days on which 'where' holds; "
        "the first entry of 'order' is the date",
        default=None,
    )
    step: RunStep = key(
        "day: each day of the run follows the one before; sampled day: days without a record "
        "do not interrupt it",
        default=RunStep.DAY,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedOrigin:
    """Where a variable comes from, with the pages of the annotated CRF that collect it."""

    SHORTHAND: ClassVar[str] = "type"

    place: Place
    type: Origin = key("origin, in the words of Define-XML")
    source: Literal["Investigator", "Sponsor", "Subject", "Vendor", ""] = key(
        "who the values come from; Investigator of what is collected, else Sponsor", default=""
    )
    crf: tuple[int, ...] = key("pages of the annotated CRF", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """How one variable of a dataset is filled, and what describes it."""

    SHORTHAND: ClassVar[str] = "value"
    AT_MOST_ONE_OF: ClassVar[tuple[str, ...]] = ("value", "text", "number", "window")

    place: Place
    value: Expression | None = key("the expression", default=None)
    text: str | None = key("a constant text", default=None)
    number: str | None = key("a constant number", form=forms.NUMBER, default=None)
    window: Window | None = key("a value over several records", default=None)
    codelist: Text | None = key("codelist of terminology.yaml that maps the value", default=None)
    dictionary: str = key("dictionary that the text comes from, e.g. MedDRA", default="")
    label: Text | None = key("label, where the standard has none or another", default=None)
    type: DataType | None = key("Char or Num", default=None)
    length: Text | None = key(
        "length in bytes; measured unless stated", form=forms.LENGTH, default=None
    )
    format: str | None = key("SAS format", default=None)
    role: str = key("role", default="")
    core: Literal["Req", "Exp", "Perm", "Cond", ""] = key(
        "Req, Exp, Perm, or Cond in ADaM", default=""
    )
    origin: StatedOrigin | None = key("origin, for Define-XML", default=None)
    method: str = key("how it is derived, one sentence", default="")
    comment: str = key("comment, for Define-XML", default="")
    evaluator: str = key("QEVAL of a supplemental qualifier", default="")
    keep: bool = key("no: the variable only helps others and is not written", default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Another table beside each record, with the number of matches that is expected."""

    place: Place
    table: Text = key("raw table or dataset")
    alias: Text | None = key(
        "name of the joined record in expressions", name="as", form=forms.ALIAS, default=None
    )
    on: Mapping[str, Text] = key(
        "equal columns: a list of names, or this record's name: joined name",
        form=forms.COLUMN,
        listed=True,
    )
    where: Expression | None = key("filter of the joined table", default=None)
    expect: Expect = key("exactly one, at most one, many or some")


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One test of a wide record."""

    place: Place
    result: Expression = key("the result as collected")
    name: str = key("name of the test (--TEST)", default="")
    unit: Variable | None = key("unit as collected", default=None)
    standard_unit: str = key("unit of the standardised result", default="")
    given: Mapping[str, Variable] = key(
        "further values, used as test.NAME", name="with", form=forms.ALIAS, default_factory=dict
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One analysis visit, and the window of days that belongs to it."""

    place: Place
    number: str = key("number of the visit, used as visit.number", form=forms.NUMBER)
    low: str | None = key(
        "first day of the window, used as visit.low", form=forms.NUMBER, default=None
    )
    high: str | None = key(
        "last day of the window, used as visit.high", form=forms.NUMBER, default=None
    )
    target: str | None = key("target day, used as visit.target", form=forms.NUMBER, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """A block of records: where they come from, and what each of them gives."""

    ONE_OF: ClassVar[tuple[str, ...]] = ("from", "rows")

    place: Place
    source: Text | None = key("raw table or dataset", name="from", default=None)
    rows: tuple[Mapping[str, Text], ...] | None = key(
        "records written here", form=forms.COLUMN, blank=True, default=None
    )
    where: Expression | None = key("records that are taken", default=None)
    join: tuple[Join, ...] = key("tables beside each record", default=())
    each_visit: bool = key("one record out for each analysis visit of the dataset", default=False)
    tests: Mapping[str, Test] = key(
        "one record out for each test", form=forms.TEST_CODE, default_factory=dict
    )
    unless: Expression | None = key("records that are left out, decided last", default=None)
    set: Mapping[str, Variable] = key(
        "variables of this block alone", form=forms.VARIABLE, default_factory=dict
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Records of another table that belong to each record: one chosen, or a set."""

    place: Place
    source: Text = key("raw table or dataset", name="from")
    where: Expression | None = key(
        "records that count; this.X is the record that looks", default=None
    )
    pick: Pick | None = key(
        "first, last, only or nearest; without it the lookup is a set", default=None
    )
    to: Expression | None = key(
        "nearest: the date or number of this record to which the first entry of 'order' is nearest",
        default=None,
    )
    order: tuple[Text, ...] = key(
        "order for first, last and nearest; entries may end in ' desc'", default=()
    )
    by: Mapping[str, Text] | None = key(
        "key: a list of names, or this record's name: theirs",
        form=forms.COLUMN,
        listed=True,
        default=None,
    )
    partial_dates: PartialDates = key(
        "what partial dates are worth in order", default=PartialDates.EXCLUDE
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What must hold of every record of the dataset; where it does not, there is a finding."""

    place: Place
    expect: Expression = key("condition; a record for which it is false is a finding, null is none")
    where: Expression | None = key("records that are looked at; all, unless stated", default=None)
    variable: Text = key("variable that the finding is about")
    value: Expression | None = key(
        "text that {value} in 'message' stands for; the variable's value unless stated",
        default=None,
    )
    message: str = key("what is wrong, in one sentence; {value} may be used")
    remedy: str = key("what can be done about it", default="")
    severity: Literal["error", "warning", "note"] = key("error, warning or note", default="warning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """The records of one dataset in a relationship."""

    place: Place
    source: Text = key("dataset", name="from")
    variable: Text = key("IDVAR")
    where: Expression | None = key("records that take part", default=None)
    link: Expression | None = key(
        "records of a subject with the same link are related", default=None
    )
    reltype: Literal["ONE", "MANY", ""] = key(
        "ONE or MANY, for a relationship of datasets", default=""
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship:
    """One relationship of RELREC."""

    place: Place
    id: str = key("RELID, or its first part")
    records: tuple[Related, ...] = key("what is related")


# --- time to event ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where time begins."""

    SHORTHAND: ClassVar[str] = "date"

    place: Place
    date: Expression = key("date from which time is counted")
    description: str = key("what that date is", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImputationRule:
    """How a partial event date becomes complete."""

    SHORTHAND: ClassVar[str] = "rule"

    place: Place
    rule: Literal["earliest"] = key("earliest: the first day that is possible")
    not_before: Literal["start", ""] = key("start: never before the start", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What counts as an event, and the record it is read from."""

    place: Place
    source: Text = key("dataset", name="from")
    where: Expression | None = key("records that count", default=None)
    date: Text = key("variable that holds the date")
    flag: Text | None = key("variable that holds the imputation flag of the date", default=None)
    sequence: Text | None = key("variable that holds the sequence number", default=None)
    not_before: Text | None = key("an event that must not be later", default=None)
    description: str = key("EVNTDESC")


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterEvent:
    """Another code where a competing event follows some event."""

    place: Place
    event: Text = key("the earlier event")
    code: int = key("CNSR")
    description: str = key("EVNTDESC")
    counts: Literal["competing", "censoring"] = key(
        "competing, or censoring on the day of the competing event", default="competing"
    )
    date_description: str = key("CNSDTDSC, where it counts as censoring", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetingEvent:
    """An event that makes the event of interest impossible."""

    place: Place
    event: Text = key("name of the event")
    code: int = key("CNSR")
    description: str = key("EVNTDESC")
    counts: Literal["competing", "censoring"] = key(
        "competing, or censoring on its day: what comes after it does not count",
        default="competing",
    )
    date_description: str = key("CNSDTDSC, where it counts as censoring", default="")
    after: AfterEvent | None = key("another code after some event", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Censoring:
    """A reason and date of censoring."""

    place: Place
    when: Expression | None = key("condition; always, unless stated", default=None)
    date: Expression = key("date of censoring")
    code: int = key("CNSR")
    description: str = key("EVNTDESC")
    date_description: str = key("CNSDTDSC", default="")
    variable: str = key("SRCVAR", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowEnd:
    """Censoring at the end of an endpoint's window."""

    place: Place
    code: int = key("CNSR")
    description: str = key("EVNTDESC")
    date_description: str = key("CNSDTDSC; {window} is the window in days", default="")
    variable: str = key("SRCVAR", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """At which assessments an endpoint is seen; who is censored is so at the last of them."""

    SHORTHAND: ClassVar[str] = "event"

    place: Place
    event: Text = key("event whose records are the assessments")
    date_description: str = key("CNSDTDSC of the last assessment", default="LAST ASSESSMENT")
    start_description: str = key(
        "CNSDTDSC of the start, where there is no assessment before", default="START"
    )
    gap: int | None = key(
        "days; an event longer after the last assessment, or the start, does not count",
        default=None,
    )
    code: int | None = key("CNSR of an event after a gap", default=None)
    description: str = key("EVNTDESC of an event after a gap", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimand:
    """Attributes of the estimand that an endpoint serves, as in ICH E9(R1)."""

    place: Place
    treatment: str = key("the treatments that are compared")
    population: str = key("the subjects it is about")
    variable: str = key("what is measured in each subject")
    intercurrent: Mapping[str, str] = key("strategy for each intercurrent event")
    summary: str = key("how the treatments are compared")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One parameter of a time-to-event dataset."""

    place: Place
    param: str = key("PARAM")
    category: str = key("PARCAT1", default="")
    event: tuple[Text, ...] = key("event, or events of which the earliest counts")
    description: str = key("EVNTDESC of the event, where not the event's own", default="")
    competing: tuple[Text, ...] = key(
        "competing events, in order of priority on one day", default=()
    )
    window: int | None = key("days after the start within which events count", default=None)
    ties: Ties = key("event first, or competing first", default=Ties.EVENT_FIRST)
    where: Expression | None = key(
        "subjects that have the parameter; all, unless stated", default=None
    )
    start: Text | None = key(
        "event at which time begins, for the subjects who have it", default=None
    )
    assessed: Assessed | None = key(
        "assessments at which the event is seen, and censoring takes place", default=None
    )
    estimand: Estimand | None = key("the estimand that it serves", default=None)


# --- files --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueLevel:
    """What a variable holds in those records where other variables have certain values."""

    place: Place
    variable: Text = key("the variable that is described")
    when: Mapping[str, tuple[Text, ...]] = key("variable: its value or values", form=forms.VARIABLE)
    label: str = key("label", default="")
    type: Literal["text", "integer", "float", ""] = key("text, integer or float", default="")
    length: Text | None = key("length in bytes", form=forms.LENGTH, default=None)
    codelist: Text | None = key("codelist of terminology.yaml that has all values", default=None)
    origin: Origin | None = key("origin, for Define-XML", default=None)
    method: str = key("how it is derived, one sentence", default="")
    comment: str = key("comment, for Define-XML", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One dataset of SDTM or ADaM (one file)."""

    place: Place
    dataset: Text = key("name of the dataset", form=forms.DATASET)
    drop: tuple[Text, ...] = key(
        "what is left out of the templates beneath, e.g. variables.AESER", default=()
    )
    like: Text | None = key(
        "another dataset, whose keys hold where this one does not state them", default=None
    )
    keep: bool = key("no: the dataset only helps others and is not written", default=True)
    label: Text | None = key("label, where the standard has none or another", default=None)
    class_: str = key("class, where the standard has none", name="class", default="")
    structure: str = key("time_to_event, or a sentence: one record per ...", default="")
    keys: tuple[Text, ...] = key(
        "key variables, which also order the records", unless="relationships or like", default=()
    )
    visits: Mapping[str, Visit] = key(
        "analysis visits by name, for blocks with each_visit", default_factory=dict
    )
    records: tuple[Records, ...] = key("blocks of records, stacked", default=())
    lookups: Mapping[str, Lookup] = key(
        "records of other tables", form=forms.ALIAS, default_factory=dict
    )
    copy: Mapping[str, tuple[Text, ...]] = key(
        "variables taken over: source name to names", form=forms.WORD, default_factory=dict
    )
    variables: Mapping[str, Variable] = key(
        "the variables", form=forms.VARIABLE, default_factory=dict
    )
    supplemental: Mapping[str, Variable] = key(
        "supplemental qualifiers by QNAM", form=forms.VARIABLE, default_factory=dict
    )
    relationships: tuple[Relationship, ...] = key("relationships of RELREC", default=())
    checks: tuple[Check, ...] = key("what must hold of every record", default=())
    value_level: tuple[ValueLevel, ...] = key(
        "what variables hold where others have certain values", default=()
    )
    subjects: Records | None = key("time to event: the subjects", default=None)
    start: Start | None = key("time to event: where time begins", default=None)
    cutoff: Expression | None = key(
        "time to event: last day that counts; all days, unless stated", default=None
    )
    add_one: bool | None = key("time to event: AVAL = ADT - STARTDT + 1", default=None)
    impute: Mapping[str, ImputationRule] = key(
        "time to event: rule for partial dates", form=forms.ALIAS, default_factory=dict
    )
    events: Mapping[str, Event] = key(
        "time to event: named events", form=forms.ALIAS, default_factory=dict
    )
    competing: Mapping[str, CompetingEvent] = key(
        "time to event: competing events", form=forms.ALIAS, default_factory=dict
    )
    censoring: tuple[Censoring, ...] = key(
        "time to event: reasons of censoring, in order", default=()
    )
    window_end: WindowEnd | None = key("time to event: end of a window", default=None)
    endpoints: Mapping[str, Endpoint] = key(
        "time to event: one a parameter", form=forms.PARAMETER_CODE, default_factory=dict
    )


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value in the content of a resource: an expression or a constant."""

    place: Place
    value: Expression | None
    constant: str | int | float | bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    """Content repeated for each record of a set."""

    place: Place
    each: Text = key("lookup that is a set of records")
    order: tuple[Text, ...] = key("order of the records; entries may end in ' desc'", default=())
    content: Content = key("the content for each of them")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """What codes an element, beside its children: a concept, or the value of an expression."""

    ONE_OF: ClassVar[tuple[str, ...]] = ("concept", "concept_of")

    place: Place
    concept: Text | None = key("concept of concepts.yaml", default=None)
    concept_of: Expression | None = key("expression whose value is coded", default=None)
    codelist: Text | None = key(
        "codelist of concepts.yaml that has the values, for concept_of; or ucum", default=None
    )
    display: Expression | None = key("display of a value that is a code of its own", default=None)


@dataclass(frozen=True, slots=True)
class Element:
    """An element with children; `coded` adds its codes, and the plan puts these in its place.

    `places` are where the names of the children stand.
    """

    place: Place
    children: Mapping[str, Content]
    coded: Coded | CodedBy | None = None
    places: Mapping[str, Place] = field(default_factory=dict[str, Place], compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A repeated element."""

    place: Place
    items: tuple[Content, ...]


Content = Leaf | Each | Element | Repeated


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One kind of FHIR resource (one file)."""

    place: Place
    resource: Text = key("resource type")
    drop: tuple[Text, ...] = key(
        "what is left out of the templates beneath, e.g. content.period", default=()
    )
    versions: tuple[Literal["R4", "R5"], ...] = key(
        "FHIR versions: R4, R5; both unless stated", default=("R4", "R5")
    )
    each: Records = key("the records, one resource each")
    lookups: Mapping[str, Lookup] = key(
        "records of other tables", form=forms.ALIAS, default_factory=dict
    )
    identity: tuple[Expression, ...] = key("what identifies the resource")
    variables: Mapping[str, Variable] = key(
        "named values for the content", form=forms.WORD, default_factory=dict
    )
    content: Content = key("the elements")


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """The whole specification of one study."""

    study: Study
    sources: Sources
    terminology: Terminology
    sdtm: tuple[Dataset, ...]
    adam: tuple[Dataset, ...]
    resources: tuple[Resource, ...]
    report: Report | None
    digest: str
    concepts: Concepts | None = None
    labels: Mapping[str, Labels] = field(default_factory=dict[str, "Labels"])
    templates: Mapping[str, str] = field(default_factory=dict[str, str])
    rules: Mapping[str, str] = field(default_factory=dict[str, str])
