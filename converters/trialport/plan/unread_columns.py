"""Raw columns that a contract names and nothing reads: forgotten, or left out on purpose."""

from __future__ import annotations

import re
from collections.abc import Mapping

from trialport.diagnostics import Diagnostic, Severity
from trialport.spec.nodes import RawTable, Specification
from trialport.spec.parts import parts

_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r'"([^"]+)"')
_SHOWN = 8


def unread_columns(specification: Specification) -> list[Diagnostic]:
    """Return a note E2062 for each table with columns that nothing reads, E2063 for a whole one.

    A column is taken for read where a dataset or resource that reads its table has its name in any
    expression, key, order or text: a column that is named here is certainly read by nothing.
    """
    study = (specification.study.subjects, specification.study.treatment)
    readers = [*_datasets(specification), *map(_names, (*specification.resources, study))]
    contracts = _contract_names(specification)
    found: list[Diagnostic] = []
    for name, table in specification.sources.tables.items():
        words = frozenset[str]().union(*(each for each in readers if name.casefold() in each))
        if not words:
            problem = f"no dataset and no resource reads the raw table '{name}'"
            remedy = "map it, or take it out of sources.yaml"
            found.append(Diagnostic("E2063", table.place, problem, remedy, Severity.NOTE))
            continue
        words |= contracts.get(name, frozenset())
        unread = [each for each in table.columns if each.casefold() not in words]
        found += [_note(name, table, unread)] if unread else []
    return found


def _datasets(specification: Specification) -> list[frozenset[str]]:
    """Return what each dataset may name, with what it takes over from the one that it is like."""
    nodes = [*specification.sdtm, *specification.adam]
    own = {each.dataset.text: _names(each) for each in nodes}
    likes = {each.dataset.text: each.like.text for each in nodes if each.like is not None}
    found: list[frozenset[str]] = []
    for name in own:
        chain = [name]
        while (like := likes.get(chain[-1])) in own and like not in chain:
            chain.append(like)
        found.append(frozenset[str]().union(*(own[each] for each in chain)))
    return found


def _note(name: str, table: RawTable, unread: list[str]) -> Diagnostic:
    more = f" and {len(unread) - _SHOWN} more" if len(unread) > _SHOWN else ""
    listed = ", ".join(f"'{each}'" for each in unread[:_SHOWN]) + more
    problem = f"nothing reads {len(unread)} of {len(table.columns)} columns of '{name}': {listed}"
    place = table.columns[unread[0]].place
    return Diagnostic("E2062", place, problem, "map them where they matter", Severity.NOTE)


def _contract_names(specification: Specification) -> Mapping[str, frozenset[str]]:
    """Return the columns that the contracts themselves need, by table: keys and references."""
    found = {
        name: {each.text.casefold() for each in table.keys}
        for name, table in specification.sources.tables.items()
    }
    for name, table in specification.sources.tables.items():
        for column_name, column in table.columns.items():
            if column.references is not None:
                other, _, theirs = column.references.text.partition(".")
                found[name].add(column_name.casefold())
                found.setdefault(other, set()).add(theirs.casefold())
    return {name: frozenset(columns) for name, columns in found.items()}


def _names(node: object) -> frozenset[str]:
    """Return what in a node may name a table or column: words, quoted names, whole texts."""
    texts = {each.casefold() for each in parts(node) if isinstance(each, str)}
    words = {word for text in texts for word in (*_WORD.findall(text), *_QUOTED.findall(text))}
    return frozenset(texts | words | {part for text in texts for part in text.split(".")})
