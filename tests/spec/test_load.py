"""Claims about loading a specification of several files."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from trialport.diagnostics import Severity
from trialport.read.specification import read_folder
from trialport.spec.describe import describe
from trialport.spec.layers import Layer
from trialport.spec.load import load_study
from trialport.spec.nodes import Specification
from trialport.spec.schema import keys

EVERY_KEY = Path(__file__).parent / "every_key"
BENEATH = Layer("beneath", "beneath/", read_folder(Path(__file__).parent / "every_key_template"))

STUDY = "study: A\nstandards: {sdtmig: '3.4'}\nterminology: {}\n"
AE = "dataset: AE\nkeys: [STUDYID]\n"


def loaded(
    files: Mapping[str, str], shown: str = "", templates: Sequence[Layer] = ()
) -> Specification:
    specification, faults = load_study(files, shown, templates)
    assert [str(each) for each in faults] == []
    assert specification is not None
    return specification


def messages(files: Mapping[str, str], shown: str = "") -> list[str]:
    return [str(each) for each in load_study(files, shown)[1]]


def nodes_of(value: object) -> Iterator[object]:
    """Yield every dataclass instance in a value."""
    if is_dataclass(value):
        yield value
        for field in fields(value):
            yield from nodes_of(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from nodes_of(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from nodes_of(each)


def test_every_key_of_the_language_can_be_written() -> None:
    specification = loaded(read_folder(EVERY_KEY), templates=[BENEATH])
    described = {(each.node_class, each.key) for each in describe()}
    classes = {node_class for node_class, _ in described}
    written = {
        (type(node), key.name)
        for node in nodes_of(specification)
        if type(node) in classes
        for key in keys(type(node))
        # A default is no proof that the key was read, so every document writes something else.
        if getattr(node, key.field) not in (None, "", (), {}, _default(type(node), key.field))
    }
    assert described - written == set()


def _default(node_class: type, name: str) -> object:
    assert is_dataclass(node_class)
    return next(field.default for field in fields(node_class) if field.name == name)


def test_a_specification_holds_its_files_in_the_order_of_their_paths() -> None:
    specification = loaded(read_folder(EVERY_KEY), "mappings/studies/x/", [BENEATH])
    assert specification.study.study.text == "MSC-GVHD"
    assert [each.dataset.text for each in specification.sdtm] == ["RELREC", "VS"]
    assert [each.dataset.text for each in specification.adam] == ["ADTTE"]
    assert [each.resource.text for each in specification.resources] == ["Observation"]
    assert str(specification.sdtm[1].dataset.place) == "mappings/studies/x/sdtm/vs.yaml:1"
    assert specification.sources.tables["screening"].columns["country"].values == ("NO", "SE")


def test_only_study_yaml_must_be_there() -> None:
    specification = loaded({"study.yaml": STUDY})
    assert specification.sources.tables == {}
    assert specification.terminology.codelists == {}
    assert messages({"sdtm/ae.yaml": AE}, "mappings/x/") == [
        "E1011 mappings/x: the specification has no study.yaml; "
        "add it with 'study', 'standards' and 'terminology'"
    ]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (
            "stduy.yaml",
            "'stduy.yaml' is no file of a specification and is not read; "
            "did you mean 'study.yaml'?",
        ),
        (
            "sdtm/ae.yml",
            "'sdtm/ae.yml' is no file of a specification and is not read; "
            "did you mean 'sdtm/ae.yaml'?",
        ),
        (
            "sdmt/ae.yaml",
            "'sdmt/ae.yaml' is no file of a specification and is not read; "
            "did you mean 'sdtm/ae.yaml'?",
        ),
    ],
)
def test_a_file_of_another_name_is_a_warning(path: str, message: str) -> None:
    specification, faults = load_study({"study.yaml": STUDY, path: "- not: [read"}, "x/")
    assert specification is not None
    assert [str(each) for each in faults] == [f"E1010 x/{path}: {message}"]
    assert faults[0].severity is Severity.WARNING


def test_a_dataset_is_specified_once() -> None:
    files = {"study.yaml": STUDY, "adam/ae.yaml": AE, "sdtm/ae.yaml": f"# AE\n{AE}"}
    assert messages(files, "x/") == [
        "E1012 x/adam/ae.yaml:1: dataset 'AE' is specified twice; first in x/sdtm/ae.yaml:2; "
        "keep one of the files, or rename a dataset"
    ]
    assert load_study(files)[0] is None


def test_a_file_is_called_as_its_dataset() -> None:
    specification, faults = load_study({"study.yaml": STUDY, "sdtm/events.yaml": AE})
    assert specification is not None
    assert [str(each) for each in faults] == [
        "E1013 sdtm/events.yaml:1: file 'events.yaml' holds dataset 'AE'; "
        "rename the file to 'ae.yaml'"
    ]
    assert faults[0].severity is Severity.NOTE


def test_an_empty_file_is_a_fault() -> None:
    assert messages({"study.yaml": STUDY, "sdtm/ae.yaml": "# later\n"}) == [
        "E1020 sdtm/ae.yaml: the file is empty where a dataset is expected"
    ]


def test_the_faults_of_all_files_are_collected_in_order() -> None:
    files = {
        "terminology.yaml": "codelists: [",
        "study.yaml": "study: A\n",
        "sdtm/ae.yaml": "dataset: AE\nkey: A\nlookups:\n  DM: {from: DM}\n",
    }
    specification, faults = load_study(files)
    assert specification is None
    assert [(each.code, each.place.file, each.place.line) for each in faults] == [
        ("E1102", "study.yaml", 1),
        ("E1102", "study.yaml", 1),
        ("E1001", "terminology.yaml", 1),
        ("E1102", "sdtm/ae.yaml", 1),
        ("E1101", "sdtm/ae.yaml", 2),
        ("E1111", "sdtm/ae.yaml", 4),
    ]


def test_the_digest_is_the_sha256_of_paths_and_texts() -> None:
    expected = hashlib.sha256(f"sdtm/ae.yaml\0{AE}\0study.yaml\0{STUDY}\0".encode()).hexdigest()
    assert loaded({"study.yaml": STUDY, "sdtm/ae.yaml": AE}).digest == expected


def test_line_ends_and_other_files_do_not_change_the_digest() -> None:
    first = loaded({"study.yaml": STUDY, "sdtm/ae.yaml": AE}, "here/")
    windows = {"sdtm/ae.yaml": AE.replace("\n", "\r\n"), "study.yaml": STUDY.replace("\n", "\r")}
    assert loaded(windows, "there/").digest == first.digest
    other, _ = load_study({"study.yaml": STUDY, "sdtm/ae.yaml": AE, "notes.yaml": "a"})
    assert other is not None
    assert other.digest == first.digest
    assert loaded({"study.yaml": STUDY, "sdtm/ae.yaml": AE + "#\n"}).digest != first.digest
