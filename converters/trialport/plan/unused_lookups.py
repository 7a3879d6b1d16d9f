"""Lookups that nothing names: checked like the others, and noted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from trialport.diagnostics import Diagnostic
from trialport.plan.catalogue import Catalogue
from trialport.plan.collect import Collector
from trialport.plan.lookups import compile_lookup
from trialport.plan.scopes import RecordScope
from trialport.spec.nodes import Lookup


def check_unused(
    lookups: Mapping[str, Lookup],
    asked: Collection[str],
    scopes: Sequence[RecordScope],
    catalogue: Catalogue,
    collector: Collector,
) -> None:
    """Report the faults of a dataset's lookups that none of its expressions names.

    Args:
        lookups: the lookups of the dataset.
        asked: those that something names.
        scopes: what names mean in each block; a lookup is right where one block can look.
        catalogue: what there is to look into.
        collector: receives the faults, and takes note of which lookups are used.
    """
    for name, node in lookups.items():
        if "." in name:  # made for repeated content, and so used
            continue
        key = (name, node.place)
        collector.lookups[key] = collector.lookups.get(key, False) or name in asked
        if name not in asked and node.source.text in catalogue.relations:
            tried = [_faults(name, node, scope, catalogue, collector) for scope in scopes]
            if tried and all(tried):
                collector.found += tried[0]


def note_unused(collector: Collector) -> None:
    """Add a note (E2064) for each lookup that neither its dataset uses nor one that is like it."""
    for (name, place), is_used in collector.lookups.items():
        if not is_used:
            problem = f"nothing uses lookup '{name}'"
            collector.note("E2064", place, problem, "use it, or leave it out")


def _faults(
    name: str, node: Lookup, scope: RecordScope, catalogue: Catalogue, collector: Collector
) -> list[Diagnostic]:
    trial = Collector(collector.vocabulary, collector.limits)
    relation = catalogue.relations[node.source.text]
    compile_lookup(name, node, relation, scope, (), (), (), "", trial)
    return trial.found
