"""ADSL, ADTTE and ADAE worked out again from raw records, by the rules as they are told in words.

An implementation of its own: it reads neither the specification's expressions nor any dataset that
trialport makes, except for the sequence numbers of AE, which settle ties. The words are those of
the rule table `data/endpoints.yaml` and of the data model: populations, imputations, the last day
known alive, seven queries of adverse events. Of the specification it reads one thing, the
dictionary of terms (`terminology.yaml`), which is data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.golden.raw_tables import Row, Tables, complete, dated, latest, number, plain, span, told

Value = str | float | date | None
Record = dict[str, Value]
CUTOFF = date(2023, 6, 30)
ARMS = {"MSC": "UC-MSC + Regular Prophylaxis", "CTL": "Regular Prophylaxis"}
_STUDY = Path(__file__).resolve().parents[2] / "mappings" / "studies" / "msc_gvhd"
_GRADES = {"0": 0, "I": 1, "II": 2, "III": 3, "IV": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_SEVERITIES = {"none": 0, "mild": 1, "moderate": 2, "severe": 3, "无": 0, "轻": 1, "中": 2, "重": 3}
_LEFT = {"LOST": "LOST TO FOLLOW-UP", "WITHDREW": "WITHDRAWAL BY SUBJECT"}
_SCREENED_OUT = {"2": "SCREEN FAILURE", "3": "WITHDRAWAL BY SUBJECT"}
_YES = {"Y": "Y", "N": "N", "是": "Y", "否": "N"}
_RISKS = {"低危": "LOW", "中危": "MEDIUM", "高危": "HIGH"}
_SIGNS = {"阴性": "NEGATIVE", "阳性": "POSITIVE"}
_QUERIES = ("SEPSIS", "HC", "TMA", "HEMORRHAGE", "EBV", "CMV", "VOD")
_COPIED = ("STUDYID", "USUBJID", "SUBJID", "SITEID", "AGE", "SEX", "ITTFL", "FASFL", "SAFFL")
_FACTS = (
    *("DISTYPE", "DISSTAT", "DRI", "MRD", "REFREL", "MNC", "CD34"),
    *("ABOMATCH", "SEXMATCH", "HLAMIS", "COLLAT", "DONAGE"),
)
_SEXES = {"1": "M", "2": "F", "男": "M", "女": "F"}


class Event(NamedTuple):
    """Something dated that happened: the day it counts for, its imputation flag, its source."""

    day: date
    flag: str
    source: tuple[str, str, str, str]  # domain, variable of the date, its text, condition


# --- ADSL ---


def adsl(tables: Tables) -> Record | None:
    """Return the ADSL record of one subject, None for who was never screened."""
    screened = _only(tables, "screening")
    if screened is None:
        return None
    subject = Subject(tables)
    number_of = plain(screened["subject_no"])
    made: Record = {
        "STUDYID": "MSC-GVHD",
        "USUBJID": f"MSC-GVHD-{number_of}",
        "SUBJID": number_of,
        "SITEID": plain(screened["site_no"]),
        "AGE": _age(screened),
        "AGEU": "YEARS",
        "SEX": _SEXES.get(plain(screened["sex"])),
        "RACE": "ASIAN",
        "COUNTRY": "CHN",
    }
    age = made["AGE"]
    young, old = isinstance(age, float) and 18 <= age <= 39, isinstance(age, float) and age >= 40
    old = old and isinstance(age, float) and age <= 60
    made |= {"AGEGR1": "18-39" if young else "40-60" if old else None}
    made |= {"AGEGR1N": 1.0 if young else 2.0 if old else None}
    made |= _treatment(subject) | _dates(subject, screened) | _populations(subject)
    return made | _disposition(subject) | _disease(subject)


@dataclass(frozen=True)
class Subject:
    """The raw records of one subject, and what follows from several of them."""

    tables: Tables

    @property
    def arm(self) -> str | None:
        row = _only(self.tables, "randomisation")
        return {"A": "MSC", "B": "CTL"}.get(plain(row["arm_code"])) if row else None

    @property
    def transplanted(self) -> date | None:
        row = _only(self.tables, "transplant")
        return complete(dated(row["hct_date"])) if row else None

    @property
    def given(self) -> list[Row]:
        """The infusions that took place."""
        return [row for row in self.tables.get("msc_infusion", []) if dated(row["inf_date"])]

    @property
    def actual_arm(self) -> str | None:
        rows = self.tables.get("transplant", [])
        was_transplanted = any(dated(row["hct_date"]) for row in rows)
        return "MSC" if self.given else "CTL" if was_transplanted else None

    @property
    def ends(self) -> list[tuple[str, str]]:
        """Why and when the subject left the study, in order."""
        found = [(dated(row["death_date"]), "DEATH") for row in self.tables.get("death", [])]
        found += [
            (dated(row["date"]), _LEFT[plain(row["reason"])])
            for row in self.tables.get("withdrawal", [])
        ]
        screened = _only(self.tables, "screening")
        if screened and plain(screened["screen_result"]) in _SCREENED_OUT:
            reason = _SCREENED_OUT[plain(screened["screen_result"])]
            found.append((dated(screened["screen_end_date"]), reason))
        return sorted(found, key=lambda each: _last(each[0]) or date.min)

    @property
    def ended(self) -> date | None:
        """The last day that the date of the end can mean."""
        return _last(self.ends[-1][0]) if self.ends else None

    @property
    def last_record(self) -> date | None:
        """The latest complete date among the records that show the subject alive."""
        kinds = {
            "visits": ["visit_date"],
            "gvhd_acute": ["assess_date"],
            "gvhd_chronic": ["assess_date"],
            "labs": ["sample_date"],
            "chimerism": ["sample_date"],
            "transplant": ["hct_date"],
            "msc_infusion": ["inf_date"],
            "conditioning": ["start_dt"],
            "prophylaxis": ["start_date"],
            "gvhd_treatment": ["start_date"],
            "ae": ["start_date"],
            "last_contact": ["contact_date"],
        }
        days = [
            complete(dated(row[column]))
            for table, columns in kinds.items()
            for row in self.tables.get(table, [])
            for column in columns
        ]
        limit = self.ended
        return latest(day for day in days if day and (limit is None or day <= limit))

    @property
    def death(self) -> Event | None:
        """The day of death: a day left out is the later of the first it can mean and LCDT."""
        row = _only(self.tables, "death")
        known = dated(row["death_date"]) if row else ""
        if not known:
            return None
        day = complete(known) or latest([_first(known), self.last_record])
        assert day is not None
        return Event(day, _flag(known), ("ADSL", "DTHDT", "", ""))

    @property
    def last_alive(self) -> date | None:
        if self.death:
            return self.death.day
        contact = _only(self.tables, "last_contact")
        first = _first(dated(contact["contact_date"])) if contact else None
        if first and self.ended and first > self.ended:
            first = None
        return latest([self.last_record, first])

    @property
    def last_alive_flag(self) -> str | None:
        """What the last day alive had to add: of the death, or of a partial last contact."""
        if self.death:
            return self.death.flag or None
        contact = _only(self.tables, "last_contact")
        known = dated(contact["contact_date"]) if contact else ""
        is_latest = bool(known) and self.last_alive == _first(known)
        is_later = self.last_record is None or self.last_alive != self.last_record
        return (_flag(known) or None) if is_latest and is_later else None


def _age(screened: Row) -> float | None:
    born, asked = span(dated(screened["birth_date"])), span(dated(screened["icf_date"]))
    if born is None or asked is None:
        return None
    ages = {_years(born[1], asked[0]), _years(born[0], asked[1])}
    (age, *others) = ages
    return None if others or age < 0 else float(age)


def _years(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _treatment(subject: Subject) -> Record:
    numbers = {"MSC": 1.0, "CTL": 2.0}
    arm, actual = subject.arm, subject.actual_arm
    return {
        "ARMCD": arm,
        "ARM": ARMS[arm] if arm else None,
        "ACTARMCD": actual,
        "ACTARM": ARMS[actual] if actual else None,
        "TRT01P": ARMS[arm] if arm else None,
        "TRT01PN": numbers[arm] if arm else None,
        "TRT01A": ARMS[actual] if actual else None,
        "TRT01AN": numbers[actual] if actual else None,
    }


def _dates(subject: Subject, screened: Row) -> Record:
    randomised = _only(subject.tables, "randomisation")
    infused = [complete(dated(row["inf_date"])) for row in _dosed(subject)]
    death, start, alive = subject.death, subject.transplanted, subject.last_alive
    follow_up = (min(alive, CUTOFF) - start).days if start and alive else None
    return {
        "RFICDT": complete(dated(screened["icf_date"])),
        "RANDDT": complete(dated(randomised["rand_datetime"])) if randomised else None,
        "HCTDT": start,
        "TRTSDT": min((each for each in infused if each), default=None),
        "TRTEDT": latest(infused),
        "DCUTDT": CUTOFF,
        "EOSLDT": subject.ended,
        "EOSLDTF": (_flag(subject.ends[-1][0]) or None) if subject.ends else None,
        "LCDT": subject.last_record,
        "DTHDT": death.day if death else None,
        "DTHDTF": (death.flag or None) if death else None,
        "LSTALVDT": alive,
        "LSTALVDF": subject.last_alive_flag,
        "FUPDAYS": None if follow_up is None else float(follow_up),
        "DTHFL": "Y" if _only(subject.tables, "death") else None,
    }


def _dosed(subject: Subject) -> list[Row]:
    return [row for row in subject.given if (number(row["dose_e6kg"]) or 0) > 0]


def _populations(subject: Subject) -> Record:
    randomised = _only(subject.tables, "randomisation") is not None
    transplanted = subject.transplanted is not None
    full = randomised and transplanted
    whole = full and (subject.arm == "CTL" or len(_dosed(subject)) >= 8)
    flags = {"ENRLFL": randomised, "RANDFL": randomised, "ITTFL": randomised, "FASFL": full}
    flags |= {"SAFFL": transplanted, "PPROTFL": whole}
    return {name: "Y" if holds else "N" for name, holds in flags.items()}


def _disposition(subject: Subject) -> Record:
    randomised = _only(subject.tables, "randomisation") is not None
    stopped = _stopped(subject)
    left = subject.ends[-1][1] if subject.ends else None
    death = _only(subject.tables, "death")
    status = "COMPLETED" if stopped == "COMPLETED" else "DISCONTINUED" if stopped else None
    return {
        "NMSC": float(len(_dosed(subject))),
        "EOTSTT": status or ("ONGOING" if subject.arm == "MSC" else None),
        "DCTREAS": stopped if stopped != "COMPLETED" else None,
        "EOSSTT": ("DISCONTINUED" if left else "ONGOING") if randomised else None,
        "DCSREAS": left if randomised else None,
        "DTHCAUS": term("DTHCAUSE", told(death["cause"])) if death else None,
    }


def _stopped(subject: Subject) -> str | None:
    """Return COMPLETED, or why the course of infusions was not, None while it goes on."""
    if subject.arm != "MSC":
        return None
    if len(subject.given) == 8:
        return "COMPLETED"
    missed = [r for r in subject.tables.get("msc_infusion", []) if not dated(r["inf_date"])]
    missed.sort(key=lambda row: number(row["infusion_no"]) or 0)
    return term("NCOMPLT", told(missed[0]["not_given_reason"])) if missed else None


def _disease(subject: Subject) -> Record:
    base, donor = _only(subject.tables, "baseline"), _only(subject.tables, "donor")
    graft, screened = _only(subject.tables, "transplant"), _only(subject.tables, "screening")
    found: Record = dict.fromkeys(_FACTS)
    if base:
        found["DISTYPE"] = plain(base["disease_type"]) or None
        found["DISSTAT"] = plain(base["disease_status"]) or None
        found["DRI"] = _RISKS.get(plain(base["dri"]))
        found["MRD"] = _SIGNS.get(plain(base["mrd"]))
        found["REFREL"] = _YES.get(plain(base["refractory_relapse"]))
    if graft:
        found |= {"MNC": number(graft["mnc_e6kg"]), "CD34": number(graft["cd34_e6kg"])}
    if donor and screened:
        found["ABOMATCH"] = _abo(plain(donor["abo_patient"]), plain(donor["abo_donor"]))
        found["SEXMATCH"] = _sexes(plain(donor["donor_sex"]), plain(screened["sex"]))
    if donor:
        found["HLAMIS"] = _mismatches(plain(donor["hla_match"]))
        found["COLLAT"] = _YES.get(plain(donor["collateral"]))
        found["DONAGE"] = number(donor["donor_age"])
    return found


def _abo(patient: str, donor: str) -> str | None:
    """Return the match: major where the donor has an antigen that the patient lacks, and so on."""
    if not patient or not donor:
        return None
    antigens = [set(group) - {"O"} for group in (patient, donor)]
    major, minor = bool(antigens[1] - antigens[0]), bool(antigens[0] - antigens[1])
    return (
        "MAJOR AND MINOR" if major and minor else "MAJOR" if major else "MINOR" if minor else "SAME"
    )


def _sexes(donor: str, patient: str) -> str | None:
    names = {"M": "MALE", "F": "FEMALE"}
    one, other = _SEXES.get(donor), _SEXES.get(patient)
    if not one or not other:
        return None
    return "SAME" if one == other else f"{names[one]} TO {names[other]}"


def _mismatches(match: str) -> float | None:
    """Return ten loci less those that match; a spreadsheet made 5/10 the tenth of May."""
    matching = match.replace("月", "/").partition("/")[0]
    return 10.0 - int(matching) if matching else None


# --- ADTTE ---


def adtte(tables: Tables, about: Mapping[str, Value]) -> dict[str, Record]:
    """Return the ADTTE records of a subject by PARAMCD, given the subject's ADSL record."""
    subject = Subject(tables)
    start, alive = subject.transplanted, subject.last_alive
    if about["FASFL"] != "Y" or start is None or alive is None:
        return {}
    happened = _happened(subject, start)
    rules = [each for each in _endpoints()["parameters"] if not each.get("extra")]
    return {
        rule["PARAMCD"]: _endpoint(rule, at, happened, subject, about)
        for at, rule in enumerate(rules, start=1)
    }


def decided_by(tables: Tables, paramcd: str) -> tuple[str, str, str, str] | None:
    """Return domain, date variable, date and condition of the record that decided an endpoint."""
    subject = Subject(tables)
    start = subject.transplanted
    assert start is not None
    rule = next(each for each in _endpoints()["parameters"] if each["PARAMCD"] == paramcd)
    event = _decision(rule, _happened(subject, start), start)[0]
    return event.source if event else None


@cache
def _endpoints() -> Any:  # noqa: ANN401 - a rule table of its own shape
    path = Path(__file__).parent / "data" / "endpoints.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _happened(subject: Subject, start: date) -> dict[str, Event]:
    """Return the first occurrence of each kind of event between start and cut-off."""
    acute = [
        (dated(row["assess_date"]), _GRADES.get(plain(row["overall_grade"]).strip("度级"), -1))
        for row in subject.tables.get("gvhd_acute", [])
    ]
    chronic = [
        (dated(row["assess_date"]), _SEVERITIES.get(plain(row["global_severity"]), -1))
        for row in subject.tables.get("gvhd_chronic", [])
    ]
    relapses = [dated(row["relapse_date"]) for row in subject.tables.get("relapse", [])]
    found = {
        "RELAPSE": _earliest(relapses, start, ("CE", "CESTDTC", "RELAPSE")),
        "DEATH": _counted(subject.death, start),
    }
    for least in (1, 2, 3):
        days = [day for day, grade in acute if grade >= least]
        found[f"AGRADE{least}"] = _earliest(days, start, ("RS", "RSDTC", f"AGVHDGR {least}"))
        days = [day for day, severity in chronic if severity >= least]
        found[f"CSEV{least}"] = _earliest(days, start, ("RS", "RSDTC", f"CGVHDSEV {least}"))
    diagnosed = found["CSEV1"]
    courses = [
        dated(row["start_date"])
        for row in subject.tables.get("gvhd_treatment", [])
        if plain(row["systemic"]) == "Y" and plain(row["gvhd_type"]) == "chronic"
    ]
    if diagnosed:
        found["CSYS"] = _earliest(courses, diagnosed.day, ("CM", "CMSTDTC", "SYSTEMIC"), start)
    return {name: event for name, event in found.items() if event}


def _earliest(
    dates: list[str], start: date, source: tuple[str, str, str], floor: date | None = None
) -> Event | None:
    """Return the first event on or after `start`; what is partial is not put before `floor`."""
    events: list[Event] = []
    for known in sorted(each for each in dates if each):
        first, last = span(known) or (date.max, date.max)
        day = max(first, floor or start) if last >= (floor or start) else first
        if start <= day <= CUTOFF:
            events.append(Event(day, _flag(known), (source[0], source[1], known, source[2])))
    return min(events, key=lambda each: each.day, default=None)


def _counted(death: Event | None, start: date) -> Event | None:
    return death if death and start <= death.day <= CUTOFF else None


def _decision(
    rule: Any,  # noqa: ANN401 - an entry of the rule table
    happened: Mapping[str, Event],
    start: date,
) -> tuple[Event | None, str]:
    """Return the event or competing event that decides an endpoint, and which one it is."""
    window = start + timedelta(days=rule["window"]) if "window" in rule else CUTOFF
    causes = rule["event"] if isinstance(rule["event"], list) else [rule["event"]]
    inside = {name: each for name, each in happened.items() if each.day <= window}
    event = min((n for n in causes if n in inside), key=lambda n: inside[n].day, default=None)
    rivals = [name for name in ("RELAPSE", "DEATH") if name in rule["competing"]]
    rival = min((n for n in rivals if n in inside), key=lambda n: inside[n].day, default=None)
    if event and (rival is None or _before(inside[event].day, inside[rival].day, rule)):
        return inside[event], "event"
    return (inside[rival], rival) if rival else (None, "")


def _before(event: date, rival: date, rule: Any) -> bool:  # noqa: ANN401
    return event < rival if rule["PARAMCD"] == "NRM" else event <= rival


def _endpoint(
    rule: Any,  # noqa: ANN401 - an entry of the rule table
    at: int,
    happened: Mapping[str, Event],
    subject: Subject,
    about: Mapping[str, Value],
) -> Record:
    start = about["HCTDT"]
    assert isinstance(start, date)
    decided, kind = _decision(rule, happened, start)
    if decided is not None:
        row = _of_event(rule, decided, kind, happened)
    else:
        row = _censored(rule, start, subject)
    adt = row["ADT"]
    assert isinstance(adt, date) and isinstance(row["CNSR"], float)
    days = float((adt - start).days)
    status = 1.0 if row["CNSR"] < 1 else 2.0 if row["CNSR"] >= 11 else 0.0
    copied = [*_COPIED, "PPROTFL"]
    return (
        row
        | {name: about[name] for name in copied}
        | {
            "TRTP": about["TRT01P"],
            "TRTPN": about["TRT01PN"],
            "TRTA": about["TRT01A"],
            "TRTAN": about["TRT01AN"],
            "PARAM": rule["PARAM"],
            "PARAMCD": rule["PARAMCD"],
            "PARCAT1": rule["PARCAT1"],
            "PARAMN": float(at),
            "AVAL": days,
            "AVALU": "DAYS",
            "TTEMO": days / 30.4375,
            "TTEYR": days / 365.25,
            "STARTDT": start,
            "ADY": days + (days >= 0),
            "HCTDAY": days,
            "CRSTAT": status,
            "EVNTFL": "Y" if status == 1 else None,
            "CMPEVFL": "Y" if status == 2 else None,
        }
    )


def _of_event(
    rule: Any,  # noqa: ANN401 - an entry of the rule table
    decided: Event,
    kind: str,
    happened: Mapping[str, Event],
) -> Record:
    causes = rule["event"] if isinstance(rule["event"], list) else [rule["event"]]
    names = rule["EVNTDESC"] if isinstance(rule["EVNTDESC"], list) else [rule["EVNTDESC"]]
    code = 0.0
    if kind == "event":
        named = zip(causes, names, strict=True)
        described = next(text for name, text in named if happened.get(name) == decided)
    elif kind == "RELAPSE":
        code, described = 11.0, "RELAPSE"
    else:
        relapse = happened.get("RELAPSE")
        after = relapse is not None and relapse.day <= decided.day
        code, described = (
            (13.0, "DEATH AFTER RELAPSE") if after else (12.0, "DEATH WITHOUT RELAPSE")
        )
    return {
        "ADT": decided.day,
        "ADTF": decided.flag or None,
        "CNSR": code,
        "EVNTDESC": described,
        "CNSDTDSC": None,
        "SRCDOM": decided.source[0],
        "SRCVAR": decided.source[1],
    }


def _censored(rule: Any, start: date, subject: Subject) -> Record:  # noqa: ANN401
    alive = subject.last_alive
    assert alive is not None
    last = min(alive, CUTOFF)
    window = rule.get("window")
    if window and start + timedelta(days=window) <= last:
        day = start + timedelta(days=window)
        return _ends(day, 4, "END OF RISK WINDOW", f"DAY {window} AFTER TRANSPLANT", "HCTDT")
    if alive > CUTOFF:
        return _ends(CUTOFF, 1, "EVENT-FREE AT LAST CONTACT", "DATA CUT-OFF", "DCUTDT")
    reasons = {each[1] for each in subject.ends}
    known = "LAST DATE KNOWN ALIVE"
    if "WITHDRAWAL BY SUBJECT" in reasons:
        return _ends(last, 3, "WITHDRAWAL OF CONSENT", known, "LSTALVDT")
    if "LOST TO FOLLOW-UP" in reasons:
        return _ends(last, 2, "LOST TO FOLLOW-UP", known, "LSTALVDT")
    return _ends(last, 1, "EVENT-FREE AT LAST CONTACT", known, "LSTALVDT")


def _ends(day: date, code: int, why: str, what: str, variable: str) -> Record:
    return {
        "ADT": day,
        "ADTF": None,
        "CNSR": float(code),
        "EVNTDESC": why,
        "CNSDTDSC": what,
        "SRCDOM": "ADSL",
        "SRCVAR": variable,
    }


# --- ADAE ---


def adae(
    tables: Tables, about: Mapping[str, Value], sequence: Mapping[float, float]
) -> dict[float, Record]:
    """Return the ADAE records of a subject by AESEQ.

    Args:
        tables: the subject's raw records.
        about: the subject's ADSL record.
        sequence: AESEQ of each event number of the site.
    """
    made = {
        sequence[at]: _adverse_event(row, about) | {"AESEQ": sequence[at]}
        for row in tables.get("ae", [])
        if (at := number(row["ae_no"])) in sequence and at is not None
    }
    for flag, least, chosen in _first_occurrences(made):
        for seq in chosen:
            made[seq][flag] = "Y" if seq == least(chosen) else made[seq].get(flag)
    return made


def _adverse_event(row: Row, about: Mapping[str, Value]) -> Record:
    start = about["HCTDT"] if isinstance(about["HCTDT"], date) else None
    begun, ended = dated(row["start_date"]), dated(row["end_date"])
    onset, end = _onset(begun, start), _end(ended, about["LSTALVDT"])
    emergent = start and onset and start <= onset <= start + timedelta(days=150)
    grade = number(plain(row["ctcae_grade"]).removesuffix("级"))
    special = plain(row["ctcae_aesi"])
    made: Record = {
        "AETERM": term("AETERM", told(row["ae_term"])),
        "AESTDTC": begun or None,
        "AEENDTC": ended or None,
        "AESTDY": _study_day(complete(begun), start),
        "AEENDY": _study_day(complete(ended), start),
        "AESER": _YES.get(plain(row["serious"])),
        "AEACN": term("ACN", told(row["action"])),
        "AEREL": term("AEREL", told(row["relation_msc"])),
        "AREL": term("AEREL", told(row["relation_msc"])),
        "AEOUT": term("OUT", told(row["outcome"])),
        "AETOXGR": None if grade is None else f"{grade:g}",
        "ATOXGR": None if grade is None else f"{grade:g}",
        "ATOXGRN": grade,
        "ASTDT": onset,
        "ASTDTF": _flag(begun) or None,
        "AENDT": end,
        "AENDTF": _flag(ended) or None,
        "ASTDY": _study_day(onset, start),
        "AENDY": _study_day(end, start),
        "HCTDAY": float((onset - start).days) if onset and start else None,
        "TRTEMFL": "Y" if emergent else None,
        "HCTDT": start,
    }
    texts = {"AELLT": "llt", "AEDECOD": "pt", "AEHLT": "hlt", "AEHLGT": "hlgt"}
    texts |= {"AEBODSYS": "soc", "AESOC": "soc"}
    codes = {"AELLTCD": "meddra_llt_code", "AEPTCD": "pt_code", "AEHLTCD": "hlt_code"}
    codes |= {"AEHLGTCD": "hlgt_code", "AEBDSYCD": "soc_code", "AESOCCD": "soc_code"}
    made |= {name: plain(row[column]) or None for name, column in texts.items()}
    made |= {name: number(row[column]) for name, column in codes.items()}
    for at, query in enumerate(_QUERIES, start=1):
        made[f"CQ{at:02}NAM"] = query if special == query else None
    made |= {name: about[name] for name in _COPIED}
    made |= {"TRTP": about["TRT01P"], "TRTPN": about["TRT01PN"]}
    return made | {"TRTA": about["TRT01A"], "TRTAN": about["TRT01AN"]}


def _onset(begun: str, start: date | None) -> date | None:
    """Return the first day that an onset can mean, not before the transplant where it may be."""
    possible = span(begun)
    if possible is None:
        return None
    return max(possible[0], start) if start and possible[1] >= start else possible[0]


def _end(ended: str, alive: Value) -> date | None:
    """Return the last day that an end can mean; a partial one is not after the last day alive."""
    possible = span(ended)
    if possible is None or len(ended) == 10:
        return possible[1] if possible else None
    return min(possible[1], alive) if isinstance(alive, date) else possible[1]


def _first_occurrences(made: dict[float, Record]) -> Iterator[tuple[str, Any, list[float]]]:
    """Yield each flag, how its record is chosen, and the emergent records it is chosen from."""

    def first(among: list[float]) -> float:
        return min(among, key=lambda seq: (made[seq]["ASTDT"], seq))

    def worst(among: list[float]) -> float:
        graded = [seq for seq in among if made[seq]["ATOXGRN"] is not None] or among
        top = max(made[seq]["ATOXGRN"] or 0.0 for seq in graded)  # type: ignore[type-var]
        return first([seq for seq in graded if (made[seq]["ATOXGRN"] or 0.0) == top])

    flags = ["AOCCFL", "AOCCPFL", "AOCCIFL", *(f"AOCC{at:02}FL" for at in range(1, 8))]
    for record in made.values():
        record |= dict.fromkeys(flags)
    emergent = [seq for seq, record in made.items() if record["TRTEMFL"] == "Y"]
    if emergent:
        yield "AOCCFL", first, emergent
        yield "AOCCIFL", worst, emergent
    for decod in sorted({str(made[seq]["AEDECOD"]) for seq in emergent}):
        yield "AOCCPFL", first, [seq for seq in emergent if made[seq]["AEDECOD"] == decod]
    for at in range(1, 8):
        of_query = [seq for seq in emergent if made[seq][f"CQ{at:02}NAM"]]
        if of_query:
            yield f"AOCC{at:02}FL", first, of_query


# --- shared ---


@cache
def _terminology() -> Any:  # noqa: ANN401 - the codelists of a study
    text = (_STUDY / "terminology.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)["codelists"]


def term(codelist: str, text: str) -> str | None:
    """Return the term that a text of a site stands for."""
    return _terminology()[codelist].get("map", {}).get(text, text) or None


def _only(tables: Tables, table: str) -> Row | None:
    rows = tables.get(table, [])
    return rows[0] if len(rows) == 1 else None


def _first(known: str) -> date | None:
    possible = span(known)
    return possible[0] if possible else None


def _last(known: str) -> date | None:
    possible = span(known)
    return possible[1] if possible else None


def _flag(known: str) -> str:
    return {4: "M", 7: "D"}.get(len(known), "")


def _study_day(day: date | None, start: date | None) -> float | None:
    if day is None or start is None:
        return None
    return float((day - start).days + (day >= start))
