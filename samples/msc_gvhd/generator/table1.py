"""Baseline facts whose counts, medians and quartiles agree with Table 1 of the paper."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from .design import Design
from .random_stream import Stream

_N = 96


@dataclass(frozen=True, slots=True)
class Traits:
    """The Table 1 facts of one subject, in plain English codes."""

    age: int
    sex: str
    donor_sex: str
    disease: str
    refractory_relapse: str
    dri: str
    status: str
    mrd: str
    abo: str
    hla_mismatches: int
    collateral: bool
    donor_age: int
    mnc: float
    cd34: float


def arm_traits(design: Design, arm: str, block: int) -> list[Traits]:
    """Return the facts of the 96 subjects of one arm, in random order.

    Each categorical fact is an exact quota list, shuffled; sex and sex match are drawn jointly.
    """
    table1 = design.facts["table1"]
    continuous = design.parameters["table1_continuous"]

    def stream(name: str) -> Stream:
        return Stream(design.seed, block, "table 1", arm, name)

    def quota(name: str) -> list[str]:
        levels: dict[str, dict[str, int]] = table1[name]["levels"]
        return stream(name).shuffled([code for code, n in levels.items() for _ in range(n[arm])])

    def scale(name: str) -> list[float]:
        return stream(name).shuffled(_anchored(continuous[name], arm))

    collateral_yes = table1["collateral"]["levels"]["Y"][arm]
    collateral = [True] * collateral_yes + [False] * (_N - collateral_yes)
    cd34 = _skewed(*design.parameters["cd34"][arm])
    columns = zip(
        scale("age"),
        stream("sex").shuffled(_sex_pairs(table1, arm)),
        _split(quota("disease"), stream("disease split")),
        quota("refractory_relapse"),
        _split(quota("dri"), stream("dri split")),
        _split(quota("status"), stream("status split")),
        quota("mrd"),
        quota("abo"),
        quota("hla"),
        stream("collateral").shuffled(collateral),
        scale("donor_age"),
        scale("mnc"),
        stream("cd34").shuffled(cd34),
        strict=True,
    )
    return [_traits(*facts) for facts in columns]


def _traits(
    age: float,
    sexes: tuple[str, str],
    disease: str,
    refractory_relapse: str,
    dri: str,
    status: str,
    mrd: str,
    abo: str,
    hla: str,
    collateral: bool,
    donor_age: float,
    mnc: float,
    cd34: float,
) -> Traits:
    sex, donor_sex = sexes
    return Traits(
        age=int(age),
        sex=sex,
        donor_sex=donor_sex,
        disease=disease,
        refractory_relapse=refractory_relapse,
        dri=dri,
        status=status,
        mrd=mrd,
        abo=abo,
        hla_mismatches=int(hla),
        collateral=collateral,
        donor_age=int(donor_age),
        mnc=mnc,
        cd34=cd34,
    )


def _sex_pairs(table1: dict[str, Any], arm: str) -> list[tuple[str, str]]:
    """Return (patient, donor) sexes: the match counts and the sex counts fix all four cells."""
    same: dict[str, int] = table1["sex_within_same"][arm]
    match: dict[str, dict[str, int]] = table1["sexmatch"]["levels"]
    return (
        [("M", "M")] * same["M"]
        + [("F", "F")] * same["F"]
        + [("F", "M")] * match["MALE TO FEMALE"][arm]
        + [("M", "F")] * match["FEMALE TO MALE"][arm]
    )


def _anchored(spec: dict[str, Any], arm: str) -> list[float]:
    """Return 96 sorted values through the anchors, bent between them by the warp exponents."""
    anchors: list[list[float]] = spec["anchors"][arm]
    warps: list[float] = spec["warp"][arm]
    values: list[float] = []
    for (a, x), (b, y), warp in zip(anchors, anchors[1:], warps, strict=False):
        for rank in range(int(a), int(b)):
            values.append(x + (y - x) * ((rank - a) / (b - a)) ** warp)
    values.append(anchors[-1][1])
    return [round(value, spec["decimals"]) for value in values]


def _skewed(mean: float, deviation: float) -> list[float]:
    """Return 96 right-skewed values with the given mean and standard deviation (ddof 1)."""
    normal = NormalDist()
    raw = [math.exp(0.42 * normal.inv_cdf((i + 0.5) / _N)) for i in range(_N)]
    centre = math.fsum(raw) / _N
    spread = math.sqrt(math.fsum((x - centre) ** 2 for x in raw) / (_N - 1))
    return [round(mean + deviation * (x - centre) / spread, 3) for x in raw]


# The paper prints these levels together; the raw form asks for them apart.
_PARTS = {
    "AML/MDS-EB2": (("AML", 7), ("MDS-EB2", 1)),
    "LOW/MEDIUM": (("LOW", 1), ("MEDIUM", 4)),
    "PR/NR": (("PR", 3), ("NR", 2)),
}


def _split(levels: list[str], stream: Stream) -> list[str]:
    """Return the levels with the printed pairs taken apart in fixed proportions."""
    pools = {
        level: [code for code, n in parts for _ in range(n)] for level, parts in _PARTS.items()
    }
    return [stream.choice(pools[level]) if level in pools else level for level in levels]
