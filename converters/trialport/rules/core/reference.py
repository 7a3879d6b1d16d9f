"""CDISC's reference engine as an outside judge: what it flags, and where we differ.

The engine needs a Python environment of its own (3.12, `cdisc-rules-engine`) and its own cache.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.rules.core.guide import Guide
from trialport.rules.core.report import GUIDE
from trialport.rules.core.run import run_core
from trialport.rules.core.shipped import core_rules_of
from trialport.rules.core.study import CoreStudy
from trialport.standard.load import load_standard
from trialport.templates import shipped

if TYPE_CHECKING:
    import duckdb

    from trialport.rules.folder import LoadedFolder

PROGRAM = Path(__file__).with_name("reference_program.py")
MOST_SECONDS = 1800.0
"""How long the engine may take; what it got to by then is compared."""

Record = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Compared:
    """A rule with what each side flags; `ran` tells which sides could ask it: we, the engine."""

    rule: str
    ours: frozenset[Record]
    theirs: frozenset[Record]
    ran: tuple[bool, bool]

    @property
    def is_same(self) -> bool:
        """Return whether both flag the same records."""
        return self.ours == self.theirs

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as plain values; records as dataset and number, 0 for none."""
        return {
            "rule": self.rule,
            "same": self.is_same,
            "ran": {"trialport": self.ran[0], "engine": self.ran[1]},
            "trialport": len(self.ours),
            "engine": len(self.theirs),
            "only_trialport": sorted(self.ours - self.theirs),
            "only_engine": sorted(self.theirs - self.ours),
        }


def engine_results(
    python: Path,
    cache: Path,
    rules: Iterable[str],
    files: Sequence[Path],
    *,
    version: str = GUIDE[1],
    define: Path | None = None,
    seconds: float = MOST_SECONDS,
    limit: float | None = None,
) -> list[Mapping[str, Any]]:
    """Return what the reference engine says of each rule that it got to within a time.

    Args:
        python: the Python that has cdisc-rules-engine.
        cache: the folder of the engine's pickles; it loads them, so they must be trusted.
        rules: ids of the rules to ask.
        files: transport files.
        version: of SDTMIG.
        define: the define.xml of the files.
        seconds: what the engine may take.
        limit: what it may take of one rule, which is told as not finished then.

    Raises:
        DataError: E5022, the engine is not there or ends with a fault.
    """
    for path, what in ((python, "no Python"), (cache / "rules.pkl", "no cache of rules")):
        if not path.is_file():
            raise _refused(f"there is {what} at '{path}'")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "engine.jsonl"
        listed, most = ",".join(rules), "-" if limit is None else limit
        command = [python, PROGRAM, cache, out, version, listed, define or "-", most, *files]
        try:
            done = subprocess.run(
                [str(each) for each in command],
                check=False,
                capture_output=True,
                text=True,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired:
            done = None
        except OSError as error:
            raise _refused(error.strerror or type(error).__name__) from error
        if done is not None and done.returncode:
            raise _refused((done.stderr.strip().splitlines() or ["it told nothing"])[-1])
        lines = out.read_text(encoding="utf-8").splitlines() if out.exists() else []
    return [json.loads(each) for each in lines if each.endswith("}")]


def compare(
    loaded: LoadedFolder,
    connection: duckdb.DuckDBPyConnection,
    theirs: Iterable[Mapping[str, Any]],
    *,
    version: str = GUIDE[1],
) -> Iterator[Compared]:
    """Yield each rule that the engine was asked, with the records that each side flags.

    `connection` holds the tables of the folder under the names of the datasets.
    """
    told = {str(each["rule"]): each for each in theirs}
    tabulations = [each for each in loaded.datasets if each.group == "sdtm"]
    guide = Guide(load_standard(shipped() / "standard", GUIDE[0], version))
    study = CoreStudy(tabulations, connection, guide, loaded.tabulation_define)
    rules = [each for each in core_rules_of(GUIDE[0], version) if each.id in told]
    result = run_core(rules, study, most=None)
    ours: dict[str, set[Record]] = {}
    for each in result.findings:
        ours.setdefault(each.rule, set()).add((each.dataset.upper(), each.row))
    for rule in rules:
        there = told[rule.id]
        flagged = frozenset((str(name), int(row)) for name, row, _ in there["findings"])
        ran = (rule.id in result.ran, bool(there["ran"]))
        yield Compared(rule.id, frozenset(ours.get(rule.id, ())), flagged, ran)


def _refused(problem: str) -> DataError:
    remedy = (
        "install cdisc-rules-engine into a Python 3.12 of its own, and name that Python and the "
        "folder of the engine's cache"
    )
    told = f"the reference engine cannot be run: {problem}"
    return DataError([Diagnostic("E5022", Place(), told, remedy)])
