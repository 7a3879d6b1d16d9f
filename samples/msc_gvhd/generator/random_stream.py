"""One stream of random numbers for each topic, the same in every Python version.

Only ``random.Random(seed).random()`` is used, because that stream is stable over Python versions;
the methods ``shuffle``, ``choice`` and ``gauss`` of the standard library are not promised to be.
A stream of its own for each topic and subject means that a change in one table leaves the others.
"""

import random
import zlib
from collections.abc import Sequence
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")

_NORMAL = NormalDist()


class Stream:
    """Random choices on one topic, e.g. ``Stream(22292, 0, "visits", 17)``."""

    def __init__(self, seed: int, *topic: object) -> None:
        name = "/".join(str(part) for part in (seed, *topic))
        self._random = random.Random(zlib.crc32(name.encode("utf-8")))

    def unit(self) -> float:
        """Return a number in [0, 1)."""
        return self._random.random()

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.unit() < probability

    def integer(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + int(self.unit() * (high - low + 1))

    def number(self, low: float, high: float, decimals: int) -> float:
        """Return a number from `low` to `high`, rounded to `decimals`."""
        return round(low + (high - low) * self.unit(), decimals)

    def normal(self, mean: float, deviation: float) -> float:
        """Return a normal number by the inverse of the distribution function."""
        return mean + deviation * _NORMAL.inv_cdf(max(self.unit(), 1e-9))

    def choice(self, items: Sequence[T]) -> T:
        """Return one of `items`."""
        return items[int(self.unit() * len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return `items` in random order (Fisher-Yates, from the last place down to the second)."""
        mixed = list(items)
        for i in range(len(mixed) - 1, 0, -1):
            j = int(self.unit() * (i + 1))
            mixed[i], mixed[j] = mixed[j], mixed[i]
        return mixed
