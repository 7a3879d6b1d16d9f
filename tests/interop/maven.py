"""The Java programs of tests/interop/hapi, built by Maven where both are there."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Options of Java for a program that runs for a minute or two."""
HAPI = Path(__file__).parent / "hapi"
_NOT_TO_BE_HAD = ("Could not transfer", "Could not resolve", "Could not find artifact", "offline")


def command(project: str, main: str, *options: str) -> list[str]:
    """Return the command line that runs a class of a project; skip where it cannot be built."""
    reason = _build(project)
    if reason:
        pytest.skip(reason)
    target = HAPI / project / "target"
    path = f"{target / 'classes'}:{(target / 'classpath').read_text()}"
    return ["java", *options, "-cp", path, f"org.trialport.interop.{main}"]


@cache
def _build(project: str) -> str:
    """Build a project unless that was done; return why it cannot be, or ''."""
    missing = [name for name in ("java", "mvn") if shutil.which(name) is None]
    if missing:
        return f"{' and '.join(missing)} not installed"
    folder = HAPI / project
    built = folder / "target" / "classpath"
    sources = [folder / "pom.xml", *folder.rglob("*.java")]
    if built.exists() and all(each.stat().st_mtime < built.stat().st_mtime for each in sources):
        return ""
    ran = subprocess.run(
        ["mvn", "-q", "-B", "package"], cwd=folder, capture_output=True, text=True, check=False
    )
    if ran.returncode and any(each in ran.stdout for each in _NOT_TO_BE_HAD):
        return "Maven cannot get the packages of HAPI"
    assert ran.returncode == 0, ran.stdout
    return ""
