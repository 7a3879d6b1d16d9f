"""Operators whose mutants are faults: each writes what no specification may say.

An operator yields every mutant that it can make of a study; which of them are tried is drawn by
`draw.py`. What each must lead to is its own word here, and was written before any was run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tests.mutants.mutant import Expected, Mutant
from tests.mutants.sites import Site, is_dataset, is_expression, words
from tests.mutants.study import Study

Operator = Callable[[Study], Iterator[Mutant]]
FAULT = Expected.FAULT


def _misspelt(name: str) -> str:
    """Return the name with its last letter changed; no shipped name ends so."""
    last = "X" if name.endswith(("Q", "q")) else "Q"
    return name[:-1] + (last if name.isupper() or not name.isalpha() else last.lower())


def _expressions(study: Study) -> Iterator[Site]:
    return (each for each in study.sites if is_expression(each))


def _names(study: Study) -> Iterator[tuple[Site, int, str]]:
    for site in _expressions(study):
        yield from ((site, at, word) for at, word in words(site) if not word.endswith("("))


# --- names ---


def misspelt_variable(study: Study) -> Iterator[Mutant]:
    """A variable of the dataset, or of the one that a lookup reads, under a name there is not."""
    for site, at, word in _names(study):
        name = word.partition(".")[2] or word
        if re.fullmatch(r"[A-Z][A-Z0-9]{3,7}", name) and not word.startswith("study."):
            start = at + len(word) - len(name)
            yield study.replaced("misspelt_variable", FAULT, site, start, name, _misspelt(name))


def misspelt_column(study: Study) -> Iterator[Mutant]:
    """A raw column under a name that its table does not have."""
    for site, at, word in _names(study):
        if re.fullmatch(r"[a-z]+(_[a-z]+)+", word):
            yield study.replaced("misspelt_column", FAULT, site, at, word, _misspelt(word))


def misspelt_qualifier(study: Study) -> Iterator[Mutant]:
    """A lookup, join or constant of the study under a name there is not."""
    for site, at, word in _names(study):
        head = word.partition(".")[0]
        if head != word:
            yield study.replaced("misspelt_qualifier", FAULT, site, at, head, head + "x")


def misspelt_constant(study: Study) -> Iterator[Mutant]:
    """A constant of study.yaml under a name there is not."""
    for site, at, word in _names(study):
        if word.startswith("study.") and word != "study.STUDYID":
            yield study.replaced("misspelt_constant", FAULT, site, at, word, word + "X")


def misspelt_function(study: Study) -> Iterator[Mutant]:
    """A function under a name there is not."""
    for site in _expressions(study):
        for at, word in words(site):
            if word.endswith("(") and len(word) > 4 and "." not in word:
                new = _misspelt(word[:-1]) + "("
                yield study.replaced("misspelt_function", FAULT, site, at, word, new)


def misspelt_key(study: Study) -> Iterator[Mutant]:
    """A key of the language with two letters swapped."""
    language = {"records", "variables", "lookups", "value", "codelist", "label", "where", "pick"}
    language |= {"order", "expect", "text", "tests", "result", "columns", "type", "file", "event"}
    for site in study.sites:
        if site.is_key and site.text in language and "fhir/" not in site.file:
            if len(site.path) >= 1 and site.path[-1] in {"columns", "constants", "content"}:
                continue
            new = site.text[0] + site.text[2] + site.text[1] + site.text[3:]
            yield study.replaced("misspelt_key", FAULT, site, 0, site.raw, new)


def misspelt_codelist(study: Study) -> Iterator[Mutant]:
    """A codelist that terminology.yaml does not have."""
    for site in study.sites:
        if not site.is_key and site.last == "codelist":
            yield study.replaced("misspelt_codelist", FAULT, site, 0, site.raw, site.text + "Q")


def misspelt_source(study: Study) -> Iterator[Mutant]:
    """A raw table or dataset that is not there."""
    for site in study.sites:
        if not site.is_key and site.last in {"from", "table"} and "rows" not in site.path:
            yield study.replaced("misspelt_source", FAULT, site, 0, site.raw, _misspelt(site.text))


def misspelt_key_variable(study: Study) -> Iterator[Mutant]:
    """A name in a list of names that are there: keys, order, by, on, copy, competing."""
    for site in study.sites:
        if site.is_key or site.file in {"study.yaml", "terminology.yaml"} or "[]" not in site.path:
            continue
        if site.last in {"keys", "order", "by", "on", "competing"} or "copy" in site.path:
            yield study.replaced(
                "misspelt_key_variable", FAULT, site, 0, site.raw, _misspelt(site.text)
            )


def misspelt_word(study: Study) -> Iterator[Mutant]:
    """A word outside a closed choice: pick, expect, type, origin, flag, ties, rule, reltype."""
    closed = {"pick", "expect", "origin", "flag", "ties", "rule", "reltype", "partial_dates"}
    for site in study.sites:
        if site.is_key or site.file in {"study.yaml", "terminology.yaml"}:
            continue
        raw_type = site.file == "sources.yaml" and site.last == "type"
        if (site.last in closed or raw_type) and "events" not in site.path:
            yield study.replaced("misspelt_word", FAULT, site, 0, site.raw, site.text + "s")


def misspelt_event(study: Study) -> Iterator[Mutant]:
    """An endpoint, or a competing event, of an event that is not there."""
    for site in study.sites:
        if (
            not site.is_key and site.last in {"event", "not_before"} and "adam/" in site.file
        ) and "impute" not in site.path:
            yield study.replaced("misspelt_event", FAULT, site, 0, site.raw, site.text + "x")


def misspelt_reference(study: Study) -> Iterator[Mutant]:
    """A reference between raw tables to a column that is not there."""
    for site in study.sites:
        if not site.is_key and site.file == "sources.yaml" and site.last == "references":
            yield study.replaced("misspelt_reference", FAULT, site, 0, site.raw, site.text + "x")


def misspelt_variable_name(study: Study) -> Iterator[Mutant]:
    """A variable of the standard filled under a name that the standard does not have.

    It then has no label; where the standard requires the right name, or something reads it, that
    may be what is said instead.
    """
    for site in study.sites:
        if (
            site.is_key
            and "sdtm/" in site.file
            and site.path == ("variables",)
            and len(site.text) < 8
            and not study.is_shared(site)
            and (study.dataset(site.file), site.text) in study.standard
        ):
            places = (*study.heads(site.file), *study.uses(site.text))
            new = site.text + "Q"
            yield study.replaced("misspelt_variable_name", FAULT, site, 0, site.raw, new, places)


# --- terms ---


def misspelt_term(study: Study) -> Iterator[Mutant]:
    """A submission value that its codelist does not have, in terminology.yaml."""
    lists = [each for each in study.sites if each.file == "terminology.yaml" and not each.is_key]
    numeric = {each.path[1] for each in lists if each.last == "type"}
    known = {each.path[1] for each in lists if each.last == "nci"}
    known |= {each.path[1] for each in lists if "terms" in each.path}
    for site in lists:
        if len(site.path) == 4 and site.path[2] == "map" and site.path[1] in known - numeric:
            yield study.replaced("misspelt_term", FAULT, site, 0, site.raw, site.text + "XX")


def misspelt_constant_term(study: Study) -> Iterator[Mutant]:
    """A constant text that the codelist beside it does not have."""
    beside = {(each.file, each.line) for each in study.sites if each.last == "codelist"}
    for site in study.sites:
        if not site.is_key and site.last == "text" and (site.file, site.line) in beside:
            yield study.replaced(
                "misspelt_constant_term", FAULT, site, 0, site.raw, site.text + "X"
            )


def unknown_codelist_code(study: Study) -> Iterator[Mutant]:
    """An NCI code that the pinned terminology does not have."""
    for site in study.sites:
        if not site.is_key and site.last == "nci":
            new = site.text[:1] + "9" + site.text[1:]
            yield study.replaced("unknown_codelist_code", FAULT, site, 0, site.raw, new)


def unknown_version(study: Study) -> Iterator[Mutant]:
    """A standard or terminology package in a version that is not shipped."""
    for site in study.sites:
        if (
            not site.is_key
            and site.file == "study.yaml"
            and len(site.path) == 2
            and site.path[0] in {"standards", "terminology"}
        ):
            yield study.replaced("unknown_version", FAULT, site, 0, site.raw, f'"{site.text}9"')


_COMPARED = re.compile(r"\b((?:[a-z_]+\.)?[A-Z][A-Z0-9]+)\s*(?:=|<>)\s*'([^']+)'")
# Variables that hold whatever was collected, or a supplemental value: any text may be there.
_OPEN = {"QVAL", "QNAM", "IDVARVAL", "LBORRES", "SRCVAR"}


def value_there_is_not(study: Study) -> Iterator[Mutant]:
    """A comparison of a variable with a value that no record of it can have."""
    for site in _expressions(study):
        for found in _COMPARED.finditer(site.raw):
            if found[1].rpartition(".")[2] not in _OPEN:
                at = found.start(2)
                new = found[2] + "X"
                yield study.replaced("value_there_is_not", FAULT, site, at, found[2], new)


_RAW = re.compile(r"\b([a-z][a-z_0-9]*)\s*(?:=|<>)\s*'([^']+)'")


def raw_value_there_is_not(study: Study) -> Iterator[Mutant]:
    """A comparison of a raw column with a value that its contract does not allow."""
    listed = {each.path[-3] for each in study.sites if "values" in each.path[-2:-1]}
    for site in _expressions(study):
        for found in _RAW.finditer(site.raw):
            if found[1] in listed and "." not in site.raw[found.start() - 1 : found.start()]:
                at = found.start(2)
                new = found[2] + "9"
                yield study.replaced("raw_value_there_is_not", FAULT, site, at, found[2], new)


# --- types, units, arguments ---


def text_for_date(study: Study) -> Iterator[Mutant]:
    """A number where a function takes a date."""
    for site in _expressions(study):
        for found in re.finditer(r"\b(?:study_day|complete_date|iso8601)\(([A-Z]+DTC)\b", site.raw):
            yield study.replaced("text_for_date", FAULT, site, found.start(1), found[1], "5")


def text_for_number(study: Study) -> Iterator[Mutant]:
    """A text where a number is compared."""
    for site in _expressions(study):
        for found in re.finditer(r"(?:>=|<=|>|<) (\d+)\b", site.raw):
            new = f"'{found[1]}'"
            yield study.replaced("text_for_number", FAULT, site, found.start(1), found[1], new)


def value_for_condition(study: Study) -> Iterator[Mutant]:
    """A condition that is a text."""
    for site in _expressions(study):
        found = re.fullmatch(r"[a-z_.]+( is (?:not )?null)", site.raw)
        if found:
            yield study.replaced("value_for_condition", FAULT, site, found.start(1), found[1], "")


def swapped_unlike_arguments(study: Study) -> Iterator[Mutant]:
    """Two arguments of different types in the other's place."""
    pattern = re.compile(r"\b(?:codelist|term_decode|add_days)\(([\w.]+), ('?[\w.]+'?)\)")
    for site in _expressions(study):
        for found in pattern.finditer(site.raw):
            inner = f"{found[1]}, {found[2]}"
            new = f"{found[2]}, {found[1]}"
            yield study.replaced(
                "swapped_unlike_arguments", FAULT, site, found.start(1), inner, new
            )


def argument_too_many(study: Study) -> Iterator[Mutant]:
    """A function with an argument more than it has."""
    pattern = re.compile(r"\b(?:study_day|complete_date|grade_number|imputation_flag)\(([^()]*)\)")
    for site in _expressions(study):
        for found in pattern.finditer(site.raw):
            yield study.replaced("argument_too_many", FAULT, site, found.end(1), "", ", 1, 2")


def wrong_unit(study: Study) -> Iterator[Mutant]:
    """A unit that nothing is known of, as the unit of standardised results."""
    for site in study.sites:
        if (
            not site.is_key
            and site.file == "terminology.yaml"
            and len(site.path) == 4
            and site.path[1] == "LBUNIT"
            and site.path[2] == "map"
        ):
            yield study.replaced("wrong_unit", FAULT, site, 0, site.raw, "furlong")


# --- cardinality ---


def pick_only_of_many(study: Study) -> Iterator[Mutant]:
    """A lookup that declares one record where there are several: a finding of the conversion."""
    for site in study.sites:
        if (
            not site.is_key
            and site.last == "pick"
            and site.text == "last"
            and study.dataset(site.file) in {"AE", "CM", "LB", "RS", "EX", "EC", "FA", "MB"}
        ):
            yield study.replaced("pick_only_of_many", FAULT, site, 0, site.raw, "only")


def expect_more_than_there_is(study: Study) -> Iterator[Mutant]:
    """A join that declares a match for every record, though screen failures have none."""
    for site in study.sites:
        if not site.is_key and site.last == "expect" and site.file.endswith("sdtm/dm.yaml"):
            yield study.replaced(
                "expect_more_than_there_is", FAULT, site, 0, site.raw, "exactly one"
            )


def order_is_gone(study: Study) -> Iterator[Mutant]:
    """The first or last record without an order."""
    for file, text in study.files.items():
        for found in re.finditer(r"(pick: (?:first|last)), +order: \[[^\]]*\]", text):
            line = text.count("\n", 0, found.start()) + 1
            yield Mutant("order_is_gone", FAULT, file, line, found.start(), found.end(), found[1])


# --- what must be there ---


def required_variable_is_gone(study: Study) -> Iterator[Mutant]:
    """A dataset without a variable that the standard requires; whoever reads it may be named."""
    for site in study.sites:
        if site.is_key and site.path == ("variables",) and "sdtm/" in site.file:
            core, _ = study.standard.get((study.dataset(site.file), site.text), ("", ""))
            if core == "Req" and not study.is_shared(site):
                places = (*study.heads(site.file), *study.uses(site.text))
                yield _line_gone(study, "required_variable_is_gone", site, places)


def sponsor_label_is_gone(study: Study) -> Iterator[Mutant]:
    """A variable of no standard without a label."""
    for site in study.sites:
        own = site.is_key and site.text == "label" and site.file == "adam/adsl.yaml"
        if own and len(site.path) == 2 and site.path[0] == "variables":
            text = study.files[site.file]
            inline = re.compile(r", label: [^,}\n]+").search(text, site.start - 2)
            if inline is not None and inline.start() == site.start - 2:
                yield Mutant(
                    "sponsor_label_is_gone",
                    FAULT,
                    site.file,
                    site.line,
                    inline.start(),
                    inline.end(),
                    "",
                )


def needed_key_is_gone(study: Study) -> Iterator[Mutant]:
    """A node without a key that it needs; what contains it begins at most a few lines above."""
    for file, text in study.files.items():
        for found in re.finditer(r"(?:, expect: [a-z ]+(?=\})|from: [A-Z]+, (?=where))", text):
            line = text.count("\n", 0, found.start()) + 1
            yield Mutant("needed_key_is_gone", FAULT, file, line, found.start(), found.end(), "")


def _line_gone(
    study: Study, operator: str, site: Site, places: tuple[tuple[str, int], ...]
) -> Mutant:
    """Return the mutant without the entry that begins at a key of a block."""
    text = study.files[site.file]
    start = text.rindex("\n", 0, site.start) + 1
    end = text.index("\n", site.start) + 1
    while text[end : end + 4] == "    ":
        end = text.index("\n", end) + 1
    return Mutant(operator, FAULT, site.file, site.line, start, end, "", places)


# --- shape ---


def doubled_key(study: Study) -> Iterator[Mutant]:
    """A line twice."""
    for site in study.sites:
        if site.is_key and site.path == ("variables",):
            text = study.files[site.file]
            start = text.rindex("\n", 0, site.start) + 1
            end = text.index("\n", site.start) + 1
            if not text[start:end].rstrip().endswith((":", "|", "[")):
                entry = text[start:end]
                yield Mutant("doubled_key", FAULT, site.file, site.line + 1, end, end, entry)


def bracket_is_gone(study: Study) -> Iterator[Mutant]:
    """A bracket that is not closed."""
    for file, text in study.files.items():
        for number, line in enumerate(study.lines[file], start=1):
            if line.strip().endswith(("}", "]", ")")) and "#" not in line and "'" not in line:
                end = len("\n".join([*study.lines[file][: number - 1], line.rstrip()]))
                assert text[end - 1] in "}])"
                yield Mutant("bracket_is_gone", FAULT, file, number, end - 1, end, "")


def comma_is_gone(study: Study) -> Iterator[Mutant]:
    """Two entries of a mapping or list without the comma between them."""
    for file, text in study.files.items():
        if is_dataset(file):
            for found in re.finditer(r"(?<=\w),(?= +(?:codelist|pick|order|expect|label): )", text):
                line = text.count("\n", 0, found.start()) + 1
                yield Mutant("comma_is_gone", FAULT, file, line, found.start(), found.end(), "")


def quote_is_gone(study: Study) -> Iterator[Mutant]:
    """A text of an expression that is not closed."""
    for site in _expressions(study):
        if "\n" not in site.raw and not site.raw.startswith("'"):
            for found in re.finditer(r"'[^']+(')", site.raw):
                yield study.replaced("quote_is_gone", FAULT, site, found.start(1), "'", "")


def indented_otherwise(study: Study) -> Iterator[Mutant]:
    """A line with a blank more, or one less, than its neighbours."""
    for site in study.sites:
        if site.is_key and site.path == ("variables",):
            start = study.files[site.file].rindex("\n", 0, site.start) + 1
            for old, new in (("  ", " "), ("  ", "   ")):
                assert study.files[site.file][start : start + 2] == old
                yield Mutant(
                    "indented_otherwise", FAULT, site.file, site.line, start, start + 2, new
                )


def value_and_text(study: Study) -> Iterator[Mutant]:
    """Two keys that exclude one another."""
    for site in study.sites:
        if not site.is_key and site.last == "codelist" and "sdtm/" in site.file:
            yield study.replaced(
                "value_and_text", FAULT, site, 0, site.raw, f"{site.raw}, number: 1, text: A"
            )


def anchor_or_tag(study: Study) -> Iterator[Mutant]:
    """YAML that hides what a line says."""
    for site in study.sites:
        if not site.is_key and site.last == "label" and site.raw[:1].isalpha():
            new = f"!!str {site.raw}" if len(site.raw) % 2 else f"&a {site.raw}"
            yield study.replaced("anchor_or_tag", FAULT, site, 0, site.raw, new)


# --- bounds ---


def length_out_of_range(study: Study) -> Iterator[Mutant]:
    """A length that no variable of XPORT can have."""
    lengths = ["0", "201", "12.5", "ten"]
    for number, site in enumerate(study.sites):
        if not site.is_key and site.last == "codelist" and is_dataset(site.file):
            new = f"{site.raw}, length: {lengths[number % 4]}"
            yield study.replaced("length_out_of_range", FAULT, site, 0, site.raw, new)


def label_too_long(study: Study) -> Iterator[Mutant]:
    """A label of more than 40 bytes."""
    for site in study.sites:
        if not site.is_key and site.last == "label" and is_dataset(site.file):
            new = f'"{site.text} {"x" * 40}"'
            yield study.replaced("label_too_long", FAULT, site, 0, site.raw, new)


def number_that_is_none(study: Study) -> Iterator[Mutant]:
    """A word where a number is written."""
    for site in study.sites:
        if (
            not site.is_key
            and site.last in {"code", "number", "window", "minimum", "maximum"}
            and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", site.raw)
            and "rows" not in site.path
            and "fhir/" not in site.file
        ):
            yield study.replaced("number_that_is_none", FAULT, site, 0, site.raw, "many")


# --- circles ---


def circle_of_variables(study: Study) -> Iterator[Mutant]:
    """A variable made from one that is made from it; any of the two may be named."""
    pattern = re.compile(r"^  ([A-Z0-9]+): +study_day\(([A-Z]+DTC), ", re.MULTILINE)
    for file, text in study.files.items():
        for found in pattern.finditer(text):
            day, date = found[1], found[2]
            defined = re.search(rf"^  +{date}: +(iso8601\([^)\n]*\))$", text, re.MULTILINE)
            if defined:
                line = text.count("\n", 0, defined.start(1)) + 1
                places = ((file, text.count("\n", 0, found.start()) + 1),)
                new = f"number_text({day})"
                yield Mutant(
                    "circle_of_variables",
                    FAULT,
                    file,
                    line,
                    defined.start(1),
                    defined.end(1),
                    new,
                    places,
                )


def circle_of_datasets(study: Study) -> Iterator[Mutant]:
    """A dataset that reads one that is made from it; the head of any of them may be named."""
    for file, text in study.files.items():
        found = re.search(r"^lookups:\n", text, re.MULTILINE)
        made = f"from: {study.dataset(file)}," in study.files["adam/adsl.yaml"]
        if found and "sdtm/" in file and made:
            line = text.count("\n", 0, found.end()) + 1
            heads = tuple(study.head(each) for each in study.files if is_dataset(each))
            new = "  adsl: {from: ADSL, pick: only}\n"
            at = found.end()
            yield Mutant("circle_of_datasets", FAULT, file, line, at, at, new, heads)


# --- resources ---


def misspelt_element(study: Study) -> Iterator[Mutant]:
    """An element that the resource does not have: known from its definition."""
    for site in study.sites:
        if (
            site.is_key
            and "fhir/" in site.file
            and site.path[:1] == ("content",)
            and site.text not in {"text", "number", "boolean"}
            and site.text.isalpha()
        ):
            yield study.replaced("misspelt_element", FAULT, site, 0, site.raw, site.text + "x")


def code_there_is_not(study: Study) -> Iterator[Mutant]:
    """A code outside the value set that the element requires: `status`, `gender`, `use`."""
    for site in study.sites:
        if (
            not site.is_key
            and "fhir/" in site.file
            and site.last == "text"
            and site.path[-2] in {"status", "use"}
        ):
            yield study.replaced("code_there_is_not", FAULT, site, 0, site.raw, site.text + "x")


def reference_to_nothing(study: Study) -> Iterator[Mutant]:
    """A reference to a type of resource that the study does not make."""
    for site in study.sites:
        if not site.is_key and "fhir/" in site.file and site.raw.startswith('"reference('):
            at = site.raw.index("'") + 1
            name = site.raw[at:].partition("'")[0]
            yield study.replaced("reference_to_nothing", FAULT, site, at, name, name + "s")


FAULTS: tuple[Operator, ...] = (
    misspelt_variable,
    misspelt_column,
    misspelt_qualifier,
    misspelt_constant,
    misspelt_function,
    misspelt_key,
    misspelt_codelist,
    misspelt_source,
    misspelt_key_variable,
    misspelt_word,
    misspelt_event,
    misspelt_reference,
    misspelt_variable_name,
    misspelt_term,
    misspelt_constant_term,
    unknown_codelist_code,
    unknown_version,
    value_there_is_not,
    raw_value_there_is_not,
    text_for_date,
    text_for_number,
    value_for_condition,
    swapped_unlike_arguments,
    argument_too_many,
    wrong_unit,
    pick_only_of_many,
    expect_more_than_there_is,
    order_is_gone,
    required_variable_is_gone,
    sponsor_label_is_gone,
    needed_key_is_gone,
    doubled_key,
    bracket_is_gone,
    comma_is_gone,
    quote_is_gone,
    indented_otherwise,
    value_and_text,
    anchor_or_tag,
    length_out_of_range,
    label_too_long,
    number_that_is_none,
    circle_of_variables,
    circle_of_datasets,
    misspelt_element,
    code_there_is_not,
    reference_to_nothing,
)
