"""What a define.xml adds to the metadata of a dataset that comes without a manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from trialport.define.model import DefineCodelist, DefineDocument
from trialport.define.reader import read_define_file
from trialport.diagnostics import DataError, Diagnostic
from trialport.metadata import DatasetMetadata, VariableMetadata


def read_defines(folder: Path, found: list[Diagnostic]) -> dict[str, DefineDocument]:
    """Return the documents of a folder and of its `sdtm` and `adam`, by the path of their folder.

    Faults of one that cannot be read are noted, but E4310, which the check of the file tells.
    """
    made: dict[str, DefineDocument] = {}
    for place in ("", "sdtm", "adam"):
        file = folder / place / "define.xml"
        if not file.is_file():
            continue
        try:
            made[place] = read_define_file(file)[0]
        except DataError as error:
            found += (each for each in error.diagnostics if each.code != "E4310")
    return made


def defined(dataset: DatasetMetadata, defines: Mapping[str, DefineDocument]) -> DatasetMetadata:
    """Return the metadata with class, structure, keys and codelists of the define.xml beside it."""
    document = defines.get(dataset.path.rpartition("/")[0])
    known = document.datasets if document is not None else ()
    described = next((each for each in known if each.name == dataset.name), None)
    if document is None or described is None:
        return dataset
    items = {each.oid: each for each in document.items}
    codelists = {each.oid: each for each in document.codelists}
    of_variable = {
        items[each.item].name: codelists.get(items[each.item].codelist)
        for each in described.items
        if each.item in items
    }
    numbered = [
        (each.key, items[each.item].name)
        for each in described.items
        if each.key is not None and each.item in items
    ]
    keys = [name for _, name in sorted(numbered) if dataset.variable(name) is not None]
    return replace(
        dataset,
        class_=described.class_ or dataset.class_,
        structure=described.structure or dataset.structure,
        keys=tuple(keys) or dataset.keys,
        variables=tuple(_variable(each, of_variable.get(each.name)) for each in dataset.variables),
    )


def _variable(variable: VariableMetadata, codelist: DefineCodelist | None) -> VariableMetadata:
    """Return a variable with the published codelist, and the terms that the sponsor adds to it."""
    if codelist is None or not codelist.code or variable.type != "Char":
        return variable
    terms = tuple(each.value for each in codelist.terms if each.extended)
    return replace(variable, codelist=codelist.name, codelists=(codelist.code,), terms=terms)
