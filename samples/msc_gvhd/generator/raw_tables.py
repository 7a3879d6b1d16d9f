"""All raw tables of one block of subjects, complete and consistent, before any trap is planted."""

from datetime import date, datetime, time, timedelta

from .acute import (
    GRADES,
    AcuteAssessment,
    Organs,
    acute_assessments,
    acute_measures,
    acute_organs,
)
from .adverse_events import Event, adverse_events, ae_rows
from .chronic import (
    SEVERITIES,
    ChronicAssessment,
    ChronicPlan,
    chronic_assessments,
    chronic_plans,
    fev1_percent,
)
from .design import Design
from .engraftment import chimerism_rows, engraftment, engraftment_row
from .forms import baseline_row, donor_row, randomisation_row, screening_row, transplant_row
from .infusions import Infusion, infusions
from .laboratory import lab_rows
from .outcomes import death_rows, last_contact_row, relapse_rows, withdrawal_rows
from .random_stream import Stream
from .regimens import conditioning_rows, prophylaxis_rows
from .rows import Row, Tables
from .schedule import Visit, visits
from .subjects import Cohort, ScreenFailure, Subject
from .treatments import gvhd_treatment_rows
from .virology import viral_load_rows

_SIGNS = {
    "skin": "皮肤硬化样改变",
    "mouth": "口腔扁平苔藓样改变",
    "eyes": "眼干涩",
    "gi": "食管狭窄",
    "liver": "胆红素升高",
    "lungs": "闭塞性细支气管炎",
    "joints_fascia": "关节活动受限",
    "genital": "生殖器黏膜改变",
}


def raw_tables(design: Design, cohort: Cohort) -> Tables:
    """Return every table of the block, rows in order of subject number, then of time."""
    organs = acute_organs(design, cohort)
    plans = chronic_plans(design, cohort)
    events = adverse_events(design, cohort)
    tables: Tables = {}
    people = sorted((*cohort.subjects, *cohort.failures), key=lambda p: p.subject_no)
    for person in people:
        forms: Tables = {"screening": [screening_row(person)]}
        if isinstance(person, Subject):
            row = person.skeleton.row
            forms |= _subject_forms(design, person, organs.get(row), plans.get(row), events[row])
        stream = Stream(design.seed, cohort.block, "forms", person.subject_no)
        for table, rows in forms.items():
            entry = {"subject_no": person.subject_no, "site_no": person.site_no}
            tables.setdefault(table, []).extend(
                entry | row | _form_state(design, _latest(row, person, table), stream)
                for row in rows
            )
    return tables


def _subject_forms(
    design: Design,
    subject: Subject,
    organs: Organs | None,
    plan: ChronicPlan | None,
    events: list[Event],
) -> Tables:
    """Return the forms of one transplanted subject."""
    seen = visits(design, subject)
    acute = acute_assessments(design, subject, seen, organs)
    chronic = chronic_assessments(subject, seen, plan)
    acute_forms = _acute_rows(design, subject, acute)
    bilirubin = {
        assessment.day: float(str(form["bilirubin_umol"]))
        for assessment, form in zip(acute, acute_forms, strict=True)
        if "bilirubin_umol" in form
    }
    engrafted = engraftment(design, subject)
    chimerism = chimerism_rows(design, subject, seen)
    return {
        "randomisation": [randomisation_row(subject)],
        "baseline": [baseline_row(design, subject)],
        "donor": [donor_row(design, subject)],
        "conditioning": conditioning_rows(design, subject),
        "prophylaxis": prophylaxis_rows(design, subject),
        "transplant": [transplant_row(design, subject)],
        "msc_infusion": [_infusion_row(given) for given in infusions(design, subject, seen)],
        "gvhd_acute": acute_forms,
        "gvhd_chronic": _chronic_rows(design, subject, chronic, acute),
        "gvhd_treatment": gvhd_treatment_rows(design, subject, acute),
        "engraftment": [engraftment_row(subject, engrafted, chimerism)],
        "chimerism": chimerism,
        "viral_load": viral_load_rows(design, subject, seen, events),
        "labs": lab_rows(design, subject, seen, engrafted, bilirubin),
        "ae": ae_rows(design, subject, events),
        "visits": [_visit_row(subject, visit) for visit in seen],
        "relapse": relapse_rows(design, subject),
        "death": death_rows(subject),
        "withdrawal": withdrawal_rows(subject),
        "last_contact": [last_contact_row(design, subject, seen[-1].kind)],
    }


def _latest(row: Row, person: Subject | ScreenFailure, table: str) -> date:
    """Return the latest date that a form reports; it cannot have been filled in earlier.

    A form without a date counts as filled on the day of transplant, or for the dead at the end.
    """
    default = person.consent
    if isinstance(person, Subject):
        default = person.on(person.skeleton.fup if table == "death" else 0)
    days = [
        value.date() if isinstance(value, datetime) else value
        for value in row.values()
        if isinstance(value, date)
    ]
    # The dates of birth and of diagnosis lie before consent, where no form was filled.
    return max(*days, person.consent) if days else default


def _form_state(design: Design, latest: date, stream: Stream) -> Row:
    """Return the state of a form and the time it was last changed, not after the cut-off."""
    changed = min(latest + timedelta(days=stream.integer(0, 12)), design.cutoff)
    clock = time(stream.integer(8, 19), stream.integer(0, 59), stream.integer(0, 59))
    return {
        "form_status": stream.choice(("3", "3", "3", "2", "1")),
        "last_modified": datetime.combine(changed, clock),
    }


def _visit_row(subject: Subject, visit: Visit) -> Row:
    done = visit.day is not None
    return {
        "visit_code": visit.code,
        "visit_date": subject.on(visit.day) if visit.day is not None else None,
        "done": "Y" if done else "N",
        "missed_reason": visit.missed_reason,
        "visit_type": visit.kind,
    }


def _infusion_row(given: Infusion) -> Row:
    start, end = given.start, given.end
    if start is None or end is None:
        return {
            "infusion_no": given.number,
            "planned_day": given.planned_day,
            "not_given_reason": given.not_given_reason,
        }
    return {
        "infusion_no": given.number,
        "planned_day": given.planned_day,
        "inf_date": start.date(),
        "start_time": f"{start:%H:%M}",
        "end_time": f"{end:%H:%M}",
        "dose_cells": given.dose_cells,
        "weight_kg": given.weight_kg,
        "dose_e6kg": given.dose_e6kg,
        "lot_no": given.lot_no,
        "viability_pct": given.viability_pct,
        "reaction": "无",
        "not_given_reason": "",
    }


def _acute_rows(design: Design, subject: Subject, found: list[AcuteAssessment]) -> list[Row]:
    stream = subject.stream(design, "acute form")
    return [_acute_row(subject, assessment, stream) for assessment in found]


def _acute_row(subject: Subject, assessment: AcuteAssessment, stream: Stream) -> Row:
    row: Row = {
        "visit": assessment.visit,
        "assess_date": subject.on(assessment.day),
        "overall_grade": GRADES[assessment.grade],
        "biopsy": "Y" if assessment.grade >= 2 and stream.chance(0.3) else "N",
        "evaluator": f"{subject.site_no}-E{stream.integer(1, 3)}",
    }
    if assessment.stages is None:
        return row
    rash, bilirubin, stool = acute_measures(assessment.stages, stream)
    skin, liver, upper, lower = assessment.stages
    return row | {
        "skin_stage": skin,
        "liver_stage": liver,
        "ugi_stage": upper,
        "lgi_stage": lower,
        "rash_bsa_pct": rash,
        "bilirubin_umol": bilirubin,
        "stool_ml_day": stool,
    }


def _chronic_rows(
    design: Design,
    subject: Subject,
    found: list[ChronicAssessment],
    acute: list[AcuteAssessment],
) -> list[Row]:
    stream = subject.stream(design, "chronic form")
    with_acute = {assessment.day for assessment in acute if assessment.grade > 0}
    rows: list[Row] = []
    for assessment in found:
        scores: Row = dict(assessment.scores)
        worst = max(assessment.scores, key=lambda organ: assessment.scores[organ])
        rows.append(
            {
                "visit": assessment.visit,
                "assess_date": subject.on(assessment.day),
                **scores,
                "fev1_pct": fev1_percent(assessment.scores["lungs"], stream),
                "global_severity": SEVERITIES[assessment.severity],
                "diagnostic_sign": _SIGNS[worst] if assessment.severity else "",
                "overlap": "Y" if assessment.severity and assessment.day in with_acute else "N",
            }
        )
    return rows
