"""The results of a report as data: one JSON document."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from trialport.report.entries import FLOW, Entry, entries
from trialport.report.numbers import agrees, differences
from trialport.report.results import EndpointResult, Results, TableResult, Value


def report_json(results: Results) -> str:
    """Return the document; what cannot be estimated is null."""
    report = results.report
    document = {
        "study": results.study,
        "title": report.title,
        "remark": report.remark,
        "publication": report.publication,
        "software": list(results.software),
        "sources": [
            {"file": each.file, "sha256": each.sha256, "records": each.records}
            for each in results.sources
        ],
        "arms": {
            name: {"value": arm.value, "label": arm.label} for name, arm in report.arms.items()
        },
        "notes": dict(report.notes),
        "analyses": _analyses(results),
    }
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _analyses(results: Results) -> list[dict[str, Any]]:
    by_id: dict[str, list[dict[str, Any]]] = {}
    for entry in entries(results):
        by_id.setdefault(entry.analysis, []).append(_result(entry))
    heads = [] if results.flow is None else [_flow_head(results)]
    heads += [_table_head(each) for each in results.tables]
    heads += [_endpoint_head(each) for each in results.endpoints]
    return [{**head, "results": by_id.get(head["id"], [])} for head in heads]


def _flow_head(results: Results) -> dict[str, Any]:
    assert results.flow is not None
    return {"id": FLOW, "title": results.flow.node.title, "at": results.flow.node.at}


def _table_head(table: TableResult) -> dict[str, Any]:
    return {
        "id": table.id,
        "title": table.title,
        "at": table.at,
        "reason": table.reason,
        "purpose": table.purpose,
        "population": table.population,
        "subjects": dict(table.subjects),
    }


def _endpoint_head(endpoint: EndpointResult) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "title": endpoint.title,
        "parameter": endpoint.param,
        "at": endpoint.at,
        "reason": endpoint.reason,
        "purpose": endpoint.purpose,
        "method": endpoint.method.value,
        "times": dict(endpoint.times),
        "counts": {
            arm: {
                "subjects": len(curve.days),
                "events": curve.events,
                "competing": curve.competing,
                "censored": len(curve.censored),
            }
            for arm, curve in endpoint.arms.items()
        },
    }


def _result(entry: Entry) -> dict[str, Any]:
    told: dict[str, Any] = {
        "label": entry.label,
        "arm": entry.arm or None,
        "method": entry.method,
        "dataset": entry.lineage.dataset,
        "where": {name: list(values) for name, values in entry.lineage.where.items()},
        "variables": list(entry.lineage.variables),
        "statistic": entry.value.kind.value,
        "values": [_number(each) for each in entry.value.numbers],
    }
    return {**told, **_printed(entry.value), "notes": list(entry.notes)}


def _printed(value: Value) -> Mapping[str, Any]:
    if not value.printed:
        return {}
    return {
        "printed": list(value.printed),
        "as_printed": agrees(value),
        "difference": [_number(each) for each in differences(value)],
    }


def _number(number: float) -> float | int | None:
    """Return a number with twelve significant digits, which every machine gives alike."""
    if not math.isfinite(number):
        return None
    return int(number) if isinstance(number, int) else float(format(number, ".12g"))
