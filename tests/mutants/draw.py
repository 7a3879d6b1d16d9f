"""Which mutants are tried: a few of each operator, drawn with a seed of its own."""

from __future__ import annotations

from random import Random

from tests.mutants.faults import FAULTS
from tests.mutants.harmless import HARMLESS
from tests.mutants.mutant import Mutant
from tests.mutants.study import Study

OPERATORS = (*FAULTS, *HARMLESS)
MOST = 5
"""How many mutants of one operator are drawn."""


def draw(study: Study) -> list[Mutant]:
    """Return the mutants to be tried, operator by operator, in the order of the files."""
    found: list[Mutant] = []
    for operator in OPERATORS:
        every = list(operator(study))
        name = operator.__name__
        chosen = Random(name).sample(every, min(MOST, len(every)))
        found += sorted(chosen, key=lambda each: (each.file, each.start, each.new))
    return found
