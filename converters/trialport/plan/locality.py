"""Which datasets are local to a subject: each record depends on its own subject's records alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlglot import exp

from trialport.plan.collect import Collector
from trialport.plan.windows import is_sequence
from trialport.spec.nodes import Dataset, Lookup, Records, Variable
from trialport.spec.parse import ExpressionError, parse

SUBJECT = "USUBJID"


def is_subject_local(
    node: Dataset,
    blocks: Sequence[tuple[Records, Mapping[str, Variable]]],
    collector: Collector,
) -> bool:
    """Return whether every join, lookup and window of a dataset stays within the subject.

    Args:
        node: the dataset.
        blocks: each block of records with the variables that it fills.
        collector: knows the names in expressions.

    Returns:
        False where it cannot be told, and for datasets without subjects (trial design).
    """
    return bool(blocks) and all(
        _block(block, defined, node.lookups, collector) for block, defined in blocks
    )


def _block(
    block: Records,
    defined: Mapping[str, Variable],
    lookups: Mapping[str, Lookup],
    collector: Collector,
) -> bool:
    subject = defined.get(SUBJECT)
    if subject is None or block.source is None:
        return False
    columns = _subject_columns(block, subject, collector)
    if not columns:
        return False
    joins = all(_stays(join.on, columns) for join in block.join)
    looked = all(each.by is None or _stays(each.by, columns) for each in lookups.values())
    return joins and looked and all(_window(each) for each in defined.values())


def _subject_columns(block: Records, subject: Variable, collector: Collector) -> set[str]:
    """Return the names that tell the subject of a source record."""
    found = {SUBJECT}
    keys = {
        (join.alias or join.table).text: [mine.rpartition(".")[2] for mine in join.on]
        for join in block.join
    }
    for qualifier, name in collector.names(subject.value):
        if qualifier in {"", "src"}:
            found.add(name)
        elif qualifier in keys:
            found.update(keys[qualifier])
        elif qualifier != "study":
            return set()
    return found


def _stays(keys: Iterable[str], columns: set[str]) -> bool:
    return any(each.rpartition(".")[2] in columns for each in keys)


def _window(node: Variable) -> bool:
    if node.window is not None:
        return SUBJECT in {each.text for each in node.window.by}
    if not is_sequence(node):
        return True
    assert node.value is not None
    try:
        tree = parse(node.value.text)
    except ExpressionError:
        return False
    named = [each.name for each in tree.expressions if isinstance(each, exp.Column)]
    return not named or SUBJECT in named
