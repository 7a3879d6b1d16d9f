"""The order of the whole work: plan, read, stage, SDTM, ADaM, write, validate, report."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlglot import exp

from trialport import __version__
from trialport.diagnostics import DataError, Diagnostic, Place, Severity, SpecError, did_you_mean
from trialport.metadata import DatasetMetadata, VariableMetadata
from trialport.moment import creation_time
from trialport.plan.compare import Change, compare_plans
from trialport.plan.model import Plan, Step, VariablePlan
from trialport.read.switches import Switches
from trialport.spec.differences import changed_codelists, changed_columns
from trialport.spec.nodes import DataType
from trialport.spec.vocabulary import StudyCodelist
from trialport.study import PlannedStudy, plan_study

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from trialport.engine.duckdb import Engine
    from trialport.engine.explain import Cell
    from trialport.fhir.schema import Version
    from trialport.package.build import Package
    from trialport.read.check import Check
    from trialport.read.queries import Query
    from trialport.read.texts import RawTexts
    from trialport.spec.translation import Translation
    from trialport.write.xpt import XptFile
    from trialport.xport import model as xport

Raw = Path | str | Mapping[str, "pd.DataFrame | pa.Table"]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a conversion gave.

    `out` is None where nothing was written; `datasets` describes what was, `files` names them.
    `restrictions` tells of a cut-off, of chosen subjects and of dummy treatments.
    """

    out: Path | None
    findings: tuple[Diagnostic, ...]
    datasets: tuple[DatasetMetadata, ...]
    files: tuple[Mapping[str, Any], ...]
    restrictions: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def submission_ready(self) -> bool:
        """Return whether all subjects are there, no treatment is dummy and no finding an error."""
        is_provisional = bool({"subjects", "treatment"} & set(self.restrictions))
        return not is_provisional and not any(
            each.severity is Severity.ERROR for each in self.findings
        )


def check(study: Path | str) -> list[Diagnostic]:
    """Return every fault of a specification; no record is read.

    Where it can be converted, raw columns that nothing reads are noted too.
    """
    from trialport.plan.unread_columns import unread_columns

    planned, found = plan_study(Path(study))
    return found if planned is None else [*found, *unread_columns(planned.specification)]


def plan(
    study: Path | str, only: Collection[str] = (), switches: Switches | None = None
) -> tuple[PlannedStudy, list[Diagnostic]]:
    """Return the planned study, reduced to what `only` needs, with its warnings.

    Raises:
        SpecError: the specification has faults, or `only` names what it does not make (E2020).
    """
    planned, found = plan_study(Path(study), switches)
    if planned is None:
        raise SpecError(found)
    return replace(planned, plan=reduced(planned.plan, only)), found


def compare(study: Path | str, other: Path | str) -> tuple[Change, ...]:
    """Return what a study makes otherwise than another, an earlier specification of it.

    Raises:
        SpecError: one of the specifications has faults.
    """
    new, old = plan(study)[0], plan(other)[0]
    return compare_plans(
        old.plan,
        new.plan,
        codelists=changed_codelists(old.vocabulary.codelists, new.vocabulary.codelists),
        columns=changed_columns(old.specification.sources, new.specification.sources),
    )


def reduced(whole: Plan, only: Collection[str]) -> Plan:
    """Return the plan of the datasets and resource types asked for, and what they depend on."""
    if not only:
        return whole
    steps = {each.name: each for each in whole.steps}
    types = {each.type for each in whole.resources}
    unknown = [each for each in only if each not in steps and each not in types]
    if unknown:
        remedy = did_you_mean(unknown[0], [*steps, *types])
        problem = f"the study makes no '{unknown[0]}'"
        raise SpecError([Diagnostic("E2020", Place(), problem, remedy)])
    resources = tuple(each for each in whole.resources if each.type in only)
    todo = [each for each in only if each in steps]
    todo += [name for each in resources for name in each.step.depends]
    needed: set[str] = set()
    while todo:
        name = todo.pop()
        if name in steps and name not in needed:
            needed.add(name)
            todo += steps[name].depends
    kept = tuple(each for each in whole.steps if each.name in needed)
    return replace(whole, steps=kept, resources=resources)


def convert(
    study: Path | str,
    *,
    raw: Raw,
    out: Path | str,
    only: Collection[str] = (),
    formats: Collection[str] = (),
    fhir: Sequence[Version] = ("R4",),
    switches: Switches | None = None,
    strict: bool = False,
    force: bool = False,
    threads: int | None = None,
    memory_limit: str | None = None,
    progress: Progress = lambda _: None,
) -> Conversion:
    """Convert the raw records of a study and write datasets, resources, findings and manifest.

    Args:
        study: folder of the specification, or the name of a shipped study.
        raw: folder of the raw files, or pandas DataFrames or Arrow tables by raw table.
        out: folder to write; it appears whole or not at all.
        only: datasets or resource types to make, with what they depend on; all unless stated.
        formats: formats of the datasets beside transport files (`dataset-json`, `ndjson`, `dsjc`,
            `parquet`, `csv`), with those that study.yaml names.
        fhir: versions of FHIR to write resources of.
        switches: a cut-off, chosen subjects, dummy treatments, languages, a profile.
        strict: write nothing where a finding is an error.
        force: replace an earlier output.
        threads: threads to use; no byte depends on it.
        memory_limit: limit of the engine, e.g. `2GB`.
        progress: receives the name of what is being made.

    Returns:
        What was written, with every finding. Findings of severity error do not stop the writing
        (unless `strict`); they make the output not ready for submission.

    Raises:
        SpecError: the specification has faults.
        DataError: raw files cannot be read as their contracts say.
        WriteError: a value cannot be written as asked, or the output folder cannot be.
    """
    from trialport.write.folder import fresh_folder

    planned, _ = plan(study, only, switches)
    target = Path(out)
    with _Work(planned, raw, threads, memory_limit, progress, switches) as work:
        try:
            with fresh_folder(target, force=force) as folder:
                made = work.write(folder, _formats(planned, formats), fhir)
                if strict and not made.submission_ready:
                    raise _StrictError(made)
        except _StrictError as stopped:
            return replace(stopped.made, out=None, datasets=(), files=())
    return replace(made, out=target)


def datasets(
    study: Path | str,
    *,
    raw: Raw,
    only: Collection[str] = (),
    switches: Switches | None = None,
    threads: int | None = None,
    memory_limit: str | None = None,
) -> tuple[dict[str, pd.DataFrame], list[Diagnostic]]:
    """Return the datasets of a study as pandas DataFrames, with every finding; nothing is written.

    Args:
        study: folder of the specification, or the name of a shipped study.
        raw: folder of the raw files, or pandas DataFrames or Arrow tables by raw table.
        only: datasets to make, with what they depend on (only those asked for are returned).
        switches: a cut-off, chosen subjects, dummy treatments.
        threads: threads to use; no value depends on it.
        memory_limit: limit of the engine, e.g. `2GB`.

    Returns:
        One DataFrame a dataset, variables and records in the order of the submission dataset;
        dates are datetime64, missing text is None.

    Raises:
        SpecError: the specification has faults.
        DataError: raw files cannot be read as their contracts say.
    """
    planned, _ = plan(study, only, switches)
    with _Work(planned, raw, threads, memory_limit, lambda _: None, switches) as work:
        return work.frames(set(only)), work.findings


def explain(
    study: Path | str,
    dataset: str,
    variable: str,
    keys: Mapping[str, str],
    *,
    raw: Raw,
    switches: Switches | None = None,
) -> Cell:
    """Return where the value of one cell comes from, down to the raw records.

    Args:
        study: folder of the specification, or the name of a shipped study.
        dataset: the dataset; it is made, with what it depends on.
        variable: one of its variables.
        keys: values that name one record, by variable.
        raw: folder of the raw files, or pandas DataFrames or Arrow tables by raw table.
        switches: a cut-off, chosen subjects, dummy treatments.

    Raises:
        SpecError: the specification has faults.
        DataError: raw files cannot be read as their contracts say; E3289, no such cell.
    """
    from trialport.engine.explain import explain_cell

    planned, _ = plan(study, (dataset,), switches)
    with _Work(planned, raw, None, None, lambda _: None, switches) as work:
        files = _raw_files(planned)
        return explain_cell(work.engine, planned.plan, files, dataset, variable, keys)


def package(
    out: Path | str,
    *,
    to: Path | str,
    study: Path | str,
    profile: str | None = None,
    force: bool = False,
) -> Package:
    """Lay what a conversion wrote out as a submission package; see `package.build.build_package`.

    Args:
        out: what `convert` wrote.
        to: folder to write; it appears whole or not at all.
        study: the specification that `out` was made from.
        profile: an agency, or a profile of it with its date; that of study.yaml unless stated.
        force: replace an earlier package.
    """
    from trialport.package.build import build_package

    planned, _ = plan(study)
    return build_package(
        Path(out),
        Path(to),
        planned,
        Path(study),
        profile=profile,
        force=force,
        created=creation_time(),
    )


def validate(
    folder: Path | str, *, sdtmig: str = "", encoding: str = "ascii"
) -> tuple[list[Diagnostic], list[tuple[str, str, str]]]:
    """Return what the rules find in the datasets of a folder, and what was not run and why.

    Each define.xml there is held against its schema and against the files it describes.

    Args:
        folder: what `convert` wrote, or any folder of SAS XPORT files.
        sdtmig: ask CDISC's CORE rules for this version of SDTMIG too, e.g. 3.4.
        encoding: the encoding of the text in the files; it is never guessed.

    Raises:
        SpecError: E1240, there is no such version of SDTMIG.

    Returns:
        The findings, and (rule, dataset, reason) of every rule that could not be asked.
    """
    from trialport.define.check import check_defines
    from trialport.rules.folder import validate_folder

    result, faults = validate_folder(Path(folder), encoding=encoding, sdtmig=sdtmig)
    found = [*faults, *check_defines(Path(folder), encoding=encoding), *result.diagnostics]
    return found, list(result.not_run)


def raw_queries(study: Path | str, *, raw: Raw) -> list[Query]:
    """Return what the contracts find in the raw records, by site and subject; nothing is made.

    Raises:
        SpecError: the specification has faults.
        DataError: raw files cannot be read as their contracts say.
    """
    planned, _ = plan(study)
    work = _Work(planned, raw, None, None, lambda _: None)
    try:
        return work.queries()
    finally:
        work.engine.close()


class _StrictError(Exception):
    """Leaves the fresh folder without giving it its name."""

    def __init__(self, made: Conversion) -> None:
        super().__init__()
        self.made = made


class _Work:
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
        self.engine: Engine = Engine(threads, memory_limit)

    def __enter__(self) -> _Work:
        try:
            self._stage(raw_tables(self.planned.plan))
            self._run()
        except BaseException:
            self.engine.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.close()

    # --- raw records ---

    def _stage(self, names: Collection[str]) -> None:
        from trialport.read.digest import content_digest
        from trialport.read.persons import person_checks
        from trialport.read.stage import stage_sql
        from trialport.read.tables import read_tables

        sources = self.planned.specification.sources
        tables, found = read_tables(sources, self._raw(), names)
        found += self._blind(tables)
        plans = {
            name: stage_sql(name, sources.tables[name], sources, texts.columns)
            for name, texts in tables.items()
        }
        found += [each for staged in plans.values() for each in staged.diagnostics]
        if any(each.severity is Severity.ERROR for each in found):
            raise DataError(found)
        self.findings += found
        for name, staged in plans.items():
            self.progress(f"raw {name}")
            self.engine.load(staged.texts, tables[name].with_lines)
            self.engine.create(name, staged.select, "raw")
            self.engine.unload(staged.texts)
            digest = content_digest(tables[name].table)
            self.digests[name] = {
                "file": sources.tables[name].file.text,
                "records": tables[name].table.num_rows,
                "content_sha256": digest,
            }
        for staged in plans.values():
            self.findings += _contract_findings(self.engine, staged.checks, set(tables))
        subjects = self.planned.specification.study.subjects
        if subjects is not None and subjects.table.text in tables:
            checks = person_checks(subjects, sources, "raw")
            self.findings += _contract_findings(self.engine, checks, set(tables))

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
        if vocabulary.units is not None and uses_units(self.planned.plan):
            self.engine.load_conversions(vocabulary.units.conversions())
        self._load_chosen()
        files = _raw_files(self.planned)
        self.findings += run_plan(self.engine, self.planned.plan, files, self.progress)
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
        chosen = self.switches.subjects
        if chosen:
            check_chosen(self.engine, whole, chosen)
            self.restrictions["subjects"] = {"subset": True, "chosen": list(chosen)}
            problem = f"the datasets are a subset: {len(chosen)} chosen subjects"
            self.findings.append(Diagnostic("E3169", Place(), problem, "", Severity.WARNING))

    # --- results ---

    def queries(self) -> list[Query]:
        """Stage the raw records, and return what is to be asked about them."""
        from trialport.read.queries import owners_query, queries

        specification = self.planned.specification
        sources, subjects = specification.sources, specification.study.subjects
        self._stage(sources.tables)
        owners: dict[str, dict[int, tuple[str, str]]] = {}
        for name in sources.tables:
            query = subjects and owners_query(name, sources, subjects, "raw")
            rows = self.engine.rows(query) if query is not None else []
            owners[name] = {int(row): (site or "", subject or "") for row, site, subject in rows}
        return queries(self.findings, sources, owners)

    def frames(self, only: Collection[str]) -> dict[str, pd.DataFrame]:
        """Return the datasets as DataFrames."""
        steps = [each for each in self.planned.plan.steps if not only or each.name in only]
        return {each.name: self.engine.frame(each.output) for each in steps}

    def write(self, folder: Path, formats: Sequence[str], fhir: Sequence[Version]) -> Conversion:
        """Write everything into the folder."""
        files = self._files(folder)
        described = self._write_datasets(files)
        self._write_defines(folder, described)
        for each in self.planned.translations.values():
            self._write_translated(folder, files, each)
        self._write_formats(folder, described, formats)
        for version in dict.fromkeys(fhir):
            self._write_resources(folder, version)
        self._validate(described)
        self._hold_against_profile(folder, described)
        return self._report(folder, described)

    def _files(self, folder: Path) -> list[XptFile]:
        from trialport.write.xpt import XptFile
        from trialport.xport.model import Member

        files: list[XptFile] = []
        for step in self.planned.plan.steps:
            path = folder / step.group / f"{step.name.lower()}.xpt"
            member = Member(step.name, step.label, tuple(map(_xpt_variable, step.variables)))
            files.append(XptFile(member, _reader(self.engine, step), path))
        return files

    def _write_datasets(self, files: Sequence[XptFile]) -> tuple[DatasetMetadata, ...]:
        from trialport.write.xpt import write_xpt_files

        encoding = _encoding(self.planned)
        members = write_xpt_files(files, encoding=encoding, created=creation_time())
        return self._described(members)

    def _described(self, members: Iterable[xport.Member]) -> tuple[DatasetMetadata, ...]:
        return tuple(
            describe(step, member, self.engine.count(step.name), self.planned)
            for step, member in zip(self.planned.plan.steps, members, strict=True)
        )

    def _write_translated(
        self, folder: Path, files: Sequence[XptFile], translation: Translation
    ) -> None:
        """Write datasets and Define-XML with the labels of another language."""
        from trialport.write.translated import write_translated

        self.progress(f"labels {translation.language}")
        members = write_translated(files, folder, translation, creation_time())
        own = folder / translation.language
        self._write_defines(own, self._described(members), translation)

    def _write_defines(
        self,
        folder: Path,
        described: Sequence[DatasetMetadata],
        translation: Translation | None = None,
    ) -> None:
        from trialport.define.files import write_defines

        self.progress("Define-XML")
        self.findings += write_defines(
            folder,
            described,
            self.planned.plan.steps,
            self.planned.specification,
            self.planned.vocabulary,
            self.planned.packages,
            self.engine.rows,
            created=creation_time(),
            translation=translation,
        )

    def _write_formats(
        self, folder: Path, described: Sequence[DatasetMetadata], formats: Sequence[str]
    ) -> None:
        if not formats:
            return
        from trialport.write.formats import write_formats

        self.progress("formats")
        write_formats(
            folder,
            described,
            formats,
            study=self.planned.specification.study.study.text,
            encoding=_encoding(self.planned),
            created=creation_time(),
        )

    def _write_resources(self, folder: Path, version: Version) -> None:
        if not self.planned.plan.resources:
            return
        from trialport.fhir.manifest import write_manifest
        from trialport.fhir.write import write_resources

        steps = (
            (each, self.engine.batches(each.step.output)) for each in self.planned.plan.resources
        )
        study = self.planned.specification.study
        self.progress(f"FHIR {version}")
        files, found = write_resources(
            steps, folder / "fhir", version, studyid=study.study.text, offset=study.timezone
        )
        self.findings += found
        where, created = folder / "fhir" / version, creation_time()
        write_manifest(where, files, studyid=study.study.text, created=created)

    def _validate(self, described: Sequence[DatasetMetadata]) -> None:
        from trialport.rules.run import validate_datasets

        self.progress("rules")
        self.findings += validate_datasets(described, self.engine.connection)

    def _hold_against_profile(self, folder: Path, described: Sequence[DatasetMetadata]) -> None:
        """Note where datasets do not keep to the profile that was asked for."""
        from trialport.profiles import profile_faults

        profile = self.planned.profile
        if profile is None:
            return
        sizes = {each.path: (folder / each.path).stat().st_size for each in described}
        self.findings += profile_faults(profile, described, sizes, _encoding(self.planned))

    def _report(self, folder: Path, described: tuple[DatasetMetadata, ...]) -> Conversion:
        from trialport.write.manifest import file_entries, write_json

        files = file_entries(folder)
        findings = sorted(set(self.findings), key=_finding_order)
        made = Conversion(None, tuple(findings), described, tuple(files), self.restrictions)
        write_json(folder / "findings.json", [finding_json(each) for each in findings])
        write_json(folder / "manifest.json", manifest(made, self.planned, self.digests))
        return made


def _formats(planned: PlannedStudy, asked: Collection[str]) -> list[str]:
    """Return the formats to write beside transport files, in a fixed order."""
    from trialport.exchange.formats import FORMATS, format_faults

    faults = format_faults(asked, Place())
    if faults:
        raise SpecError(faults)
    wanted = {*asked, *(each.text for each in planned.specification.study.formats)}
    return [each for each in FORMATS if each in wanted]


def _encoding(planned: PlannedStudy) -> str:
    """Return the encoding of the text in the datasets."""
    stated = planned.specification.study.encoding
    return stated.text if stated is not None else "ascii"


def _raw_files(planned: PlannedStudy) -> dict[str, str]:
    """Return the file of each raw table, as messages show it."""
    tables = planned.specification.sources.tables
    return {f"raw.{name}": contract.file.text for name, contract in tables.items()}


def raw_tables(whole: Plan) -> list[str]:
    """Return the raw tables that a plan reads, in the order of sources.yaml."""
    read = {each for step in whole.every_step for each in step.depends if each.startswith("raw.")}
    return [name for name in whole.raw_tables if f"raw.{name}" in read]


def uses_units(whole: Plan) -> bool:
    """Return whether any dataset or resource converts units."""
    return any(
        each.this == "tp_in_unit"
        for step in whole.every_step
        for each in step.query.find_all(exp.Anonymous)
    )


def _contract_findings(
    engine: Engine, checks: Iterable[Check], there: set[str]
) -> list[Diagnostic]:
    from trialport.engine.execute import MOST_FINDINGS
    from trialport.read.check import Fault, finding

    found: list[Diagnostic] = []
    for each in checks:
        if set(each.needs) <= there:
            rows = engine.ordered_rows(each.query, MOST_FINDINGS)
            found += [finding(each, Fault(*row)) for row in rows]
    return found


def _reader(engine: Engine, step: Step) -> Callable[[], Iterable[pa.RecordBatch]]:
    return lambda: engine.batches(step.output)


def _xpt_variable(variable: VariablePlan) -> xport.Variable:
    from trialport.xport.model import Variable

    kind: Literal["char", "num"] = "num" if variable.type is DataType.NUM else "char"
    length = 8 if kind == "num" else variable.length
    return Variable(variable.name, variable.label, kind, length, variable.format)


def describe(
    step: Step, member: xport.Member, records: int, planned: PlannedStudy
) -> DatasetMetadata:
    """Return what a written dataset is."""
    codelists = planned.vocabulary.codelists
    variables = tuple(
        VariableMetadata(
            name=each.name,
            label=each.label,
            type=each.type.value,
            length=stored.length or 0,
            format=each.format,
            role=each.role,
            core=each.core,
            codelist=each.codelist,
            codelists=each.nci_codelists,
            terms=_terms(each, codelists),
            extensible=_extensible(each, codelists),
            origin=each.origin.value if each.origin else "",
        )
        for each, stored in zip(step.variables, member.variables, strict=True)
    )
    return DatasetMetadata(
        name=step.name,
        label=step.label,
        group=step.group,
        class_=step.class_,
        structure=step.structure,
        keys=step.keys,
        records=records,
        path=f"{step.group}/{step.name.lower()}.xpt",
        variables=variables,
    )


def _terms(variable: VariablePlan, codelists: Mapping[str, StudyCodelist]) -> tuple[str, ...]:
    """Return the terms of the sponsor that a variable may have; published ones go by their code.

    A variable that names no codelist of the study may have what the study adds to the published one
    that the guide gives it: a standard result comes from the original one, which names it.
    """
    names = variable.limited_to or ((variable.codelist,) if variable.codelist else ())
    if not names:
        names = tuple(
            name
            for name, each in codelists.items()
            if each.published is not None and each.published.code in variable.nci_codelists
        )
    known = [codelists[each] for each in names if each in codelists and not codelists[each].numeric]
    own = [each for each in known if each.published is None]
    if own and len(own) < len(known):
        return ()
    found = dict.fromkeys(term for each in known for term in each.sponsor_terms)
    return tuple(found)


def _extensible(variable: VariablePlan, codelists: Mapping[str, StudyCodelist]) -> bool:
    known = codelists.get(variable.codelist)
    return known is None or known.published is None or known.published.extensible


def _finding_order(each: Diagnostic) -> tuple[str, str, int, str, str, str]:
    place = each.place
    return (each.code, place.file, place.line or 0, place.record, place.column, each.problem)


def finding_json(each: Diagnostic) -> dict[str, Any]:
    """Return a finding as plain values; what is not known is left out."""
    values: dict[str, Any] = {"code": each.code, "severity": each.severity.value}
    place = {
        "file": each.place.file,
        "line": each.place.line,
        "record": each.place.record,
        "column": each.place.column,
    }
    values |= {key: value for key, value in place.items() if value}
    values["problem"] = each.problem
    return values | ({"remedy": each.remedy} if each.remedy else {})


def manifest(
    made: Conversion, planned: PlannedStudy, digests: Mapping[str, Mapping[str, object]]
) -> dict[str, Any]:
    """Return the manifest: nothing in it depends on clock, machine or the order of raw records."""
    study = planned.specification.study
    counts = {each.value: sum(f.severity is each for f in made.findings) for each in Severity}
    return {
        "trialport": __version__,
        "study": study.study.text,
        "specification_sha256": planned.specification.digest,
        "templates_sha256": dict(planned.specification.templates),
        "standards": {name: each.text for name, each in study.standards.items()},
        "terminology": {name: each.text for name, each in study.terminology.items()},
        "encoding": _encoding(planned),
        "submission_ready": made.submission_ready,
        "restrictions": dict(made.restrictions),
        "findings": counts,
        "raw": dict(digests),
        "files": list(made.files),
        **_languages(planned),
        "datasets": [each.to_json() for each in made.datasets],
    }


def _languages(planned: PlannedStudy) -> dict[str, Any]:
    """Return the languages beside English with their encodings, nothing where there is none."""
    made = {name: {"encoding": each.encoding} for name, each in planned.translations.items()}
    return {"languages": made} if made else {}
