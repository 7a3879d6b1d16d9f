"""Viral loads of CMV and EBV: above the threshold in subjects with a reactivation, and only there.

One site reports CMV in copies/mL, where one copy is 0.91 IU; the threshold is in IU/mL.
"""

from .adverse_events import Event, reactivation_day
from .design import Design
from .random_stream import Stream
from .rows import Row
from .schedule import Visit, visit_days
from .subjects import Subject

CMV_IU_PER_COPY = 0.91
_SITE_COUNTING_COPIES = "102"
_LIMIT_OF_QUANTITATION = 500
_LAST_DAY = 150
_HIGH_DAYS = 16


def viral_load_rows(
    design: Design, subject: Subject, visits: list[Visit], events: list[Event]
) -> list[Row]:
    """Return the samples of one subject in order of virus and day."""
    return [
        row
        for virus in ("CMV", "EBV")
        for row in _samples(design, subject, visits, virus, reactivation_day(events, virus))
    ]


def _samples(
    design: Design, subject: Subject, visits: list[Visit], virus: str, back: int | None
) -> list[Row]:
    stream = subject.stream(design, "viral load", virus)
    threshold: int = design.facts["reactivation_iu_ml"][virus]
    days = [day for _, day in visit_days(visits) if day <= min(_LAST_DAY, subject.last_day)]
    if back is not None:
        days = sorted({day for day in days if abs(day - back) > 2} | {back})
    in_copies = virus == "CMV" and subject.site_no == _SITE_COUNTING_COPIES
    rows: list[Row] = []
    for day in days:
        is_high = back is not None and 0 <= day - back <= _HIGH_DAYS
        load = _load(threshold, stream, is_high=is_high, factor=CMV_IU_PER_COPY if in_copies else 1)
        rows.append(
            {
                "sample_date": subject.on(day),
                "virus": virus,
                "specimen": "血浆" if virus == "CMV" else "全血",
                "result_text": _text(load, stream),
                "unit": "copies/mL" if in_copies else "IU/mL",
            }
        )
    return rows


def _load(threshold: int, stream: Stream, *, is_high: bool, factor: float) -> int:
    """Return a load in the unit of the laboratory: safely above the threshold, or safely below."""
    if is_high:
        load = threshold * 10 ** stream.number(0.1, 1.8, 3)
    elif stream.chance(0.85):
        return 0
    else:
        load = threshold * stream.number(0.2, 0.85, 2)
    return _two_digits(load / factor)


def _two_digits(load: float) -> int:
    """Return a whole number with two significant digits."""
    size = len(str(int(load))) - 2
    return round(load / 10**size) * 10**size


def _text(load: int, stream: Stream) -> str:
    """Return the result in one of the ways in which laboratories write it."""
    if load == 0:
        return stream.choice(("<500", "阴性"))
    if load < _LIMIT_OF_QUANTITATION:
        return f"<{_LIMIT_OF_QUANTITATION}"
    power = len(str(load)) - 1
    scientific = f"{load / 10**power:.1f}E{power}"
    return stream.choice((str(load), f"{load:,}", scientific))
