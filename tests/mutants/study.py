"""The shipped specification as the operators see it: texts, places, and what the standards say."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from trialport.read.layers import read_layers

from tests.mutants.mutant import Expected, Mutant
from tests.mutants.sites import Site, sites

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "mappings" / "studies" / "msc_gvhd"


@dataclass(frozen=True)
class Study:
    """The files of a specification by their paths relative to its folder."""

    files: dict[str, str]

    @cached_property
    def sites(self) -> list[Site]:
        """Return every key and value of every file, in order."""
        return [each for file, text in self.files.items() for each in sites(file, text)]

    @cached_property
    def lines(self) -> dict[str, list[str]]:
        """Return the lines of each file."""
        return {file: text.split("\n") for file, text in self.files.items()}

    def dataset(self, file: str) -> str:
        """Return the dataset of a file, or the step of a resource."""
        if "fhir/" in file:
            return f"fhir.{Path(file).stem}"
        return Path(file).stem.upper()

    def head(self, file: str) -> tuple[str, int]:
        """Return where the dataset of a file begins."""
        numbered = enumerate(self.lines[file], start=1)
        return file, next(n for n, line in numbered if line.startswith(("dataset:", "resource:")))

    def heads(self, file: str) -> list[tuple[str, int]]:
        """Return where the dataset of a file begins, in the study and in its templates."""
        return [self.head(each) for each in self.files if self._is_same(each, file)]

    def is_shared(self, site: Site) -> bool:
        """Say whether another file of the same dataset has the same key: a template may."""
        return any(
            other.is_key
            and (other.path, other.text) == (site.path, site.text)
            and other.file != site.file
            and self._is_same(other.file, site.file)
            for other in self.sites
        )

    def has_rows(self, file: str) -> bool:
        """Say whether the records of a file's dataset are written out."""
        return any(
            each.is_key and each.text == "rows" and self._is_same(each.file, file)
            for each in self.sites
        )

    def is_overridden(self, site: Site) -> bool:
        """Say whether a study's own file gives the variable that a template's site is in."""
        return site.file.startswith("..") and any(
            other.is_key and (*other.path, other.text) == site.path[:2]
            for other in self.sites
            if other.file != site.file and self._is_same(other.file, site.file)
        )

    def is_helper(self, site: Site) -> bool:
        """Say whether a site is in a variable that others are made from and that is not kept."""
        return any(
            each.is_key and each.text == "keep" and each.path == site.path[: len(each.path)]
            for each in self.sites
            if each.file == site.file and abs(each.line - site.line) <= 12
        )

    def _is_same(self, file: str, other: str) -> bool:
        return Path(file).parts[-2:] == Path(other).parts[-2:]

    def uses(self, name: str) -> list[tuple[str, int]]:
        """Return every line that holds a word."""
        word = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])")
        return [
            (file, number)
            for file, lines in self.lines.items()
            for number, line in enumerate(lines, start=1)
            if word.search(line)
        ]

    @cached_property
    def standard(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Return (core, role) of each variable of SDTMIG 3.4, by (dataset, variable)."""
        found: dict[tuple[str, str], tuple[str, str]] = {}
        for path in sorted((ROOT / "mappings/standard/sdtmig-3.4").glob("*.csv")):
            if path.stem != "datasets":
                with path.open(encoding="utf-8", newline="") as stream:
                    for row in csv.DictReader(stream):
                        key = (path.stem.upper(), row["variable"])
                        found[key] = (row["core"], row["role"])
        return found

    def replaced(
        self,
        operator: str,
        expected: Expected,
        site: Site,
        offset: int,
        old: str,
        new: str,
        places: tuple[tuple[str, int], ...] = (),
        changed: tuple[str, ...] = (),
    ) -> Mutant:
        """Return the mutant that writes `new` for `old` inside a site."""
        start = site.start + offset
        assert self.files[site.file][start : start + len(old)] == old
        line = self.files[site.file].count("\n", 0, start) + 1
        return Mutant(
            operator,
            expected,
            site.file,
            line,
            start,
            start + len(old),
            new,
            ((site.file, site.line), *places),
            changed,
        )


def shipped_study() -> Study:
    """Return the shipped study, with the templates that it extends."""
    files: dict[str, str] = {}
    for layer in read_layers(SHIPPED, "mappings/studies/msc_gvhd/"):
        folder = f"../templates/{layer.name}/" if layer.name else ""
        files |= {f"{folder}{name}": text for name, text in layer.files.items()}
    return Study({name: files[name] for name in sorted(files)})
