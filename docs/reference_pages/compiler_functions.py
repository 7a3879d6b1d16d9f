"""The functions that the compiler knows without a definition in `trialport.functions`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Described:
    """A function: how it is called, what it gives, and what comes of null arguments."""

    name: str
    call: str
    result: str
    null: str = ""


_OF_SET = "`lookup` is a lookup without `pick`; the inner expression may compute."

OWN = (
    Described(
        "usubjid",
        "usubjid(part, ...)",
        "STUDYID and the parts, joined with `-`",
        "null where a part is null",
    ),
    Described(
        "person",
        "person(part, ...)",
        "the parts, joined with `-`; for an earlier number of a re-screened person the number that"
        " stays (`subjects.rescreened` of study.yaml), as `usubjid` uses it",
        "null where a part is null",
    ),
    Described(
        "codelist",
        "codelist(value, 'NAME')",
        "the submission value of a collected value, by the codelist NAME of terminology.yaml;"
        " a value without a term is a finding (E3203)",
        "null",
    ),
    Described(
        "term_decode",
        "term_decode(value, 'NAME')",
        "the decode of a submission value; a value without a term is a finding (E3203)",
        "null",
    ),
    Described(
        "collected",
        "collected(column)",
        "the text of a raw column as collected, before its type was read",
        "null where the cell is empty or a missing code",
    ),
    Described(
        "in_unit",
        "in_unit(number, from, to[, analyte])",
        "the number in another unit; a pair without a known factor is a finding (E3204)",
        "null",
    ),
    Described(
        "sequence",
        "sequence(variable, ...)",
        "the number of the record in its group, from 1: by the keys of the dataset, then by all"
        " other values; the group is the subject unless variables are named",
    ),
    Described(
        "reference",
        "reference('Type', key, ...)",
        "a FHIR reference to the resource of that type and identity",
        "null where a key is null",
    ),
    Described(
        "any_of",
        "any_of(condition)",
        f"whether the condition holds for a record of a set. {_OF_SET}",
        "false for an empty set",
    ),
    Described(
        "count",
        "count(lookup.VARIABLE)",
        f"how many records of a set have a value. {_OF_SET}",
        "0 for an empty set",
    ),
    Described("min", "min(lookup.VARIABLE)", f"the least value of a set. {_OF_SET}", "null"),
    Described("max", "max(lookup.VARIABLE)", f"the greatest value of a set. {_OF_SET}", "null"),
    Described("sum", "sum(lookup.VARIABLE)", f"the sum over a set. {_OF_SET}", "null"),
)

SQL = (
    Described("coalesce", "coalesce(value, ...)", "the first value that is not null"),
    Described("nullif", "nullif(value, other)", "null where both are equal, else the value"),
    Described(
        "replace",
        "replace(text, old, 'new')",
        "the text with every `old` replaced; `new` is a text in quotes of up to 20 characters",
    ),
    Described("concat", "concat(text, ...)", "the texts in a row; nulls count as empty"),
    Described(
        "lpad",
        "lpad(text, length, fill)",
        "the text filled up on the left, or cut; the length is a whole number up to 200",
    ),
    Described("rpad", "rpad(text, length, fill)", "the same on the right"),
    Described(
        "regexp_matches",
        "regexp_matches(text, 'pattern')",
        "whether the pattern (RE2, up to 200 characters) is found in the text",
    ),
    Described(
        "regexp_extract",
        "regexp_extract(text, 'pattern'[, group])",
        "what the pattern, or its group 0 to 9, finds first; null where nothing is found",
    ),
    Described("greatest", "greatest(value, ...)", "the greatest value; nulls are left out"),
    Described("least", "least(value, ...)", "the least value; nulls are left out"),
)
