from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trialport.fhir.identity import PLAIN, Naming, resource_id

LOGICAL_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def test_a_key_that_is_a_logical_id_stays_readable() -> None:
    assert resource_id("Observation", ["MSC-GVHD-101-007", "CGVHD"]) == "MSC-GVHD-101-007-CGVHD"


@pytest.mark.parametrize("key", ["MSC_GVHD_007", "受试者7", "x" * 65, "", "a b", "a\n", "..", "."])
def test_any_other_key_is_hashed(key: str) -> None:
    assert re.fullmatch("[0-9a-f]{32}", resource_id("Patient", [key]))


def test_the_hash_is_blake2b_of_type_and_parts() -> None:
    # printf 'Patient|MSC_GVHD_007' | b2sum -l 128
    assert resource_id("Patient", ["MSC_GVHD_007"]) == "1d5fef33ceea5227e57f92c7845b8cdf"


def test_the_hash_tells_types_apart() -> None:
    assert resource_id("Patient", ["a_b"]) != resource_id("Group", ["a_b"])


def test_text_without_a_mark_is_no_reference() -> None:
    assert PLAIN.reference("Patient|7") == "Patient|7"
    assert PLAIN.reference("\x017") == "\x017"


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_a_reference_finds_the_resource_of_its_identity(parts: list[str]) -> None:
    made = resource_id("Patient", parts)
    assert LOGICAL_ID.fullmatch(made)
    assert PLAIN.reference("\x01Patient|" + "|".join(parts)) == f"Patient/{made}"


def test_a_keyed_id_is_the_hmac_of_type_and_identity() -> None:
    # printf 'Patient|S1-001' | openssl dgst -sha256 -hmac 0123456789abcdef, the first 32 digits
    assert Naming(b"0123456789abcdef").id("Patient", "S1-001") == "f9203b2e10f2d20b5ab03d6b0a60e8b7"


def test_keyed_references_find_their_resources_and_no_key_is_shown() -> None:
    naming = Naming(b"0123456789abcdef")
    made = naming.id("Patient", "S1-001")
    assert naming.reference("\x01Patient|S1-001") == f"Patient/{made}"
    assert made != Naming(b"another key of 16").id("Patient", "S1-001")
    assert "0123456789abcdef" not in repr(naming) + naming.key_name
