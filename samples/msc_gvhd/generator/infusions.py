"""The log of the eight planned infusions of UC-MSC."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .design import Design
from .schedule import Visit
from .subjects import Subject

# Rows of the three incomplete courses: the infusions given, and why the others were not.
_STOPPED = {
    1: (1, "脓毒症死亡"),
    2: (3, "真菌性肺炎，停止输注"),
    71: (7, "白血病复发"),
}


@dataclass(frozen=True, slots=True)
class Infusion:
    """One planned infusion; `start` and what follows are None when it was not given."""

    number: int
    planned_day: int
    start: datetime | None
    end: datetime | None
    weight_kg: float
    dose_e6kg: float
    lot_no: str
    viability_pct: float
    not_given_reason: str

    @property
    def dose_cells(self) -> int:
        """The number of cells: the dose by body weight."""
        return round(self.dose_e6kg * self.weight_kg * 1e6)


def infusions(design: Design, subject: Subject, visits: list[Visit]) -> list[Infusion]:
    """Return the eight planned infusions of a subject of the MSC arm, none for a control."""
    if subject.arm != "MSC":
        return []
    stream = subject.stream(design, "infusions")
    given, reason = _STOPPED.get(subject.skeleton.row, (8, ""))
    visit_day = {visit.code: visit.day for visit in visits}
    weight = subject.weight_kg
    found: list[Infusion] = []
    for number, planned in enumerate(design.facts["msc_planned_days"], start=1):
        seen = visit_day.get(f"D{planned}")
        day = seen if seen is not None and abs(seen - planned) <= 1 else planned
        clock = stream.integer(9 * 12, 15 * 12)
        start = datetime.combine(subject.on(day), datetime.min.time()) + timedelta(
            minutes=5 * clock
        )
        if planned == 0:
            start = subject.transplant - timedelta(hours=4)
        lot = f"UC{subject.on(day) - timedelta(days=stream.integer(20, 90)):%y%m%d}"
        dose = stream.number(0.95, 1.05, 3)
        minutes = stream.integer(30, 60)
        viability = stream.number(86.0, 97.5, 1)
        is_given = number <= given
        found.append(
            Infusion(
                number=number,
                planned_day=planned,
                start=start if is_given else None,
                end=start + timedelta(minutes=minutes) if is_given else None,
                weight_kg=weight,
                dose_e6kg=dose,
                lot_no=f"{lot}-{stream.integer(1, 12):02d}",
                viability_pct=viability,
                not_given_reason="" if is_given else reason,
            )
        )
        weight = round(weight + stream.number(-1.0, 0.6, 1), 1)
    return found
