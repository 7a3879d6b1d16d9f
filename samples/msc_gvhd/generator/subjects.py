"""The subjects: who they are, when they were transplanted, and how their follow-up ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from .design import ARMS, Design, Skeleton
from .random_stream import Stream
from .table1 import Traits, arm_traits

SITES: tuple[str, ...] = ("101", "102", "103")
_SITE_SHARES = {"101": 0.60, "102": 0.25}  # the rest is site 103
_BLOCK = 192
_FIRST_TRANSPLANT = date(2019, 10, 5)
_LAST_TRANSPLANT = date(2023, 2, 28)
_SPARE_DAYS = 430
# Rows with little follow-up: their transplant must not fall after February 2023.
_LEAST_LAG = {74: 3, 148: 10}
# The one subject whose date of death the site gave without the day.
PARTIAL_DEATH_ROW = 103
ETHNIC_GROUPS = ("汉族",) * 16 + ("土家族", "苗族", "回族", "满族", "壮族", "彝族")


@dataclass(frozen=True, slots=True)
class Subject:
    """One randomised and transplanted subject; `end` is DIED, ALIVE, LOST or WITHDREW."""

    block: int
    skeleton: Skeleton
    traits: Traits
    end: str
    subject_no: str
    site_no: str
    screen_no: str
    rand_no: str
    consent: date
    randomised: datetime
    transplant: datetime
    birth: date
    ethnic_group: str
    height_cm: int
    weight_kg: float

    @property
    def arm(self) -> str:
        """MSC or CTL."""
        return self.skeleton.arm

    @property
    def died(self) -> bool:
        """Whether the subject died."""
        return self.skeleton.dth is not None

    @property
    def last_day(self) -> int:
        """The last day with a record of the living subject; the day of death has none."""
        died_in_hospital = self.skeleton.row == PARTIAL_DEATH_ROW
        return self.skeleton.fup - 1 if self.died and not died_in_hospital else self.skeleton.fup

    def on(self, day: int) -> date:
        """Return the calendar date of a day after transplant."""
        return self.transplant.date() + timedelta(days=day)

    def stream(self, design: Design, *topic: object) -> Stream:
        """Return the random stream of this subject on one topic."""
        return Stream(design.seed, self.block, self.skeleton.row, *topic)


@dataclass(frozen=True, slots=True)
class ScreenFailure:
    """One person who was screened and not randomised; `failed` is 1-4, or None for a refusal."""

    failed: int | None
    subject_no: str
    site_no: str
    screen_no: str
    consent: date
    screen_end: date
    birth: date
    sex: str
    ethnic_group: str


@dataclass(frozen=True, slots=True)
class Cohort:
    """One block of at most 192 randomised subjects with the failures screened beside them."""

    block: int
    subjects: tuple[Subject, ...]
    failures: tuple[ScreenFailure, ...]


@dataclass(frozen=True, slots=True)
class _Draft:
    """A screened person before the numbers are given out."""

    consent: date
    order: int
    site_no: str


def cohorts(design: Design, subjects: int) -> Iterator[Cohort]:
    """Yield blocks of subjects until `subjects` are randomised; each block repeats the skeleton."""
    blocks = -(-subjects // _BLOCK)
    width = max(3, len(str(blocks * round((_BLOCK + 12) * _SITE_SHARES["101"]))))
    taken = dict.fromkeys(SITES, 0)
    screened = 0
    randomised = 0
    for block in range(blocks):
        size = min(_BLOCK, subjects - randomised)
        cohort = _cohort(design, block, size, taken, (screened, randomised), width)
        for person in (*cohort.subjects, *cohort.failures):
            taken[person.site_no] += 1
        screened += len(cohort.subjects) + len(cohort.failures)
        randomised += size
        yield cohort


def _cohort(
    design: Design,
    block: int,
    size: int,
    taken: dict[str, int],
    before: tuple[int, int],
    width: int,
) -> Cohort:
    rows = _rows(design, size)
    ends = _ends(design, block)
    traits = {arm: arm_traits(design, arm, block) for arm in ARMS}
    transplants = {row.row: _transplant(design, block, row, ends) for row in rows}
    consents = [_consent(design, block, row.row, transplants[row.row].date()) for row in rows]
    failing = _failing(design, size)
    failed_on = _failure_dates(design, block, len(failing))
    dates = consents + failed_on
    site_list = _site_list(design, block, len(dates))
    drafts = [_Draft(day, i, site_list[i]) for i, day in enumerate(dates)]
    numbers = _subject_numbers(drafts, taken, width)
    screen_numbers = _screen_numbers(drafts, before[0])
    randomised_at = {
        row.row: _randomised(design, block, row.row, transplants[row.row].date()) for row in rows
    }
    by_randomisation = sorted(randomised_at, key=lambda row: (randomised_at[row], row))
    rank = {row: before[1] + i + 1 for i, row in enumerate(by_randomisation)}
    subjects = tuple(
        _subject(
            design,
            block,
            row,
            traits[row.arm][(row.row - 1) % 96],
            ends.get(row.row, "DIED" if row.dth is not None else "ALIVE"),
            (numbers[i], site_list[i], screen_numbers[i], f"R{rank[row.row]:04d}"),
            (consents[i], randomised_at[row.row], transplants[row.row]),
        )
        for i, row in enumerate(rows)
    )
    failures = tuple(
        _failure(design, block, failed, numbers[i], site_list[i], screen_numbers[i], dates[i])
        for i, failed in enumerate(failing, start=len(rows))
    )
    return Cohort(block, subjects, failures)


def _rows(design: Design, size: int) -> list[Skeleton]:
    """Return the skeleton rows of a block, spread evenly when the block is not full."""
    chosen: list[Skeleton] = []
    for arm, n in (("MSC", size - size // 2), ("CTL", size // 2)):
        of_arm = [row for row in design.skeleton if row.arm == arm]
        chosen += [of_arm[i * len(of_arm) // n] for i in range(n)]
    return chosen


def _ends(design: Design, block: int) -> dict[int, str]:
    """Return the rows of the six subjects lost to follow-up and of the two who withdrew."""
    able = [
        row.row
        for row in design.skeleton
        if row.dth is None and 130 <= row.fup <= 900 and row.row not in _LEAST_LAG
    ]
    chosen = Stream(design.seed, block, "lost and withdrawn").shuffled(able)
    return dict.fromkeys(chosen[:6], "LOST") | dict.fromkeys(chosen[6:8], "WITHDREW")


def _transplant(design: Design, block: int, row: Skeleton, ends: dict[int, str]) -> datetime:
    stream = Stream(design.seed, block, row.row, "transplant")
    if row.dth is None and row.row not in ends:
        lag = stream.integer(_LEAST_LAG.get(row.row, 0), 39)
        day = design.cutoff - timedelta(days=lag + row.fup)
    else:
        latest = min(_LAST_TRANSPLANT, design.cutoff - timedelta(days=row.fup + _SPARE_DAYS))
        day = _FIRST_TRANSPLANT + timedelta(
            days=stream.integer(0, (latest - _FIRST_TRANSPLANT).days)
        )
    return datetime.combine(day, time(stream.integer(13, 18), 5 * stream.integer(0, 11)))


def _consent(design: Design, block: int, row: int, transplant: date) -> date:
    first = date.fromisoformat(design.parameters["screening"]["first_screened"])
    longest = min(45, (transplant - first).days)
    return transplant - timedelta(
        days=Stream(design.seed, block, row, "consent").integer(25, longest)
    )


def _randomised(design: Design, block: int, row: int, transplant: date) -> datetime:
    stream = Stream(design.seed, block, row, "randomisation")
    day = transplant - timedelta(days=stream.integer(10, 14))
    return datetime.combine(day, time(stream.integer(8, 17), stream.integer(0, 59)))


def _failing(design: Design, size: int) -> list[int | None]:
    """Return the criterion each screening failure does not meet; None for those who refused."""
    failing: list[int | None] = [1, 1, 2, 3, 4, 4, None, None, None, None, None, None]
    mixed = Stream(design.seed, "screening failures").shuffled(failing)
    return mixed[: round(len(failing) * size / _BLOCK)]


def _failure_dates(design: Design, block: int, n: int) -> list[date]:
    screening = design.parameters["screening"]
    first = date.fromisoformat(screening["first_screened"])
    last = date.fromisoformat(screening["last_screened"])
    stream = Stream(design.seed, block, "screening failure dates")
    between = [
        first + timedelta(days=stream.integer(20, (last - first).days - 20)) for _ in range(n)
    ]
    return [first, last, *between][:n]


def _site_list(design: Design, block: int, n: int) -> list[str]:
    counts = {site: round(n * share) for site, share in _SITE_SHARES.items()}
    counts["103"] = n - sum(counts.values())
    sites = [site for site in SITES for _ in range(counts[site])]
    return Stream(design.seed, block, "sites").shuffled(sites)


def _subject_numbers(drafts: list[_Draft], taken: dict[str, int], width: int) -> dict[int, str]:
    """Return the number of each draft: site, then rank of consent within the site."""
    last = dict(taken)
    numbers: dict[int, str] = {}
    for draft in sorted(drafts, key=lambda d: (d.consent, d.order)):
        last[draft.site_no] += 1
        numbers[draft.order] = f"{draft.site_no}-{last[draft.site_no]:0{width}d}"
    return numbers


def _screen_numbers(drafts: list[_Draft], before: int) -> dict[int, str]:
    ordered = sorted(drafts, key=lambda d: (d.consent, d.order))
    return {draft.order: f"S{before + i + 1:04d}" for i, draft in enumerate(ordered)}


def _subject(
    design: Design,
    block: int,
    row: Skeleton,
    traits: Traits,
    end: str,
    numbers: tuple[str, str, str, str],
    times: tuple[date, datetime, datetime],
) -> Subject:
    stream = Stream(design.seed, block, row.row, "person")
    subject_no, site_no, screen_no, rand_no = numbers
    consent, randomised, transplant = times
    height = round(stream.normal(171 if traits.sex == "M" else 160, 6))
    body_mass_index = min(max(stream.normal(22.6, 2.4), 17.5), 29.5)
    return Subject(
        block=block,
        skeleton=row,
        traits=traits,
        end=end,
        subject_no=subject_no,
        site_no=site_no,
        screen_no=screen_no,
        rand_no=rand_no,
        consent=consent,
        randomised=randomised,
        transplant=transplant,
        birth=_birth(stream, consent, traits.age),
        ethnic_group=stream.choice(ETHNIC_GROUPS),
        height_cm=height,
        weight_kg=round(body_mass_index * (height / 100) ** 2 * 2) / 2,
    )


def _failure(
    design: Design,
    block: int,
    failed: int | None,
    subject_no: str,
    site_no: str,
    screen_no: str,
    consent: date,
) -> ScreenFailure:
    stream = Stream(design.seed, block, "screening failure", subject_no)
    age = stream.choice((17, 62, 64)) if failed == 1 else stream.integer(20, 58)
    return ScreenFailure(
        failed=failed,
        subject_no=subject_no,
        site_no=site_no,
        screen_no=screen_no,
        consent=consent,
        screen_end=consent + timedelta(days=stream.integer(3, 18)),
        birth=_birth(stream, consent, age),
        sex=stream.choice(("M", "F")),
        ethnic_group=stream.choice(ETHNIC_GROUPS),
    )


def _birth(stream: Stream, consent: date, age: int) -> date:
    """Return a birth date that gives `age` completed years at consent.

    The month of birth is never the month of consent, so that a date given without its day leaves
    the age certain.
    """
    while True:
        month = stream.integer(1, 12)
        day = stream.integer(1, 28)
        if month != consent.month:
            year = consent.year - age - (1 if month > consent.month else 0)
            return date(year, month, day)
