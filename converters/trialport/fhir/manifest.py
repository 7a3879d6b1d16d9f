"""The manifest beside the NDJSON files, in the shape of a Bulk Data export."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from trialport.fhir.identity import PLAIN, Naming
from trialport.fhir.ndjson import WrittenFile, write_bytes


def write_manifest(
    folder: Path,
    files: Iterable[WrittenFile],
    *,
    studyid: str,
    created: dt.datetime | None,
    naming: Naming = PLAIN,
    sources: Sequence[Mapping[str, object]] = (),
) -> Path:
    """Write `manifest.json`: of each file its type, name, count, size and digest.

    `extension.ids` says how resources are named: `keyed` (and `idKey` is the name of the key,
    which tells nothing of the key itself) or `plain`; `extension.sources` what they were made of.

    Source: HL7 FHIR Bulk Data Access 2.0.0, Bulk Data Output File Request, the response body.

    Args:
        folder: where the files are, and the manifest goes.
        files: what was written.
        studyid: names the request, which no server has answered.
        created: the time of the export in UTC; the beginning of 1970 where it is None.
        naming: how the resources are named.
        sources: of each file of the specification its `resource`, `type`, the datasets it reads
            (`from`), their number of `records` and that of the `resources` made.

    Raises:
        WriteError: E4034, the folder or the disk does not take the file.
    """
    moment = (created or dt.datetime(1970, 1, 1)).replace(tzinfo=dt.UTC)
    output = [
        {
            "type": each.type,
            "url": each.path.name,
            "count": each.count,
            "extension": {"size": each.size, "sha256": each.sha256},
        }
        for each in files
    ]
    keys = {"ids": "keyed", "idKey": naming.key_name} if naming.key else {"ids": "plain"}
    manifest = {
        "transactionTime": moment.isoformat(timespec="seconds"),
        "request": f"urn:trialport:{studyid}",
        "requiresAccessToken": False,
        "output": output,
        "error": [],
        "extension": {**keys, "sources": [dict(each) for each in sources]},
    }
    path = folder / "manifest.json"
    write_bytes(path, orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")
    return path


def has_keyed_ids(folder: Path) -> bool:
    """Return whether the manifest of a folder says that its resources have keyed ids."""
    return _told(folder).get("ids") == "keyed"


def sources_of(folder: Path) -> list[dict[str, Any]]:
    """Return what the resources of a folder were made of, as `write_manifest` was told."""
    return list(_told(folder).get("sources", []))


def _told(folder: Path) -> dict[str, Any]:
    """Return the extension of the manifest of a folder; nothing where there is none."""
    try:
        manifest = orjson.loads((folder / "manifest.json").read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    told = manifest.get("extension") if isinstance(manifest, dict) else None
    return dict(told) if isinstance(told, dict) else {}
