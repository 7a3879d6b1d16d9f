"""The page of the keys of a specification, from the node classes."""

from __future__ import annotations

from itertools import groupby

from trialport.spec.describe import FILES, DescribedKey, describe
from trialport.spec.schema import class_words

from .markdown import code, sentence, table

_HEAD = """# Keys of a specification

This page is written by `make docs` from the classes that read a specification
(`trialport.spec.nodes`, `trialport.spec.concept_nodes`, `trialport.spec.report_nodes`,
`trialport.spec.label_nodes`); change them, not the page. What the keys mean together stands in
[the mapping language](mapping-language.md).

*Needed* says whether a key must be there; `unless X`: it must be there where key X is not.
"""
_OF_FILES = {
    "Study": "study.yaml",
    "Sources": "sources.yaml",
    "Terminology": "terminology.yaml",
    "Concepts": "concepts.yaml",
    "Dataset": "sdtm/*.yaml and adam/*.yaml",
    "Resource": "fhir/*.yaml",
    "Report": "report.yaml",
    "Labels": "labels/*.yaml",
}


def specification_keys_page() -> str:
    """Return the page."""
    parts = [_HEAD]
    for node_class, keys in groupby(describe(), key=lambda each: each.node_class):
        parts += [_heading(node_class), f"{_what(node_class)}\n"]
        parts.append(table(["key", "type", "needed", "what it says"], map(_row, keys)))
    return "\n".join(parts)


def _heading(node_class: type) -> str:
    if node_class in FILES:
        return f"## {_OF_FILES[node_class.__name__]}\n"
    return f"### {class_words(node_class)}\n"


def _what(node_class: type) -> str:
    return sentence((node_class.__doc__ or "").strip().partition("\n")[0])


def _row(key: DescribedKey) -> tuple[str, str, str, str]:
    needed = (
        "unless " + " or ".join(map(code, key.unless.split(" or ")))
        if key.unless
        else "yes"
        if key.required
        else ""
    )
    return code(key.key), key.type, needed, key.doc
