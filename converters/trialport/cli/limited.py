"""The command line under limits: `python -m trialport.cli.limited WORDS`, started by `untrusted`.

Nothing of trialport is imported before the limits hold.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys

VARIABLE = "TRIALPORT_LIMITS"
"""The variable of the environment that holds the limits as JSON."""

_GRACE = 5
_LARGEST_FILE = 50_000_000_000
_SPARE = 4_000_000_000
_PR_SET_PDEATHSIG = 1


def main() -> int:
    """Set the limits, and run the command line under them."""
    limits = json.loads(os.environ[VARIABLE])
    # Address space is more than memory in use, which the parent watches; this stops a single leap.
    _limit(resource.RLIMIT_AS, limits["memory"] + _SPARE)
    _limit(resource.RLIMIT_FSIZE, _LARGEST_FILE)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, limits["cpu"], limits["cpu"] + _GRACE)
    _end_with_parent()
    from trialport.cli import main as run

    return run(sys.argv[1:])


def _limit(what: int, soft: int, hard: int | None = None) -> None:
    _, there = resource.getrlimit(what)
    wanted = soft if hard is None else hard
    most = wanted if there == resource.RLIM_INFINITY else min(wanted, there)
    resource.setrlimit(what, (min(soft, most), most))


def _end_with_parent() -> None:
    """Have the system kill this process when its parent is gone, where it can (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
