"""The datasets of a folder of files, with their metadata, ready to be judged."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import orjson

from trialport.define.model import DefineDocument
from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.exchange.dataset import Dataset
from trialport.functions.registry import definitions
from trialport.metadata import DatasetMetadata, dataset_from_json
from trialport.rules.core.report import core_findings
from trialport.rules.defined import defined, read_defines
from trialport.rules.described import Stored, described
from trialport.rules.records import store_records
from trialport.rules.rule import ValidationResult
from trialport.rules.run import run_rules
from trialport.rules.standards import Standards, shipped_standards
from trialport.rules.stored import stored_datasets
from trialport.xport.model import Variable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import duckdb

    from trialport.rules.rule import Rule

    Asked = tuple[list[Diagnostic], list[tuple[str, str, str]]]
    Asker = Callable[[Sequence[DatasetMetadata], duckdb.DuckDBPyConnection], Asked]

MANIFEST = "manifest.json"
_GROUPS = ("sdtm", "adam")


@dataclass(frozen=True, slots=True)
class LoadedFolder:
    """The datasets found, and why a file or a dataset is not among them."""

    datasets: tuple[DatasetMetadata, ...]
    faults: tuple[Diagnostic, ...]
    defines: Mapping[str, DefineDocument] = field(default_factory=dict[str, DefineDocument])

    @property
    def tabulation_define(self) -> DefineDocument | None:
        """Return the define.xml of the tabulation datasets."""
        return self.defines.get("sdtm") or self.defines.get("")


def validate_folder(
    folder: Path,
    *,
    encoding: str = "ascii",
    rules: Iterable[Rule] | None = None,
    sdtmig: str = "",
    drafts: bool = False,
    more: Asker | None = None,
) -> tuple[ValidationResult, tuple[Diagnostic, ...]]:
    """Return what the rules find in a folder, and why some of its files could not be judged.

    Args:
        folder: see `load_folder`.
        encoding: the encoding of the text in the files; it is never guessed.
        rules: the rules to ask; the shipped ones unless stated.
        sdtmig: the version of SDTMIG whose CORE rules are asked of the tabulation datasets too;
            their findings stand with the faults of the files. None are asked where it is empty.
        drafts: ask CDISC's drafts of CORE rules too; what they find is a note.
        more: asks further rules of the datasets; what they find stands there too.

    Raises:
        SpecError: E1240, there is no such version of SDTMIG.
    """
    with judged_folder(folder, encoding=encoding) as (loaded, connection):
        result = run_rules(loaded.datasets, connection, rules)
        further, not_run = more(loaded.datasets, connection) if more else ([], [])
        result = replace(result, not_run=(*result.not_run, *not_run))
        faults = (*loaded.faults, *further)
        if not sdtmig:
            return result, faults
        define = loaded.tabulation_define
        core = core_findings(
            loaded.datasets, connection, version=sdtmig, define=define, drafts=drafts
        )
    whole = replace(result, not_run=(*result.not_run, *core.not_run))
    return whole, (*faults, *core.diagnostics)


@contextmanager
def judged_folder(
    folder: Path, *, encoding: str = "ascii"
) -> Generator[tuple[LoadedFolder, duckdb.DuckDBPyConnection]]:
    """Yield the datasets of a folder, and a database of its own that holds their records.

    What does not fit into memory lies in a temporary folder for as long; see `load_folder`.
    """
    import duckdb

    with TemporaryDirectory() as spilled, duckdb.connect() as connection:
        connection.execute("SET temp_directory = $1", [spilled])
        connection.execute("CREATE SCHEMA raw")
        for statement in definitions():
            connection.execute(statement)
        yield load_folder(folder, connection, encoding=encoding), connection


def load_folder(
    folder: Path, connection: duckdb.DuckDBPyConnection, *, encoding: str = "ascii"
) -> LoadedFolder:
    """Return the datasets of a folder and of `sdtm/` and `adam/` in it.

    Read are transport files; where a folder has none, Dataset-JSON or Parquet files.

    Metadata come from `manifest.json` where it describes the dataset, else from the file's header,
    the shipped standards and the define.xml beside it.

    Args:
        folder: the folder.
        connection: gets a table of the records of each dataset, named as it; see `store_records`.
        encoding: the encoding of the text in the files; it is never guessed.

    Returns:
        The datasets in the order of their paths. Faults: E3050 to E3293 of a file that cannot be
        read, E3085 no dataset file, E3086 a manifest that cannot be read, E3087 a dataset whose
        file is missing, E3088 two datasets of one name.
    """
    found: list[Diagnostic] = []
    stated = _manifest(folder, found)
    members = list(stored_datasets(folder, ("", *_GROUPS), encoding, found))
    if not members and not found:
        remedy = "give the folder that holds sdtm/*.xpt and adam/*.xpt"
        found.append(Diagnostic("E3085", Place(str(folder)), "there is no dataset file", remedy))
    defines = read_defines(folder, found)
    standards = shipped_standards([member.member.name for _, member in members])
    datasets: dict[str, DatasetMetadata] = {}
    for path, member in members:
        name = member.member.name
        same = next((each for each in datasets if each.upper() == name.upper()), None)
        if same is not None:
            problem = f"dataset {name} is in {datasets[same].path} already"
            found.append(Diagnostic("E3088", Place(path), problem, "keep one of the files"))
            continue
        try:
            store_records(member, connection)
        except DataError as error:
            found += error.diagnostics
            continue
        datasets[name] = stated.get(path) or defined(_described(path, member, standards), defines)
    for path, dataset in stated.items():
        if not (folder / path).is_file():
            problem = f"the manifest lists dataset {dataset.name}, the file is not there"
            found.append(Diagnostic("E3087", Place(path), problem))
    return LoadedFolder(tuple(datasets.values()), tuple(found), defines)


def _manifest(folder: Path, found: list[Diagnostic]) -> dict[str, DatasetMetadata]:
    """Return the datasets that the manifest describes, by their paths."""
    file = folder / MANIFEST
    if not file.is_file():
        return {}
    try:
        listed = orjson.loads(file.read_bytes())["datasets"]
        datasets = [dataset_from_json(each) for each in listed]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        problem = f"the manifest cannot be read: {type(error).__name__} {error}"
        remedy = "remove it to judge the files by the standards alone"
        found.append(Diagnostic("E3086", Place(MANIFEST), problem, remedy))
        return {}
    return {each.path: each for each in datasets}


def _described(path: str, member: Dataset, standards: Standards) -> DatasetMetadata:
    where, name = path.partition("/")[0], member.member.name
    is_analysis = name.startswith("AD") and len(name) > 2
    group = where if where in _GROUPS else ("adam" if is_analysis else "sdtm")
    variables = [_stored(each) for each in member.member.variables]
    label = member.member.label
    return described(name, label, group, variables, member.observations, path, standards)


def _stored(each: Variable) -> Stored:
    kind = "Char" if each.type == "char" else "Num"
    return Stored(each.name, each.label, kind, each.length or 8, each.format)
