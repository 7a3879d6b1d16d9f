"""A Define-XML document as values: what is said of a study's datasets, before it is XML.

Source: Define-XML 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DataType = Literal[
    "text",
    "integer",
    "float",
    "date",
    "datetime",
    "time",
    "partialDate",
    "partialTime",
    "partialDatetime",
    "incompleteDatetime",
    "durationDatetime",
]


@dataclass(frozen=True, slots=True)
class DefineStandard:
    """A standard that the datasets follow, or a package of controlled terminology (type CT).

    `name` is as Define-XML spells it (SDTMIG, ADaMIG, CDISC/NCI); `publishing_set` is SDTM, ADaM
    ... of a package.
    """

    name: str
    version: str
    type: Literal["IG", "CT"] = "IG"
    publishing_set: str = ""
    status: str = "Final"

    @property
    def oid(self) -> str:
        """Return the identifier, e.g. `STD.SDTMIG.3.4` or `STD.CT.SDTM.2025-03-28`."""
        name = f"CT.{self.publishing_set}" if self.type == "CT" else self.name
        return f"STD.{name}.{self.version}"


@dataclass(frozen=True, slots=True)
class DefineOrigin:
    """Where values come from; a predecessor names its source in `description`."""

    type: str
    source: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class DefineMethod:
    """How a variable is derived: in one sentence and, where there is one, as an expression."""

    oid: str
    name: str
    description: str
    expression: str = ""
    context: str = ""
    type: Literal["Computation", "Imputation"] = "Computation"


@dataclass(frozen=True, slots=True)
class DefineComment:
    """A comment."""

    oid: str
    text: str


@dataclass(frozen=True, slots=True)
class DefineTerm:
    """One permitted value; `extended` where a published codelist lacks it."""

    value: str
    decode: str = ""
    code: str = ""
    extended: bool = False


@dataclass(frozen=True, slots=True)
class DefineCodelist:
    """A codelist as the study uses it, or a dictionary (`dictionary`) whose terms are not listed.

    `code` is the NCI code, `standard` the identifier of the terminology package that has it; a
    codelist of the sponsor has neither.
    """

    oid: str
    name: str
    type: Literal["text", "integer", "float"] = "text"
    terms: tuple[DefineTerm, ...] = ()
    code: str = ""
    standard: str = ""
    dictionary: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class DefineCondition:
    """What holds of a record: a variable of its dataset has one of these values."""

    variable: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DefineValue:
    """What a variable holds in those records where a condition holds, e.g. QVAL of one QNAM.

    `name` is the last part of its identifiers.
    """

    name: str
    condition: DefineCondition
    type: DataType
    label: str = ""
    length: int | None = None
    significant_digits: int | None = None
    origin: DefineOrigin | None = None
    codelist: str = ""
    method: str = ""
    comment: str = ""
    mandatory: bool = False


@dataclass(frozen=True, slots=True)
class DefineVariable:
    """One variable; `key` is its place in the key (1, 2 ...); codelist, method, comment are OIDs.

    `length` counts bytes, and is None for dates and times in ISO 8601 text. A variable without an
    origin has values that state theirs.
    """

    name: str
    label: str
    type: DataType
    length: int | None = None
    significant_digits: int | None = None
    format: str = ""
    mandatory: bool = False
    role: str = ""
    key: int | None = None
    origin: DefineOrigin | None = None
    codelist: str = ""
    method: str = ""
    comment: str = ""
    values: tuple[DefineValue, ...] = ()


@dataclass(frozen=True, slots=True)
class DefineDataset:
    """One dataset; `href` is where its file is, seen from the define.xml."""

    name: str
    label: str
    class_: str
    structure: str
    href: str
    variables: tuple[DefineVariable, ...]
    subclass: str = ""
    domain: str = ""
    standard: str = ""
    repeating: bool = True
    reference_data: bool = False
    comment: str = ""


@dataclass(frozen=True, slots=True)
class DefineDocument:
    """Everything that one define.xml says; `group` is sdtm or adam."""

    study: str
    group: Literal["sdtm", "adam"]
    name: str
    description: str
    standards: tuple[DefineStandard, ...]
    datasets: tuple[DefineDataset, ...]
    codelists: tuple[DefineCodelist, ...] = ()
    methods: tuple[DefineMethod, ...] = ()
    comments: tuple[DefineComment, ...] = ()
