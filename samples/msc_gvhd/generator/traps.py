"""The table of traps: which cells of the export are irregular, how many, and in which way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from .acute import GRADES, magic_grade
from .rows import Row
from .spoiling import (
    Spoil,
    ascii_comma,
    excel_made_a_date,
    february_30,
    final_line_break,
    full_width,
    hanzi_date,
    missing_code,
    other_code,
    other_grade,
    other_unit,
    partial_date,
    quoted,
    replaced_by,
    serial_date,
    serial_datetime,
    serial_time,
    sixty_days_earlier,
    slash_date,
    text_date,
    thousands,
    two_lines,
    written,
)

Where = Callable[[Row], bool]
_FINDINGS = (
    "grade_disagrees",
    "end_before_start",
    "impossible_date",
    "unknown_code",
    "not_a_result",
)
_NULLS = ("NA", "ND", "UK", "未查", "不详", "/")
_YES_NO = {"Y": "是", "N": "否"}
_SEXES = {"1": "男", "2": "女"}
_SEVERITIES = {"none": "无", "mild": "轻", "moderate": "中", "severe": "重"}


@dataclass(frozen=True, slots=True)
class Trap:
    """A way to spoil `count` cells (for 192 subjects) of one column, in rows that `where` allows.

    `action` is `convert` or `finding`.
    """

    kind: str
    table: str
    column: str
    count: int
    spoil: Spoil
    where: Where

    @property
    def action(self) -> str:
        """What a converter must do with the cell: convert it, or report a finding."""
        return "finding" if self.kind in _FINDINGS else "convert"


def traps() -> tuple[Trap, ...]:
    """Return every trap, in the order in which they are planted."""
    return tuple(trap for kind, rows in _ROWS.items() for trap in _traps(kind, rows))


def _traps(kind: str, rows: "tuple[tuple[str, int, Spoil, Where], ...]") -> Iterator[Trap]:
    for place, count, spoil, where in rows:
        table, column = place.split(".")
        yield Trap(kind, table, column, count, spoil, where)


def _any(_: Row) -> bool:
    return True


def _has(column: str, *values: str) -> Where:
    return lambda row: str(row.get(column)) in values


def _has_not(column: str, value: str) -> Where:
    return lambda row: str(row.get(column)) != value


def _holds(column: str, text: str) -> Where:
    return lambda row: text in str(row.get(column))


def _lacks(column: str) -> Where:
    return lambda row: row.get(column) is None


def _is_text(column: str) -> Where:
    return lambda row: isinstance(row.get(column), str)


def _is_number(column: str) -> Where:
    return lambda row: str(row.get(column)).replace(".", "", 1).isdigit()


def _is_free_ae(row: Row) -> bool:
    """Whether an adverse event belongs to no query of Table 2 and ended nobody's life."""
    return not row["ctcae_aesi"] and row["ctcae_grade"] != 5 and isinstance(row["start_date"], date)


def _is_grade_2_of_liver(row: Row) -> bool:
    """Whether a grade II comes with liver stage 1, so that stage 3 would contradict the grade."""
    stages = [row.get(f"{organ}_stage") for organ in ("skin", "liver", "ugi", "lgi")]
    if row["overall_grade"] != "II" or None in stages:
        return False
    skin, liver, upper, lower = (int(str(stage)) for stage in stages)
    return liver == 1 and GRADES[magic_grade(skin, 3, upper, lower)] != "II"


_NO_AGVHD = _has("overall_grade", "0")
_LOW_LOAD = _has("result_text", "<500", "阴性")
_LATE_LAB = _has("visit", "SCR", "D180", "D365")
_TWO_PARTS = _holds("history_text", "，")
_MONTH = ("month", "unknown day")
_ALL_PARTIAL = ("month", "month", "unknown day", "year")

_ROWS: dict[str, tuple[tuple[str, int, Spoil, Where], ...]] = {
    # Never where an endpoint depends on the date, but for the one date of death whose subject was
    # seen on that very day.
    "partial_date": (
        ("death.death_date", 1, partial_date(), _is_text("death_date")),
        ("screening.birth_date", 6, partial_date("month"), _any),
        ("baseline.dx_date", 14, partial_date(*_ALL_PARTIAL), _any),
        ("ae.start_date", 24, partial_date(*_ALL_PARTIAL), _is_free_ae),
        ("ae.end_date", 14, partial_date(*_MONTH), _is_free_ae),
        ("prophylaxis.end_date", 10, partial_date(*_MONTH), _any),
        ("gvhd_treatment.end_date", 5, partial_date(*_MONTH), _any),
        ("chimerism.sample_date", 8, partial_date(*_MONTH), _any),
    ),
    "excel_serial": (
        ("randomisation.rand_datetime", 1, serial_datetime, _any),
        ("visits.visit_date", 3, serial_date, _has("visit_code", "D42", "D56")),
        ("prophylaxis.start_date", 2, serial_date, _any),
        ("msc_infusion.start_time", 3, serial_time, _has("infusion_no", "2", "3", "4")),
    ),
    "date_style": (
        ("visits.visit_date", 4, slash_date, _has("visit_code", "D180", "D270")),
        ("visits.visit_date", 3, hanzi_date, _has("visit_code", "D28")),
        ("labs.sample_date", 4, slash_date, _has("visit", "D100")),
        ("gvhd_acute.assess_date", 3, slash_date, _any),
        ("msc_infusion.inf_date", 3, text_date, _any),
    ),
    "missing_code": (
        ("gvhd_acute.skin_stage", 5, missing_code("未查", "ND"), _lacks("skin_stage")),
        ("gvhd_acute.rash_bsa_pct", 12, missing_code(*_NULLS), _NO_AGVHD),
        ("gvhd_acute.stool_ml_day", 12, missing_code(*_NULLS), _NO_AGVHD),
        ("gvhd_acute.biopsy", 8, missing_code("未查", "NA", "/"), _NO_AGVHD),
        ("gvhd_chronic.fev1_pct", 24, missing_code(*_NULLS), _has("lungs", "0")),
        ("donor.cmv_igg", 5, missing_code("不详", "UK", "未查"), _any),
        ("baseline.history_text", 4, missing_code("不详"), _has("history_text", "无特殊病史")),
        ("viral_load.result_text", 10, missing_code("未查", "ND", "NA"), _LOW_LOAD),
        ("labs.result_text", 24, missing_code(*_NULLS), _LATE_LAB),
        ("ae.outcome", 4, missing_code("UK", "不详"), _is_free_ae),
        ("relapse.blasts_pct", 2, missing_code("ND", "未查"), _has("site", "髓外")),
    ),
    "other_spelling": (
        ("gvhd_acute.overall_grade", 24, other_grade, _has_not("overall_grade", "0")),
        ("gvhd_chronic.global_severity", 30, other_code(_SEVERITIES), _holds("overlap", "N")),
        (
            "gvhd_chronic.global_severity",
            24,
            other_code(_SEVERITIES),
            _has_not("diagnostic_sign", ""),
        ),
        ("screening.sex", 3, other_code(_SEXES), _any),
        ("gvhd_treatment.ongoing", 4, other_code(_YES_NO), _any),
        ("ae.serious", 4, other_code(_YES_NO), _any),
        ("ae.ctcae_grade", 4, written("{}级"), _any),
        ("ae.seriousness", 2, full_width, _has("seriousness", "1;3", "2;3")),
        ("donor.hla_match", 2, full_width, _any),
        ("donor.hla_match", 2, excel_made_a_date, _any),
        ("labs.unit", 8, other_unit, _has("unit", "10^9/L", "umol/L")),
        ("transplant.hct_time", 2, full_width, _any),
        ("chimerism.donor_pct", 4, written("{}%"), _any),
    ),
    "full_width": (
        ("baseline.height_cm", 2, full_width, _any),
        ("baseline.kps", 2, full_width, _any),
        ("gvhd_acute.bilirubin_umol", 3, full_width, _any),
        ("labs.result_text", 6, full_width, _is_number("result_text")),
        ("viral_load.subject_no", 1, full_width, _LOW_LOAD),
    ),
    "blanks": (
        ("labs.subject_no", 3, written("{} "), _any),
        ("prophylaxis.drug", 2, written(" {}"), _any),
        ("visits.visit_type", 3, written("{}\u3000"), _has("visit_type", "门诊")),
    ),
    "number_as_text": (
        ("ae.ctcae_grade", 5, written("{}"), _any),
        ("msc_infusion.dose_cells", 3, thousands, _any),
    ),
    # Free text that a naive reader of delimited files breaks.
    "line_break": (
        ("baseline.history_text", 2, two_lines, _TWO_PARTS),
        ("ae.ae_term", 1, final_line_break, _is_free_ae),
    ),
    "quoting": (
        ("baseline.history_text", 1, quoted, _has("history_text", "青霉素过敏")),
        ("baseline.history_text", 1, ascii_comma, _TWO_PARTS),
    ),
    # Contradictions; none of them touches an endpoint.
    "grade_disagrees": (("gvhd_acute.liver_stage", 2, replaced_by(3), _is_grade_2_of_liver),),
    "end_before_start": (("ae.end_date", 1, sixty_days_earlier, _is_free_ae),),
    "impossible_date": (("chimerism.sample_date", 1, february_30, _any),),
    "unknown_code": (("visits.visit_type", 1, replaced_by("视频"), _has("visit_type", "电话")),),
    "not_a_result": (("labs.result_text", 2, replaced_by("标本溶血"), _has("test_code", "K")),),
}
