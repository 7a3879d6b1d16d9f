"""What of the mapping language is used where: `python -m tests.coverage.report`.

Every node key, clinical function and diagnostic code is listed against the line of a shipped
specification that uses it, or against the test that does. `--run` runs the tests, notes what each
really uses and writes the table of tests anew; without it the table is taken as it is, which the
tests hold true: one that no longer uses what it is named for fails.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from tests.coverage.table import chosen, named_tests, shipped, write
from tests.coverage.usage import ROOT, Used, everything

NOTES = "TRIALPORT_USAGE_NOTES"
"""The environment variable that names a folder for the notes of a run."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; return 1 where something is used nowhere."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--run", action="store_true", help="run the tests, write the table anew")
    parser.add_argument("tests", nargs="*", default=["tests"], help="what to run, with --run")
    options = parser.parse_args(arguments)
    lines = shipped()
    if options.run:
        wanted = [each for each in everything() if each not in lines]
        noted = _noted(options.tests)
        write({**chosen(noted, wanted), **_still(wanted, noted)})
    tests = named_tests()
    missing: Counter[str] = Counter()
    every = everything()
    for used in every:
        where = str(lines.get(used, "")) or tests.get(used, "")
        missing[used[0]] += not where
        print(*used, where or "NOT USED", sep="\t")  # noqa: T201 - the report
    for kind, number in Counter(kind for kind, _ in every).items():
        covered = number - missing[kind]
        print(f"{kind}: {covered} of {number}, {covered / number:.1%}")  # noqa: T201
    return 1 if missing.total() else 0


def _still(wanted: Sequence[Used], noted: Collection[str]) -> dict[Used, str]:
    """Return the lines of the table that stay because their tests were not run."""
    return {
        used: test for used, test in named_tests().items() if used in wanted and test not in noted
    }


def _noted(tests: Sequence[str]) -> dict[str, list[Used]]:
    """Run tests and return what each of them used."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", *tests]
        subprocess.run(command, check=False, cwd=ROOT, env={**os.environ, NOTES: folder})
        return read_notes(Path(folder))


def read_notes(folder: Path) -> dict[str, list[Used]]:
    """Return what was noted of each test that passed."""
    found: dict[str, list[Used]] = {}
    for path in sorted(folder.iterdir()):
        for line in path.read_text(encoding="utf-8").splitlines():
            test, used = json.loads(line)
            found[test] = [(kind, name) for kind, name in used]
    return found


if __name__ == "__main__":
    sys.exit(main())
