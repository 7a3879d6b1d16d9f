"""Methods, comments and where clauses: sheets of their own, which other sheets refer to by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    """What the rows written so far refer to: rows by the names that we give."""

    rows: dict[str, dict[str, list[dict[str, str]]]] = field(
        default_factory=lambda: {name: {} for name in HEADINGS}
    )

    def method(self, name: str, text: str) -> str:
        """Add a method; return its name."""
        self.rows[METHODS][name] = [{"Description": scalar_text(text)}]
        return name

    def comment(self, name: str, text: str) -> str:
        """Add a comment; return its name."""
        self.rows[COMMENTS][name] = [{"Description": scalar_text(text)}]
        return name

    def where(self, name: str, when: Tree) -> str:
        """Add the rows of a where clause, one for each variable; return its name."""
        rows = self.rows[WHERES].setdefault(name, [])
        for variable, values in when.items() if isinstance(when, dict) else ():
            listed: list[Tree] = values if isinstance(values, list) else [values]
            one = len(listed) == 1
            value = listed[0] if one else None
            text = scalar_text(value if isinstance(value, str) else None) if one else ""
            cells = {"Variable": scalar_text(variable), "Comparator": "EQ" if one else "IN"}
            rows.append(cells | {"Value": text or list_text(listed)})
        return name

    def named(self, sheet: str, ids: Mapping[str, str]) -> dict[str, str]:
        """Return the ID of each name: that of `ids` where all that share it say the same.

        Where they do not, it stays with what most of them say, and the others keep their names.
        """
        said: dict[str, list[str]] = {}
        texts = {name: repr(rows) for name, rows in self.rows[sheet].items()}
        for name, text in texts.items():
            said.setdefault(ids.get(name, name), []).append(text)
        most = {each: max(listed, key=listed.count) for each, listed in said.items()}
        made: dict[str, str] = {}
        for name, text in texts.items():
            wanted = ids.get(name, name)
            if most[wanted] == text:
                made[name] = wanted
            else:
                made[name] = name if name not in most else f"{name}.own"
        return made

    def table(self, sheet: str, names: Mapping[str, str]) -> list[dict[str, str]]:
        """Return the rows of a sheet under their IDs, each once."""
        rows = {names[name]: each for name, each in self.rows[sheet].items()}
        return [{"ID": name, **row} for name, each in rows.items() for row in each]


class Names:
    """Names what the rows of sheets refer to, each row by what it is about."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def of(self, sheet: Sheet, cells: Mapping[str, str], variable: str = "") -> str:
        """Return the name of a row: AE.AETERM, SUPPAE.QNAM.AEREACT, VS.VSCAT.2, VS.VSORRES.#1.

        Args:
            sheet: the sheet of the row.
            cells: the cells that name the row.
            variable: the variable of a row of value level.
        """
        names = [str(cells.get(each, "")) for each in sheet.address]
        part = cells.get(PART, "")
        if part == "supplemental":
            return f"SUPP{names[0]}.QNAM.{names[-1]}"
        if part:
            return ".".join([*names, part.removeprefix("block ")])
        if sheet.name != "ValueLevel":
            return ".".join(names)
        head = f"{names[0]}.{variable}"
        self._taken[head] = self._taken.get(head, 0) + 1
        return f"{head}.#{self._taken[head]}"


@dataclass(slots=True)
class Referred:
    """What there is to refer to, by its name, and what was referred to."""

    methods: dict[At, At] = field(default_factory=dict[At, At])
    comments: dict[At, At] = field(default_factory=dict[At, At])
    wheres: dict[At, dict[str, Tree]] = field(default_factory=dict[At, "dict[str, Tree]"])
    used: set[tuple[Kind, str]] = field(default_factory=set[tuple[Kind, str]])
    ids: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    def value(self, kind: Kind, text: At, name: str, reading: Reading) -> Tree:
        """Return what a cell refers to: a sentence, or the values that variables have.

        `name` is the name that we would give to it; another one is noted in `ids`.
        """
        if text == '""':
            return At("", text.cell)
        known: Mapping[At, Tree] = {
            Kind.METHOD: self.methods, Kind.COMMENT: self.comments, Kind.WHERE: self.wheres,
        }[kind]  # fmt: skip
        self.used.add((kind, text))
        sheet, word = _SHEETS[kind]
        if name != text:
            self.ids.setdefault(sheet, {})[name] = str(text)
        if text in known:
            return known[text]
        reading.fault(faults.unknown_name(text.cell, word, text, sheet, known))
        return None

    def unused(self) -> Iterator[tuple[str, str, At]]:
        """Yield sheet, word and name of what nothing refers to."""
        for kind, there in (
            (Kind.METHOD, self.methods), (Kind.COMMENT, self.comments), (Kind.WHERE, self.wheres),
        ):  # fmt: skip
            for name in there:
                if (kind, name) not in self.used:
                    yield (*_SHEETS[kind], name)


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
