"""Where a time to event says that it comes from: SRCDOM names datasets, which must be written."""

from __future__ import annotations

from itertools import chain

from trialport.plan.catalogue import Catalogue
from trialport.plan.collect import Collector
from trialport.spec.nodes import Dataset, Text


def report_helpers(node: Dataset, catalogue: Catalogue, collector: Collector) -> None:
    """Report E1275 for events and subjects of a helper dataset where SRCDOM would name it."""
    if not _names_sources(node, collector):
        return
    sources = [each.source for each in node.events.values()]
    if node.subjects is not None and node.subjects.source is not None:
        sources.append(node.subjects.source)
    for each in sources:
        relation = catalogue.relations.get(each.text)
        if relation is not None and relation.is_helper:
            _report(each, node.dataset.text, collector)


def _names_sources(node: Dataset, collector: Collector) -> bool:
    """Say whether a written variable tells the dataset that decided a record."""
    own = node.subjects.set if node.subjects is not None else {}
    every = chain(node.variables.values(), node.supplemental.values(), own.values())
    return any(each.keep and ("tte", "srcdom") in collector.names(each.value) for each in every)


def _report(source: Text, dataset: str, collector: Collector) -> None:
    problem = f"{source.text} is not written (keep: no), and SRCDOM of {dataset} would name it"
    remedy = "take the dataset that it is made from, or write it too"
    collector.fault("E1275", source.place, problem, remedy)
