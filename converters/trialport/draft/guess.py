"""Something found in data, not stated by anybody: with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Guess:
    """A guess, how sure it is (0 to 1), and what speaks for it."""

    value: str
    confidence: float
    evidence: str

    def to_json(self) -> dict[str, Any]:
        """Return the guess as plain values."""
        return {
            "value": self.value,
            "confidence": round(self.confidence, 2),
            "evidence": self.evidence,
        }
