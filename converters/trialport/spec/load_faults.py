"""The faults of loading a specification, a function each (E10 files, E11 keys and types)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trialport.diagnostics import Diagnostic, Place, Severity, did_you_mean
from trialport.spec.forms import Form

# --- E10: files and YAML ------------------------------------------------------------------------


def not_yaml(place: Place, problem: str, remedy: str) -> Diagnostic:
    """Return E1001: the text is not YAML."""
    return Diagnostic("E1001", place, f"the file is not YAML: {problem}", remedy)


def no_folder(place: Place) -> Diagnostic:
    """Return E1002: there is no folder to read."""
    return Diagnostic("E1002", place, "there is no folder of this name")


def not_utf8(place: Place) -> Diagnostic:
    """Return E1003: the bytes are not UTF-8; the line is the first that is not."""
    return Diagnostic("E1003", place, "the text is not UTF-8", "save the file as UTF-8")


def anchor(place: Place, name: str) -> Diagnostic:
    """Return E1004: an anchor or alias."""
    problem = f"'{name}' is an anchor or alias; a specification has neither"
    sign = name[:1]
    return Diagnostic(
        "E1004", place, problem, f"write the text out, or quote it where it begins with '{sign}'"
    )


def tag(place: Place, name: str) -> Diagnostic:
    """Return E1005: a tag."""
    problem = f"'{name}' is a tag; a specification has none"
    return Diagnostic(
        "E1005", place, problem, "remove it, or quote the text where it begins with '!'"
    )


def second_document(place: Place) -> Diagnostic:
    """Return E1006: more than one document in a file."""
    return Diagnostic("E1006", place, "a second document begins here", "remove the line '---'")


def repeated_key(place: Place, name: str, first: int) -> Diagnostic:
    """Return E1007: a key twice in one mapping; `first` is the line of the first."""
    problem = f"key '{name}' is written twice; first in line {first}"
    return Diagnostic("E1007", place, problem, "keep one of them")


def merge_key(place: Place) -> Diagnostic:
    """Return E1008: a merge key."""
    problem = "'<<' merges mappings; a specification does not"
    return Diagnostic("E1008", place, problem, "write the keys out")


def too_deep(place: Place, deepest: int) -> Diagnostic:
    """Return E1009: too many levels."""
    return Diagnostic("E1009", place, f"more than {deepest} levels stand inside one another")


def unknown_file(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    """Return E1010: a YAML file that belongs to no specification; it is not read."""
    return Diagnostic(
        "E1010",
        place,
        f"'{name}' is no file of a specification and is not read",
        did_you_mean(name, known),
        Severity.WARNING,
    )


def no_study(place: Place) -> Diagnostic:
    """Return E1011: study.yaml is missing."""
    remedy = "add it with 'study', 'standards' and 'terminology'"
    return Diagnostic("E1011", place, "the specification has no study.yaml", remedy)


def repeated_dataset(place: Place, name: str, first: Place) -> Diagnostic:
    """Return E1012: two files of one dataset."""
    problem = f"dataset '{name}' is specified twice; first in {first}"
    return Diagnostic("E1012", place, problem, "keep one of the files, or rename a dataset")


def other_file_name(place: Place, name: str, file_name: str) -> Diagnostic:
    """Return E1013: a file that is not called as its dataset."""
    return Diagnostic(
        "E1013",
        place,
        f"file '{file_name}' holds dataset '{name}'",
        f"rename the file to '{name.lower()}.yaml'",
        Severity.NOTE,
    )


def too_large(place: Place, largest: int) -> Diagnostic:
    """Return E1014: a file that is too large to be a specification."""
    return Diagnostic("E1014", place, f"the file is larger than {largest} bytes")


def control_character(place: Place, character: str) -> Diagnostic:
    """Return E1015: a character that no text file holds."""
    problem = f"the control character U+{ord(character):04X} stands in the text"
    return Diagnostic("E1015", place, problem, "remove it")


def key_is_no_text(place: Place) -> Diagnostic:
    """Return E1016: a list or mapping as a key."""
    problem = "a list or a mapping stands where a key is expected"
    return Diagnostic("E1016", place, problem, "quote a key that begins with '[', '{' or '?'")


def leaves_folder(place: Place) -> Diagnostic:
    """Return E1017: a symbolic link that is not followed."""
    problem = "the symbolic link leads out of the folder or to a folder"
    return Diagnostic("E1017", place, problem, "put the file itself into the folder")


def too_many_files(place: Place, most: int) -> Diagnostic:
    """Return E1018: a folder that cannot be a specification."""
    problem = f"the folder holds more than {most} files"
    return Diagnostic("E1018", place, problem, "give the folder that holds study.yaml")


def cannot_open(place: Place, reason: str) -> Diagnostic:
    """Return E1019: the system refuses the file."""
    return Diagnostic("E1019", place, f"the file cannot be opened: {reason}")


def empty_file(place: Place, what: str) -> Diagnostic:
    """Return E1020: a file without content."""
    return Diagnostic("E1020", place, f"the file is empty where a {what} is expected")


def unknown_template(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    """Return E1060: a template that neither lies beside the study nor is shipped."""
    remedy = did_you_mean(name, known) or "put it into a folder 'templates' beside the study's"
    return Diagnostic("E1060", place, f"there is no template '{name}'", remedy)


def not_a_template_name(place: Place, name: str) -> Diagnostic:
    """Return E1061: a path, or a link that leads elsewhere, where a template is named."""
    problem = f"'{name}' is no name of a template: small letters, digits, '_' and '-'"
    remedy = "put the template into the folder 'templates' beside the study's, and name it"
    return Diagnostic("E1061", place, problem, remedy)


def circle_of_templates(place: Place, names: Sequence[str]) -> Diagnostic:
    """Return E1062: templates that extend each other."""
    problem = f"templates extend each other: {' -> '.join(names)}"
    return Diagnostic("E1062", place, problem, f"remove '{names[-1]}' from this 'extends'")


def nothing_to_drop(place: Place, name: str, known: Iterable[str]) -> Diagnostic:
    """Return E1063: what is dropped stands in no template beneath."""
    remedy = did_you_mean(name, known) or "remove it from 'drop'"
    return Diagnostic("E1063", place, f"no template beneath this file has '{name}'", remedy)


# --- E11: keys, shapes, values, names -----------------------------------------------------------

_COMMA = "a comma ends a value inside { } and [ ]: quote text that holds one"


def unknown_key(place: Place, name: str, of: str, known: Iterable[str], *, cut: bool) -> Diagnostic:
    """Return E1101: a key that the node does not have; `cut` where a comma may have made it."""
    remedy = _COMMA if cut else did_you_mean(name, known)
    return Diagnostic("E1101", place, f"unknown key '{name}' of {of}", remedy)


def missing_key(place: Place, name: str, of: str, doc: str) -> Diagnostic:
    """Return E1102: a key that must be there."""
    return Diagnostic("E1102", place, f"{of} has no key '{name}'", f"add '{name}': {doc}")


def wrong_shape(place: Place, what: str, found: str, expected: str) -> Diagnostic:
    """Return E1103: a list, mapping or text where another of them is expected."""
    problem = f"{what} is {found} where {expected} is expected"
    remedy = "begin each entry with '- '" if expected == "a list" else ""
    return Diagnostic("E1103", place, problem, remedy)


def not_one_of(place: Place, text: str, what: str, allowed: Iterable[str]) -> Diagnostic:
    """Return E1104: a word outside a closed choice."""
    remedy = did_you_mean(text, allowed)
    return Diagnostic("E1104", place, f"'{text}' is not a value of {what}", remedy)


def not_whole(place: Place, text: str, what: str) -> Diagnostic:
    """Return E1105: text where a whole number is expected."""
    return Diagnostic("E1105", place, f"'{text}' of {what} is not a whole number")


def more_than_one_of(
    place: Place, of: str, found: Sequence[str], choice: Sequence[str]
) -> Diagnostic:
    """Return E1106: keys that exclude one another."""
    problem = f"{of} has {_listed(found, 'and')}, which exclude one another"
    return Diagnostic("E1106", place, problem, f"keep one of {_listed(choice, 'or')}")


def none_of(place: Place, of: str, choice: Sequence[str]) -> Diagnostic:
    """Return E1107: none of the keys of which one must be there."""
    problem = f"{of} has none of {_listed(choice, 'or')}"
    return Diagnostic("E1107", place, problem, "add one of them")


def other_form(place: Place, text: str, what: str, form: Form) -> Diagnostic:
    """Return the fault of a form (E1105, E1108-E1111, E1113, E1114, E1116)."""
    near = next((each for each in (text.upper(), text.lower()) if form.fits(each)), None)
    remedy = f"write {form.written}" if near is None else f"did you mean '{near}'?"
    return Diagnostic(form.code, place, f"'{text}' of {what} is not {form.what}", remedy)


def same_but_for_case(place: Place, name: str, other: str, what: str) -> Diagnostic:
    """Return E1112: two names that SQL does not tell apart."""
    problem = f"'{name}' and '{other}' of {what} differ in case alone, which SQL does not see"
    return Diagnostic("E1112", place, problem, "rename one of them")


def left_empty(place: Place, what: str, *, cut: bool) -> Diagnostic:
    """Return E1115: an entry without a value; `cut` where a comma may have made it."""
    remedy = _COMMA if cut else "give it a value, '' for empty text, or remove it"
    return Diagnostic("E1115", place, f"{what} is left empty", remedy)


def named_twice(place: Place, name: str, what: str) -> Diagnostic:
    """Return E1117: a name twice in a list of names."""
    return Diagnostic("E1117", place, f"'{name}' stands twice in {what}", "keep one of them")


def _listed(names: Sequence[str], word: str) -> str:
    quoted = [f"'{each}'" for each in names]
    if len(quoted) == 1:
        return quoted[0]
    return f"{', '.join(quoted[:-1])} {word} {quoted[-1]}"
