from __future__ import annotations

import importlib
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from trialport.functions.registry import FUNCTIONS
from trialport.rules.shipped import shipped_rules
from trialport.spec.function_names import known_functions
from trialport.spec.nodes import Study
from trialport.spec.schema import keys

from tests.docs.pages import CHECKOUT

REFERENCE = CHECKOUT / "docs" / "reference"
PACKAGE = CHECKOUT / "converters" / "trialport"


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], str]]:
    """Return what makes each page."""
    monkeypatch.syspath_prepend(str(CHECKOUT / "docs"))
    return dict(importlib.import_module("reference_pages").PAGES)


def headings(page: str) -> list[str]:
    text = (REFERENCE / page).read_text(encoding="utf-8")
    return re.findall("^##+ (.*)$", text, re.MULTILINE)


@pytest.mark.parametrize("page", ["errors.md", "functions.md", "rules.md", "specification-keys.md"])
def test_the_page_is_not_stale(page: str, pages: dict[str, Callable[[], str]]) -> None:
    written = (REFERENCE / page).read_text(encoding="utf-8")
    assert written == pages[page](), "run `make docs`"


def test_every_code_in_the_code_is_documented_and_no_other() -> None:
    texts = yaml.safe_load((REFERENCE / "errors.yaml").read_text(encoding="utf-8"))
    documented = [each["code"] for each in texts]
    in_code = {
        code
        for path in PACKAGE.rglob("*.py")
        for code in re.findall('"(E[0-9]{4})"', path.read_text(encoding="utf-8"))
    }
    assert set(documented) == in_code
    assert documented == sorted(set(documented))
    assert [each for each in headings("errors.md") if len(each) == 5] == documented


def test_every_code_has_title_cause_and_remedy() -> None:
    texts = yaml.safe_load((REFERENCE / "errors.yaml").read_text(encoding="utf-8"))
    assert all(set(each) == {"code", "title", "cause", "remedy"} for each in texts)
    assert all(text.strip() for each in texts for text in each.values())
    repeated = Counter((each["title"], each["cause"]) for each in texts)
    assert max(repeated.values()) == 1


def test_the_page_shows_the_message_as_the_code_words_it() -> None:
    text = (REFERENCE / "errors.md").read_text(encoding="utf-8")
    section = text.partition("### E1013\n")[2].partition("###")[0]
    assert "- message: `file '...' holds dataset '...'`" in section
    assert "- from: spec\n" in section


def test_every_function_of_the_language_is_on_the_page() -> None:
    text = (REFERENCE / "functions.md").read_text(encoding="utf-8")
    in_tables = re.findall(r"^\| `(\w+)\(", text, re.MULTILINE)
    assert [each for each in headings("functions.md") if each in FUNCTIONS] == list(FUNCTIONS)
    assert sorted([*in_tables, *FUNCTIONS]) == sorted(known_functions())


def test_every_rule_is_on_the_page() -> None:
    assert headings("rules.md") == [each.code for each in shipped_rules()]


def test_every_key_of_a_file_is_on_the_page() -> None:
    text = (REFERENCE / "specification-keys.md").read_text(encoding="utf-8")
    section = text.partition("## study.yaml\n")[2].partition("\n#")[0]
    assert re.findall(r"^\| `(\w+)`", section, re.MULTILINE) == [each.name for each in keys(Study)]


@pytest.mark.parametrize(
    "page", sorted((CHECKOUT / "docs").rglob("*.md")), ids=lambda each: each.name
)
def test_links_of_the_page_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)[)#]", page.read_text(encoding="utf-8"))
    assert [each for each in links if not (page.parent / each).exists()] == []
