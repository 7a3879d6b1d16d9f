"""Convert clinical trial records to CDISC SDTM, ADaM, SAS XPORT and FHIR.

`convert` writes a study, `datasets` hands it to pandas, `check` reads a specification only;
`read_xpt` and `write_xpt` read and write SAS XPORT files, `read_dataset` and `export_dataset` the
other formats of a dataset. Nothing heavy is imported before use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialport.exchange import export_dataset, read_dataset
    from trialport.pipeline import Conversion, check, convert, datasets
    from trialport.read.switches import Switches
    from trialport.xport import read_xpt, read_xpt_arrow, write_xpt

__version__ = "0.1.0"

__all__ = [
    "Conversion",
    "Switches",
    "check",
    "convert",
    "datasets",
    "export_dataset",
    "read_dataset",
    "read_xpt",
    "read_xpt_arrow",
    "write_xpt",
]

_HOMES = {
    **dict.fromkeys(("export_dataset", "read_dataset"), "trialport.exchange"),
    **dict.fromkeys(("Conversion", "check", "convert", "datasets"), "trialport.pipeline"),
    "Switches": "trialport.read.switches",
    **dict.fromkeys(("read_xpt", "read_xpt_arrow", "write_xpt"), "trialport.xport"),
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'trialport' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
