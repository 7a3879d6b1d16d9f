"""Conditioning before the transplant and the regular prophylaxis of GVHD."""

from .design import Design
from .rows import Row
from .subjects import Subject

DRUG_TEXTS = {
    "SEMUSTINE": "司莫司汀",
    "CYTARABINE": "阿糖胞苷",
    "BUSULFAN": "白消安",
    "CYCLOPHOSPHAMIDE": "环磷酰胺",
    "ANTITHYMOCYTE GLOBULIN": "抗胸腺细胞球蛋白",
    "MYCOPHENOLATE MOFETIL": "吗替麦考酚酯",
    "CYCLOSPORINE": "环孢素",
    "METHOTREXATE": "甲氨蝶呤",
}
_SITE_WRITING_ENGLISH = "102"
# Route, first day and the days between which the last one lies: the paper gives no doses or days.
_PROPHYLAXIS = {
    "MYCOPHENOLATE MOFETIL": ("口服", -9, 60, 100),
    "CYCLOSPORINE": ("静脉/口服", -9, 150, 180),
    "METHOTREXATE": ("静脉", 1, 11, 11),
}


def conditioning_rows(design: Design, subject: Subject) -> list[Row]:
    """Return one row for each drug and day, in order of day, then as the regimen lists them."""
    rows: list[tuple[int, Row]] = []
    for drug in design.facts["conditioning"]:
        for day in drug["days"]:
            row: Row = {
                "drug": _drug(subject, drug["drug"]),
                "day_no": day,
                "dose": drug["dose"],
                "dose_unit": drug["unit"],
                "freq": drug["freq"],
                "start_dt": subject.on(day),
                "end_dt": subject.on(day),
            }
            rows.append((day, row))
    return [row for _, row in sorted(rows, key=lambda item: item[0])]


def prophylaxis_rows(design: Design, subject: Subject) -> list[Row]:
    """Return one row for each drug course; a course outlasting the follow-up is ongoing."""
    stream = subject.stream(design, "prophylaxis")
    rows: list[Row] = []
    for drug in design.facts["prophylaxis"]:
        route, first, earliest_end, latest_end = _PROPHYLAXIS[drug]
        end = stream.integer(earliest_end, latest_end)
        ongoing = end > subject.last_day
        rows.append(
            {
                "drug": _drug(subject, drug),
                "route": route,
                "start_date": subject.on(first),
                "end_date": None if ongoing else subject.on(end),
                "ongoing": "Y" if ongoing else "N",
                "indication": "GVHD预防",
            }
        )
    return rows


def _drug(subject: Subject, drug: str) -> str:
    return drug.capitalize() if subject.site_no == _SITE_WRITING_ENGLISH else DRUG_TEXTS[drug]
