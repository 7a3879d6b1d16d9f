"""How the variables of a dataset may be filled from the columns chosen for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from trialport.draft.choose import TableUse
from trialport.draft.match import Match
from trialport.draft.terms import DraftedTerms, meant_term
from trialport.spec.nodes import ColumnType
from trialport.standard.model import Dataset, Variable
from trialport.terms.codelists import Codelist

_PARTS = ("year", "month", "day")


@dataclass(frozen=True, slots=True)
class Drafted:
    """How one variable may be filled.

    Attributes:
        variable: its name.
        value: the expression; '"null"' stands for nothing. `facts` are the keys beside it.
        state: `mapped` from columns, `derived` by a rule of the standard, `constant`, or `open`.
        confidence: how sure the columns are, 0 to 1; 1 for what is derived.
        reason: what speaks for it, or why it is open.
        matches: the columns behind it.
        others: columns that may be it too, or that are not sure enough.
    """

    variable: str
    value: str
    state: str
    confidence: float = 1
    reason: str = ""
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    matches: tuple[Match, ...] = ()
    others: tuple[Match, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "variable": self.variable,
            "state": self.state,
            "value": None if self.state == "open" else self.value,
            **self.facts,
            "confidence": round(self.confidence, 2),
            "reason": self.reason,
            "columns": [each.to_json() for each in self.matches],
            "alternatives": [each.to_json() for each in self.others],
        }


@dataclass(slots=True)
class Words:
    """What is said in terminology.yaml and sources.yaml for the expressions drafted so far.

    `texts` holds the columns, by table and name, that must be read as text.
    """

    codelists: Mapping[str, Codelist]
    terms: dict[str, DraftedTerms] = field(default_factory=dict[str, DraftedTerms])
    texts: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def drafted(self, codelist: Codelist) -> DraftedTerms:
        """Return what is mapped to a codelist; an empty one where nothing is yet."""
        return self.terms.setdefault(codelist.submission_name, DraftedTerms(codelist))


def reference(column: str, alias: str = "src") -> str:
    """Return a column of a record as an expression names it.

    >>> reference("AETERM"), reference("Date of birth")
    ('src.AETERM', 'src."Date of birth"')
    """
    is_plain = re.fullmatch(r"[^\W\d]\w*", column) is not None
    quoted = column.replace('"', '""')
    return f"{alias}.{column}" if is_plain else f'{alias}."{quoted}"'


def from_columns(
    use: TableUse, variable: Variable, words: Words, alias: str = "src"
) -> Drafted | None:
    """Return how a variable is filled from the columns chosen for it, None where there is none."""
    name = variable.name
    parts = {part: use.chosen[v, part] for v, part in use.chosen if v == name}
    if "date" in parts:
        return _date(use, name, parts, alias)
    if "year" in parts:
        return _of_parts(use, name, parts, words, alias)
    match = parts.get("")
    return _value(use, variable, match, words, alias) if match else None


def others(use: TableUse, name: str, floor: float = 0.35) -> tuple[Match, ...]:
    """Return the columns that were not chosen for a variable, though they may be it."""
    chosen = {(each.column, each.variable) for each in use.chosen.values()}
    found = [m for m in use.found if m.variable == name and m.part != "ignore"]
    left = [m for m in found if (m.column, name) not in chosen and m.confidence >= floor]
    return tuple(left[:3])


def is_wanted(variable: Variable) -> bool:
    """Return whether the standard asks for a variable."""
    return variable.core in ("Req", "Exp")


def opened(use: TableUse, variable: Variable, why: str = "") -> Drafted | None:
    """Return a variable that stays open: null where the standard asks for it, else nothing."""
    left = others(use, variable.name)
    if not is_wanted(variable) and not left:
        return None
    reason = why or ("no column is sure enough" if left else "no column was found")
    if variable.domain == "MedDRA" and not left:
        reason = "no column was found; is the coding delivered in another file?"
    return Drafted(variable.name, "null", "open", 0, reason, others=left)


def _date(use: TableUse, name: str, parts: Mapping[str, Match], alias: str) -> Drafted:
    used = [parts["date"]]
    time = parts.get("time")
    column = use.table.column(parts["date"].column)
    if time and time.column != column.name and column.type is not ColumnType.DATETIME:
        used.append(time)
    written = ", ".join(reference(each.column, alias) for each in used)
    return _mapped(name, f"iso8601({written})", used, others(use, name))


def _of_parts(
    use: TableUse, name: str, parts: Mapping[str, Match], words: Words, alias: str
) -> Drafted:
    used = [parts[each] for each in _PARTS if each in parts]
    written = [reference(parts[each].column, alias) if each in parts else "null" for each in _PARTS]
    words.texts |= {(use.table.name, each.column) for each in used}
    return _mapped(name, f"iso8601({', '.join(written)})", used, others(use, name))


def _value(use: TableUse, variable: Variable, match: Match, words: Words, alias: str) -> Drafted:
    name, column = variable.name, use.table.column(match.column)
    value, facts = reference(match.column, alias), dict[str, str]()
    lists = [words.codelists[each] for each in variable.codelists if each in words.codelists]
    if variable.domain == "MedDRA":
        facts["dictionary"] = "MedDRA"
    if variable.type == "Num":
        value = value if column.is_number else f"number({value})"
    elif lists:
        codelist = max(lists, key=lambda each: _known(use, match, each))
        values = [each for each, _ in column.values]
        words.drafted(codelist).add(values, column.described.decodes)
        words.texts.add((use.table.name, match.column))
        facts["codelist"] = codelist.submission_name
    elif variable.domain == "MedDRA" or variable.role in ("Identifier", "Topic"):
        words.texts.add((use.table.name, match.column))
    elif column.is_number:
        value = f"collected({value})"
    return _mapped(name, value, [match], others(use, name), facts)


def _known(use: TableUse, match: Match, codelist: Codelist) -> int:
    column = use.table.column(match.column)
    decodes = column.described.decodes
    return sum(meant_term(codelist, each, decodes) is not None for each, _ in column.values)


def _mapped(
    name: str,
    value: str,
    used: list[Match],
    left: tuple[Match, ...],
    facts: Mapping[str, str] | None = None,
) -> Drafted:
    confidence = min(each.confidence for each in used)
    reason = "; ".join(each.reason for each in used)
    return Drafted(name, value, "mapped", confidence, reason, facts or {}, tuple(used), left)


def unambiguous(
    drafted: Iterable[Drafted], known: Mapping[str, Drafted], columns: Iterable[str]
) -> list[Drafted]:
    """Return variables whose expressions name no other that a raw column is called as well.

    A bare name that both have is refused; what fills the other variable is written in its place.
    """
    both = {name for name in known if name.lower() in {each.lower() for each in columns}}

    def instead(found: re.Match[str]) -> str:
        other = known[found[0]]
        listed = other.facts.get("codelist")
        return f"codelist({other.value}, '{listed}')" if listed else other.value

    pattern = re.compile(rf"(?<![\w.\"'])(?:{'|'.join(sorted(both))})(?![\w\"'])")
    return [
        replace(each, value=pattern.sub(instead, each.value))
        if both and each.state == "derived"
        else each
        for each in drafted
    ]


def in_order(found: Mapping[str, Drafted], guide: Dataset) -> Iterator[Drafted]:
    """Yield drafted variables in the order of the guide."""
    for each in guide.variables:
        if each.name in found:
            yield found[each.name]
