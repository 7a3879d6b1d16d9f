"""FHIR resources: built as plain values, checked whole, written as NDJSON, one file a type.

Nothing heavy is imported before one of the names is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialport.lazy import lazily

if TYPE_CHECKING:
    from trialport.fhir.identity import resource_id
    from trialport.fhir.write import WrittenFile, write_resources

__all__ = ["WrittenFile", "resource_id", "write_resources"]

_HOMES = {"WrittenFile": "write", "resource_id": "identity", "write_resources": "write"}

__getattr__ = lazily(__name__, _HOMES)
