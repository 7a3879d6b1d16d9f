"""Make `rules.jsonl.gz` and `drafts.jsonl.gz` from the CORE rules, one JSON object a line.

    python mappings/rules/core/build.py RULES_PUBLISHED.jsonl.gz RULES_UNPUBLISHED.jsonl.gz

Kept are the rules of SDTMIG and ADaMIG, and of each rule what it needs to run and to be cited; of
the drafts those of SDTMIG that have an id of their own, a check and a message.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

KEPT = (
    "core_id",
    "rule_type",
    "sensitivity",
    "executability",
    "description",
    "scope",
    "check",
    "outcome",
    "match_datasets",
    "operations",
)
GUIDES = {"SDTMIG", "ADaMIG"}


def main() -> None:
    """Read the rules named on the command line and write those kept beside this file."""
    published, drafts = map(_read, sys.argv[1:3])
    _write("rules.jsonl.gz", [rule for rule in published if _guides(rule)])
    _write("drafts.jsonl.gz", [rule for rule in drafts if _guides(rule) and _is_whole(rule)])


def _read(file: str) -> list[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def _write(name: str, rules: list[dict[str, Any]]) -> None:
    content = "".join(map(_line, rules)).encode()
    Path(__file__).with_name(name).write_bytes(gzip.compress(content, mtime=0))


def _is_whole(rule: dict[str, Any]) -> bool:
    """Return whether a draft can be asked: it may lack parts, or be a mere title."""
    told = rule["core_id"] and rule["check"] and rule["outcome"] and rule["outcome"].get("Message")
    of_sdtm = any(each["standard"] == "SDTMIG" for each in rule["authorities"])
    return bool(told) and of_sdtm and None not in rule["check"].values()


def _guides(rule: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {key: each[key] for key in ("standard", "version", "rule_id")}
        for each in rule["authorities"] or ()
        if each["standard"] in GUIDES
    ]


def _line(rule: dict[str, Any]) -> str:
    kept = {key: rule[key] for key in KEPT} | {"authorities": _guides(rule)}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    main()
