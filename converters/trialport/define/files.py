"""The files of Define-XML beside the datasets: define.xml, its page and its stylesheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlglot import exp

from trialport.define.check import define_faults
from trialport.define.codelists import guide_codes
from trialport.define.document import Group, define_document, study_facts, unannotated
from trialport.define.faults import document_faults
from trialport.define.html import define_html, stylesheet
from trialport.define.model import DefineDocument
from trialport.define.translate import translated_document, untranslated
from trialport.define.types import Used, used_queries
from trialport.define.writer import STYLESHEET, define_xml
from trialport.diagnostics import Diagnostic
from trialport.metadata import DatasetMetadata
from trialport.plan.model import Step
from trialport.spec.nodes import Specification
from trialport.spec.translation import Translation
from trialport.spec.vocabulary import Vocabulary
from trialport.terms.codelists import load_terminology

Ask = Callable[[exp.Query], Iterable[tuple[Any, ...]]]
"""Returns the rows of a query over the datasets."""

DEFINE, PAGE = "define.xml", "define.html"
_GROUPS: tuple[Group, ...] = ("sdtm", "adam")


def write_defines(
    folder: Path,
    described: Sequence[DatasetMetadata],
    steps: Sequence[Step],
    specification: Specification,
    vocabulary: Vocabulary,
    packages: Mapping[str, bytes],
    ask: Ask,
    *,
    created: datetime | None,
    translation: Translation | None = None,
) -> list[Diagnostic]:
    """Write define.xml, define.html and the stylesheet into `sdtm` and `adam` of a folder.

    A group without datasets gets no files, and so does one whose document lacks something.

    Args:
        folder: where the datasets were written.
        described: what was written.
        steps: how each dataset was planned.
        specification: the study.
        vocabulary: its codelists.
        packages: the tables of its pinned terminology, by name.
        ask: how to ask the data what they hold.
        created: the time of creation that the documents bear.
        translation: another language that labels and decodes are given in beside English.

    Returns:
        E4301 to E4305 where a document is not written, and why; E4311 to E4313 where the one
        written is not as the standard has it; E4385 where the study has an annotated CRF, and
        collected variables name no page of it; E4096, E4097 what has no translation.
    """
    codes = guide_codes(steps, vocabulary)
    published = {name: load_terminology(each, codes) for name, each in packages.items()}
    facts = study_facts(specification, published)
    used = used_values(steps, ask)
    found: list[Diagnostic] = []
    for group in _GROUPS:
        if any(each.group == group for each in described):
            document = define_document(group, described, steps, vocabulary, facts, used)
            if translation is not None:
                document = translated_document(document, steps, translation)
                found += untranslated(document, translation.language)
            found += _write(folder / group, document, created)
            if group == "sdtm" and (facts.annotated_crf or document.crf):
                found += unannotated(document)
    return found


def used_values(steps: Sequence[Step], ask: Ask) -> Used:
    """Return what the data hold, by dataset and variable, sorted; see `used_queries`."""
    used: dict[tuple[str, str], list[str]] = {}
    for query in used_queries(steps):
        for dataset, variable, value in ask(query):
            used.setdefault((dataset, variable), []).append(value)
    return {name: sorted(values) for name, values in used.items()}


def _write(
    folder: Path, document: DefineDocument, created: datetime | None
) -> Iterable[Diagnostic]:
    lacking = document_faults(document)
    if lacking:
        return lacking
    define = define_xml(document, created=created)
    (folder / DEFINE).write_bytes(define)
    (folder / PAGE).write_bytes(define_html(define))
    (folder / STYLESHEET).write_bytes(stylesheet().read_bytes())
    return define_faults(define, f"{folder.name}/{DEFINE}")
