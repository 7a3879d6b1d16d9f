"""The logical id of a resource, made of what identifies its record and of nothing else."""

# pyarrow makes its compute functions when it is imported, out of sight of a type checker.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MARK = "\x01"
"""What `reference('Type', key, ...)` puts before `Type|part|part`, for the id to be made later."""

_LOGICAL_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_READABLE = r"^\.*[A-Za-z0-9\-][A-Za-z0-9\-.]*\z"  # for RE2; up to `_MOST_CHARACTERS`
_MOST_CHARACTERS = 64
_DIGEST_SIZE = 16
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
    return PLAIN.id(resource_type, identity_key(identity))


def identity_key(identity: Sequence[str]) -> str:
    """Return the identity as one text, as identifiers and messages show it."""
    return "|".join(identity)


@dataclass(frozen=True, slots=True)
class Naming:
    """How resources are named: by their identity, or by its HMAC under a key.

    A hash without a key of a short subject number is undone by trying all numbers; with a key the
    numbers cannot be had from the names, and the same key gives the same names.
    """

    key: bytes = field(default=b"", repr=False)

    def id(self, resource_type: str, identity: str) -> str:
        """Return the logical id of a resource, whose identity is one text."""
        if self.key:
            return self.hidden(f"{resource_type}|{identity}")
        readable = identity.replace("|", "-")
        # Dots alone would be a step up in the path of the resource's address.
        if _LOGICAL_ID.fullmatch(readable) and readable.strip("."):
            return readable
        return blake2b(f"{resource_type}|{identity}".encode(), digest_size=_DIGEST_SIZE).hexdigest()

    def ids(self, resource_type: str, identities: pa.Array) -> pa.Array:
        """Return the logical id of each resource of a type."""
        if self.key:
            made = [self.id(resource_type, each) for each in identities.to_pylist()]
            return pa.array(made, pa.string())
        names = pc.replace_substring(identities, "|", "-")
        is_readable = pc.and_(
            pc.match_substring_regex(names, _READABLE),
            pc.less_equal(pc.binary_length(names), _MOST_CHARACTERS),
        )
        hidden = identities.filter(pc.invert(is_readable))
        if not len(hidden):
            return names
        return pc.replace_with_mask(names, pc.invert(is_readable), _hashed(resource_type, hidden))

    def hidden(self, text: str) -> str:
        """Return a text as 32 hexadecimal digits of its HMAC-SHA256; as it is without a key."""
        return hmac.digest(self.key, text.encode(), "sha256").hex()[:32] if self.key else text

    def reference(self, marked: str) -> str:
        r"""Return `Type/id` for the marked text of a reference, and any other text as it is.

        >>> PLAIN.reference("\x01Patient|MSC-GVHD-101-007")
        'Patient/MSC-GVHD-101-007'
        """
        found = _MARKED.fullmatch(marked)
        return marked if found is None else f"{found[1]}/{self.id(*found.groups())}"

    @property
    def key_name(self) -> str:
        """The name of the key, which tells keys apart and nothing of the key; empty without one."""
        return self.hidden("trialport: name of the key") if self.key else ""


PLAIN = Naming()
"""Names that are the identities themselves, or their hashes."""


def _hashed(resource_type: str, identities: pa.Array) -> pa.Array:
    """Return the hash of each identity with its type as hexadecimal text."""
    start = blake2b(f"{resource_type}|".encode(), digest_size=_DIGEST_SIZE)
    digests: list[bytes] = []
    for each in identities.cast(pa.binary()).to_pylist():
        digest = start.copy()  # less work than to begin anew
        digest.update(each)
        digests.append(digest.digest())
    text = b"".join(digests).hex().encode()
    bounds = np.arange(0, len(text) + 1, 2 * _DIGEST_SIZE, dtype=np.int32)
    return pa.StringArray.from_buffers(len(digests), pa.py_buffer(bounds), pa.py_buffer(text))
