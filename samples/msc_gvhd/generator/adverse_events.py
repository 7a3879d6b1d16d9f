"""Adverse events: the seven queries of Table 2 with exact counts, and others drawn freely.

The coding is made up: 8-digit codes starting with 9 and plain generic words in five levels. It has
the shape of a licensed dictionary and none of its content.
"""

from dataclasses import dataclass

from .design import ARMS, Design
from .random_stream import Stream
from .rows import Row
from .subjects import Cohort, Subject

CODING_VERSION = "SAMPLE 1.0"
_COURSE_DAYS = 84  # the last planned infusion of UC-MSC


@dataclass(frozen=True, slots=True)
class Term:
    """A made-up preferred term with the verbatim texts that lead to it and its upper levels."""

    pt: str
    verbatim: tuple[str, ...]
    hlt: str
    hlgt: str
    soc: str


@dataclass(frozen=True, slots=True)
class Event:
    """One adverse event of a subject, in days after transplant; `end` None while it lasts."""

    pt: str
    query: str
    grade: int
    start: int
    end: int | None
    fatal: bool = False


TERMS = (
    Term(
        "BLOOD POISONING",
        ("脓毒症", "败血症"),
        "BODY WIDE INFECTION",
        "INFECTION BY SPREAD",
        "INFECTION",
    ),
    Term(
        "BLOODY BLADDER",
        ("出血性膀胱炎",),
        "BLADDER BLEEDING",
        "BLADDER DISEASE",
        "KIDNEY AND BLADDER",
    ),
    Term(
        "SMALL VESSEL CLOTTING", ("血栓性微血管病",), "CLOTTING DISEASE", "VESSEL DISEASE", "BLOOD"
    ),
    Term(
        "BLEEDING",
        ("消化道出血", "鼻出血", "皮下出血"),
        "BLEEDING EVENT",
        "VESSEL DISEASE",
        "BLOOD",
    ),
    Term(
        "EBV RETURN", ("EB病毒血症", "EB病毒再激活"), "VIRUS RETURN", "VIRUS INFECTION", "INFECTION"
    ),
    Term(
        "CMV RETURN",
        ("巨细胞病毒血症", "CMV再激活"),
        "VIRUS RETURN",
        "VIRUS INFECTION",
        "INFECTION",
    ),
    Term(
        "LIVER VEIN BLOCKAGE",
        ("肝静脉闭塞病",),
        "LIVER VEIN DISEASE",
        "LIVER DISEASE",
        "LIVER AND BILE",
    ),
    Term("FEVER", ("发热", "高热"), "BODY HEAT", "GENERAL SIGN", "GENERAL"),
    Term("SORE MOUTH", ("口腔黏膜炎", "口腔溃疡"), "MOUTH LINING", "MOUTH DISEASE", "GUT"),
    Term("SICK FEELING", ("恶心", "恶心呕吐"), "STOMACH UPSET", "GUT COMPLAINT", "GUT"),
    Term("LOOSE STOOL", ("腹泻",), "STOOL CHANGE", "GUT COMPLAINT", "GUT"),
    Term("SKIN RASH", ("皮疹", "药物性皮疹"), "RASH TYPES", "SKIN DISEASE", "SKIN"),
    Term("LIVER ENZYMES HIGH", ("转氨酶升高", "肝功能异常"), "LIVER TEST", "TEST RESULT", "TESTS"),
    Term("CREATININE HIGH", ("肌酐升高",), "KIDNEY TEST", "TEST RESULT", "TESTS"),
    Term(
        "LUNG INFECTION", ("肺部感染", "肺炎"), "CHEST INFECTION", "INFECTION BY SITE", "INFECTION"
    ),
    Term(
        "FUNGAL INFECTION", ("真菌感染", "真菌性肺炎"), "FUNGUS", "INFECTION BY GERM", "INFECTION"
    ),
    Term(
        "HIGH BLOOD PRESSURE", ("高血压",), "PRESSURE CHANGE", "VESSEL DISEASE", "HEART AND VESSELS"
    ),
    Term("HEADACHE", ("头痛",), "HEAD PAIN", "NERVE COMPLAINT", "NERVES"),
    Term("POOR APPETITE", ("食欲减退", "纳差"), "EATING CHANGE", "METABOLIC CHANGE", "METABOLISM"),
    Term(
        "ORGAN FAILURE",
        ("器官功能衰竭", "多器官功能衰竭"),
        "FAILURE OF ORGANS",
        "GENERAL SIGN",
        "GENERAL",
    ),
    Term("BREATHING FAILURE", ("呼吸衰竭",), "FAILURE OF LUNGS", "LUNG DISEASE", "LUNGS"),
    Term("HEART FAILURE", ("心力衰竭",), "FAILURE OF HEART", "HEART DISEASE", "HEART AND VESSELS"),
    Term("LIVER FAILURE", ("肝功能衰竭",), "FAILURE OF LIVER", "LIVER DISEASE", "LIVER AND BILE"),
)
_BY_PT = {term.pt: term for term in TERMS}

# Query of Table 2: its preferred term, and the days between which it starts.
QUERIES = {
    "SEPSIS": ("BLOOD POISONING", 2, 60),
    "HC": ("BLOODY BLADDER", 14, 90),
    "TMA": ("SMALL VESSEL CLOTTING", 25, 120),
    "HEMORRHAGE": ("BLEEDING", 3, 110),
    "EBV": ("EBV RETURN", 28, 120),
    "CMV": ("CMV RETURN", 21, 110),
    "VOD": ("LIVER VEIN BLOCKAGE", 8, 30),
}
_FREE = (
    "FEVER", "FEVER", "SORE MOUTH", "SORE MOUTH", "SICK FEELING", "SICK FEELING", "LOOSE STOOL",
    "SKIN RASH", "LIVER ENZYMES HIGH", "CREATININE HIGH", "LUNG INFECTION", "FUNGAL INFECTION",
    "HIGH BLOOD PRESSURE", "HEADACHE", "POOR APPETITE",
)  # fmt: skip
# Cause of death: the fatal event, the query it belongs to, and how long before death it began.
_FATAL = {
    "SEPSIS": ("BLOOD POISONING", "SEPSIS", 3),
    "FUNGAL PNEUMONIA": ("FUNGAL INFECTION", "", 40),
    "LUNG INFECTION": ("LUNG INFECTION", "", 12),
    "ORGAN FAILURE": ("ORGAN FAILURE", "", 6),
    "MULTI-ORGAN FAILURE": ("ORGAN FAILURE", "", 5),
    "RESPIRATORY FAILURE": ("BREATHING FAILURE", "", 7),
    "HEART FAILURE": ("HEART FAILURE", "", 9),
    "LIVER FAILURE": ("LIVER FAILURE", "", 11),
    "THROMBOTIC MICROANGIOPATHY": ("SMALL VESSEL CLOTTING", "TMA", 20),
}


def adverse_events(design: Design, cohort: Cohort) -> dict[int, list[Event]]:
    """Return the events of each subject in order of their onset."""
    found: dict[int, list[Event]] = {s.skeleton.row: [] for s in cohort.subjects}
    for subject in cohort.subjects:
        found[subject.skeleton.row] += _fatal(subject)
    for arm in ARMS:
        of_arm = [s for s in cohort.subjects if s.arm == arm]
        for query in QUERIES:
            _plant_query(design, cohort.block, query, arm, of_arm, found)
    for subject in cohort.subjects:
        found[subject.skeleton.row] += _free(design, subject)
    return {
        row: sorted(events, key=lambda e: (e.start, e.pt, -e.grade))
        for row, events in found.items()
    }


def reactivation_day(events: list[Event], virus: str) -> int | None:
    """Return the day on which CMV or EBV came back, if it did."""
    days = [event.start for event in events if event.query == virus]
    return min(days) if days else None


def _fatal(subject: Subject) -> list[Event]:
    s = subject.skeleton
    if s.dth is None or s.cause not in _FATAL:
        return []
    pt, query, before = _FATAL[s.cause]
    return [Event(pt, query, 5, s.dth - before, s.dth, fatal=True)]


def _plant_query(
    design: Design,
    block: int,
    query: str,
    arm: str,
    subjects: list[Subject],
    found: dict[int, list[Event]],
) -> None:
    """Give `query` to as many subjects as Table 2 counts, the severe ones first."""
    counts = design.facts["table2"][query]
    stream = Stream(design.seed, block, "ae", query, arm)
    pt, low, high = QUERIES[query]
    has_it = [s for s in subjects if any(e.query == query for e in found[s.skeleton.row])]
    free = [s for s in subjects if s not in has_it and s.last_day > 40]
    n_any = round(counts["any"][arm] * len(subjects) / 96) - len(has_it)
    n_severe = round((counts["g34"] or {arm: 0})[arm] * len(subjects) / 96)
    for i, subject in enumerate(stream.shuffled(free)[: max(0, n_any)]):
        start = stream.integer(low, min(high, subject.last_day - 1))
        grade = (3 if i % 2 == 0 else 4) if i < n_severe else 1 + i % 2
        found[subject.skeleton.row].append(
            Event(pt, query, grade, start, _end(subject, start, stream.integer(5, 30)))
        )


def _free(design: Design, subject: Subject) -> list[Event]:
    stream = subject.stream(design, "ae")
    found: list[Event] = []
    for pt in stream.shuffled(_FREE)[: stream.integer(2, 5)]:
        last = min(subject.last_day - 1, 240)
        start = stream.integer(1, 35) if stream.chance(0.6) else stream.integer(-8, last)
        start = min(start, last)
        grade = stream.choice((1, 1, 1, 2, 2, 2, 3))
        found.append(Event(pt, "", grade, start, _end(subject, start, stream.integer(3, 21))))
    return found


def _end(subject: Subject, start: int, days: int) -> int | None:
    return start + days if start + days <= subject.last_day else None


def ae_rows(design: Design, subject: Subject, events: list[Event]) -> list[Row]:
    """Return the form records of the events of one subject."""
    stream = subject.stream(design, "ae form")
    return [
        _row(subject, event, number, stream)
        for number, event in enumerate(_one_row_each(events), start=1)
    ]


def _one_row_each(events: list[Event]) -> list[Event]:
    """Return the events without a second, lesser record of one term on one day."""
    kept: dict[tuple[str, int], Event] = {}
    for event in events:
        kept.setdefault((event.pt, event.start), event)
    return list(kept.values())


def _row(subject: Subject, event: Event, number: int, stream: Stream) -> Row:
    term = _BY_PT[event.pt]
    is_serious = event.grade >= 4 or (event.grade == 3 and stream.chance(0.4))
    is_over = event.end is not None
    relation = stream.choice(("1", "1", "1", "2", "3")) if subject.arm == "MSC" else "9"
    return {
        "ae_no": number,
        "ae_term": stream.choice(term.verbatim),
        "meddra_llt_code": _code(5, term.pt),
        "llt": term.pt,
        "pt_code": _code(4, term.pt),
        "pt": term.pt,
        "hlt_code": _code(3, term.hlt),
        "hlt": term.hlt,
        "hlgt_code": _code(2, term.hlgt),
        "hlgt": term.hlgt,
        "soc_code": _code(1, term.soc),
        "soc": term.soc,
        "meddra_version": CODING_VERSION,
        "ctcae_grade": event.grade,
        "start_date": subject.on(event.start),
        "end_date": None if event.end is None else subject.on(event.end),
        "ongoing": "N" if is_over else "Y",
        "serious": "Y" if is_serious else "N",
        "seriousness": _seriousness(event, stream) if is_serious else "",
        "relation_msc": relation,
        "action": _action(subject, event),
        "outcome": "5" if event.fatal else "1" if is_over else stream.choice(("2", "3")),
        "ctcae_aesi": event.query,
    }


def _action(subject: Subject, event: Event) -> str:
    """Return what was done with UC-MSC: a fatal event during the course ended it."""
    if subject.arm == "CTL":
        return "不适用"
    return "停用" if event.fatal and event.start < _COURSE_DAYS else "未改变"


def _seriousness(event: Event, stream: Stream) -> str:
    if event.fatal:
        return "1;3"
    if event.grade == 4:
        return stream.choice(("2", "2;3"))
    return "3"


_LEVELS = {
    5: tuple(term.pt for term in TERMS),
    4: tuple(term.pt for term in TERMS),
    3: tuple(dict.fromkeys(term.hlt for term in TERMS)),
    2: tuple(dict.fromkeys(term.hlgt for term in TERMS)),
    1: tuple(dict.fromkeys(term.soc for term in TERMS)),
}


def _code(level: int, name: str) -> int:
    """Return the made-up code of a name: 9, the level, and its place in the list."""
    return 90_000_000 + level * 1_000_000 + 10 * (_LEVELS[level].index(name) + 1)
