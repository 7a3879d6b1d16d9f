"""Methods, comments and where clauses: sheets of their own, which other sheets refer to by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trialport.workbook import faults
from trialport.workbook.cell_text import list_text, scalar_text, text_value
from trialport.workbook.cells import At, written
from trialport.workbook.layout import PART, Kind, Sheet
from trialport.workbook.reading import Reading, Row
from trialport.workbook.tree import Tree

METHODS, COMMENTS, WHERES = "Methods", "Comments", "WhereClauses"

HEADINGS = {
    METHODS: ("ID", "Name", "Type", "Description", "Expression Context", "Expression Code",
              "Document", "Pages"),
    COMMENTS: ("ID", "Description", "Document", "Pages"),
    WHERES: ("ID", "Dataset", "Variable", "Comparator", "Value", "Comment"),
}  # fmt: skip

COMPARATORS = ("EQ", "IN")


@dataclass(slots=True)
class References:
    """What the rows written so far refer to, as rows of the sheets that are referred to."""

    rows: dict[str, list[dict[str, str]]] = field(
        default_factory=lambda: {name: [] for name in HEADINGS}
    )
    _taken: dict[str, int] = field(default_factory=dict[str, int])

    def name(self, sheet: Sheet, address: Mapping[str, str], said: Mapping[str, Tree]) -> str:
        """Return the name of a row: AE.AETERM, SUPPAE.QNAM.AEREACT, VS.VSCAT.2, VS.VSORRES.#1."""
        names = [each for heading, each in address.items() if heading not in (PART,)]
        part = address.get(PART, "")
        if part == "supplemental":
            return f"SUPP{names[0]}.QNAM.{names[-1]}"
        if part:
            return ".".join([*names, part.removeprefix("block ")])
        if sheet.name != "ValueLevel":
            return ".".join(names)
        head = f"{names[0]}.{said.get('variable') or ''}"
        self._taken[head] = self._taken.get(head, 0) + 1
        return f"{head}.#{self._taken[head]}"

    def method(self, name: str, text: str) -> str:
        """Add a method; return its name."""
        row = {"ID": name, "Name": f"Algorithm to derive {name}", "Type": "Computation"}
        self.rows[METHODS].append(row | {"Description": scalar_text(text)})
        return name

    def comment(self, name: str, text: str) -> str:
        """Add a comment; return its name."""
        self.rows[COMMENTS].append({"ID": name, "Description": scalar_text(text)})
        return name

    def where(self, name: str, when: Tree) -> str:
        """Add the rows of a where clause, one for each variable; return its name."""
        dataset = name.partition(".")[0]
        for variable, values in when.items() if isinstance(when, dict) else ():
            listed: list[Tree] = values if isinstance(values, list) else [values]
            one = len(listed) == 1
            cells = {"ID": name, "Dataset": dataset, "Variable": scalar_text(variable)}
            cells |= {"Comparator": "EQ" if one else "IN"}
            value = listed[0] if one else None
            text = scalar_text(value if isinstance(value, str) else None) if one else ""
            self.rows[WHERES].append(cells | {"Value": text or list_text(listed)})
        return name


@dataclass(slots=True)
class Referred:
    """What there is to refer to, by its name, and what was referred to."""

    methods: dict[At, At] = field(default_factory=dict[At, At])
    comments: dict[At, At] = field(default_factory=dict[At, At])
    wheres: dict[At, dict[str, Tree]] = field(default_factory=dict[At, "dict[str, Tree]"])
    used: set[tuple[Kind, str]] = field(default_factory=set[tuple[Kind, str]])

    def value(self, kind: Kind, text: At, reading: Reading) -> Tree:
        """Return what a cell refers to: a sentence, or the values that variables have."""
        if text == '""':
            return At("", text.cell)
        known: Mapping[At, Tree] = {
            Kind.METHOD: self.methods, Kind.COMMENT: self.comments, Kind.WHERE: self.wheres,
        }[kind]  # fmt: skip
        self.used.add((kind, text))
        if text in known:
            return known[text]
        sheet, word = _SHEETS[kind]
        reading.fault(faults.unknown_name(text.cell, word, text, sheet, known))
        return None

    def note_unused(self, reading: Reading) -> None:
        """Warn of what nothing refers to: a specification has no place for it."""
        for kind, there in (
            (Kind.METHOD, self.methods), (Kind.COMMENT, self.comments), (Kind.WHERE, self.wheres),
        ):  # fmt: skip
            for name in there:
                if (kind, name) not in self.used:
                    reading.fault(faults.not_used(name.cell, _SHEETS[kind][1], name))


_SHEETS = {
    Kind.METHOD: (METHODS, "method"),
    Kind.COMMENT: (COMMENTS, "comment"),
    Kind.WHERE: (WHERES, "where clause"),
}


def read_references(reading: Reading) -> Referred:
    """Return what the sheets of methods, comments and where clauses hold."""
    made = Referred()
    for sheet, there in ((METHODS, made.methods), (COMMENTS, made.comments)):
        for row in reading.rows(sheet, ("ID", "Description")):
            name, text = row.cells["ID"], text_value(row.cells["Description"])
            if name in there:
                first = written(there, name).cell
                reading.fault(faults.repeated_row(name.cell, name, first))
            there[name] = text if isinstance(text, At) else At("", name.cell)
    for row in reading.rows(WHERES, ("ID", "Variable", "Comparator")):
        _read_where(row, made, reading)
    return made


def _read_where(row: Row, made: Referred, reading: Reading) -> None:
    name, variable, comparator = (row.cells[each] for each in ("ID", "Variable", "Comparator"))
    if comparator not in COMPARATORS:
        reading.fault(faults.not_a_choice(comparator.cell, comparator, "Comparator", COMPARATORS))
    when = made.wheres.setdefault(name, {})
    if variable in when:
        first = written(when, variable).cell
        reading.fault(faults.repeated_row(variable.cell, variable, first))
    value = row.cells.get("Value")
    if comparator == "IN":
        when[variable] = [] if value is None else reading.value(value, Kind.LIST)
    else:
        when[variable] = [] if value is None else [text_value(value)]
