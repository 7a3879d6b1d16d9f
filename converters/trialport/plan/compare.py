"""Two plans side by side: what one makes otherwise than the other, and what that reaches."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from trialport.diagnostics import Place
from trialport.plan.definitions import Definitions, definitions
from trialport.plan.lineage import direct_sources
from trialport.plan.model import Plan, ResourceStep, Step, VariablePlan
from trialport.spec.coded import CodedBy
from trialport.spec.nodes import Content, Each, Element, Leaf, Repeated, Text


class Kind(StrEnum):
    """How something differs between two plans."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    DOWNSTREAM = "downstream"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: of a dataset or resource, or of one of its variables.

    `what` names what was changed (`values`, `label`, `codelist NY` ...), or what the variable is
    downstream of (`DM.RFSTDTC`).
    """

    dataset: str
    variable: str
    kind: Kind
    what: tuple[str, ...] = ()


RECORDS = "records"
"""What a dataset's change is called where its records may be others."""

_HEAD = ("label", "group", "class_", "structure", "keys")
# What describes a variable or a raw column, or has it checked, and leaves its values alone.
_NO_VALUE = frozenset(
    {"label", "length", "format", "role", "core", "origin", "method", "comment", "dictionary"}
    | {"nci_codelists", "required", "references", "unit"}
)
_NOT_COMPARED = {"name", "place", "kind", "expression"}


def compare_plans(
    old: Plan,
    new: Plan,
    *,
    codelists: Collection[str] = (),
    columns: Mapping[tuple[str, str], tuple[str, ...]] | None = None,
) -> tuple[Change, ...]:
    """Return what `new` makes otherwise than `old`, in the order of the work.

    Args:
        old: the plan before.
        new: the plan after.
        codelists: the codelists that say otherwise than before.
        columns: raw columns, as (`raw.<table>`, column), with what their contracts say otherwise.

    Returns:
        First raw columns, then datasets and resources, each followed by its variables. What is
        downstream comes from the lineage of `new`: it may change, and need not.
    """
    seeds = dict(columns or {})
    found = [Change(table, column, Kind.CHANGED, what) for (table, column), what in seeds.items()]
    before = {_name(each): each for each in _steps(old)}
    after = {_name(each): each for each in _steps(new)}
    reached = {place for place, what in seeds.items() if set(what) - _NO_VALUE}
    for name, part in after.items():
        if name in before:
            found += _changes(name, before[name], part, set(codelists), reached)
        else:
            found.append(Change(name, "", Kind.ADDED))
            reached |= {(name, each.name) for each in _step(part).variables}
    found += [Change(name, "", Kind.REMOVED) for name in before if name not in after]
    return tuple(found)


_Part = Step | ResourceStep


def _steps(plan: Plan) -> list[_Part]:
    return [*plan.steps, *plan.resources]


def _step(part: _Part) -> Step:
    return part.step if isinstance(part, ResourceStep) else part


def _name(part: _Part) -> str:
    return _step(part).name


def _changes(
    name: str, old: _Part, new: _Part, codelists: set[str], reached: set[tuple[str, str]]
) -> Iterator[Change]:
    """Yield the changes of one step, and add its variables that may differ to `reached`."""
    before, after = _definitions(_step(old), _step(new), anyway=bool(codelists))
    known = {each.name: each for each in _step(old).variables}
    own: dict[str, Change] = {}
    for each in _step(new).variables:
        if each.name not in known:
            own[each.name] = Change(name, each.name, Kind.ADDED)
        elif what := tuple(_what(known[each.name], each, before, after, codelists)):
            own[each.name] = Change(name, each.name, Kind.CHANGED, what)
    heads = list(_head(old, new))
    if before.records != after.records:
        heads.append(RECORDS)
    if _checks(_step(old)) != _checks(_step(new)) or _other_checks(before, after) - own.keys():
        heads.append("checks")
    if heads:
        yield Change(name, "", Kind.CHANGED, tuple(heads))
    reached |= {
        (name, each.variable)
        for each in own.values()
        if each.kind is Kind.ADDED or set(each.what) - _NO_VALUE
    }
    later = _downstream(_step(new), reached, RECORDS in heads)
    for each in _step(new).variables:
        if each.name in own:
            yield own[each.name]
        elif each.name in later:
            yield Change(name, each.name, Kind.DOWNSTREAM, later[each.name])
    names = {each.name for each in _step(new).variables}
    yield from (Change(name, each, Kind.REMOVED) for each in known if each not in names)


def _definitions(old: Step, new: Step, *, anyway: bool) -> tuple[Definitions, Definitions]:
    """Return the definitions of both; empty ones where both have the same SQL, unless `anyway`."""
    same = old.query.sql("duckdb") == new.query.sql("duckdb")
    if same and not anyway:
        nothing = Definitions({}, (), {})
        return nothing, nothing
    return definitions(old), definitions(new)


def _head(old: _Part, new: _Part) -> Iterator[str]:
    for name in _HEAD:
        if getattr(_step(old), name) != getattr(_step(new), name):
            yield name.rstrip("_")
    if isinstance(old, ResourceStep) and isinstance(new, ResourceStep):
        if (old.type, old.versions) != (new.type, new.versions):
            yield "resource"
        if _unplaced(old.content) != _unplaced(new.content):
            yield "content"


def _checks(step: Step) -> list[tuple[str, ...]]:
    """Return what is looked for in the records, in a stable order."""
    faults = [*step.faults, *(each.fault for each in step.fault_queries)]
    return sorted((each.variable, each.code, each.problem, each.remedy) for each in faults)


def _other_checks(old: Definitions, new: Definitions) -> set[str]:
    """Return the variables whose findings are found in another way."""
    return {each[0] for each in new.checks if old.checks.get(each) != new.checks[each]}


def _what(
    old: VariablePlan,
    new: VariablePlan,
    before: Definitions,
    after: Definitions,
    codelists: set[str],
) -> Iterator[str]:
    """Yield what of a variable was changed."""
    if before.variables.get(old.name) != after.variables.get(new.name):
        yield "values"
    for field in fields(VariablePlan):
        if field.name not in _NOT_COMPARED and getattr(old, field.name) != getattr(new, field.name):
            yield field.name
    used = after.codelists.get(new.name, frozenset()) | {new.codelist, *new.limited_to}
    yield from (f"codelist {each}" for each in sorted(used & codelists))


def _downstream(
    step: Step, reached: set[tuple[str, str]], other_records: bool
) -> dict[str, tuple[str, ...]]:
    """Return the variables that read something reached, with what it is; add them to `reached`."""
    found: dict[str, tuple[str, ...]] = {}
    names = list(dict.fromkeys([*(each.name for each in step.variables), *step.lineage]))
    grown = True
    while grown:
        grown = False
        for name in names:
            if (step.name, name) in reached:
                continue
            sources = [
                f"{each.relation}.{each.column}"
                for each in direct_sources(step, name)
                if (each.relation, each.column) in reached
            ]
            if sources or other_records:
                found[name] = tuple(dict.fromkeys(sources)) or (f"the {RECORDS} of {step.name}",)
                reached.add((step.name, name))
                grown = True
    return found


def _unplaced(content: Content) -> Content:
    """Return content with no place in it, and leaves by their order alone."""
    nowhere = Place()
    if isinstance(content, Leaf):
        constant = None if content.value is not None else content.constant
        return Leaf(nowhere, None, constant)
    if isinstance(content, Element):
        children = {name: _unplaced(each) for name, each in content.children.items()}
        coded = content.coded
        if isinstance(coded, CodedBy):
            coded = replace(coded, column="", display="")
        return Element(nowhere, children, coded)
    if isinstance(content, Repeated):
        return Repeated(nowhere, tuple(map(_unplaced, content.items)))
    assert isinstance(content, Each)
    order = tuple(Text(each.text, nowhere) for each in content.order)
    each = Text(content.each.text, nowhere)
    return Each(place=nowhere, each=each, order=order, content=_unplaced(content.content))


__all__: Sequence[str] = ["RECORDS", "Change", "Kind", "compare_plans"]
