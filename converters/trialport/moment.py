"""The time that written files bear: SOURCE_DATE_EPOCH, or none; never the clock's."""

from __future__ import annotations

import os
from datetime import UTC, datetime


def creation_time() -> datetime | None:
    """Return the time of SOURCE_DATE_EPOCH in UTC, without a zone, or None where it is not set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC).replace(tzinfo=None) if epoch.isdigit() else None
