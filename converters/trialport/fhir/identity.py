"""The logical id of a resource, made of what identifies its record and of nothing else."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

MARK = "\x01"
"""What `reference('Type', key, ...)` puts before `Type|part|part`, for the id to be made later."""

_MOST_KNOWN = 65_536

_LOGICAL_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_READABLE = re.compile(r"[A-Za-z0-9\-][A-Za-z0-9\-.]{0,63}").fullmatch
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
    _references: dict[str, str] = field(default_factory=dict[str, str], repr=False)

    def id(self, resource_type: str, identity: str) -> str:
        """Return the logical id of a resource, whose identity is one text."""
        if self.key:
            return self.hidden(f"{resource_type}|{identity}")
        readable = identity.replace("|", "-")
        # Dots alone would be a step up in the path of the resource's address.
        if _LOGICAL_ID.fullmatch(readable) and readable.strip("."):
            return readable
        return blake2b(f"{resource_type}|{identity}".encode(), digest_size=16).hexdigest()

    def ids(self, resource_type: str, identities: Sequence[str]) -> list[str]:
        """Return the logical id of each resource of a type."""
        if self.key:
            return [self.id(resource_type, each) for each in identities]
        # Most identities are readable, or hold what no id may; a dot in front is rare.
        return [
            name
            if _READABLE(name)
            else self.id(resource_type, each)
            if name[:1] == "."
            else blake2b(f"{resource_type}|{each}".encode(), digest_size=16).hexdigest()
            for each in identities
            for name in (each.replace("|", "-"),)
        ]

    def hidden(self, text: str) -> str:
        """Return a text as 32 hexadecimal digits of its HMAC-SHA256; as it is without a key."""
        return hmac.digest(self.key, text.encode(), "sha256").hex()[:32] if self.key else text

    def reference(self, marked: str) -> str:
        r"""Return `Type/id` for the marked text of a reference, and any other text as it is.

        >>> PLAIN.reference("\x01Patient|MSC-GVHD-101-007")
        'Patient/MSC-GVHD-101-007'
        """
        # Most references of a file name the same few subjects.
        if marked not in self._references:
            if len(self._references) >= _MOST_KNOWN:
                self._references.clear()
            found = _MARKED.fullmatch(marked)
            made = marked if found is None else f"{found[1]}/{self.id(*found.groups())}"
            self._references[marked] = made
        return self._references[marked]

    @property
    def key_name(self) -> str:
        """The name of the key, which tells keys apart and nothing of the key; empty without one."""
        return self.hidden("trialport: name of the key") if self.key else ""


PLAIN = Naming()
"""Names that are the identities themselves, or their hashes."""
