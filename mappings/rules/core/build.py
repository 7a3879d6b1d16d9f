"""Make `rules.jsonl.gz` from the published CORE rules, one JSON object a line.

    python mappings/rules/core/build.py RULES_PUBLISHED.jsonl.gz

Kept are the rules of SDTMIG and ADaMIG, and of each rule what it needs to run and to be cited.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

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
    with gzip.open(sys.argv[1], "rt", encoding="utf-8") as stream:
        rules = [json.loads(line) for line in stream]
    lines = [_line(rule) for rule in rules if _guides(rule)]
    out = Path(__file__).with_name("rules.jsonl.gz")
    out.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))


def _guides(rule: dict[str, object]) -> list[dict[str, str]]:
    authorities = rule["authorities"]
    assert isinstance(authorities, list)
    return [
        {key: each[key] for key in ("standard", "version", "rule_id")}
        for each in authorities
        if each["standard"] in GUIDES
    ]


def _line(rule: dict[str, object]) -> str:
    kept = {key: rule[key] for key in KEPT} | {"authorities": _guides(rule)}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    main()
