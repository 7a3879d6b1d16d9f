"""Which variables are filled once the blocks are stacked: what must wait, and what may.

Windows and sequence numbers must: they see the whole dataset. What every block would fill in the
same way from variables of the dataset may: it is planned and looked up once, not once a block.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from trialport.plan.catalogue import Catalogue
from trialport.plan.collect import Collector
from trialport.plan.limits import CHOSEN_BY, cut_dates
from trialport.plan.lookups import this_names
from trialport.plan.windows import is_sequence
from trialport.spec.nodes import Dataset, Expression, Lookup, Records, Variable

Names = Iterable[tuple[str, str]]


def window_variables(
    names: Sequence[str],
    definitions: Sequence[Mapping[str, Variable]],
    node: Dataset,
    collector: Collector,
) -> list[str]:
    """Return the variables that see the whole dataset: windows, sequences, and what uses them."""
    needs: dict[str, set[str]] = {name: set() for name in names}
    late: set[str] = set()
    for defined in definitions:
        for name, variable in defined.items():
            if variable.window is not None or is_sequence(variable):
                late.add(name)
            for qualifier, other in collector.names(variable.value):
                needs[name] |= {other} if qualifier == "" else set()
                if qualifier in node.lookups:
                    needs[name] |= _lookup_needs(node.lookups[qualifier], collector)
    grown = True
    while grown:
        more = {name for name in names if name not in late and needs[name] & late - {name}}
        late |= more
        grown = bool(more)
    return [name for name in names if name in late]


def asks_late(
    asked: Sequence[Expression], late: Sequence[str], node: Dataset, collector: Collector
) -> bool:
    """Report E1274 where what decides whether a record is there asks for what windows give."""
    lookups = node.lookups
    found = False
    for each in asked:
        for qualifier, name in collector.names(each):
            needs = {name} if qualifier == "" else set[str]()
            needs |= _lookup_needs(lookups[qualifier], collector) if qualifier in lookups else set()
            for one in sorted(needs & set(late)):
                problem = (
                    f"'{one}' sees all records of the dataset, and this decides which they are"
                )
                remedy = "make the records a helper dataset (keep: no), and choose among them"
                collector.fault("E1274", each.place, problem, remedy)
                found = True
    return found


def _lookup_needs(node: Lookup, collector: Collector) -> set[str]:
    inner = {name for qualifier, name in collector.names(node.where) if qualifier == "this"}
    return inner | set(node.by or ())


def common_variables(
    blocks: Sequence[Records],
    definitions: Sequence[Mapping[str, Variable]],
    windows: Collection[str],
    node: Dataset,
    catalogue: Catalogue,
    collector: Collector,
) -> list[str]:
    """Return the variables that all blocks would fill alike, from variables of the dataset alone.

    They ask for variables and for lookups by variables. Keys, what a block itself asks for, and
    what a cut-off or a choice of subjects looks at in it are none of them, nor what asks for a date
    that a cut-off takes away. Expressions look at one record and its lookups, so they give the same
    for a record of a block and for the same record of the stacked dataset.

    Args:
        blocks: the blocks of the dataset.
        definitions: the variables of each block, all names in each.
        windows: the variables that see the whole dataset.
        node: the dataset.
        catalogue: the relations that blocks and lookups read.
        collector: knows the names in expressions.
    """
    if len(blocks) < 2 or node.structure == "time_to_event":
        return []
    dates = cut_dates(node.dataset.text, definitions[0])
    taken = {*dates.later, *(each for others in dates.later.values() for each in others)}
    names = set(definitions[0]) - _columns(blocks, catalogue) - taken
    lookups = _lookups(node, catalogue, collector)
    keys = (each.text for each in node.keys)
    stays = {*windows, *keys, *dates.deciding, *taken, CHOSEN_BY}
    found: dict[str, set[str]] = {}
    for name, variable in definitions[0].items():
        asked = _asked(collector.names(variable.value), lookups)
        alike = all(each[name] is variable for each in definitions)
        if alike and asked and name not in stays and asked <= (names - {name}) | {*lookups}:
            found[name] = asked
    filled = [
        {name: each for name, each in defined.items() if name not in windows}
        for defined in definitions
    ]
    return _unasked(found, blocks, filled, lookups, collector)


def _columns(blocks: Sequence[Records], catalogue: Catalogue) -> set[str]:
    """Return the columns of the source records: their bare names mean these."""
    found = {name for each in blocks for row in each.rows or () for name in row}
    sources = [each.source.text for each in blocks if each.source is not None]
    relations = [catalogue.relations[name] for name in sources if name in catalogue.relations]
    return found.union(*(each.columns for each in relations))


def _lookups(node: Dataset, catalogue: Catalogue, collector: Collector) -> dict[str, set[str]]:
    """Return what each lookup into a known relation asks of the record that looks."""
    known = {
        name: each for name, each in node.lookups.items() if each.source.text in catalogue.relations
    }
    empty: dict[str, set[str]] = {f"@{name}": set() for name in known}
    found = {
        f"@{name}": _asked(
            this_names(each, catalogue.relations[each.source.text], collector), empty
        )
        for name, each in known.items()
    }
    # A key may be what another lookup gives.
    for _ in found:
        found = {
            name: asked.union(*(found[each] for each in asked if each in found))
            for name, asked in found.items()
        }
    return found


def _unasked(
    found: Mapping[str, set[str]],
    blocks: Sequence[Records],
    definitions: Sequence[Mapping[str, Variable]],
    lookups: Mapping[str, set[str]],
    collector: Collector,
) -> list[str]:
    """Return the variables that nothing asks for which stays in a block, and none of its lookups.

    A lookup that a block needs anyway would be made twice.
    """
    conditions = [each.unless for each in blocks if each.unless is not None]
    while True:
        inside = [
            variable.value
            for defined in definitions
            for name, variable in defined.items()
            if name not in found and variable.value is not None
        ]
        asked: set[str] = set()
        for each in (*conditions, *inside):
            asked |= _asked(collector.names(each), lookups)
        left = {
            name: uses for name, uses in found.items() if not asked & {name, *uses & {*lookups}}
        }
        if len(left) == len(found):
            return list(left)
        found = left


def _asked(names: Names, lookups: Mapping[str, set[str]]) -> set[str]:
    """Return what names stand for: variables by their names, lookups as `@lookup` with their own.

    What is neither is given as it is written, and is no name of a variable.
    """
    found: set[str] = set()
    for qualifier, name in names:
        lookup = f"@{qualifier}"
        if lookup in lookups:
            found |= {lookup, *lookups[lookup]}
        elif qualifier != "study":
            found.add(name if qualifier == "" else f"{qualifier}.{name}")
    return found
