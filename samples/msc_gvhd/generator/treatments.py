"""Courses of treatment of GVHD: acute, chronic, and prolonged prophylaxis."""

from .acute import AcuteAssessment
from .design import Design
from .random_stream import Stream
from .rows import Row
from .subjects import Subject

_SYSTEMIC_FIRST = (("泼尼松", 1.0, "mg/kg/d"), ("甲泼尼龙", 1.0, "mg/kg/d"))
_SYSTEMIC_SECOND = (
    ("芦可替尼", 10.0, "mg bid"),
    ("他克莫司", 1.0, "mg bid"),
    ("西罗莫司", 1.0, "mg qd"),
)
_TOPICAL = (
    ("糠酸莫米松乳膏", 1.0, "次/d 外用"),
    ("地塞米松漱口液", 10.0, "ml tid"),
    ("环孢素滴眼液", 1.0, "滴 bid"),
)


def gvhd_treatment_rows(
    design: Design, subject: Subject, acute: list[AcuteAssessment]
) -> list[Row]:
    """Return the courses of one subject in order of their start.

    The first systemic course for chronic GVHD starts on the skeleton day; acute and prophylactic
    courses are no event of any endpoint.
    """
    stream = subject.stream(design, "gvhd treatment")
    courses = [
        *_acute(subject, acute, stream),
        *_chronic(subject, stream),
        *_prophylaxis(subject, stream),
    ]
    return [row for _, row in sorted(courses, key=lambda course: course[0])]


def _course(
    subject: Subject, kind: str, what: tuple[str, float, str], systemic: str, start: int, days: int
) -> tuple[int, Row]:
    drug, dose, unit = what
    end = start + days
    ongoing = end > subject.last_day
    return start, {
        "gvhd_type": kind,
        "drug": drug,
        "systemic": systemic,
        "dose": dose,
        "unit": unit,
        "start_date": subject.on(start),
        "end_date": None if ongoing else subject.on(end),
        "ongoing": "Y" if ongoing else "N",
    }


def _acute(subject: Subject, acute: list[AcuteAssessment], stream: Stream) -> list[tuple[int, Row]]:
    s = subject.skeleton
    if s.ag1 is None:
        return []
    if s.ag2 is None:
        return [_course(subject, "acute", _TOPICAL[0], "N", s.ag1, stream.integer(10, 21))]
    steroid = ("甲泼尼龙", 1.0 if s.agmax == 2 else 2.0, "mg/kg/d")
    courses = [_course(subject, "acute", steroid, "Y", s.ag2, stream.integer(18, 40))]
    if s.agmax >= 3:
        peak = max(acute, key=lambda a: (a.grade, -a.day)).day
        second = stream.choice((("芦可替尼", 5.0, "mg bid"), ("巴利昔单抗", 20.0, "mg")))
        start = peak + stream.integer(1, 3)
        if start < subject.last_day:
            courses.append(_course(subject, "acute", second, "Y", start, stream.integer(8, 45)))
    return courses


def _chronic(subject: Subject, stream: Stream) -> list[tuple[int, Row]]:
    s = subject.skeleton
    if s.cg1 is None:
        return []
    topical = _course(
        subject, "chronic", stream.choice(_TOPICAL), "N", s.cg1, stream.integer(20, 90)
    )
    if s.sys is None:
        return [topical]
    first = _course(
        subject, "chronic", stream.choice(_SYSTEMIC_FIRST), "Y", s.sys, stream.integer(60, 240)
    )
    courses = [first] if s.sys == s.cg1 else [topical, first]
    start = s.sys + stream.integer(10, 50)
    if s.cg3 is not None and start < subject.last_day:
        second = stream.choice(_SYSTEMIC_SECOND)
        courses.append(_course(subject, "chronic", second, "Y", start, stream.integer(60, 300)))
    return courses


def _prophylaxis(subject: Subject, stream: Stream) -> list[tuple[int, Row]]:
    """Return a prolonged course of cyclosporine, which a few subjects got."""
    if subject.last_day < 200 or not stream.chance(0.08):
        return []
    start = stream.integer(181, 190)
    return [
        _course(
            subject, "prophylaxis", ("环孢素", 50.0, "mg bid"), "Y", start, stream.integer(30, 120)
        )
    ]
