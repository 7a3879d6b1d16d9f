"""A small transport file with every kind of value, and a small Dataset-JSON object."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
from trialport import write_xpt
from trialport.xport import StoredMember, read_members

COLUMNS: dict[str, Any] = {
    "USUBJID": ["S-1", "S-2", "S-3", "S-4"],
    "AETERM": ["=1+1", "'tis", "-", 'a "quoted", term'],
    "AESTDTC": ["2024-03-01", "2024-03", "", "2024-03-01T08:30:00"],
    "AEENDTC": ["2024-03-01", "", "", "2024-04-30"],
    "AESEQ": [1.0, 2.0, None, 4.0],
    "AVAL": [0.1, -5.44, 0.0, 7.2370055773322e75],
    "ASTDT": [23436.0, None, 0.0, -138061.0],
    "ASTDTM": [2024870400.0, None, 0.0, 1.0],
    "ATM": [86399.0, 0.0, None, 3661.0],
    "HALF": [0.5, None, 1.0, 2.0],
}
FORMATS = {"ASTDT": "DATE9.", "ASTDTM": "E8601DT19.", "ATM": "TIME8.", "HALF": "DATE9."}


def transport_file(folder: Path, *, special: bool = False) -> StoredMember:
    """Write the columns as a transport file; with `special` AESEQ of the third row is .A."""
    columns = dict(COLUMNS)
    if special:
        columns["AESEQ__missing"] = [None, None, ".A", None]
    path = folder / "ae.xpt"
    labels = {"AETERM": "Reported Term"}
    write_xpt(
        pa.table(columns), path, name="AE", label="Adverse Events", labels=labels, formats=FORMATS
    )
    return read_members(path)[0]


def json_object(**changes: object) -> dict[str, Any]:
    """Return a whole Dataset-JSON object of two records, with attributes changed."""
    return {
        "datasetJSONCreationDateTime": "2024-03-01T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.DM",
        "records": 2,
        "name": "DM",
        "label": "Demographics",
        "columns": [
            {"itemOID": "IT.DM.USUBJID", "name": "USUBJID", "label": "", "dataType": "string"},
            {"itemOID": "IT.DM.AGE", "name": "AGE", "label": "Age", "dataType": "integer"},
        ],
        "rows": [["S-1", 64], ["S-2", None]],
        **changes,
    }
