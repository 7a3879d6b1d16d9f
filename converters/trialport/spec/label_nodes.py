"""Labels and decodes in another language as values: the file `labels/LANGUAGE.yaml` of a study.

The classes are the schema of the file in the way of `spec/nodes.py`.
"""

# ruff: noqa: RUF009 - `key` is `dataclasses.field` with metadata, not a shared default.

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trialport.diagnostics import Place
from trialport.spec import forms
from trialport.spec.nodes import Text, key


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Labels and decodes in another language (labels/zh.yaml)."""

    place: Place
    encoding: Text | None = key(
        "encoding of the transport files in this language; unless stated the first one of the "
        "profile that holds more than ASCII",
        default=None,
    )
    labels: Mapping[str, Text] = key(
        "label by the English label, of datasets and variables alike", default_factory=dict
    )
    datasets: Mapping[str, Text] = key("label by dataset", form=forms.DATASET, default_factory=dict)
    variables: Mapping[str, Text] = key(
        "label by variable, AGE or DM.AGE", form=forms.VARIABLE_OF, default_factory=dict
    )
    terms: Mapping[str, Mapping[str, Text]] = key(
        "decode of each term by codelist: its name in the study, its submission name or its NCI "
        "code",
        form=forms.CODELIST,
        default_factory=dict,
    )
