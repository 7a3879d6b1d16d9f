"""The forms filled once for each person: screening, randomisation, baseline, donor, transplant."""

from datetime import timedelta

from .design import Design
from .random_stream import Stream
from .rows import Row
from .subjects import ScreenFailure, Subject

ICD10 = {"AML": "C92.0", "MDS-EB2": "D46.2", "ALL": "C91.0", "MPAL": "C95.0"}
SEX_CODES = {"M": "1", "F": "2"}
DRI_TEXTS = {"LOW": "低危", "MEDIUM": "中危", "HIGH": "高危"}
MRD_TEXTS = {"NEGATIVE": "阴性", "POSITIVE": "阳性"}
FAIL_REASONS = {
    1: "年龄不符合18-60岁",
    2: "有HLA全相合供者",
    3: "卡氏评分60分",
    4: "活动性肺部感染未控制",
    None: "患者拒绝参加",
}
# Patient and donor blood groups by the printed kind of match.
_ABO = {
    "SAME": (("A", "A"), ("O", "O"), ("B", "B"), ("AB", "AB"), ("O", "O"), ("A", "A")),
    "MAJOR": (("O", "A"), ("O", "B"), ("O", "AB"), ("A", "AB"), ("B", "AB")),
    "MINOR": (("A", "O"), ("B", "O"), ("AB", "O"), ("AB", "A"), ("AB", "B")),
    "MAJOR AND MINOR": (("A", "B"), ("B", "A")),
}
_HISTORIES = (
    "无特殊病史",
    "高血压病史3年，药物控制",
    "乙肝病毒携带，恩替卡韦治疗中",
    "2型糖尿病",
    "青霉素过敏",
    "阑尾切除术后",
    "既往化疗后肺部真菌感染，已治愈",
)


def screening_row(person: Subject | ScreenFailure) -> Row:
    """Return the screening form of a subject or of a person who was not randomised."""
    failed = person.failed if isinstance(person, ScreenFailure) else None
    row: Row = {
        "screen_no": person.screen_no,
        "icf_date": person.consent,
        "birth_date": person.birth,
        "sex": SEX_CODES[person.traits.sex if isinstance(person, Subject) else person.sex],
        "ethnic_group": person.ethnic_group,
    }
    for criterion in (1, 2, 3, 4):
        row[f"incl_{criterion}"] = "N" if criterion == failed else "Y"
    if isinstance(person, Subject):
        return row | {
            "screen_result": "1",
            "fail_reason": "",
            "screen_end_date": person.randomised.date(),
        }
    return row | {
        "screen_result": "3" if failed is None else "2",
        "fail_reason": FAIL_REASONS[failed],
        "screen_end_date": person.screen_end,
    }


def randomisation_row(subject: Subject) -> Row:
    """Return the randomisation form; the stratum is the centre."""
    return {
        "rand_no": subject.rand_no,
        "rand_datetime": subject.randomised,
        "arm_code": {"MSC": "A", "CTL": "B"}[subject.arm],
        "stratum": f"中心{subject.site_no}",
    }


def baseline_row(design: Design, subject: Subject) -> Row:
    """Return the baseline form; one site writes body weight in jin (half a kilogram)."""
    stream = subject.stream(design, "baseline")
    traits = subject.traits
    in_jin = subject.site_no == "103"
    return {
        "height_cm": subject.height_cm,
        "weight_kg": subject.weight_kg * 2 if in_jin else subject.weight_kg,
        "weight_unit": "斤" if in_jin else "kg",
        "kps": stream.choice((70, 80, 80, 90, 90, 90, 100)),
        "disease_type": traits.disease,
        "refractory_relapse": traits.refractory_relapse,
        "dri": DRI_TEXTS[traits.dri],
        "disease_status": traits.status,
        "mrd": MRD_TEXTS[traits.mrd],
        "dx_date": subject.consent - timedelta(days=stream.integer(60, 700)),
        "icd10": ICD10[traits.disease],
        "history_text": stream.choice(_HISTORIES) if stream.chance(0.4) else _HISTORIES[0],
    }


def donor_row(design: Design, subject: Subject) -> Row:
    """Return the donor form."""
    stream = subject.stream(design, "donor")
    traits = subject.traits
    patient_abo, donor_abo = stream.choice(_ABO[traits.abo])
    return {
        "donor_age": traits.donor_age,
        "donor_sex": SEX_CODES[traits.donor_sex],
        "relation": _relation(subject, stream),
        "collateral": "Y" if traits.collateral else "N",
        "hla_match": f"{10 - traits.hla_mismatches}/10",
        "abo_patient": patient_abo,
        "abo_donor": donor_abo,
        "cmv_igg": "阳性" if stream.chance(0.9) else "阴性",
    }


def _relation(subject: Subject, stream: Stream) -> str:
    """Return the relation of the donor to the patient, as their ages allow."""
    traits = subject.traits
    is_man = traits.donor_sex == "M"
    if traits.collateral:
        return stream.choice(("堂表亲", "叔伯姑姨舅"))
    older_by = traits.donor_age - traits.age
    if older_by >= 17:
        return "父" if is_man else "母"
    if older_by <= -17:
        return "子" if is_man else "女"
    if older_by > 0:
        return "兄" if is_man else "姐"
    return "弟" if is_man else "妹"


def transplant_row(design: Design, subject: Subject) -> Row:
    """Return the transplant form."""
    stream = subject.stream(design, "transplant form")
    return {
        "hct_date": subject.transplant.date(),
        "hct_time": f"{subject.transplant:%H:%M}",
        "graft_source": stream.choice(("BM+PB", "BM+PB", "PB", "PB", "PB", "BM")),
        "mnc_e6kg": f"{subject.traits.mnc:.3f}",
        "cd34_e6kg": f"{subject.traits.cd34:.3f}",
        "infusion_reaction": "无",
    }
