"""What a mutant leads to: check it, compare its plan, run the datasets that it changes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from trialport.diagnostics import Diagnostic, Severity, TrialportError
from trialport.engine.duckdb import Engine
from trialport.engine.execute import run_step
from trialport.fhir.write import write_resources
from trialport.pipeline.planning import raw_files
from trialport.pipeline.work import Work
from trialport.plan.compare import Change, Kind, compare_plans
from trialport.plan.model import ResourceStep, Step
from trialport.spec.differences import changed_codelists, changed_columns
from trialport.spec.nodes import DataType
from trialport.study import PlannedStudy, plan_study
from trialport.write.xpt import XptFile, write_xpt_files
from trialport.xport.model import Member, Variable

from tests.mutants.mutant import Expected, Mutant
from tests.mutants.study import ROOT, Study

SUBJECTS = 10
"""How many subjects the raw records have that a mutant is converted with."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What a mutant led to.

    `how` is `check` or `conversion` for a fault that was found there, `other line` for one that
    `check` found somewhere else, `converted` or `same bytes` for a change that did no harm, and
    `missed`, `refused`, `not named`, `other bytes` or `traceback` where it was not as expected.
    """

    how: str
    codes: tuple[str, ...] = ()
    detail: str = ""

    def meets(self, expected: Expected) -> bool:
        """Say whether this is what the mutant must lead to."""
        allowed = {
            Expected.FAULT: {"check", "conversion"},
            Expected.LEGAL: {"converted"},
            Expected.EQUIVALENT: {"same bytes"},
        }
        return self.how in allowed[expected]


@dataclass
class Bench:
    """The study without a fault, planned and converted once, to hold each mutant against."""

    study: Study
    folder: Path
    planned: PlannedStudy
    files: Mapping[str, str]
    raw: Path
    converts: bool
    _work: Work | None = None
    _findings: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    _bytes: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def observe(self, mutant: Mutant) -> Observed:
        """Return what a mutant leads to; an exception that is no fault of ours is a traceback."""
        try:
            return self._observe(mutant)
        except Exception as error:  # a traceback is what is looked for
            return Observed("traceback", (), f"{type(error).__name__}: {error}"[:200])

    def _observe(self, mutant: Mutant) -> Observed:
        self._write(mutant)
        try:
            planned, found = plan_study(self.folder)
        finally:
            path = self.folder / mutant.file
            path.write_text(self.study.files[mutant.file], encoding="utf-8", newline="")
        faults = [each for each in found if each.severity is Severity.ERROR]
        if faults:
            return self._refused(mutant, faults)
        assert planned is not None
        return self._converted(mutant, planned)

    def _write(self, mutant: Mutant) -> None:
        text = mutant.applied(self.study.files)[mutant.file]
        (self.folder / mutant.file).write_text(text, encoding="utf-8", newline="")

    def _refused(self, mutant: Mutant, faults: Sequence[Diagnostic]) -> Observed:
        codes = tuple(sorted({each.code for each in faults}))
        first = str(faults[0]).replace(f"{self.folder.parent.as_posix()}/", "")
        if mutant.expected is not Expected.FAULT:
            return Observed("refused", codes, first)
        places = {(mutant.file, mutant.line), *mutant.places}
        here = any(
            each.place.file == os.path.normpath(self.folder / file)
            and abs((each.place.line or 0) - line) <= 1
            for each in faults
            for file, line in places
        )
        return Observed("check" if here else "other line", codes, "" if here else first)

    def _converted(self, mutant: Mutant, planned: PlannedStudy) -> Observed:
        changes = self._changes(planned)
        if mutant.expected is Expected.EQUIVALENT:
            return self._same_bytes(mutant, planned, changes)
        own = {each.dataset for each in changes if each.kind is not Kind.DOWNSTREAM}
        new = [each for name in sorted(own) for each in self._new_findings(name, planned)]
        codes = tuple(sorted({each.code for each in new}))
        if mutant.expected is Expected.FAULT:
            return Observed("conversion", codes) if new else Observed("missed")
        named = {each.dataset for each in changes}
        named |= {f"{each.dataset}.{each.variable}" for each in changes}
        if not named & set(mutant.changed):
            return Observed("not named", codes, f"expected one of {', '.join(mutant.changed)}")
        return Observed("converted", codes)

    def _changes(self, planned: PlannedStudy) -> tuple[Change, ...]:
        old, new = self.planned, planned
        return compare_plans(
            old.plan,
            new.plan,
            codelists=changed_codelists(old.vocabulary.codelists, new.vocabulary.codelists),
            columns=changed_columns(old.specification.sources, new.specification.sources),
        )

    # --- conversion of the datasets that differ ---

    def _new_findings(self, name: str, planned: PlannedStudy) -> list[Diagnostic]:
        part = _part(planned, name)
        if part is None or not self.converts:
            return []
        if name not in self._findings:
            before = _part(self.planned, name)
            known = self._run(before, self.planned)[0] if before is not None else []
            self._findings[name] = {f"{each.code} {each.problem}" for each in known}
        found, _ = self._run(part, planned)
        return [each for each in found if f"{each.code} {each.problem}" not in self._findings[name]]

    def _same_bytes(
        self, mutant: Mutant, planned: PlannedStudy, changes: Sequence[Change]
    ) -> Observed:
        if changes:
            return Observed("not equal", (), f"{changes[0].dataset}.{changes[0].variable}")
        if not self.converts:
            return Observed("same bytes")
        name = self.study.dataset(mutant.file)
        part = _part(planned, name) or _part(planned, "DM")
        assert part is not None
        if name not in self._bytes:
            before = _part(self.planned, _step(part).name)
            assert before is not None
            self._bytes[name] = self._run(before, self.planned)[1]
        same = self._run(part, planned)[1] == self._bytes[name]
        return Observed("same bytes" if same else "other bytes")

    def _run(
        self, part: Step | ResourceStep, planned: PlannedStudy
    ) -> tuple[list[Diagnostic], bytes]:
        """Make one dataset or resource from those of the study, and return findings and bytes."""
        engine = self._converted_engine()
        codelists = planned.vocabulary.codelists
        engine.connection.execute("DELETE FROM terms.codelists")
        engine.load_codelists(row for each in codelists.values() for row in each.rows())
        step = replace(_step(part), name="mutant")
        engine.connection.execute("DROP TABLE IF EXISTS mutant")
        try:
            found = run_step(engine, step, self.files)
        except TrialportError as error:  # the conversion stops there, with this finding
            return list(error.diagnostics), b""
        with tempfile.TemporaryDirectory() as folder:
            if isinstance(part, ResourceStep):
                study = planned.specification.study
                faults: list[Diagnostic] = []
                for version in part.versions:
                    batches = engine.batches(step.output)
                    _, each = write_resources(
                        [(replace(part, step=step), batches)],
                        Path(folder),
                        "R5" if version == "R5" else "R4",
                        studyid=study.study.text,
                        offset=study.timezone,
                    )
                    faults += each
                written = sorted(Path(folder).rglob("*.ndjson"))
                return [*found, *faults], b"".join(each.read_bytes() for each in written)
            path = Path(folder) / "mutant.xpt"
            member = Member(_step(part).name, step.label, tuple(map(_xpt_variable, step.variables)))
            output = step.output
            file = XptFile(member, lambda: engine.batches(output), path)
            try:
                write_xpt_files([file], encoding="ascii", created=None)
            except TrialportError as error:
                return [*found, *error.diagnostics], b""
            return found, path.read_bytes()

    def _converted_engine(self) -> Engine:
        """Return the engine of a conversion of the study without a fault, made when first asked."""
        if self._work is None:
            _generate(self.raw)
            work = Work(self.planned, self.raw, 1, None, lambda _: None)
            self._work = work.__enter__()
        return self._work.engine

    def close(self) -> None:
        """Close the database of the conversion, where there was one."""
        if self._work is not None:
            self._work.engine.close()


def _xpt_variable(variable: object) -> Variable:
    from trialport.plan.model import VariablePlan

    assert isinstance(variable, VariablePlan)
    numeric = variable.type is DataType.NUM
    length = 8 if numeric else variable.length
    kind = "num" if numeric else "char"
    return Variable(variable.name, variable.label, kind, length, variable.format)


def _step(part: Step | ResourceStep) -> Step:
    return part.step if isinstance(part, ResourceStep) else part


def _part(planned: PlannedStudy, name: str) -> Step | ResourceStep | None:
    parts = [*planned.plan.steps, *planned.plan.resources]
    return next((each for each in parts if _step(each).name == name), None)


def bench(study: Study, work: Path, *, converts: bool = True) -> Bench:
    """Return the bench: the study written into `work` and planned; it is converted when needed.

    Without `converts` it never is: a change is held to be harmless where the plans say so.
    """
    folder = work / "study"
    for name, text in study.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    planned, found = plan_study(folder)
    assert planned is not None, found
    return Bench(study, folder, planned, raw_files(planned), work / "raw", converts)


def _generate(raw: Path) -> None:
    """Write the raw tables of a few subjects."""
    script = ROOT / "samples" / "msc_gvhd" / "generate.py"
    command = [sys.executable, str(script), "--subjects", str(SUBJECTS), "--out", str(raw)]
    subprocess.run(command, check=True, capture_output=True)
