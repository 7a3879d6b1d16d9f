"""Expected codes and terms are those of the CDISC packages as NCI EVS publishes them."""

from __future__ import annotations

import gzip
import io
import json
from functools import cache

import pytest
from trialport.templates import shipped
from trialport.terms import (
    Codelist,
    Term,
    load_terminology,
    nearest,
    paired_terms,
    suggestion,
    terminology_digest,
)

FOLDER = shipped() / "terminology"


@cache
def _package(name: str) -> bytes:
    return (FOLDER / f"{name}.csv.gz").read_bytes()


@cache
def _codelist(name: str) -> Codelist:
    return next(iter(load_terminology(_package("sdtmct-2025-03-28"), [name]).values()))


def test_ny_holds_its_four_terms() -> None:
    ny = _codelist("NY")
    assert (ny.code, ny.name, ny.extensible) == ("C66742", "No Yes Response", False)
    assert set(ny.values) == {"N", "NA", "U", "Y"}
    assert ny.term("Y") == Term("C49488", "Y", "Yes", ("Yes",))
    assert ny.term("y") is None
    assert "Y" in ny
    assert "y" not in ny


def test_a_codelist_is_found_by_code_and_by_submission_name() -> None:
    found = load_terminology(_package("sdtmct-2025-03-28"), ["C66731", "NY", "C000000"])
    assert {code: each.submission_name for code, each in found.items()} == {
        "C66731": "SEX",
        "C66742": "NY",
    }


@pytest.mark.parametrize(
    ("package", "codelists", "terms"),
    [
        ("sdtmct-2025-03-28", 1158, 43698),
        ("sdtmct-2024-03-29", 1106, 40126),
        ("adamct-2025-03-28", 23, 140),
        ("adamct-2024-03-29", 16, 106),
    ],
)
def test_a_package_is_complete(package: str, codelists: int, terms: int) -> None:
    found = load_terminology(_package(package))
    assert len(found) == codelists
    assert sum(len(each.terms) for each in found.values()) == terms


def test_a_stream_and_a_plain_table_are_read_alike() -> None:
    zipped = _package("adamct-2024-03-29")
    expected = load_terminology(zipped)
    assert load_terminology(io.BytesIO(zipped)) == expected
    assert load_terminology(gzip.decompress(zipped)) == expected


def test_every_shipped_package_has_its_digest() -> None:
    digests = json.loads((FOLDER / "digests.json").read_text(encoding="utf-8"))
    names = {each.name for each in FOLDER.iterdir() if each.name.endswith(".csv.gz")}
    assert {f"{name}.csv.gz" for name in digests} == names
    for name, digest in digests.items():
        assert terminology_digest(_package(name)) == digest


def test_the_digest_does_not_depend_on_the_compression() -> None:
    plain = gzip.decompress(_package("adamct-2024-03-29"))
    again = gzip.compress(plain, compresslevel=1, mtime=7)
    assert terminology_digest(again) == terminology_digest(plain)


@pytest.mark.parametrize(
    ("codelist", "text", "value"),
    [
        ("NY", "yes", "Y"),
        ("NY", " n ", "N"),
        ("SEX", "female", "F"),
        ("UNIT", "mg/dl", "mg/dL"),
        ("UNIT", "10^3/uL", "10^9/L"),
        ("LBTESTCD", "Glucose", "GLUC"),
        ("UNIT", "beat/min", "beats/min"),
        ("NY", "", None),
        ("NY", "perhaps", None),
    ],
)
def test_the_nearest_term_is_found(codelist: str, text: str, value: str | None) -> None:
    found = nearest(_codelist(codelist), text)
    assert (found.value if found else None) == value


def test_the_remedy_names_the_nearest_term_or_the_few_there_are() -> None:
    assert suggestion(_codelist("SEX"), "male") == "did you mean 'M' (Male)?"
    assert suggestion(_codelist("NY"), "perhaps") == "terms: 'N', 'NA', 'U', 'Y'"
    assert suggestion(_codelist("UNIT"), "perhaps") == ""


def test_test_codes_and_names_are_paired_by_concept() -> None:
    pairs = paired_terms(_codelist("LBTESTCD"), _codelist("LBTEST"))
    assert pairs["ALB"] == "Albumin"
    assert pairs["GLUC"] == "Glucose"
    assert len(pairs) == len(_codelist("LBTESTCD").terms)
