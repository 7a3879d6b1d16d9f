"""The order of the whole work: plan, read, stage, SDTM, ADaM, write, validate, report."""

from trialport.pipeline.conversion import convert, datasets
from trialport.pipeline.doctor import doctor
from trialport.pipeline.drafting import draft, profile, write_draft, write_example
from trialport.pipeline.explanation import explain
from trialport.pipeline.made import Conversion, finding_json
from trialport.pipeline.packaging import package
from trialport.pipeline.planning import check, compare, plan, raw_tables, reduced
from trialport.pipeline.queries import raw_queries
from trialport.pipeline.reference import compare_with_engine
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
