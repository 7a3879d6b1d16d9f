"""Texts that often stand where nothing was collected."""

from __future__ import annotations

SURE = (".", "NULL", "null", "NaN", "nan", "#N/A", "<NA>")
"""Texts that programs write for what is missing; nobody collects them."""

LIKELY = (
    *("NA", "N/A", "n/a", "na", "ND", "NK", "UN", "UK", "UNK", "Unknown", "UNKNOWN", "NOT DONE"),
    *("Not Done", "-", "--", "/", "None", "none", "未查", "不详", "未做", "未知", "无", "缺失"),
)
"""Texts that mean missing beside numbers or dates; in a column of texts they may be answers."""
