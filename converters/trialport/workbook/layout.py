"""The sheets of a workbook: which node of a specification a row is, and where its keys stand.

The first columns of a sheet name the row; then come the columns that Pinnacle 21 has, with its
headings; then every other key of the node class, in the order in which the class declares them.
A key that holds nodes of a sheet of their own has no column. A new key of the language has a
column at once, for the columns are made from the node classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any, get_args, get_origin

from trialport.spec import nodes
from trialport.spec.read_scalar import is_scalar
from trialport.spec.schema import Key, keys


class Step(Enum):
    """How a row is found among the entries of a mapping or list."""

    NAME = "by its name"
    NUMBER = "by its number"
    NEXT = "by its place among the rows"


class Kind(Enum):
    """What a cell may hold."""

    TEXT = "a text"
    LIST = "a list of texts"
    MIXED = "a text, a list or a mapping"
    METHOD = "the name of a method"
    COMMENT = "the name of a comment"
    WHERE = "the name of a where clause"
    SHOWN = "what follows from the rest"


Path = tuple["str | Step", ...]
"""The keys that lead from a file to the nodes of a sheet."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column with the keys that lead from the node to what it holds; none for what is shown."""

    heading: str
    keys: tuple[str, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of which each row is one node.

    Args:
        name: the name of the sheet.
        node: the class of the nodes.
        file: `sources.yaml`, or empty for the file of the dataset that the row names.
        path: where the nodes stand in the file.
        address: headings of what names a row: the dataset, then one for each NAME and NUMBER.
        headings: Pinnacle 21's headings of keys, in its order; keys with dots stand in a node
            within the node, and a heading without a key shows what follows from the rest.
        parts: further paths by the word that the column Part holds for them.
    """

    name: str
    node: type
    path: Path
    address: tuple[str, ...]
    file: str = ""
    headings: tuple[tuple[str, str], ...] = ()
    parts: Mapping[str, Path] = field(default_factory=dict[str, Path])

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns behind the address."""
        return _columns(self.name)

    @property
    def all_headings(self) -> tuple[str, ...]:
        """Every heading, from left to right."""
        part = (PART,) if self.parts else ()
        return (*self.address, *part, *(each.heading for each in self.columns))


PART = "Part"
GROUP = "Group"
GROUPS = ("sdtm", "adam")

_DATASET = (
    ("Description", "label"), ("Class", "class"), ("Structure", "structure"), ("Purpose", ""),
    ("Key Variables", "keys"), ("Repeating", ""), ("Reference Data", ""), ("Comment", ""),
)  # fmt: skip
_VARIABLE = (
    ("Order", ""), ("Label", "label"), ("Data Type", ""), ("Length", "length"),
    ("Significant Digits", ""), ("Format", "format"), ("Mandatory", ""), ("Codelist", "codelist"),
    ("Origin", "origin.type"), ("Source", "origin.source"), ("Pages", "origin.crf"),
    ("Method", "method"), ("Predecessor", ""), ("Role", "role"), ("Comment", "comment"),
)  # fmt: skip
_VALUE_LEVEL = (
    ("Order", ""), ("Variable", "variable"), ("Where Clause", "when"), ("Description", "label"),
    ("Data Type", "type"), ("Length", "length"), ("Significant Digits", ""), ("Format", ""),
    ("Mandatory", ""), ("Codelist", "codelist"), ("Origin", "origin"), ("Pages", ""),
    ("Method", "method"), ("Predecessor", ""), ("Comment", "comment"),
)  # fmt: skip

SHEETS = (
    Sheet("Datasets", nodes.Dataset, (), ("Dataset",), headings=_DATASET),
    Sheet(
        "Variables",
        nodes.Variable,
        ("variables", Step.NAME),
        ("Dataset", "Variable"),
        headings=_VARIABLE,
        parts={
            "supplemental": ("supplemental", Step.NAME),
            "block": ("records", Step.NUMBER, "set", Step.NAME),
        },
    ),
    Sheet("ValueLevel", nodes.ValueLevel, ("value_level", Step.NEXT), ("Dataset",),
          headings=_VALUE_LEVEL),
    Sheet("Records", nodes.Records, ("records", Step.NUMBER), ("Dataset", "Block")),
    Sheet("Joins", nodes.Join, ("records", Step.NUMBER, "join", Step.NEXT), ("Dataset", "Block")),
    Sheet(
        "Tests",
        nodes.Test,
        ("records", Step.NUMBER, "tests", Step.NAME),
        ("Dataset", "Block", "Test"),
    ),
    Sheet("Lookups", nodes.Lookup, ("lookups", Step.NAME), ("Dataset", "Lookup")),
    Sheet("Checks", nodes.Check, ("checks", Step.NEXT), ("Dataset",)),
    Sheet("Relationships", nodes.Relationship, ("relationships", Step.NEXT), ("Dataset",)),
    Sheet("Events", nodes.Event, ("events", Step.NAME), ("Dataset", "Event")),
    Sheet("Competing", nodes.CompetingEvent, ("competing", Step.NAME), ("Dataset", "Competing")),
    Sheet("Censoring", nodes.Censoring, ("censoring", Step.NEXT), ("Dataset",)),
    Sheet("Endpoints", nodes.Endpoint, ("endpoints", Step.NAME), ("Dataset", "Endpoint")),
    Sheet("Sources", nodes.RawTable, ("tables", Step.NAME), ("Table",), file="sources.yaml"),
    Sheet(
        "Columns",
        nodes.RawColumn,
        ("tables", Step.NAME, "columns", Step.NAME),
        ("Table", "Column"),
        file="sources.yaml",
    ),
)  # fmt: skip
"""The sheets of nodes in their order; what a row of one stands in has its row in an earlier one."""

BY_NAME = {each.name: each for each in SHEETS}

_SPECIAL = {"method": Kind.METHOD, "comment": Kind.COMMENT}


@cache
def _columns(name: str) -> tuple[Column, ...]:
    sheet = BY_NAME[name]
    own = {key.name: key for key in keys(sheet.node)}
    columns = [_stated(heading, at, own) for heading, at in sheet.headings]
    taken = {each.keys[0] for each in columns if each.keys} | _with_rows(sheet) | _named(sheet)
    if sheet.node is nodes.Dataset:
        columns.insert(0, Column(GROUP, (), Kind.TEXT))
    columns += [
        Column(_heading(key.name), (key.name,), kind(key))
        for key in own.values()
        if key.name not in taken
    ]
    return tuple(columns)


def _stated(heading: str, at: str, own: Mapping[str, Key]) -> Column:
    if not at:
        return Column(heading, (), Kind.SHOWN)
    first, *rest = at.split(".")
    if rest:
        inner = {key.name: key for key in keys(own[first].annotation)}
        return Column(heading, (first, *rest), kind(inner[rest[0]]))
    if heading == "Where Clause":
        return Column(heading, (first,), Kind.WHERE)
    return Column(heading, (first,), _SPECIAL.get(first) or kind(own[first]))


def _with_rows(sheet: Sheet) -> set[str]:
    """Return the keys of a sheet's nodes whose entries have rows of their own."""
    if sheet.name == "Records":
        return {"join", "tests", "set", "rows"}
    if sheet.name == "Sources":
        return {"columns"}
    if sheet.name == "Datasets":
        paths = (path for each in SHEETS for path in (each.path, *each.parts.values()))
        return {str(path[0]) for path in paths if path}
    return set()


def _named(sheet: Sheet) -> set[str]:
    """Return the key that is the address itself."""
    return {"dataset"} if sheet.node is nodes.Dataset else set()


def _heading(name: str) -> str:
    """Return the heading of a key: `partial_dates` is 'Partial Dates'."""
    return " ".join(each.capitalize() for each in name.split("_"))


def kind(key: Key) -> Kind:
    """Return what the cell of a key may hold."""
    annotation: Any = key.annotation
    if is_scalar(annotation):
        return Kind.TEXT
    if get_origin(annotation) is tuple and is_scalar(get_args(annotation)[0]):
        return Kind.LIST
    return Kind.MIXED
