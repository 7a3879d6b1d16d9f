"""The visits of a subject: planned ones, the extra ones at which an event was seen, missed ones."""

from dataclasses import dataclass

from .design import Design
from .subjects import PARTIAL_DEATH_ROW, Subject

UNSCHEDULED = "UNSCHEDULED"
# (code, planned day, greatest shift in days); screening is on the day of consent.
_EARLY = (
    ("D7", 7, 1),
    ("D14", 14, 1),
    ("D21", 21, 1),
    ("D28", 28, 1),
    ("D42", 42, 1),
    ("D56", 56, 1),
    ("D84", 84, 1),
    ("D100", 100, 2),
    ("D120", 120, 3),
    ("D150", 150, 3),
    ("D180", 180, 5),
    ("D270", 270, 7),
    ("D365", 365, 7),
)
_LATE = tuple((f"D{day}", day, 7) for day in range(545, 1460, 180))
PLANNED = _EARLY + _LATE
# Acute GVHD is graded weekly to day 100; these weeks have no planned visit.
_WEEKS_BETWEEN = (35, 49, 63, 70, 77, 91)
_MISSED_REASONS = ("疫情管控无法到院", "患者外地居住未返院", "患者自行未按期复诊")


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit; `day` is None when it was missed. `kind` is 门诊, 住院 or 电话."""

    code: str
    day: int | None
    kind: str
    missed_reason: str


def visits(design: Design, subject: Subject) -> list[Visit]:
    """Return the visits of a subject in the order of their planned or true days."""
    stream = subject.stream(design, "visits")
    last = subject.last_day
    codes = {(subject.consent - subject.transplant.date()).days: "SCR", -9: "D-9", 0: "D0"}
    for code, planned, shift in PLANNED:
        day = planned + stream.integer(-shift, shift)
        if day <= last:
            codes[day] = code
    events = _event_days(subject)
    for event in sorted(events):
        _see_event(codes, event, events)
    for week in _WEEKS_BETWEEN:
        if week <= last and all(abs(week - day) > 2 for day in codes):
            codes[week] = UNSCHEDULED
    found = [
        Visit(code, day, "住院" if -9 <= day <= 35 else "门诊", "")
        for day, code in sorted(codes.items())
    ]
    found = [
        Visit(v.code, None, "", stream.choice(_MISSED_REASONS))
        if _may_be_missed(v, events) and stream.chance(0.03)
        else v
        for v in found
    ]
    return found + _last_visit(subject, found, seen=stream.chance(0.6))


def visit_days(found: list[Visit]) -> list[tuple[str, int]]:
    """Return (code, day) of the visits that took place, from day 1."""
    return [(v.code, v.day) for v in found if v.day is not None and v.day > 0 and v.kind != "电话"]


def _event_days(subject: Subject) -> set[int]:
    s = subject.skeleton
    days = {d for d in (s.ag1, s.ag2, s.ag3, s.cg1, s.cg2, s.cg3, s.rel) if d is not None}
    return days | ({s.fup} if s.row == PARTIAL_DEATH_ROW else set())


def _see_event(codes: dict[int, str], event: int, events: set[int]) -> None:
    """Move the planned visit next to an event onto it, or add an extra visit."""
    if event in codes:
        return
    reach = 2 if event <= 100 else 5
    near = [
        day
        for day, code in codes.items()
        if day > 0 and day not in events and abs(day - event) <= reach and code != UNSCHEDULED
    ]
    if not near:
        codes[event] = UNSCHEDULED
        return
    day = min(near, key=lambda d: (abs(d - event), d))
    codes[event] = codes.pop(day)


def _may_be_missed(visit: Visit, events: set[int]) -> bool:
    return visit.day is not None and visit.day > 110 and visit.day not in events


def _last_visit(subject: Subject, found: list[Visit], *, seen: bool) -> list[Visit]:
    """Return the visit of the last contact: in the clinic, or by telephone."""
    last = subject.skeleton.fup
    if subject.died or any(visit.day == last for visit in found):
        return []
    return [Visit(UNSCHEDULED, last, "门诊" if seen else "电话", "")]
