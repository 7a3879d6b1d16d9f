"""Operators whose mutants are legal, or change nothing at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.mutants.faults import Operator
from tests.mutants.mutant import Expected, Mutant
from tests.mutants.sites import Site, is_dataset, is_expression
from tests.mutants.study import Study

LEGAL, EQUIVALENT = Expected.LEGAL, Expected.EQUIVALENT


def _changed(study: Study, site: Site) -> tuple[str, ...]:
    """Return what a comparison must name where the value of a site changes."""
    dataset = study.dataset(site.file)
    for place, key in enumerate(site.path[:-1]):
        if key in {"variables", "set"}:
            if study.is_helper(site):
                return (dataset,)
            return (f"{dataset}.{site.path[place + 1]}",)
        if key == "supplemental":
            return (f"SUPP{dataset}", dataset)
    return (dataset,)


# --- legal ---


def other_label(study: Study) -> Iterator[Mutant]:
    """Another label of a variable."""
    for site in study.sites:
        if (
            not site.is_key
            and site.last == "label"
            and site.path[0] == "variables"
            and "adam/" in site.file
            and len(site.text) < 35
            and site.raw[:1].isalnum()
        ):
            yield study.replaced(
                "other_label",
                LEGAL,
                site,
                0,
                site.raw,
                f"{site.text} 2",
                changed=_changed(study, site),
            )


def other_method(study: Study) -> Iterator[Mutant]:
    """Another sentence about how a variable is derived."""
    for site in study.sites:
        if (
            not site.is_key
            and site.last == "method"
            and is_dataset(site.file)
            and site.raw[:1].isalpha()
            and not study.is_overridden(site)
        ):
            yield study.replaced(
                "other_method",
                LEGAL,
                site,
                0,
                site.raw,
                f"{site.text} Amended.",
                changed=_changed(study, site),
            )


def other_number(study: Study) -> Iterator[Mutant]:
    """Another number in an expression."""
    for site in study.sites:
        if is_expression(site) and "rows" not in site.path:
            for found in re.finditer(r"(?:>=|<=|>|<|and|between) (\d+)\b", site.raw):
                new = str(int(found[1]) + 1)
                yield study.replaced(
                    "other_number",
                    LEGAL,
                    site,
                    found.start(1),
                    found[1],
                    new,
                    changed=_changed(study, site),
                )


def other_constant(study: Study) -> Iterator[Mutant]:
    """Another value of a constant of the study."""
    reach = {
        "CUTOFF": "ADSL.DCUTDT",
        "NPLANNED": "ADSL.PPROTFL",
        "AEWINDOW": "ADAE.TRTEMFL",
        "REGISTRY": "fhir.research_study",
    }
    values = {"CUTOFF": "2023-07-01", "NPLANNED": "7", "AEWINDOW": "180", "REGISTRY": "ChiCTR1"}
    for site in study.sites:
        if not site.is_key and site.path[:1] == ("constants",) and site.path[1] in reach:
            name = site.path[1]
            yield study.replaced(
                "other_constant",
                LEGAL,
                site,
                0,
                site.raw,
                values[name],
                changed=(reach[name], "TS"),
            )


def other_text(study: Study) -> Iterator[Mutant]:
    """Another text where the text is free: no codelist, no identifier."""
    beside = {(each.file, each.line) for each in study.sites if each.last == "codelist"}
    for site in study.sites:
        if site.is_key or site.last != "text" or (site.file, site.line) in beside:
            continue
        name = site.path[-2]
        if site.file in {"sdtm/ex.yaml", "sdtm/ec.yaml", "sdtm/pr.yaml"} and name not in {"DOMAIN"}:
            yield study.replaced(
                "other_text",
                LEGAL,
                site,
                0,
                site.raw,
                '"OTHER TEXT"',
                changed=_changed(study, site),
            )


def value_that_is_another(study: Study) -> Iterator[Mutant]:
    """A comparison with another of the values that the variable has."""
    others = {"'Y'": "'N'", "'OVRLRESP'": "'DRI'", "'MRDIND'": "'DRI'", "'COLLAT'": "'DONAGE'"}
    others |= {"'FATAL'": "'RECOVERED/RESOLVED'", "'ABOMATCH'": "'COLLAT'", "'DRI'": "'MRDIND'"}
    for site in study.sites:
        if is_expression(site):
            for found in re.finditer(r"[A-Z]+ = ('[^']+')", site.raw):
                if found[1] in others:
                    yield study.replaced(
                        "value_that_is_another",
                        LEGAL,
                        site,
                        found.start(1),
                        found[1],
                        others[found[1]],
                        changed=_changed(study, site),
                    )


def swapped_like_arguments(study: Study) -> Iterator[Mutant]:
    """Two dates in the other's place: another value, and nothing that a type could tell."""
    pattern = re.compile(r"\b(?:study_day|days_between)\(([\w.]+), ([\w.]+)\)")
    for site in study.sites:
        if is_expression(site):
            for found in pattern.finditer(site.raw):
                yield study.replaced(
                    "swapped_like_arguments",
                    LEGAL,
                    site,
                    found.start(1),
                    f"{found[1]}, {found[2]}",
                    f"{found[2]}, {found[1]}",
                    changed=_changed(study, site),
                )


def first_for_last(study: Study) -> Iterator[Mutant]:
    """The first record instead of the last, or the other way round."""
    other = {"first": "last", "last": "first"}
    for site in study.sites:
        if (
            not site.is_key
            and site.last in {"pick", "flag"}
            and site.text in other
            and is_dataset(site.file)
        ):
            yield study.replaced(
                "first_for_last",
                LEGAL,
                site,
                0,
                site.raw,
                other[site.text],
                changed=_changed(study, site),
            )


def variable_that_may_go(study: Study) -> Iterator[Mutant]:
    """A dataset without a permissible variable that nothing else reads.

    Not where the records are written out: their cells would be read by nothing.
    """
    for site in study.sites:
        if site.is_key and site.path == ("variables",) and "sdtm/" in site.file:
            dataset = study.dataset(site.file)
            core, _ = study.standard.get((dataset, site.text), ("", ""))
            text = study.files[site.file]
            start = text.rindex("\n", 0, site.start) + 1
            end = text.index("\n", site.start) + 1
            if (
                core == "Perm"
                and not study.has_rows(site.file)
                and len(study.uses(site.text)) == 1
                and text[end : end + 4] != "    "
            ):
                yield Mutant(
                    "variable_that_may_go",
                    LEGAL,
                    site.file,
                    site.line,
                    start,
                    end,
                    "",
                    changed=(f"{dataset}.{site.text}",),
                )


def further_filter(study: Study) -> Iterator[Mutant]:
    """A block that takes fewer records."""
    pattern = re.compile(r"^  - from: ([a-z_]+)$\n(?!    where)", re.MULTILINE)
    for file, text in study.files.items():
        for found in pattern.finditer(text):
            if f"  {found[1]}:\n" in study.files["sources.yaml"]:
                line = text.count("\n", 0, found.end()) + 1
                end = found.end()
                new = "    where: subject_no is not null\n"
                yield Mutant(
                    "further_filter",
                    LEGAL,
                    file,
                    line,
                    end,
                    end,
                    new,
                    changed=(study.dataset(file),),
                )


def other_mapping(study: Study) -> Iterator[Mutant]:
    """A collected value that becomes another term of the same codelist."""
    other = {"Y": "N", "N": "Y", "M": "F", "F": "M"}
    users = {"NY": ("AE.AESER", "MH.MHOCCUR", "SV.SVOCCUR"), "SEX": ("DM.SEX",)}
    for site in study.sites:
        if (
            not site.is_key
            and site.file == "terminology.yaml"
            and len(site.path) == 4
            and site.path[1] in users
            and site.text in other
        ):
            yield study.replaced(
                "other_mapping",
                LEGAL,
                site,
                0,
                site.raw,
                other[site.text],
                changed=users[site.path[1]],
            )


def other_description(study: Study) -> Iterator[Mutant]:
    """Another description of an event or of a reason of censoring."""
    for site in study.sites:
        if (
            not site.is_key
            and site.last == "description"
            and site.file.endswith("adam/adtte.yaml")
            and site.path[0] in {"events", "censoring", "window_end"}
        ):
            yield study.replaced(
                "other_description",
                LEGAL,
                site,
                0,
                site.raw,
                f"{site.text} (AMENDED)",
                changed=("ADTTE.EVNTDESC",),
            )


# --- equivalent ---


def comment_line(study: Study) -> Iterator[Mutant]:
    """A line of comment."""
    for file, text in study.files.items():
        for found in re.finditer(r"^(?=  [A-Z]+: )", text, re.MULTILINE):
            line = text.count("\n", 0, found.start()) + 1
            at = found.start()
            yield Mutant("comment_line", EQUIVALENT, file, line, at, at, "  # as agreed: x\n")


def empty_line(study: Study) -> Iterator[Mutant]:
    """An empty line between two entries."""
    for file, text in study.files.items():
        for found in re.finditer(r"^(?=  [A-Z]+: )", text, re.MULTILINE):
            line = text.count("\n", 0, found.start()) + 1
            yield Mutant("empty_line", EQUIVALENT, file, line, found.start(), found.start(), "\n")


def blanks_at_the_end(study: Study) -> Iterator[Mutant]:
    """Blanks at the end of a line."""
    for file, text in study.files.items():
        for found in re.finditer(r"[})]$", text, re.MULTILINE):
            line = text.count("\n", 0, found.start()) + 1
            at = found.end()
            yield Mutant("blanks_at_the_end", EQUIVALENT, file, line, at, at, "   ")


def line_ends(study: Study) -> Iterator[Mutant]:
    """The line ends of Windows throughout a file."""
    for file, text in study.files.items():
        new = text.replace("\n", "\r\n")
        yield Mutant("line_ends", EQUIVALENT, file, 1, 0, len(text), new)


def quoted(study: Study) -> Iterator[Mutant]:
    """A value in quotes that has none."""
    for site in study.sites:
        plain = re.fullmatch(r"[A-Za-z0-9_ .(),]+", site.raw)
        if not site.is_key and plain and is_dataset(site.file):
            yield study.replaced("quoted", EQUIVALENT, site, 0, site.raw, f'"{site.raw}"')


def wider_blanks(study: Study) -> Iterator[Mutant]:
    """Wider blanks inside an expression."""
    for site in study.sites:
        if is_expression(site) and "'" not in site.raw and "\n" not in site.raw:
            for found in re.finditer(r", ", site.raw):
                yield study.replaced("wider_blanks", EQUIVALENT, site, found.start(), ", ", " ,  ")


def capital_keywords(study: Study) -> Iterator[Mutant]:
    """SQL's own words in capitals."""
    for site in study.sites:
        if is_expression(site):
            for found in re.finditer(r"\b(case when|is not null|and|or)\b", site.raw):
                if site.raw[: found.start()].count("'") % 2 == 0:
                    yield study.replaced(
                        "capital_keywords",
                        EQUIVALENT,
                        site,
                        found.start(),
                        found[1],
                        found[1].upper(),
                    )


def keys_reordered(study: Study) -> Iterator[Mutant]:
    """Two keys of a mapping in the other order."""
    pattern = re.compile(r"\{(value: [\w.()]+), +(codelist: \w+)\}")
    for file, text in study.files.items():
        for found in pattern.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            new = f"{{{found[2]}, {found[1]}}}"
            yield Mutant("keys_reordered", EQUIVALENT, file, line, found.start(), found.end(), new)


def variables_reordered(study: Study) -> Iterator[Mutant]:
    """Two variables of the standard in the other order: SDTM prescribes their order."""
    for file, text in study.files.items():
        if "sdtm/" not in file:
            continue
        pattern = re.compile(r"^  ([A-Z]+): .*\n(?=  ([A-Z]+): .*\n)", re.MULTILINE)
        body = text.find("\nvariables:")
        for found in pattern.finditer(text, max(body, 0)):
            following = text.index("\n", found.end()) + 1
            names = [(study.dataset(file), name) for name in found.groups()]
            one_line = text[following : following + 4] != "    "
            if all(each in study.standard for each in names) and one_line:
                line = text.count("\n", 0, found.start()) + 1
                new = text[found.end() : following] + found[0]
                yield Mutant(
                    "variables_reordered", EQUIVALENT, file, line, found.start(), following, new
                )


def source_named(study: Study) -> Iterator[Mutant]:
    """A raw column named with its source."""
    for site in study.sites:
        if site.path == ("variables", site.last) and "sdtm/" in site.file:
            found = re.fullmatch(r"(?:iso8601|usubjid|number_text)\(([a-z_]+)\)", site.raw)
            if found:
                yield study.replaced(
                    "source_named", EQUIVALENT, site, found.start(1), found[1], f"src.{found[1]}"
                )


HARMLESS: tuple[Operator, ...] = (
    other_label,
    other_method,
    other_number,
    other_constant,
    other_text,
    value_that_is_another,
    swapped_like_arguments,
    first_for_last,
    variable_that_may_go,
    further_filter,
    other_mapping,
    other_description,
    comment_line,
    empty_line,
    blanks_at_the_end,
    line_ends,
    quoted,
    wider_blanks,
    capital_keywords,
    keys_reordered,
    variables_reordered,
    source_named,
)
