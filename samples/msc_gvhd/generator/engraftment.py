"""Engraftment of neutrophils and platelets, and donor chimerism."""

from dataclasses import dataclass

from .design import Design
from .rows import Row
from .schedule import Visit
from .subjects import Subject

_CHIMERISM_VISITS = ("D28", "D56", "D100", "D180", "D365")


@dataclass(frozen=True, slots=True)
class Engraftment:
    """The day of each engraftment, None for a subject who died before."""

    neutrophils: int | None
    platelets: int | None


def engraftment(design: Design, subject: Subject) -> Engraftment:
    """Return the days of engraftment: neutrophils 10-16, platelets 11-25 days after transplant."""
    stream = subject.stream(design, "engraftment")
    neutrophils = stream.integer(10, 16)
    platelets = max(11, min(25, neutrophils + stream.integer(-1, 9)))
    last = subject.last_day
    return Engraftment(
        neutrophils if neutrophils <= last else None, platelets if platelets <= last else None
    )


def engraftment_row(subject: Subject, days: Engraftment, samples: list[Row]) -> Row:
    """Return the engraftment form; chimerism of day 30 is that of the first sample."""
    has_sample = bool(samples)
    return {
        "anc_date": None if days.neutrophils is None else subject.on(days.neutrophils),
        "plt_date": None if days.platelets is None else subject.on(days.platelets),
        "chimerism_day30_pct": samples[0]["donor_pct"] if has_sample else None,
        "method": samples[0]["method"] if has_sample else "",
    }


def chimerism_rows(design: Design, subject: Subject, visits: list[Visit]) -> list[Row]:
    """Return the samples of a subject; the share of the donor falls at relapse."""
    stream = subject.stream(design, "chimerism")
    relapse = subject.skeleton.rel
    rows: list[Row] = []
    for visit in visits:
        if visit.code not in _CHIMERISM_VISITS or visit.day is None:
            continue
        has_relapsed = relapse is not None and visit.day >= relapse
        rows.append(
            {
                "sample_date": subject.on(visit.day),
                "method": "FISH" if subject.traits.sex != subject.traits.donor_sex else "STR-PCR",
                "donor_pct": stream.number(*((35.0, 88.0) if has_relapsed else (97.0, 99.9)), 1),
            }
        )
    return rows
