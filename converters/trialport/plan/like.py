"""Datasets like others: what one does not state is as in the dataset that it is like."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, cast

from trialport.diagnostics import did_you_mean
from trialport.plan.collect import Collector
from trialport.spec.nodes import Dataset

_OWN = {"place", "dataset", "label", "like"}
_BY_NAME = {"lookups", "variables", "events", "competing", "impute", "visits"}
"""Keys whose entries are taken over one by one; the dataset's own entry of a name wins."""


def alike(
    sdtm: Sequence[Dataset], adam: Sequence[Dataset], collector: Collector
) -> tuple[list[Dataset], list[Dataset]]:
    """Return the datasets of both groups with `like` carried out.

    A dataset that is like an unknown one (E1202), or like itself in the end (E2001), is a fault
    and stays as it is written.
    """
    known = {each.dataset.text: each for each in (*sdtm, *adam)}
    return [_whole(each, known, collector) for each in sdtm], [
        _whole(each, known, collector) for each in adam
    ]


def _whole(node: Dataset, known: Mapping[str, Dataset], collector: Collector) -> Dataset:
    seen = [node.dataset.text]
    whole = node
    like = node.like
    while like is not None:
        if like.text not in known:
            remedy = did_you_mean(like.text, known)
            collector.fault("E1202", like.place, f"unknown dataset '{like.text}'", remedy)
            return whole
        if like.text in seen:
            shown = " -> ".join([*seen, like.text])
            collector.fault("E2001", like.place, f"datasets are like each other: {shown}")
            return whole
        seen.append(like.text)
        other = known[like.text]
        whole = _merged(whole, other)
        like = other.like
    return whole


def _merged(own: Dataset, other: Dataset) -> Dataset:
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(Dataset):
        if field.name in _OWN:
            continue
        mine, theirs = getattr(own, field.name), getattr(other, field.name)
        if field.name in _BY_NAME:
            changes[field.name] = {
                **cast(Mapping[str, object], theirs),
                **cast(Mapping[str, object], mine),
            }
        elif not mine and mine is not False:
            changes[field.name] = theirs
    return dataclasses.replace(own, **changes)
