"""Claims about FHIR resources as raw tables: values, records, places, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from trialport.diagnostics import DataError, raw_place
from trialport.fhir.element_paths import element_faults
from trialport.read.contract import contract_faults
from trialport.read.fhir import read_fhir
from trialport.read.tables import read_tables
from trialport.spec.nodes import RawTable

from tests.read.test_stage import column, contracts, table, text

# The numbers are those of the documentation: 7.50 is no 7.5, and 1E2 is a decimal of FHIR.
OBSERVATION = """{"resourceType": "Observation", "id": "o-1", "status": "final",
  "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"},
                      {"system": "local", "code": "CREA"}]},
  "subject": {"reference": "Patient/p-1"}, "effectiveDateTime": "2021-05",
  "valueQuantity": {"value": 7.50, "unit": "mg/dL"},
  "_issued": {"extension": [{"url": "why", "valueCode": "unknown"}]},
  "extension": [{"url": "lot", "valueString": "A1"}, {"url": "dose", "valueDecimal": 1E2}],
  "component": [{"code": {"text": "skin"}, "valueInteger": 2},
                {"code": {"text": "liver"}, "valueInteger": 0}],
  "contained": [{"resourceType": "Practitioner", "id": "x", "active": true,
                 "code": {"coding": [{"system": "s", "code": "c"}]}}],
  "performer": [{"reference": "#x"}]}"""
PATIENT = {
    "resourceType": "Patient",
    "id": "p-1",
    "identifier": [{"system": "s", "value": "101-001"}],
    "managingOrganization": {"reference": "Organization/g"},
}
SITE = {"resourceType": "Organization", "id": "g", "name": "Site 101"}


def line(resource: object) -> str:
    return json.dumps(resource) + "\n"


def fhir(file: str, resource: str = "Observation", /, **paths: str) -> RawTable:
    keys = {name: text(paths.pop(name)) for name in ("where", "each") if name in paths}
    columns = {name: column(path=text(path)) for name, path in paths.items()}
    return table(file, columns, format="fhir", resource=text(resource), **keys)


def read(folder: Path, files: Mapping[str, str], contract: RawTable) -> tuple[list[Any], list[str]]:
    """Return the records of one table with their places, and the findings."""
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    tables, found = read_tables(contracts(t=contract), folder, ["t"])
    if "t" not in tables:
        return [], [str(each) for each in found]
    texts = tables["t"]
    places = [str(raw_place(contract.file.text, each, "")) for each in texts.lines.to_pylist()]
    records = zip(places, texts.table.to_pylist(), strict=True)
    return list(records), [str(each) for each in found]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("value.ofType(Quantity).value", "7.50"),
        ("valueQuantity.value", "7.50"),
        ("value.value", "7.50"),
        ("value.ofType(string)", None),
        ("effective", "2021-05"),
        ("Observation.status", "final"),
        ("code.coding.where(system = 'local').code", "CREA"),
        ("code.coding.where(system != 'x' and code in ('x' | '2160-0')).code", "2160-0"),
        ("code.coding[1].code", "CREA"),
        ("code.coding.code.first() & '/' & code.text", "2160-0/"),
        ("code.coding.code.join(' ')", "2160-0 CREA"),
        ("code.coding.count()", "2"),
        ("extension('lot').value", "A1"),
        ("extension('dose').value", "1E2"),
        ("issued.extension('why').value", "unknown"),
        ("iif(component.where(value = 2).exists(), 'Y', 'N')", "Y"),
        ("iif(status = 'final' and note.empty() and interpretation.exists().not(), 'Y')", "Y"),
        ("iif(status != 'final' or false, 'Y')", None),
        ("note.text | value.unit", "mg/dL"),
        ("subject.reference.split('/').last()", "p-1"),
        ("subject.reference.replace('Patient/', '').substring(2, 1)", "1"),
        ("effective.substring(5)", "05"),
        ("effective.substring(7, 2)", None),
        ("subject.resolve().identifier.where(system = 's').value", "101-001"),
        ("subject.resolve().managingOrganization.resolve().name.upper()", "SITE 101"),
        ("subject.resolve().ofType(Patient).exists()", "true"),
        ("performer.resolve().active", "true"),
        ("component.where(code.text.startsWith('sk')).value", "2"),
        ("{}", None),
    ],
)  # fmt: skip
def test_a_path_gives_the_text_that_the_file_holds(path: str, value: str, tmp_path: Path) -> None:
    """Worked out by hand from FHIRPath 2.0.0 and the resource above."""
    files = {
        "Observation.ndjson": OBSERVATION.replace("\n", ""),
        "Patient.ndjson": line(PATIENT),
        "Organization.000.ndjson": line(SITE),
    }
    records, found = read(tmp_path, files, fhir("Observation.ndjson", v=path))
    assert (records, found) == ([("Observation.ndjson:1", {"v": value})], [])


def test_each_element_is_a_record_and_knows_its_resource(tmp_path: Path) -> None:
    contract = fhir(
        "o.ndjson", organ="code.text", stage="value", of="%resource.id", each="component"
    )
    records, found = read(tmp_path, {"o.ndjson": "\n" + OBSERVATION.replace("\n", "")}, contract)
    assert records == [
        ("o.ndjson:2 element 1", {"organ": "skin", "stage": "2", "of": "o-1"}),
        ("o.ndjson:2 element 2", {"organ": "liver", "stage": "0", "of": "o-1"}),
    ]
    assert found == []


@pytest.mark.parametrize("type_", ["collection", "transaction", "searchset"])
def test_a_bundle_is_read_by_its_entries(type_: str, tmp_path: Path) -> None:
    """The address of an entry, relative, absolute or a URN, is what references name."""
    patient = dict(PATIENT, managingOrganization={"reference": "urn:uuid:1"})
    bundle = {
        "resourceType": "Bundle",
        "type": type_,
        "link": [{"relation": "self", "url": "x"}],
        "entry": [
            {"fullUrl": "https://x.org/Patient/p-1", "resource": patient},
            {"fullUrl": "urn:uuid:1", "resource": SITE, "request": {"method": "POST", "url": "x"}},
            {"resource": json.loads(OBSERVATION)},
        ],
    }
    contract = fhir("b.json", site="subject.resolve().managingOrganization.resolve().name")
    records, found = read(tmp_path, {"b.json": json.dumps(bundle, indent=1)}, contract)
    assert (records, found) == ([("b.json Bundle.entry[2]", {"site": "Site 101"})], [])


def test_numbers_of_a_bundle_and_a_single_resource_keep_their_digits(tmp_path: Path) -> None:
    bundle = '{"type": "collection", "entry": [{"resource": ' + OBSERVATION + "}], "
    files = {"b.json": bundle + '"resourceType": "Bundle"}', "o.json": OBSERVATION}
    contract = fhir("b.json", v="value.value")
    assert read(tmp_path, files, contract)[0][0][1] == {"v": "7.50"}
    assert read(tmp_path, files, fhir("o.json", v="value.value"))[0] == [
        ("o.json:1", {"v": "7.50"})
    ]


def test_the_tables_of_one_file_are_read_together(tmp_path: Path) -> None:
    (tmp_path / "all.ndjson").write_text(line(PATIENT) + line(SITE), encoding="utf-8")
    two = {
        "site": fhir("all.ndjson", "Organization", name="name"),
        "patient": fhir("all.ndjson", "Patient", no="identifier.value", where="active.empty()"),
    }
    tables = read_fhir(tmp_path / "all.ndjson", two)
    assert {name: each.table.to_pylist() for name, each in tables.items()} == {
        "site": [{"name": "Site 101"}],
        "patient": [{"no": "101-001"}],
    }


@pytest.mark.parametrize(
    ("path", "finding"),
    [
        (
            "code.coding.code",
            "E3077 o.ndjson:1 column v: the path gives 2 values; choose one with where(...) or"
            " first(), or read elements with 'each'",
        ),
        (
            "code",
            "E3077 o.ndjson:1 column v: the path ends at an element that has others in it; choose"
            " one with where(...) or first(), or read elements with 'each'",
        ),
        (
            "performer.resolve().code.coding.where(code | system).code",
            "E3077 o.ndjson:1 column v: a condition gives several values; choose one with"
            " where(...) or first(), or read elements with 'each'",
        ),
        (
            "subject.resolve().id",
            "E3078 o.ndjson:1 column v: there is no resource 'Patient/p-1'; put the file of its"
            " type beside this one",
        ),
    ],
)
def test_what_gives_no_single_value_is_null_and_a_finding(
    path: str, finding: str, tmp_path: Path
) -> None:
    files = {"o.ndjson": OBSERVATION.replace("\n", "")}
    assert read(tmp_path, files, fhir("o.ndjson", v=path)) == (
        [("o.ndjson:1", {"v": None})],
        [finding],
    )


def test_a_fault_in_the_resource_that_is_named_is_a_finding_each_time(tmp_path: Path) -> None:
    two = OBSERVATION.replace("\n", "")
    files = {
        "o.ndjson": f"{two}\n{two.replace('o-1', 'o-2')}",
        "Patient.ndjson": line({**PATIENT, "name": [{"given": ["A", "B"]}]}),
    }
    path = "subject.resolve().name.where(given).family"
    records, found = read(tmp_path, files, fhir("o.ndjson", v=path))
    assert [each["v"] for _, each in records] == [None, None]
    assert [each[:20] for each in found] == ["E3077 o.ndjson:1 col", "E3077 o.ndjson:2 col"]


def test_a_text_that_nothing_closes_is_refused_at_once(tmp_path: Path) -> None:
    content = '{"resourceType": "Bundle", "entry": [{"a": "' + '\\"' * 200_000
    found = read(tmp_path, {"b.json": content}, fhir("b.json", v="id"))[1]
    assert [each[:14] for each in found] == ["E3074 b.json: "]


BUNDLE = '{"resourceType": "Bundle", "type": "batch", "entry": [%s]}'


@pytest.mark.parametrize(
    ("file", "content", "finding"),
    [
        ("p.ndjson", line(SITE) + '{"a": }\n', "E3074 p.ndjson:2: no JSON (Expecting value at"
         " character 7)"),
        ("p.ndjson", "[]\n", "E3074 p.ndjson:1: the JSON is no object"),
        ("p.ndjson", '{"id": "1"}\n', "E3074 p.ndjson:1: the object has no resourceType"),
        ("p.ndjson", '{"resourceType": "Organization", "a": NaN}', "E3074 p.ndjson:1: no JSON"
         " ('NaN' is no number of JSON at character 1)"),
        ("p.ndjson", "[" * 100_000, "E3074 p.ndjson:1: the JSON lies too deep"),
        ("p.json", "[" * 100_000, "E3074 p.json: the JSON lies too deep"),
        ("p.json", BUNDLE % '{"resource": {"resourceType": "Organization", "id": }}',
         "E3074 p.json Bundle.entry[0]: no JSON (Expecting value at character 53)"),
        ("p.json", BUNDLE % '{"resource": {"id": "x"}}', "E3074 p.json Bundle.entry[0]: the object"
         " has no resourceType"),
        ("p.json", BUNDLE % '{"resource": 1}', "E3074 p.json Bundle.entry[0]: its resource is no"
         " object"),
        ("p.json", BUNDLE % "{} {}", "E3074 p.json Bundle.entry[1]: no comma stands before it"
         " alone"),
        ("p.json", (BUNDLE % line({"resource": SITE}))[:-2], "E3074 p.json: no JSON (Expecting"
         " value at line 2, character 1)"),
        ("p.ndjson", "", "E3006 p.ndjson: the file is empty; export it again"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(
    file: str, content: str, finding: str, tmp_path: Path
) -> None:
    found = read(tmp_path, {file: content}, fhir(file, "Organization", name="name"))[1]
    remedy = "; write one resource a line in .ndjson, and a Bundle or one resource in .json"
    assert found == [finding if finding.startswith("E3006") else finding + remedy]


def test_text_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "o.ndjson").write_bytes(line(SITE).encode() + b'{"a": "\xff"}\n')
    with pytest.raises(DataError, match=r"E3002 o.ndjson:2: byte 0xFF cannot be read as utf-8"):
        read_fhir(tmp_path / "o.ndjson", {"t": fhir("o.ndjson", "Organization", name="name")})


def test_other_types_and_repeated_resources_are_refused(tmp_path: Path) -> None:
    content = line(SITE) + line(PATIENT) + line(SITE)
    found = read(tmp_path, {"o.ndjson": content}, fhir("o.ndjson", "Organization", name="name"))[1]
    assert found == [
        "E3075 o.ndjson:2: the resource is 'Patient', not Organization; name the file of the type,"
        " or correct 'resource'",
        "E3076 o.ndjson:3: 'Organization/g' is there already, at o.ndjson:1; export each resource"
        " once, in its last version",
    ]


def test_a_link_out_of_the_folder_is_not_followed_for_references(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "Patient.ndjson").write_text(line(PATIENT), encoding="utf-8")
    (tmp_path / "raw" / "Patient.ndjson").symlink_to(tmp_path / "Patient.ndjson")
    files = {"o.ndjson": OBSERVATION.replace("\n", "")}
    records, found = read(tmp_path / "raw", files, fhir("o.ndjson", v="subject.resolve().id"))
    assert records == [("o.ndjson:1", {"v": None})]
    assert [each[:5] for each in found] == ["E3078"]


@pytest.mark.parametrize(
    ("contract", "faults"),
    [
        (table("a.csv", {"a": column(path=text("b"))}), ["'path of a' is for FHIR resources"]),
        (table("a.csv", {}, where=text("b")), ["'where' is for FHIR resources"]),
        (table("a.csv", {"a": column(path=text("b"))}, format="fhir"),
         ["a table of FHIR resources has no 'resource'", "'a.csv' is no name of a FHIR file"]),
        (table("a.json", {"a": column()}, format="fhir", resource=text("Patient")),
         ["column 'a' has no path"]),
        (fhir("a.json", a="b("), ["'b' is no function of paths"]),
        (fhir("a.json", a="code.txt"), ["CodeableConcept has no element 'txt'"]),
        (fhir("a.json", a="valeu"), ["Observation has no element 'valeu'"]),
        (fhir("a.json", a="value.ofType(Quantity).units"), ["Quantity has no element 'units'"]),
        (fhir("a.json", a="code.coding.where(sistem = 'x').code"), ["Coding has no element"
         " 'sistem'"]),
        (fhir("a.json", a="values", each="component"), ["Observation.component has no element"
         " 'values'"]),
        (fhir("a.json", a="subject.resolve().ofType(Patient).sex"), ["Patient has no element"
         " 'sex'"]),
        (fhir("a.json", a="subject.resolve().anything"), []),
        (fhir("a.json", "MedicationStatement", a="anything"), []),
        (fhir("a.json", "ResearchSubject", a="individual.reference", b="subject.reference"), []),
    ],
)  # fmt: skip
def test_a_contract_is_checked_before_a_file_is_read(contract: RawTable, faults: list[str]) -> None:
    sources = contracts(t=contract)
    found = contract_faults("t", sources)
    found += element_faults(sources)
    assert [each.problem for each in found] == faults
