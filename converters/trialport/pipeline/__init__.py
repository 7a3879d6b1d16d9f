"""The order of the whole work: plan, read, stage, SDTM, ADaM, write, validate, report.

A name is imported when it is first asked for: checking a specification loads neither Arrow nor
what writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialport.lazy import lazily

if TYPE_CHECKING:
    from trialport.pipeline.conversion import convert, datasets
    from trialport.pipeline.drafting import draft, profile, write_draft, write_example
    from trialport.pipeline.environment import doctor
    from trialport.pipeline.explanation import explain
    from trialport.pipeline.made import Conversion, finding_json
    from trialport.pipeline.packaging import package
    from trialport.pipeline.planning import check, compare, plan, raw_tables, reduced
    from trialport.pipeline.queries import raw_queries
    from trialport.pipeline.reference import compare_with_engine
    from trialport.pipeline.resource_explanation import explain_element
    from trialport.pipeline.validation import validate
    from trialport.pipeline.work import Progress, Raw

__all__ = [
    "Conversion",
    "Progress",
    "Raw",
    "check",
    "compare",
    "compare_with_engine",
    "convert",
    "datasets",
    "doctor",
    "draft",
    "explain",
    "explain_element",
    "finding_json",
    "package",
    "plan",
    "profile",
    "raw_queries",
    "raw_tables",
    "reduced",
    "validate",
    "write_draft",
    "write_example",
]

_HOMES = {
    **dict.fromkeys(("convert", "datasets"), "conversion"),
    **dict.fromkeys(("draft", "profile", "write_draft", "write_example"), "drafting"),
    "doctor": "environment",
    "explain": "explanation",
    "explain_element": "resource_explanation",
    **dict.fromkeys(("Conversion", "finding_json"), "made"),
    "package": "packaging",
    **dict.fromkeys(("check", "compare", "plan", "raw_tables", "reduced"), "planning"),
    "raw_queries": "queries",
    "compare_with_engine": "reference",
    "validate": "validation",
    **dict.fromkeys(("Progress", "Raw"), "work"),
}

__getattr__ = lazily(__name__, _HOMES)
