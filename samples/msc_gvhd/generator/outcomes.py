"""Relapse, death, withdrawal and last contact: the forms that end the follow-up."""

from .design import Design
from .rows import Row
from .subjects import PARTIAL_DEATH_ROW, Subject

# Cause of death in the skeleton: the text on the form and the code of the cause.
CAUSES = {
    "SEPSIS": ("脓毒症", "2"),
    "FUNGAL PNEUMONIA": ("真菌性肺炎", "2"),
    "LUNG INFECTION": ("肺部感染", "2"),
    "ORGAN FAILURE": ("器官功能衰竭", "4"),
    "MULTI-ORGAN FAILURE": ("多器官功能衰竭", "4"),
    "RESPIRATORY FAILURE": ("呼吸衰竭", "4"),
    "HEART FAILURE": ("心力衰竭", "4"),
    "LIVER FAILURE": ("肝功能衰竭", "4"),
    "THROMBOTIC MICROANGIOPATHY": ("血栓性微血管病", "5"),
    "CHRONIC GVHD": ("慢性移植物抗宿主病", "3"),
    "RELAPSE": ("白血病复发", "1"),
}
_SOURCES = {"门诊": "门诊", "电话": "电话随访"}


def relapse_rows(design: Design, subject: Subject) -> list[Row]:
    """Return the relapse of a subject, if there was one."""
    day = subject.skeleton.rel
    if day is None:
        return []
    stream = subject.stream(design, "relapse")
    site = stream.choice(("骨髓", "骨髓", "骨髓", "髓外", "both"))
    in_marrow = site != "髓外"
    return [
        {
            "relapse_date": subject.on(day),
            "site": site,
            "blasts_pct": stream.integer(8, 82) if in_marrow else None,
            "evidence": "骨髓涂片见原始细胞" if in_marrow else "髓外肿块活检",
        }
    ]


def death_rows(subject: Subject) -> list[Row]:
    """Return the death of a subject, if there was one; one date lacks its day."""
    s = subject.skeleton
    if s.dth is None:
        return []
    text, code = CAUSES[s.cause]
    day = subject.on(s.dth)
    return [
        {
            "death_date": f"{day:%Y-%m}" if s.row == PARTIAL_DEATH_ROW else day,
            "cause": text,
            "cause_code": code,
            "autopsy": "N",
        }
    ]


def withdrawal_rows(subject: Subject) -> list[Row]:
    """Return the end of participation of the subjects lost to follow-up or withdrawn."""
    if subject.end not in ("LOST", "WITHDREW"):
        return []
    return [{"date": subject.on(subject.skeleton.fup), "reason": subject.end}]


def last_contact_row(design: Design, subject: Subject, last_kind: str) -> Row:
    """Return the last contact: the last day known alive; for the dead, shortly before death."""
    stream = subject.stream(design, "last contact")
    s = subject.skeleton
    early = 0 if not subject.died or s.row == PARTIAL_DEATH_ROW else stream.integer(1, 3)
    status = {"DIED": "死亡", "LOST": "失访"}.get(subject.end, "存活")
    source = "住院记录" if subject.died else _SOURCES.get(last_kind, "门诊")
    return {"contact_date": subject.on(s.fup - early), "status": status, "source": source}
