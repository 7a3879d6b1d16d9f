"""Write what was made: datasets, Define-XML, resources, findings and manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from trialport.metadata import DatasetMetadata
from trialport.moment import creation_time
from trialport.pipeline.described import describe
from trialport.pipeline.made import Conversion, finding_json, finding_order, manifest
from trialport.pipeline.planning import encoding_of, raw_files
from trialport.pipeline.study_rules import ask_rules_of_study
from trialport.pipeline.work import Work
from trialport.plan.model import ResourceStep, Step, VariablePlan
from trialport.spec.nodes import DataType

if TYPE_CHECKING:
    import pyarrow as pa

    from trialport.diagnostics import Diagnostic
    from trialport.engine.duckdb import Engine
    from trialport.fhir.schema import Version
    from trialport.spec.translation import Translation
    from trialport.write.xpt import XptFile
    from trialport.xport import model as xport


def write_outputs(
    work: Work, folder: Path, formats: Sequence[str], fhir: Sequence[Version]
) -> Conversion:
    """Write everything that the work made into the folder, and what was found."""
    from trialport.engine.aside import aside

    files = _files(work, folder)
    described = _write_datasets(work, files)
    # Rules are the work of the database, resources that of Python: they take longest.
    with aside(work.engine) as give:
        judged = give(lambda engine: _validate(work, engine, described))
        defined = give(lambda engine: _write_defines(work, engine, folder, described))
        for each in work.planned.translations.values():
            _write_translated(work, folder, files, each)
        _write_formats(work, folder, described, formats)
        for version in dict.fromkeys(fhir):
            _write_resources(work, folder, version)
        if defined.cancel():  # the rules are not done yet, and there is nothing else to do
            work.findings += _write_defines(work, work.engine, folder, described)
        else:
            work.findings += defined.result()
        work.findings += judged.result()
    _hold_against_profile(work, folder, described)
    return _report(work, folder, described)


def _files(work: Work, folder: Path) -> list[XptFile]:
    from trialport.write.xpt import XptFile
    from trialport.xport.model import Member

    files: list[XptFile] = []
    for step in work.planned.plan.written:
        path = folder / step.group / f"{step.name.lower()}.xpt"
        member = Member(step.name, step.label, tuple(map(_xpt_variable, step.variables)))
        files.append(XptFile(member, _reader(work.engine, step), path))
    return files


def _reader(engine: Engine, step: Step) -> Callable[[], Iterable[pa.RecordBatch]]:
    return lambda: engine.batches(step.output)


def _xpt_variable(variable: VariablePlan) -> xport.Variable:
    from trialport.xport.model import Variable

    kind: Literal["char", "num"] = "num" if variable.type is DataType.NUM else "char"
    length = 8 if kind == "num" else variable.length
    return Variable(variable.name, variable.label, kind, length, variable.format)


def _write_datasets(work: Work, files: Sequence[XptFile]) -> tuple[DatasetMetadata, ...]:
    from trialport.write.xpt import write_xpt_files

    encoding = encoding_of(work.planned)
    members = write_xpt_files(files, encoding=encoding, created=creation_time())
    return _described(work, members)


def _described(work: Work, members: Iterable[xport.Member]) -> tuple[DatasetMetadata, ...]:
    return tuple(
        describe(step, member, work.engine.count(step.name), work.planned)
        for step, member in zip(work.planned.plan.written, members, strict=True)
    )


def _write_translated(
    work: Work, folder: Path, files: Sequence[XptFile], translation: Translation
) -> None:
    """Write datasets and Define-XML with the labels of another language."""
    from trialport.write.translated import write_translated

    work.progress(f"labels {translation.language}")
    members = write_translated(files, folder, translation, creation_time())
    described, into = _described(work, members), folder / translation.language
    work.findings += _write_defines(work, work.engine, into, described, translation)


def _write_defines(
    work: Work,
    engine: Engine,
    folder: Path,
    described: Sequence[DatasetMetadata],
    translation: Translation | None = None,
) -> list[Diagnostic]:
    from trialport.define.files import write_defines

    work.progress("Define-XML")
    return write_defines(
        folder,
        described,
        work.planned.plan.written,
        work.planned.specification,
        work.planned.vocabulary,
        work.planned.packages,
        engine.rows,
        created=creation_time(),
        translation=translation,
    )


def _write_formats(
    work: Work, folder: Path, described: Sequence[DatasetMetadata], formats: Sequence[str]
) -> None:
    if not formats:
        return
    from trialport.write.formats import write_formats

    work.progress("formats")
    write_formats(
        folder,
        described,
        formats,
        study=work.planned.specification.study.study.text,
        encoding=encoding_of(work.planned),
        created=creation_time(),
    )


def _write_resources(work: Work, folder: Path, version: Version) -> None:
    if not work.planned.plan.resources:
        return
    from trialport.fhir.identity import Naming
    from trialport.fhir.manifest import write_manifest
    from trialport.fhir.write import write_resources

    resources = work.planned.plan.resources
    steps = ((each, work.engine.batches(each.step.output)) for each in resources)
    study = work.planned.specification.study
    work.progress(f"FHIR {version}")
    naming = Naming(work.switches.id_key)
    files, found = write_resources(
        steps,
        folder / "fhir",
        version,
        studyid=study.study.text,
        offset=study.timezone,
        naming=naming,
    )
    work.findings += found
    where, created = folder / "fhir" / version, creation_time()
    write_manifest(
        where,
        files,
        studyid=study.study.text,
        created=created,
        naming=naming,
        sources=[_source(work, each) for each in resources if version in each.versions],
    )


def _source(work: Work, resource: ResourceStep) -> dict[str, object]:
    """Return what resources were made of, with the numbers of records and of resources."""
    step = resource.step
    read = list(dict.fromkeys(each.relation for each in step.blocks if each.relation))
    made = {each.name for each in work.planned.plan.steps}
    records = [work.engine.count(each) for each in read if each in made]
    return {
        "resource": step.name.removeprefix("fhir."),
        "type": resource.type,
        "from": read,
        "records": sum(records) if records else None,
        "resources": work.engine.count(step.name),
    }


def _validate(work: Work, engine: Engine, described: Sequence[DatasetMetadata]) -> list[Diagnostic]:
    from trialport.engine.origins import with_origins
    from trialport.rules.run import validate_datasets

    work.progress("rules")
    found = validate_datasets(described, engine.connection)
    staged = list(work.digests)
    found += ask_rules_of_study(work.planned, described, engine.connection, staged=staged)[0]
    work.progress("origins")
    return with_origins(found, engine, work.planned.plan, raw_files(work.planned))


def _hold_against_profile(work: Work, folder: Path, described: Sequence[DatasetMetadata]) -> None:
    """Note where datasets do not keep to the profile that was asked for."""
    from trialport.profiles import profile_faults

    profile = work.planned.profile
    if profile is None:
        return
    sizes = {each.path: (folder / each.path).stat().st_size for each in described}
    work.findings += profile_faults(profile, described, sizes, encoding_of(work.planned))


def _report(work: Work, folder: Path, described: tuple[DatasetMetadata, ...]) -> Conversion:
    from trialport.write.manifest import file_entries, write_json

    files = file_entries(folder)
    findings = sorted(set(work.findings), key=finding_order)
    made = Conversion(None, tuple(findings), described, tuple(files), work.restrictions)
    write_json(folder / "findings.json", [finding_json(each) for each in findings])
    write_json(folder / "manifest.json", manifest(made, work.planned, work.digests))
    return made
