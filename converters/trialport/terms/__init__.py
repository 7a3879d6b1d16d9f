"""Controlled terminology: codelists with their terms, and units with their conversions.

Nothing is imported before one of the names is asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

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
    "import_terminology": "imports",
    **dict.fromkeys(("Unit", "Units", "load_units"), "units"),
}


def __getattr__(name: str) -> object:
    """Import the module that holds `name` when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES.get(name, "codelists")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
