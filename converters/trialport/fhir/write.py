"""All resources of a study: built, checked and written, one file a type."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from functools import partial
from importlib.resources.abc import Traversable
from pathlib import Path

import orjson
import pyarrow as pa

from trialport.diagnostics import Diagnostic
from trialport.fhir.check import Checker
from trialport.fhir.findings import Findings
from trialport.fhir.identity import PLAIN, Naming
from trialport.fhir.json_texts import TEXT
from trialport.fhir.local_systems import local_prefix, local_systems
from trialport.fhir.ndjson import WrittenFile, write_ndjson
from trialport.fhir.resource import build
from trialport.fhir.schema import Version, load_definitions
from trialport.fhir.sorter import Sorter
from trialport.fhir.version_change import changer, load_changes
from trialport.plan.model import ResourceStep
from trialport.templates import shipped

__all__ = ["WrittenFile", "write_resources"]


def write_resources(
    steps: Iterable[tuple[ResourceStep, Iterable[pa.RecordBatch]]],
    folder: Path,
    version: Version = "R4",
    *,
    studyid: str = "",
    offset: str = "",
    definitions: Traversable | None = None,
    with_models: bool = True,
    naming: Naming = PLAIN,
) -> tuple[tuple[WrittenFile, ...], list[Diagnostic]]:
    """Write `<folder>/<version>/<Type>.ndjson` for every type, and return the files and findings.

    The codes of the study's own systems (`urn:trialport:<STUDYID>:...`) are written as a CodeSystem
    and a ValueSet each. Several steps may give one type. Lines are sorted by id, so the files are
    the same whatever the order of steps and records. A resource with findings is written
    nevertheless, except where it has no id of its own: E4203 and, for every further resource of
    one id, E4201 and E4202.

    Args:
        steps: each resource of the plan with the records of its table; those that are not meant
            for the version are left out, and their records not asked for.
        folder: where the folder of the version is made.
        version: the FHIR version to write.
        studyid: names the system of the identifiers; without it none is added.
        offset: the study's offset from UTC, e.g. `+08:00`, for times that have none.
        definitions: the folder of the FHIR definitions; the shipped ones unless stated.
        with_models: whether each shape also goes through the models of fhir.resources.
        naming: how resources are named: with a key their ids tell nothing of the subjects.

    Raises:
        WriteError: E4034, the folder or the disk does not take a file.
    """
    home = definitions or shipped() / "fhir"
    types = load_definitions(home, version)
    # Content is written for R4; what R5 has otherwise is changed afterwards.
    written_for = types if version == "R4" else load_definitions(home, "R4")
    changes = {} if version == "R4" else load_changes(home)
    findings = Findings()
    checker = Checker(types, findings, with_models=with_models)
    target = folder / version
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".runs.", dir=target) as runs:
        sorters: dict[str, Sorter] = {}
        for step, batches in steps:
            if version in step.versions:
                sorter = sorters.setdefault(step.type, Sorter(Path(runs), step.type))
                # What is for R5 alone is written as R5 has it.
                is_r4 = "R4" in step.versions
                change = changer(step.type, changes, types) if is_r4 else None
                for built in build(
                    step,
                    batches,
                    written_for if is_r4 else types,
                    findings,
                    studyid=studyid,
                    offset=offset,
                    naming=naming,
                    version=version,
                    change=change,
                ):
                    checker.check_built(built)
                    for rows, texts in built.texts():
                        taken = pa.array(rows)
                        sorter.add(built.ids.take(taken), built.identities.take(taken), texts)
        if studyid:
            codes = checker.codes_of(local_prefix(studyid))
            for identity, resource in local_systems(codes, studyid, naming):
                checker.check(resource)
                name = resource["resourceType"]
                sorter = sorters.setdefault(name, Sorter(Path(runs), name))
                line = orjson.dumps(resource, option=orjson.OPT_APPEND_NEWLINE)
                named = pa.array([resource["id"]]), pa.array([identity])
                sorter.add(*named, pa.array([line], TEXT))
        files = tuple(
            write_ndjson(
                target / f"{each}.ndjson",
                each,
                sorters[each].blocks(),
                partial(_report_second, each, findings),
                partial(checker.seen, each) if checker.waits_for(each) else None,
            )
            for each in sorted(sorters)
        )
    checker.finish()
    return files, findings.all()


def _report_second(
    resource_type: str, findings: Findings, id_: str, first: str, second: str
) -> None:
    name = f"{resource_type}/{id_}"
    if first == second:
        problem = f"a further record has the identity '{second}'; only one is written"
        findings.add("E4201", name, "id", problem, "add to 'identity' what tells them apart")
    else:
        problem = (
            f"the identities '{first}' and '{second}' give the same id; only the first is written"
        )
        findings.add("E4202", name, "id", problem, "add a constant to one of the identities")
