"""FHIR resources: built as plain values, checked whole, written as NDJSON, one file a type.

Nothing heavy is imported before one of the names is asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialport.fhir.identity import resource_id
    from trialport.fhir.write import WrittenFile, write_resources

__all__ = ["WrittenFile", "resource_id", "write_resources"]

_HOMES = {"WrittenFile": "write", "resource_id": "identity", "write_resources": "write"}


def __getattr__(name: str) -> object:
    """Import the module that holds `name` when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
