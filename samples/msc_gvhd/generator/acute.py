"""Acute GVHD: organ stages and the MAGIC grade at each assessment.

Source: MAGIC criteria (Harris 2016): grade I = skin 1-2 only; II = skin 3 and/or liver 1, upper
GI 1, lower GI 1; III = liver 2-3 and/or lower GI 2-3; IV = skin 4, liver 4 or lower GI 4.
"""

from dataclasses import dataclass

from .design import ARMS, Design
from .random_stream import Stream
from .schedule import Visit, visit_days
from .subjects import Cohort, Subject

GRADES = ("0", "I", "II", "III", "IV")
_LAST_DAY = 190
_STEP_DOWN_DAYS = 9


@dataclass(frozen=True, slots=True)
class Organs:
    """The organs that acute GVHD involves in one subject."""

    skin: bool
    liver: bool
    upper: bool
    lower: bool


@dataclass(frozen=True, slots=True)
class AcuteAssessment:
    """One assessment; `stages` (skin, liver, upper GI, lower GI) is None where not documented."""

    visit: str
    day: int
    grade: int
    stages: tuple[int, int, int, int] | None


def magic_grade(skin: int, liver: int, upper: int, lower: int) -> int:
    """Return the MAGIC grade 0-4 of four organ stages.

    >>> magic_grade(2, 0, 0, 0), magic_grade(0, 0, 1, 0), magic_grade(1, 3, 0, 0)
    (1, 2, 3)
    """
    if 4 in (skin, liver, lower):
        return 4
    if liver >= 2 or lower >= 2:
        return 3
    if skin == 3 or liver == 1 or upper == 1 or lower == 1:
        return 2
    return 1 if skin else 0


def acute_organs(design: Design, cohort: Cohort) -> dict[int, Organs]:
    """Return the organs of each subject with acute GVHD, so that the counts of each arm hold.

    The counts want fewer subjects with skin involvement than have a first grade I (which is skin
    alone) followed by a higher grade. Those left without skin have stages that were not
    documented on the days of grade I.
    """
    found: dict[int, Organs] = {}
    for arm in ARMS:
        quotas: dict[str, int] = design.parameters["organs_agvhd"][arm]
        stream = Stream(design.seed, cohort.block, "acute organs", arm)
        cases = [s.skeleton for s in cohort.subjects if s.arm == arm and s.skeleton.agmax > 0]
        first = [s.row for s in cases if s.agmax == 1]
        second = stream.shuffled([s.row for s in cases if s.agmax == 2])
        high = stream.shuffled([s.row for s in cases if s.agmax > 2])
        by_skin_first = stream.shuffled([s.row for s in cases if s.agmax > 1 and s.ag1 != s.ag2])
        skin = {*first, *by_skin_first[: max(0, quotas["SKIN"] - len(first))]}
        lower, liver = _severe_organs(second, high, quotas)
        left = [row for row in second if row not in lower | liver]
        others = stream.shuffled([row for row in second + high if row not in left])
        upper = {*left, *others[: max(0, quotas["UPPER GI"] - len(left))]}
        for case in cases:
            row = case.row
            found[row] = Organs(row in skin, row in liver, row in upper, row in lower)
    return found


def _severe_organs(
    second: list[int], high: list[int], quotas: dict[str, int]
) -> tuple[set[int], set[int]]:
    """Return (lower GI, liver): each subject of grade III-IV gets at least one of the two."""
    mild_lower = min(2, len(second)) if quotas["LOWER GI"] > 2 else 0
    mild_liver = min(2, len(second) - mild_lower) if quotas["LIVER"] > 2 else 0
    lower = {*high[: quotas["LOWER GI"] - mild_lower], *second[:mild_lower]}
    n_liver = quotas["LIVER"] - mild_liver
    liver = {*high[max(0, len(high) - n_liver) :], *second[mild_lower : mild_lower + mild_liver]}
    return lower, liver


def acute_assessments(
    design: Design, subject: Subject, visits: list[Visit], organs: Organs | None
) -> list[AcuteAssessment]:
    """Return the assessments of one subject; the first to reach a grade is on the skeleton day."""
    days = [(code, day) for code, day in visit_days(visits) if day <= _LAST_DAY]
    stream = subject.stream(design, "acute stages")
    light = stream.integer(1, 2)
    peak_day = _peak_day(subject, [day for _, day in days])
    found: list[AcuteAssessment] = []
    for code, day in days:
        grade = _grade(subject, day, peak_day)
        if organs is None or grade == 0:
            found.append(AcuteAssessment(code, day, 0, (0, 0, 0, 0)))
            continue
        if grade == 1 and not organs.skin and peak_day is not None and day > peak_day:
            found.append(AcuteAssessment(code, day, 0, (0, 0, 0, 0)))
            continue
        stages = _stages(organs, grade, light, stream)
        found.append(AcuteAssessment(code, day, grade, stages))
    return found


def _peak_day(subject: Subject, days: list[int]) -> int | None:
    """Return the day of the highest grade: grade IV follows grade III at the next assessment."""
    s = subject.skeleton
    if s.agmax == 4:
        later = [day for day in days if s.ag3 is not None and day > s.ag3]
        return later[0]
    return (None, s.ag1, s.ag2, s.ag3)[s.agmax]


def _grade(subject: Subject, day: int, peak_day: int | None) -> int:
    s = subject.skeleton
    if peak_day is None:
        return 0
    if day >= peak_day:
        return max(0, s.agmax - (day - peak_day) // _STEP_DOWN_DAYS)
    reached = [start is not None and day >= start for start in (s.ag1, s.ag2, s.ag3)]
    return sum(reached)


def _stages(
    organs: Organs, grade: int, light: int, stream: Stream
) -> tuple[int, int, int, int] | None:
    """Return stages that give exactly `grade`, or None where no involved organ could."""
    skin = light if organs.skin else 0
    if grade == 1:
        return (skin, 0, 0, 0) if organs.skin else None
    upper = int(organs.upper)
    if grade == 2:
        # Without liver or gut the only way to grade II is skin stage 3.
        skin = skin if organs.liver or organs.lower or organs.upper else 3
        return (skin, int(organs.liver), upper, int(organs.lower))
    high = 4 if grade == 4 else stream.integer(2, 3)
    if organs.lower:
        return (skin, min(high, 2) if organs.liver else 0, upper, high)
    return (skin, high, upper, 0)


def acute_measures(stages: tuple[int, int, int, int], stream: Stream) -> tuple[int, float, int]:
    """Return (rash % of body surface, bilirubin umol/L, stool ml/day) that go with the stages."""
    skin, liver, _, lower = stages
    rash = stream.integer(*((0, 0), (5, 24), (25, 50), (51, 85), (86, 98))[skin])
    bilirubin = stream.number(
        *((6.0, 21.0), (34.5, 50.5), (52.0, 101.0), (103.0, 254.0), (258.0, 390.0))[liver], 1
    )
    stool = 10 * stream.integer(*((0, 30), (50, 99), (100, 150), (152, 230), (240, 350))[lower])
    return rash, bilirubin, stool
