"""A dataset in other files than a transport file: Dataset-JSON, Parquet, CSV.

`read_dataset` reads any of them, and transport files, as one kind of Arrow table;
`export_dataset` writes them from a transport file. Nothing heavy is imported before use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialport.lazy import lazily

if TYPE_CHECKING:
    from trialport.exchange.files import export_dataset, open_dataset, read_dataset
    from trialport.exchange.formats import EXTENSIONS
    from trialport.exchange.json_read import JsonDataset, open_dataset_json
    from trialport.exchange.json_write import write_dataset_json
    from trialport.exchange.to_xpt import write_transport

__all__ = [
    "EXTENSIONS",
    "JsonDataset",
    "export_dataset",
    "open_dataset",
    "open_dataset_json",
    "read_dataset",
    "write_dataset_json",
    "write_transport",
]

_HOMES = {
    "EXTENSIONS": "formats",
    **dict.fromkeys(("export_dataset", "open_dataset", "read_dataset"), "files"),
    **dict.fromkeys(("JsonDataset", "open_dataset_json"), "json_read"),
    "write_dataset_json": "json_write",
    "write_transport": "to_xpt",
}

__getattr__ = lazily(__name__, _HOMES)
