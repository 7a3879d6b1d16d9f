"""What CDISC, FDA and other validators call what a rule finds.

Source: mappings/rules/core/crosswalk.yaml and the citations of the CORE rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from trialport.rules.core.shipped import core_rules
from trialport.templates import shipped

CDISC, FDA, CORE, PINNACLE = "CDISC", "FDA", "CORE", "Pinnacle 21"
_ORDER = (CDISC, FDA, CORE, PINNACLE)


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """The ids of other lists of rules, by our codes; `sources` tells where a list was seen."""

    rules: Mapping[str, Mapping[str, tuple[str, ...]]]
    sources: tuple[tuple[str, str, str], ...]

    def of(self, code: str) -> Mapping[str, tuple[str, ...]]:
        """Return the ids by list, in a fixed order; nothing for a code that no list has."""
        return self.rules.get(code, {})


@cache
def crosswalk() -> Crosswalk:
    """Return the shipped crosswalk.

    What a CORE rule is cited as holds for our rule that finds the same, too.
    """
    text = (shipped() / "rules" / "core" / "crosswalk.yaml").read_text(encoding="utf-8")
    written: Any = yaml.safe_load(text)
    cited = {each.id: [rule for _, _, rule in each.cited] for each in core_rules()}
    made: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for code in sorted({*written["rules"], *cited}):
        entry = written["rules"].get(code, {})
        pinnacle = entry.get("p21", ())
        core = entry.get("core", ())
        theirs = [id_ for each in (code, *core) for id_ in cited.get(each, ())]
        theirs += [id_ for each in pinnacle for id_ in written["publisher"].get(each, ())]
        made[code] = _listed(theirs, core, pinnacle)
    sources = tuple(
        (str(each["name"]), str(each["source"]), str(each["date"]))
        for each in written["lists"].values()
    )
    return Crosswalk(made, sources)


def told(ids: Mapping[str, Iterable[str]]) -> str:
    """Return ids in one line.

    >>> told({"CDISC": ("CG0176",), "Pinnacle 21": ("SD0030", "SD0036")})
    'CDISC CG0176; Pinnacle 21 SD0030, SD0036'
    """
    return "; ".join(f"{name} {', '.join(each)}" for name, each in ids.items())


def _listed(
    theirs: Iterable[str], core: Iterable[str], pinnacle: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {name: [] for name in _ORDER}
    for each in theirs:
        found[FDA if each.startswith(("F", "TRC")) else CDISC].append(_named(each))
    found[CORE] += core
    found[PINNACLE] += pinnacle
    return {name: tuple(sorted(set(ids))) for name, ids in found.items() if ids}


def _named(id_: str) -> str:
    """Return an id that can stand by itself: the ADaM validation checks are bare numbers."""
    return f"ADaM check {id_}" if id_[:1].isdigit() else id_
