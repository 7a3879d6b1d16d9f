from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import Command, File, follow, is_shown, steps

PAGE = """# A page

**raw/a.csv**

```text
a
1
```

```console
$ cat raw/a.csv
a
1
$ false
$ echo $?
1
$ echo one \\
> two
one two
```

```python
unseen
```
"""


def test_files_and_commands_come_in_the_order_of_the_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    assert list(steps(page)) == [
        File("raw/a.csv", "a\n1\n"),
        (
            Command("cat raw/a.csv", "a\n1\n"),
            Command("false", ""),
            Command("echo $?", "1\n"),
            Command("echo one two", "one two\n"),
        ),
    ]


def test_a_page_that_tells_the_truth_is_followed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    assert follow(page, tmp_path) == 4


def test_a_page_that_shows_other_output_is_found_out(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo 1\n2\n```\n")
    with pytest.raises(AssertionError, match="echo 1"):
        follow(page, tmp_path)


@pytest.mark.parametrize(
    ("shown", "is_right"),
    [
        ("a\nb\nc\n", True),
        ("a\n...\nc\n", True),
        ("...\n", True),
        ("a\n...\nb\n", False),
        ("a\nb\n", False),
        (".\nb\nc\n", False),
    ],
)
def test_dots_stand_for_any_lines(shown: str, is_right: bool) -> None:
    assert is_shown("a\nb\nc\n", shown) is is_right
