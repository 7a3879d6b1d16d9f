"""Our findings beside those of CDISC's reference engine, on files that SAS wrote."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

import pytest
from trialport.pipeline import compare_with_engine
from trialport.rules.core.reference_program import TooLong, limited

_SHARED = Path(__file__).parents[4] / "shared"
_CACHE = Path(os.environ.get("TRIALPORT_CORE_CACHE", _SHARED / "standards/core/cache"))
_PYTHON = os.environ.get("TRIALPORT_CORE_PYTHON", "")
_FILES = _SHARED / "reference/sdtm-sas94"
# Differences that are explained in docs/explanation/core-rules.md.
EXPLAINED = {"CORE-000539", "CORE-000542"}


@pytest.mark.interop
@pytest.mark.reference
@pytest.mark.skipif(not _PYTHON, reason="no TRIALPORT_CORE_PYTHON; `make interop` installs one")
@pytest.mark.skipif(not _FILES.is_dir(), reason=f"no transport files at {_FILES}")
@pytest.mark.skipif(not _CACHE.is_dir(), reason=f"no cache of the engine at {_CACHE}")
def test_the_same_records_are_flagged_but_for_what_is_explained() -> None:
    compared = compare_with_engine(_FILES, python=Path(_PYTHON), cache=_CACHE)
    assert len(compared) > 300
    assert {each.rule for each in compared if not each.is_same} == EXPLAINED
    assert sum(bool(each.ours) for each in compared) >= 17


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="the system sends no alarms")
def test_a_rule_that_takes_too_long_is_ended_although_the_engine_catches_exceptions() -> None:
    def engine() -> None:
        while True:
            with contextlib.suppress(Exception):
                time.sleep(10)

    with pytest.raises(TooLong), limited(0.05):
        engine()
    with limited(30):
        pass
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
