"""Controlled terminology: codelists with their terms, and units with their conversions."""

from trialport.terms.codelists import (
    Codelist,
    Term,
    load_terminology,
    nearest,
    paired_terms,
    suggestion,
    terminology_digest,
)
from trialport.terms.imports import import_terminology
from trialport.terms.units import Unit, Units, load_units

__all__ = [
    "Codelist",
    "Term",
    "Unit",
    "Units",
    "import_terminology",
    "load_terminology",
    "load_units",
    "nearest",
    "paired_terms",
    "suggestion",
    "terminology_digest",
]
