"""The datasets that a report reads: the transport files of an output folder, nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from trialport.diagnostics import DataError, Diagnostic, Place, did_you_mean
from trialport.report.results import Frame, Source
from trialport.spec.report_nodes import Report, Where
from trialport.xport import read_xpt

_FOLDERS = ("adam", "sdtm")
_SUBJECT = "USUBJID"


@dataclass(frozen=True, slots=True)
class Need:
    """Variables that a part of a report reads from a dataset, with the place of that part."""

    dataset: str
    variables: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Datasets:
    """The datasets by name, and the files they were read from."""

    frames: Mapping[str, Frame]
    sources: tuple[Source, ...]


def read_datasets(folder: Path, report: Report) -> Datasets:
    """Return every dataset that the report names.

    Raises:
        DataError: with every dataset that is not there (E4521) and every variable that a dataset
            has not (E4522).
    """
    needs = list(_needs(report))
    frames: dict[str, Frame] = {}
    sources: list[Source] = []
    found: list[Diagnostic] = []
    for name in sorted({each.dataset for each in needs}):
        file = _file(folder, name)
        if file is None:
            first = next(each for each in needs if each.dataset == name)
            found.append(_no_dataset(first.place, name, folder))
            continue
        frames[name] = read_xpt(file)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        relative = file.relative_to(folder).as_posix()
        sources.append(Source(relative, digest, len(frames[name])))
    for need in needs:
        found += _missing_variables(need, frames)
    if found:
        raise DataError(dict.fromkeys(found))
    return Datasets(frames, tuple(sources))


def _file(folder: Path, name: str) -> Path | None:
    paths = (folder / part / f"{name.lower()}.xpt" for part in _FOLDERS)
    return next((path for path in paths if path.is_file()), None)


def _needs(report: Report) -> Iterator[Need]:
    """Yield what each part of a report reads, in the order written."""
    for box in report.flow.boxes if report.flow else ():
        arm = (box.treatment,) if box.treatment else ()
        yield _need(box.dataset, box.where, arm, box.place)
        for line in box.lines:
            dataset = line.dataset or box.dataset
            yield _need(dataset, {**box.where, **line.where}, arm, line.place)
    for table in report.tables.values():
        yield _need(table.subjects, {}, (table.population, table.arm), table.place)
        for row in table.rows:
            variables = (table.treatment, *([row.variable] if row.variable else []))
            yield _need(table.dataset, {**table.where, **row.where}, variables, row.place)
    for endpoint in report.endpoints.values():
        own = (endpoint.population, endpoint.treatment, endpoint.status)
        variables = (*own, "PARAMCD", "PARAM", "AVAL", "CNSR")
        yield _need(endpoint.dataset, {}, variables, endpoint.place)


def _need(dataset: str, where: Where, variables: Iterable[str], place: Place) -> Need:
    return Need(dataset, (_SUBJECT, *variables, *where), place)


def _missing_variables(need: Need, frames: Mapping[str, Frame]) -> Iterator[Diagnostic]:
    if need.dataset not in frames:
        return
    there: list[str] = list(frames[need.dataset].columns)
    for name in need.variables:
        if name not in there:
            problem = f"the dataset {need.dataset} has no variable '{name}'"
            yield Diagnostic("E4522", need.place, problem, did_you_mean(name, there))


def _no_dataset(place: Place, name: str, folder: Path) -> Diagnostic:
    problem = f"'{folder.as_posix()}' holds no dataset {name}, which the report reads"
    remedy = "name the folder that a conversion of the whole study wrote"
    return Diagnostic("E4521", place, problem, remedy)
