"""A Define-XML document as values: what it says of a study's datasets, definition by definition.

Definitions refer to each other by identifiers (OIDs), as in the document. What is optional there
is empty here.

Source: Define-XML 2.1; Analysis Results Metadata 1.0.
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
NUMBERS = {"integer", "float"}
"""Types of items that are numbers in a transport file."""


@dataclass(frozen=True, slots=True)
class DefineStandard:
    """A standard that the datasets follow, or a package of controlled terminology (type CT).

    `name` is as Define-XML spells it (SDTMIG, ADaMIG, CDISC/NCI); `publishing_set` is SDTM, ADaM
    ... of a package.
    """

    oid: str
    name: str
    version: str
    type: str = "IG"
    publishing_set: str = ""
    status: str = "Final"
    comment: str = ""


@dataclass(frozen=True, slots=True)
class DefinePages:
    """Pages of a document: a list (`refs`), or from `first` to `last`."""

    type: str = "PhysicalRef"
    refs: str = ""
    first: str = ""
    last: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class DefineReference:
    """A reference to a document, whole or to some of its pages; `leaf` is its identifier."""

    leaf: str
    pages: tuple[DefinePages, ...] = ()


@dataclass(frozen=True, slots=True)
class DefineLeaf:
    """A file: where it is, seen from the define.xml, and how it is shown."""

    id: str
    href: str
    title: str


@dataclass(frozen=True, slots=True)
class DefineOrigin:
    """Where values come from; a predecessor names its source in `description`."""

    type: str
    source: str = ""
    description: str = ""
    documents: tuple[DefineReference, ...] = ()


@dataclass(frozen=True, slots=True)
class DefineExpression:
    """A formal expression, and the language it is written in."""

    context: str
    text: str


@dataclass(frozen=True, slots=True)
class DefineMethod:
    """How a variable is derived: in a sentence, as expressions, in documents."""

    oid: str
    name: str
    description: str
    expressions: tuple[DefineExpression, ...] = ()
    type: str = "Computation"
    documents: tuple[DefineReference, ...] = ()


@dataclass(frozen=True, slots=True)
class DefineComment:
    """A comment."""

    oid: str
    text: str
    documents: tuple[DefineReference, ...] = ()


Translated = tuple[tuple[str, str], ...]
"""A text in other languages: language (as in xml:lang) and text."""


@dataclass(frozen=True, slots=True)
class DefineAlias:
    """Another name in some context, e.g. that of a parent domain."""

    context: str
    name: str


@dataclass(frozen=True, slots=True)
class DefineTerm:
    """One permitted value; `extended` where a published codelist lacks it, `code` is NCI's."""

    value: str
    decode: str = ""
    code: str = ""
    extended: bool = False
    rank: str = ""
    aliases: tuple[DefineAlias, ...] = ()
    translated: Translated = ()


@dataclass(frozen=True, slots=True)
class DefineCodelist:
    """A codelist as the study uses it, or a dictionary (`dictionary`) whose terms are not listed.

    `code` is the NCI code, `standard` the identifier of the terminology package that has it; a
    codelist of the sponsor is `non_standard`.
    """

    oid: str
    name: str
    type: str = "text"
    terms: tuple[DefineTerm, ...] = ()
    code: str = ""
    standard: str = ""
    non_standard: bool = False
    dictionary: str = ""
    version: str = ""
    href: str = ""
    format: str = ""
    comment: str = ""
    aliases: tuple[DefineAlias, ...] = ()


@dataclass(frozen=True, slots=True)
class DefineCheck:
    """What must hold of one variable: a comparator (EQ, IN, NE, NOTIN ...) and its values."""

    item: str
    comparator: str
    values: tuple[str, ...]
    soft_hard: str = "Soft"


@dataclass(frozen=True, slots=True)
class DefineWhere:
    """A where clause: it holds of a record where all its checks do."""

    oid: str
    checks: tuple[DefineCheck, ...]
    comment: str = ""


@dataclass(frozen=True, slots=True)
class DefineItem:
    """What a variable is, or what it holds in some of the records.

    `length` counts bytes, and is None for dates and times in ISO 8601 text. An item whose values
    are described one by one (`value_list`) may leave the origin to them.
    """

    oid: str
    name: str
    label: str
    type: DataType
    length: int | None = None
    significant_digits: int | None = None
    format: str = ""
    sas_name: str = ""
    origins: tuple[DefineOrigin, ...] = ()
    codelist: str = ""
    value_list: str = ""
    comment: str = ""
    aliases: tuple[DefineAlias, ...] = ()
    translated: Translated = ()


@dataclass(frozen=True, slots=True)
class DefineItemRef:
    """An item as a variable of a dataset, or as an entry of a value list (with where clauses).

    `key` is its place in the key (1, 2 ...).
    """

    item: str
    mandatory: bool = False
    key: int | None = None
    method: str = ""
    role: str = ""
    role_codelist: str = ""
    where: tuple[str, ...] = ()
    no_data: bool = False
    non_standard: bool = False


@dataclass(frozen=True, slots=True)
class DefineValueList:
    """The items that describe a variable value by value."""

    oid: str
    items: tuple[DefineItemRef, ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class DefineDataset:
    """One dataset; `items` are its variables in order. A dataset without data has no `leaf`."""

    oid: str
    name: str
    label: str
    class_: str
    structure: str
    items: tuple[DefineItemRef, ...]
    leaf: DefineLeaf | None = None
    subclasses: tuple[tuple[str, str], ...] = ()
    domain: str = ""
    sas_name: str = ""
    purpose: str = ""
    standard: str = ""
    non_standard: bool = False
    repeating: bool = True
    reference_data: bool = False
    no_data: bool = False
    comment: str = ""
    aliases: tuple[DefineAlias, ...] = ()
    translated: Translated = ()


@dataclass(frozen=True, slots=True)
class DefineResultDataset:
    """The records (`where`) and variables of one dataset that an analysis uses."""

    dataset: str
    where: str = ""
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DefineResult:
    """One analysis result: why it was made, from what, and how."""

    oid: str
    description: str
    reason: str
    purpose: str
    datasets: tuple[DefineResultDataset, ...]
    parameter: str = ""
    comment: str = ""
    documentation: str = ""
    documents: tuple[DefineReference, ...] = ()
    context: str = ""
    code: str = ""
    code_documents: tuple[DefineReference, ...] = ()


@dataclass(frozen=True, slots=True)
class DefineDisplay:
    """A table, a figure or a listing of the report, with the results that it shows."""

    oid: str
    name: str
    description: str
    results: tuple[DefineResult, ...]
    documents: tuple[DefineReference, ...] = ()


@dataclass(frozen=True, slots=True)
class DefineFile:
    """What a document says of itself, beside its time of creation."""

    oid: str
    study: str
    version: str
    originator: str = ""
    system: str = ""
    system_version: str = ""
    context: str = "Submission"


@dataclass(frozen=True, slots=True)
class DefineDocument:
    """Everything that one define.xml says."""

    file: DefineFile
    study: str
    protocol: str
    name: str
    description: str
    study_description: str
    standards: tuple[DefineStandard, ...]
    datasets: tuple[DefineDataset, ...]
    items: tuple[DefineItem, ...]
    value_lists: tuple[DefineValueList, ...] = ()
    wheres: tuple[DefineWhere, ...] = ()
    codelists: tuple[DefineCodelist, ...] = ()
    methods: tuple[DefineMethod, ...] = ()
    comments: tuple[DefineComment, ...] = ()
    leaves: tuple[DefineLeaf, ...] = ()
    crf: tuple[DefineReference, ...] = ()
    supplements: tuple[DefineReference, ...] = ()
    displays: tuple[DefineDisplay, ...] = ()
    comment: str = ""
