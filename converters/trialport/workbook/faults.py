"""The faults of a workbook, each with the cell that it stands in; the edge adds the file."""

from __future__ import annotations

from collections.abc import Iterable

from trialport.diagnostics import Diagnostic, Place, Severity, did_you_mean, shown
from trialport.workbook.cells import Cell


def _at(cell: Cell) -> Place:
    return Place(record=str(cell))


def no_sheet(name: str, there: Iterable[str]) -> Diagnostic:
    """E1033: a sheet that must be there is missing."""
    remedy = did_you_mean(name, there) or f"add the sheet '{name}'"
    return Diagnostic("E1033", Place(record=name), f"the workbook has no sheet '{name}'", remedy)


def nothing_shown(name: str) -> Diagnostic:
    """E1033 as a note: the list of what a workbook only shows is missing."""
    problem = f"without the sheet '{name}' all that the workbook shows counts as the study's own"
    return Diagnostic("E1033", Place(record=name), problem, severity=Severity.NOTE)


def unknown_sheet(name: str, known: Iterable[str]) -> Diagnostic:
    """E1034: a sheet that is none of a specification and looks like one."""
    remedy = did_you_mean(name, known)
    return Diagnostic("E1034", Place(record=name), f"unknown sheet {shown(name)}", remedy)


def foreign_sheet(name: str) -> Diagnostic:
    """E1034 as a note: a sheet that is kept beside the specification."""
    problem = f"the sheet {shown(name)} is none of a specification and is kept beside it"
    return Diagnostic("E1034", Place(record=name), problem, severity=Severity.NOTE)


def no_column(sheet: str, heading: str, there: Iterable[str]) -> Diagnostic:
    """E1035: a column that must be there is missing."""
    remedy = did_you_mean(heading, there) or f"add a column with the heading '{heading}'"
    problem = f"the sheet has no column '{heading}'"
    return Diagnostic("E1035", Place(record=f"{sheet}!A1"), problem, remedy)


def unknown_column(cell: Cell, heading: str, known: Iterable[str]) -> Diagnostic:
    """E1036: a heading that a specification does not have."""
    problem = f"unknown column {shown(heading)}"
    remedy = did_you_mean(heading, known) or "remove the column"
    return Diagnostic("E1036", _at(cell), problem, remedy)


def repeated_column(cell: Cell, heading: str, first: Cell) -> Diagnostic:
    """E1037: two columns of one heading."""
    problem = f"the heading '{heading}' stands in {first} already"
    return Diagnostic("E1037", _at(cell), problem, "keep one of the columns")


def no_heading(cell: Cell) -> Diagnostic:
    """E1037: a value below an empty heading."""
    problem = "a value stands in a column without a heading"
    return Diagnostic("E1037", _at(cell), problem, "name the column in row 1, or clear it")


def error_value(cell: Cell, error: str) -> Diagnostic:
    """E1038: a formula ended in an error."""
    remedy = "correct the formula, or write the value"
    return Diagnostic("E1038", _at(cell), f"the cell holds the error {error}", remedy)


def no_result(cell: Cell) -> Diagnostic:
    """E1039: a formula that was never computed."""
    problem = "the cell holds a formula without its value"
    remedy = "open and save the workbook in a spreadsheet program, or write the value"
    return Diagnostic("E1039", _at(cell), problem, remedy)


def no_name(cell: Cell, heading: str) -> Diagnostic:
    """E1040: a row does not say what it is about."""
    problem = f"the row has no '{heading}'"
    return Diagnostic("E1040", _at(cell), problem, "fill the cell, or clear the row")


def unknown_name(cell: Cell, what: str, name: str, sheet: str, known: Iterable[str]) -> Diagnostic:
    """E1041: a cell names what no row of another sheet has."""
    problem = f"{shown(name)} is no {what} of the sheet {sheet}"
    remedy = did_you_mean(name, known) or f"add it to the sheet {sheet}"
    return Diagnostic("E1041", _at(cell), problem, remedy)


def repeated_row(cell: Cell, name: str, first: Cell) -> Diagnostic:
    """E1042: two rows are about the same thing."""
    problem = f"{shown(name)} stands in {first} already"
    return Diagnostic("E1042", _at(cell), problem, "keep one of the rows, or rename one")


def not_next(cell: Cell, text: str, heading: str, expected: int) -> Diagnostic:
    """E1043: a number that does not follow the one before it."""
    problem = f"{shown(text)} is not the {heading.lower()} that comes next"
    return Diagnostic("E1043", _at(cell), problem, f"number it {expected}")


def disagree(cell: Cell, text: str, heading: str, name: str, first: Cell) -> Diagnostic:
    """E1044: two rows of one codelist say otherwise of it."""
    problem = f"{shown(text)} is not the {heading} that {first} gives to '{name}'"
    return Diagnostic("E1044", _at(cell), problem, "write the same in all its rows")


def not_a_choice(cell: Cell, text: str, heading: str, allowed: Iterable[str]) -> Diagnostic:
    """E1045: a word that a column does not know."""
    words = list(allowed)
    remedy = did_you_mean(text, words) or "write one of " + ", ".join(f"'{each}'" for each in words)
    return Diagnostic("E1045", _at(cell), f"{shown(text)} is no word of '{heading}'", remedy)


def unreadable_brackets(cell: Cell, problem: str) -> Diagnostic:
    """E1046: what stands between brackets is no YAML."""
    told = f"the list or mapping in the cell cannot be read: {problem}"
    remedy = "write it as in YAML, [a, b] or {a: b}; a text that begins so needs '\\' before it"
    return Diagnostic("E1046", _at(cell), told, remedy)


def no_path(cell: Cell, text: str, why: str) -> Diagnostic:
    """E1047: a path that leads nowhere."""
    problem = f"the path {shown(text)} {why}"
    remedy = "write names with '.' between them, the number of an entry as [1], other names quoted"
    return Diagnostic("E1047", _at(cell), problem, remedy)


def worked_out(cell: Cell, text: str, heading: str, remedy: str) -> Diagnostic:
    """E1048: a cell that only shows what follows from the rest says something else."""
    problem = f"'{heading}' follows from the rest and cannot be {shown(text)}"
    return Diagnostic("E1048", _at(cell), problem, remedy)


def not_used(cell: Cell, what: str, name: str) -> Diagnostic:
    """E1049 as a note: nothing refers to a row, which a specification then has no place for."""
    problem = f"nothing refers to the {what} {shown(name)}, which is kept beside the specification"
    return Diagnostic("E1049", _at(cell), problem, severity=Severity.NOTE)


def shown_row_gone(sheet: str, name: str) -> Diagnostic:
    """E1050 as a note: a row that only shows what follows from the rest was taken out."""
    told = f"the row of {shown(name)} is gone; it follows from the rest and comes back"
    return Diagnostic("E1050", Place(record=sheet), told, severity=Severity.NOTE)


def foreign_column(cell: Cell, heading: str) -> Diagnostic:
    """E1036 as a note: a column that is kept beside the specification."""
    problem = f"the column {shown(heading)} is none of a specification and is kept beside it"
    return Diagnostic("E1036", _at(cell), problem, severity=Severity.NOTE)


def kept_cells(sheet: str, cells: int, rows: int) -> Diagnostic:
    """E1051 as a note: how much of a foreign sheet is kept beside the study that it began."""
    problem = (
        f"{cells} cells and {rows} rows have no place in a specification and are kept beside it"
    )
    return Diagnostic("E1051", Place(record=sheet), problem, severity=Severity.NOTE)
