"""Controlled terminology: codelists with their terms, and units with their conversions.

Nothing is imported before one of the names is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialport.lazy import lazily

if TYPE_CHECKING:
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

_HOMES = {
    **dict.fromkeys(__all__, "codelists"),
    "import_terminology": "imports",
    **dict.fromkeys(("Unit", "Units", "load_units"), "units"),
}

__getattr__ = lazily(__name__, _HOMES)
