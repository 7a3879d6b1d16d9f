"""What follows from the tables of a study alone, whatever the standard says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from trialport.workbook.book import Table
from trialport.workbook.cell_text import scalar_text
from trialport.workbook.kept import Kept
from trialport.workbook.layout import PART
from trialport.workbook.pinnacle import RowKeys
from trialport.workbook.references import METHODS, WHERES
from trialport.workbook.render import Face

KEY_SEQUENCE = "KeySequence"

_CRF = "Annotated CRF"
_ALIKE = ("Length", "Format", "Codelist", "Origin", "Pages", "Method", "Comment")
"""Columns of a qualifier's variable that its value level shows, too."""

Row = dict[str, str]


def derived(tables: Sequence[Table], kept: Kept) -> Face:
    """Return what follows from the tables: names of methods, qualifiers, dictionaries, documents.

    Args:
        tables: what the study says.
        kept: has the IDs of where clauses, and says whether variables show their place in the key.
    """
    rows = {each.name: each.rows for each in tables}
    cells: dict[str, dict[str, Row]] = {
        METHODS: _each_row(rows, METHODS, _method),
        WHERES: _each_row(rows, WHERES, lambda row: {"Dataset": row["ID"].partition(".")[0]}),
    }
    has_places = KEY_SEQUENCE in kept.headings.get("Variables", {})
    keys = _keys(rows["Datasets"]) if has_places else {}
    ids = kept.ids.get(WHERES, {})
    cells["Variables"] = _each_row(rows, "Variables", lambda row: _variable(row, keys))
    qualifiers = [each for each in rows["Variables"] if each.get(PART) == "supplemental"]
    names = {each["Dictionary"]: None for each in rows["Variables"] if each.get("Dictionary")}
    crf = [each["Value"] for each in rows["Study"] if each["Attribute"] == "annotated_crf"]
    made: dict[str, Sequence[Row]] = {
        "ValueLevel": [_value_level(each, ids) for each in qualifiers],
        WHERES: [_where(each, ids) for each in qualifiers],
        "Dictionaries": [_dictionary(each) for each in names],
        "Documents": [{"ID": "acrf", "Title": _CRF, "Href": each} for each in crf],
    }
    return Face(cells, made)


def _each_row(
    rows: Mapping[str, Sequence[Mapping[str, str]]],
    sheet: str,
    shown: Callable[[Mapping[str, str]], Row],
) -> dict[str, Row]:
    keys = RowKeys(sheet)
    return {keys.of(row): shown(row) for row in rows[sheet]}


def _method(row: Mapping[str, str]) -> Row:
    return {"Name": f"Algorithm to derive {row['ID']}", "Type": "Computation"}


def _variable(row: Mapping[str, str], keys: Mapping[tuple[str, str], int]) -> Row:
    place = keys.get((row["Dataset"], row["Variable"])) if not row.get(PART) else None
    made = {} if place is None else {KEY_SEQUENCE: str(place)}
    dictionary = row.get("Dictionary", "")
    return made | ({"Codelist": dictionary} if dictionary and not row.get("Codelist") else {})


def _keys(datasets: Sequence[Mapping[str, str]]) -> dict[tuple[str, str], int]:
    """Return the place of each variable in the key of its dataset, from 1."""
    return {
        (row["Dataset"], name): place
        for row in datasets
        for place, name in enumerate(row.get("Key Variables", "").split(", "), 1)
        if name
    }


def _qualifier(row: Mapping[str, str], ids: Mapping[str, str]) -> str:
    name = f"SUPP{row['Dataset']}.QNAM.{row['Variable']}"
    return ids.get(name, name)


def _value_level(row: Mapping[str, str], ids: Mapping[str, str]) -> Row:
    made = {"Dataset": f"SUPP{row['Dataset']}", "Variable": "QVAL"}
    made |= {"Where Clause": _qualifier(row, ids), "Description": row.get("Label", "")}
    made |= {"Data Type": "text", **{name: row.get(name, "") for name in _ALIKE}}
    if row.get("Dictionary") and not row.get("Codelist"):
        made["Codelist"] = row["Dictionary"]
    return made


def _where(row: Mapping[str, str], ids: Mapping[str, str]) -> Row:
    made = {"ID": _qualifier(row, ids), "Dataset": f"SUPP{row['Dataset']}", "Variable": "QNAM"}
    return made | {"Comparator": "EQ", "Value": scalar_text(row["Variable"])}


def _dictionary(text: str) -> Row:
    name, _, version = text.rpartition(" ")
    if not (name and version[:1].isdigit()):
        name, version = text, ""
    return {"ID": text, "Name": text, "Data Type": "text", "Dictionary": name, "Version": version}
