"""The logical id of a resource, made of what identifies its record and of nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b

MARK = "\x01"
"""What `reference('Type', key, ...)` puts before `Type|part|part`, for the id to be made later."""

_LOGICAL_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_MARKED = re.compile(r"\x01([A-Z][A-Za-z]*)\|(.*)", re.DOTALL)


def resource_id(resource_type: str, identity: Sequence[str]) -> str:
    """Return the logical id of the resource that has this identity.

    The parts joined with `-` where that is a logical id, else a hash of type and parts. A `|`
    inside a part counts as a separator, here and in references alike, so that a reference always
    finds its resource; two identities that thereby get one id are a finding when written.

    Source: FHIR R4 and R5, Data Types, id: 1 to 64 of `A-Z a-z 0-9 - .`.

    >>> resource_id("Observation", ["MSC-GVHD-101-007", "CGVHD"])
    'MSC-GVHD-101-007-CGVHD'
    >>> resource_id("Patient", ["MSC_GVHD_007"])
    '1d5fef33ceea5227e57f92c7845b8cdf'
    """
    key = identity_key(identity)
    readable = key.replace("|", "-")
    # Dots alone would be a step up in the path of the resource's address.
    if _LOGICAL_ID.fullmatch(readable) and readable.strip("."):
        return readable
    return blake2b(f"{resource_type}|{key}".encode(), digest_size=16).hexdigest()


def identity_key(identity: Sequence[str]) -> str:
    """Return the identity as one text, as identifiers and messages show it."""
    return "|".join(identity)


def reference_text(marked: str) -> str:
    r"""Return `Type/id` for the marked text of a reference, and any other text as it is.

    >>> reference_text("\x01Patient|MSC-GVHD-101-007")
    'Patient/MSC-GVHD-101-007'
    """
    found = _MARKED.fullmatch(marked)
    if found is None:
        return marked
    resource_type, key = found.groups()
    return f"{resource_type}/{resource_id(resource_type, [key])}"
