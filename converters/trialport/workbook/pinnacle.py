"""What Pinnacle 21's workbooks have that a specification says otherwise, or not at all."""

from __future__ import annotations

from collections.abc import Mapping

from trialport.workbook.layout import BY_NAME, PART, Kind

SHEETS = {"CodeLists": "Codelists", "Value Level": "ValueLevel", "Where Clauses": "WhereClauses"}
"""Other names of sheets."""

HEADINGS: Mapping[str, Mapping[str, str]] = {
    "Codelists": {"OID": "ID"},
    "Dictionaries": {"OID": "ID"},
    "Methods": {"OID": "ID"},
    "Comments": {"OID": "ID"},
    "WhereClauses": {"OID": "ID"},
    "Variables": {"CodeList": "Codelist", "Origin Type": "Origin", "Origin Source": "Source"},
    "ValueLevel": {"CodeList": "Codelist", "Origin Type": "Origin", "Origin Source": "Source"},
}
"""Other names of columns, by sheet."""

ATTRIBUTES = (
    "ProtocolName", "StandardName", "StandardVersion", "Language", "Annotated CRF",
)  # fmt: skip
"""What the sheet Study says beside name and description."""

OTHER_SHEETS: Mapping[str, tuple[str, ...]] = {
    "Standards": ("OID", "Name", "Type", "Publishing Set", "Version", "Status", "Comment"),
    "Dictionaries": ("ID", "Name", "Data Type", "Dictionary", "Version"),
    "Documents": ("ID", "Title", "Href"),
}
"""Sheets of which a specification has no rows; what they hold is kept beside it."""

_NON_STANDARD = ("IsNonStandard", "HasNoData")
_OTHER_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "Datasets": ("OID", "StandardOID", *_NON_STANDARD),
    "Variables": ("OID", "KeySequence", "Valuelist", *_NON_STANDARD),
    "ValueLevel": ("OID", "ItemOID", "Source"),
    "Codelists": ("Order", "NCI Term Code", "Comment", "IsNonStandard", "StandardOID"),
    "Methods": ("Name", "Type", "Expression Context", "Expression Code", "Document", "Pages"),
    "Comments": ("Document", "Pages"),
    "WhereClauses": ("Dataset", "Comment"),
}

KEYS: Mapping[str, tuple[str, ...]] = {
    "Study": ("Attribute",),
    "ValueLevel": ("Dataset", "Variable", "Where Clause"),
    "Codelists": ("ID", "Term", "Collected Value"),
    "WhereClauses": ("ID", "Variable"),
    "Methods": ("ID",),
    "Comments": ("ID",),
    **{name: headings[:1] for name, headings in OTHER_SHEETS.items()},
}


def beside(sheet: str) -> tuple[str, ...]:
    """Return the headings of a sheet of which a specification has no keys."""
    columns = BY_NAME[sheet].columns if sheet in BY_NAME else ()
    shown = tuple(each.heading for each in columns if each.kind is Kind.SHOWN)
    return (*shown, *_OTHER_HEADINGS.get(sheet, ()), *OTHER_SHEETS.get(sheet, ()))


def key_headings(sheet: str) -> tuple[str, ...]:
    """Return the headings whose cells tell a row from the others."""
    if sheet in KEYS:
        return KEYS[sheet]
    if sheet not in BY_NAME:
        return ()
    return (*BY_NAME[sheet].address, *((PART,) if BY_NAME[sheet].parts else ()))


class RowKeys:
    """Names the rows of a sheet, each row once; a name that comes again has a number."""

    def __init__(self, sheet: str) -> None:
        self._headings = key_headings(sheet)
        self._seen: dict[str, int] = {}

    def of(self, cells: Mapping[str, str]) -> str:
        """Return the name of the next row."""
        key = " | ".join(cells.get(each, "") for each in self._headings)
        self._seen[key] = self._seen.get(key, 0) + 1
        return key if self._seen[key] == 1 else f"{key} #{self._seen[key]}"
