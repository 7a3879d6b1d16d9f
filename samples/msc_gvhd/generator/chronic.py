"""Chronic GVHD: organ scores and the NIH 2014 global severity at each assessment.

Source: NIH consensus 2014 (Jagasia 2015): mild = one or two organs with score 1, lung 0; moderate
= three organs or more with score 1, or one (not lung) with score 2, or lung 1; severe = any organ
with score 3, or lung 2-3.
"""

from dataclasses import dataclass, field

from .design import ARMS, Design, Skeleton
from .random_stream import Stream
from .schedule import UNSCHEDULED, Visit, visit_days
from .subjects import Cohort, Subject

ORGANS = ("skin", "mouth", "eyes", "gi", "liver", "lungs", "joints_fascia", "genital")
SEVERITIES = ("none", "mild", "moderate", "severe")
_FIRST_DAY = 80
_LEVEL_DAYS = 130
_OTHER = ("mouth", "liver", "joints_fascia", "gi")

Scores = dict[str, int]


@dataclass(slots=True)
class ChronicPlan:
    """The scores of one subject at each severity: 1 mild, 2 moderate, 3 severe."""

    levels: dict[int, Scores] = field(default_factory=dict[int, Scores])


@dataclass(frozen=True, slots=True)
class ChronicAssessment:
    """One assessment with the score of every organ."""

    visit: str
    day: int
    severity: int
    scores: Scores


@dataclass(frozen=True, slots=True)
class _Drivers:
    """The rows whose severity comes from an organ named in the counts."""

    lung: frozenset[int]
    lung_severe: frozenset[int]
    eyes: frozenset[int]
    skin: frozenset[int]
    skin_any: frozenset[int]


def nih_severity(scores: Scores) -> int:
    """Return the NIH 2014 global severity 0-3 of organ scores.

    >>> nih_severity({"skin": 1}), nih_severity({"lungs": 1}), nih_severity({"eyes": 3})
    (1, 2, 3)
    """
    lungs = scores.get("lungs", 0)
    others = [score for organ, score in scores.items() if organ != "lungs"]
    if lungs >= 2 or 3 in others:
        return 3
    if lungs == 1 or 2 in others or sum(score == 1 for score in others) >= 3:
        return 2
    return 1 if any(others) else 0


def top_severity(row: Skeleton) -> int:
    """Return the highest severity of chronic GVHD that the skeleton reaches."""
    return sum(day is not None for day in (row.cg1, row.cg2, row.cg3))


def chronic_plans(design: Design, cohort: Cohort) -> dict[int, ChronicPlan]:
    """Return the scores of each subject with chronic GVHD, so that the organ counts hold."""
    plans: dict[int, ChronicPlan] = {}
    for arm in ARMS:
        stream = Stream(design.seed, cohort.block, "chronic organs", arm)
        cases = [s.skeleton for s in cohort.subjects if s.arm == arm and s.skeleton.cg1 is not None]
        drivers = _drivers(
            stream,
            cases,
            design.parameters["organs_cgvhd_any"][arm],
            design.parameters["organs_cgvhd_score2"][arm],
        )
        for case in cases:
            plans[case.row] = _plan(case, drivers, stream)
    return plans


def _drivers(
    stream: Stream, cases: list[Skeleton], any_score: dict[str, int], score2: dict[str, int]
) -> _Drivers:
    severe = stream.shuffled([c.row for c in cases if top_severity(c) == 3])
    moderate = stream.shuffled([c.row for c in cases if top_severity(c) == 2])
    mild = [c.row for c in cases if top_severity(c) == 1]
    lung_severe = severe[: score2["LUNG"]]
    rest = severe[score2["LUNG"] :]
    lung_light = moderate[: any_score["LUNG"] - len(lung_severe)]
    free = moderate[len(lung_light) :]
    skin_severe = rest[: score2["SKIN"] // 2]
    skin = skin_severe + free[: score2["SKIN"] - len(skin_severe)]
    # Where skin does not make the disease severe the eyes do, as far as their count goes.
    eyes_severe = rest[len(skin_severe) :][: score2["EYES"]]
    able = [row for row in free + lung_light + lung_severe if row not in skin]
    eyes = eyes_severe + able[: score2["EYES"] - len(eyes_severe)]
    more = stream.shuffled([row for row in moderate + severe + mild if row not in skin])
    skin_any = skin + more[: max(0, any_score["SKIN"] - len(skin))]
    return _Drivers(
        lung=frozenset(lung_severe + lung_light),
        lung_severe=frozenset(lung_severe),
        eyes=frozenset(eyes),
        skin=frozenset(skin),
        skin_any=frozenset(skin_any),
    )


def _plan(case: Skeleton, drivers: _Drivers, stream: Stream) -> ChronicPlan:
    row = case.row
    mild: Scores = {"skin": 1} if row in drivers.skin_any else {stream.choice(("mouth", "eyes")): 1}
    if stream.chance(0.4):
        mild[stream.choice(("mouth", "liver", "genital"))] = 1
    plan = ChronicPlan({1: mild})
    moderate = dict(mild)
    if row in drivers.lung:
        moderate["lungs"] = 1
    if row in drivers.eyes:
        moderate["eyes"] = 2
    if row in drivers.skin:
        moderate["skin"] = 2
    if moderate == mild:
        moderate[stream.choice(_OTHER)] = 2
    plan.levels[2] = moderate
    severe = dict(moderate)
    if row in drivers.lung_severe:
        severe["lungs"] = stream.choice((2, 2, 3))
    elif row in drivers.skin:
        severe["skin"] = 3
    elif row in drivers.eyes:
        severe["eyes"] = 3
    else:
        severe[stream.choice(_OTHER)] = 3
    plan.levels[3] = severe
    return plan


def chronic_assessments(
    subject: Subject, visits: list[Visit], plan: ChronicPlan | None
) -> list[ChronicAssessment]:
    """Return the assessments of one subject; a severity is first reached on the skeleton day."""
    s = subject.skeleton
    onsets = {day for day in (s.cg1, s.cg2, s.cg3) if day is not None}
    found: list[ChronicAssessment] = []
    for code, day in visit_days(visits):
        if day not in onsets and (day < _FIRST_DAY or code == UNSCHEDULED):
            continue
        severity = _severity(s, day)
        scores = plan.levels[severity] if plan is not None and severity else {}
        found.append(
            ChronicAssessment(
                code, day, severity, {organ: scores.get(organ, 0) for organ in ORGANS}
            )
        )
    return found


def _severity(row: Skeleton, day: int) -> int:
    onsets = [d for d in (row.cg1, row.cg2, row.cg3) if d is not None]
    reached = sum(day >= d for d in onsets)
    if reached < len(onsets) or not onsets:
        return reached
    # Treatment lowers the severity by one level about every four months.
    return max(0, reached - (day - onsets[-1]) // _LEVEL_DAYS)


def fev1_percent(lungs: int, stream: Stream) -> int:
    """Return the FEV1 in percent of predicted that goes with a lung score."""
    return stream.integer(*((81, 108), (60, 79), (40, 59), (28, 39))[lungs])
