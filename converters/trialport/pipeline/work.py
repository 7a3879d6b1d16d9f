"""One conversion at work: an engine that holds what was read and made, and the findings so far."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialport.diagnostics import DataError, Diagnostic, Place, Severity, SpecError
from trialport.pipeline.planning import raw_files, raw_tables, uses_units
from trialport.pipeline.run_tables import load_run_tables
from trialport.plan.run_relations import reads_of
from trialport.read.record_names import RecordNames
from trialport.read.switches import Switches
from trialport.study import PlannedStudy

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from trialport.engine.duckdb import Engine
    from trialport.read.texts import RawTexts

Raw = Path | str | Mapping[str, "pd.DataFrame | pa.Table"]
Progress = Callable[[str], None]


class Work:
    """One conversion: an engine that holds every dataset of the plan, and the findings so far."""

    def __init__(
        self,
        planned: PlannedStudy,
        raw: Raw,
        threads: int | None,
        memory_limit: str | None,
        progress: Progress,
        switches: Switches | None = None,
    ) -> None:
        from trialport.engine.duckdb import Engine

        self.planned, self.raw, self.progress = planned, raw, progress
        self.switches = switches or Switches()
        self.restrictions: dict[str, Any] = {}
        self.findings: list[Diagnostic] = []
        self.digests: dict[str, dict[str, object]] = {}
        self.names = RecordNames()
        self.engine: Engine = Engine(threads, memory_limit)

    def __enter__(self) -> Work:
        try:
            self.stage(raw_tables(self.planned.plan))
            self._run()
            self.findings = self.names.findings(self.findings)
        except BaseException:
            self.engine.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.close()

    # --- raw records ---

    def stage(self, names: Collection[str]) -> None:
        """Read raw tables, hold them against their contracts and type them."""
        from trialport.pipeline.staging import check_findings, contract_findings, stage_tables
        from trialport.read.persons import person_checks
        from trialport.read.stage import stage_plan
        from trialport.read.tables import read_tables

        sources = self.planned.specification.sources
        tables, found = read_tables(sources, self._raw(), names)
        found += self._blind(tables)
        plans = {
            name: stage_plan(name, sources.tables[name], sources, texts.columns)
            for name, texts in tables.items()
        }
        found += [each for staged in plans.values() for each in staged.diagnostics]
        if any(each.severity is Severity.ERROR for each in found):
            raise DataError(found)
        self.findings += found
        for name, digest in stage_tables(self.engine, plans, tables, self.progress).items():
            file = sources.tables[name].file.text
            self.names.add(file, tables[name])
            self.digests[name] = {
                "file": file,
                "records": tables[name].table.num_rows,
                "content_sha256": digest,
            }
        self.findings += contract_findings(self.engine, plans.values())
        subjects = self.planned.specification.study.subjects
        if subjects is not None and subjects.table.text in tables:
            checks = person_checks(subjects, sources, "raw")
            self.findings += check_findings(self.engine, checks, set(tables))

    def _blind(self, tables: dict[str, RawTexts]) -> list[Diagnostic]:
        """Put dummy treatments in place of the randomised ones, where a file gives them."""
        file, node = self.switches.treatment, self.planned.specification.study.treatment
        if file is None:
            return []
        if node is None:
            problem = "study.yaml does not say where the randomised treatment is"
            remedy = "add treatment: {table: ..., subject: ..., column: ...}"
            place = self.planned.specification.study.place
            raise SpecError([Diagnostic("E2061", place, problem, remedy)])
        name = node.table.text
        if name not in tables:
            return []
        from trialport.read.treatment import dummy_treatment

        tables[name], found = dummy_treatment(tables[name], node, file)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        self.restrictions["treatment"] = {"dummy": True, "file": file.name, "sha256": digest}
        problem = "the treatments are dummy: no result tells anything of the trial"
        note = Diagnostic("E3168", Place(file.as_posix()), problem, "", Severity.WARNING)
        return [*found, note]

    def _raw(self) -> Path | Mapping[str, pd.DataFrame | pa.Table]:
        if not isinstance(self.raw, str | Path):
            return self.raw
        folder = Path(self.raw)
        if not folder.is_dir():
            problem = "there is no raw folder of this name"
            raise DataError([Diagnostic("E3000", Place(str(self.raw)), problem)])
        return folder

    def _run(self) -> None:
        from trialport.engine.execute import run_plan

        vocabulary = self.planned.vocabulary
        codelists = vocabulary.codelists.values()
        self.engine.load_codelists(row for each in codelists for row in each.rows())
        units = vocabulary.units
        if units is not None and uses_units(self.planned.plan):
            self.engine.load_conversions(units.conversions(), units.names)
        self._load_chosen()
        files = raw_files(self.planned)
        whole = self.planned.plan
        # What tells of the conversion itself waits until all datasets are there.
        last = tuple(each for each in whole.resources if reads_of([each]))
        soon = tuple(each for each in whole.resources if not reads_of([each]))
        self.findings += run_plan(self.engine, replace(whole, resources=soon), files, self.progress)
        load_run_tables(self.engine, self.planned, self.digests, reads_of(last))
        rest = replace(whole, steps=(), resources=last)
        self.findings += run_plan(self.engine, rest, files, self.progress)
        self._note_limits()

    def _load_chosen(self) -> None:
        """Tell the engine which subjects are chosen, by USUBJID or by subject number."""
        chosen, prefix = self.switches.subjects, f"{self.planned.plan.studyid}-"
        self.engine.load_subjects(each for name in chosen for each in (name, prefix + name))

    def _note_limits(self) -> None:
        """Keep what a cut-off and a choice of subjects changed, for findings and manifest."""
        from trialport.engine.limits import check_chosen, cuts

        whole, cutoff = self.planned.plan, self.planned.specification.study.cutoff
        if cutoff is not None:
            made = cuts(self.engine, whole)
            self.findings += [each.finding(cutoff.text) for each in made]
            counts = {each.dataset: each.counts for each in made}
            self.restrictions["cutoff"] = {"date": cutoff.text, "datasets": counts}
        if self.switches.limits:
            self.restrictions["untrusted"] = dict(self.switches.limits)
        chosen = self.switches.subjects
        if chosen:
            check_chosen(self.engine, whole, chosen)
            self.restrictions["subjects"] = {"subset": True, "chosen": list(chosen)}
            problem = f"the datasets are a subset: {len(chosen)} chosen subjects"
            self.findings.append(Diagnostic("E3169", Place(), problem, "", Severity.WARNING))

    def frames(self, only: Collection[str]) -> dict[str, pd.DataFrame]:
        """Return the datasets as DataFrames."""
        steps = [each for each in self.planned.plan.written if not only or each.name in only]
        return {each.name: self.engine.frame(each.output) for each in steps}
