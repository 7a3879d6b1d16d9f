"""CDISC's own test cases of the CORE rules: datasets as CSV, and what the reference engine found.

`python tests/rules/core/cases.py FILE.jsonl.gz` judges every case of a file and prints a table.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml
from trialport.define.model import DefineDocument
from trialport.define.reader import read_define
from trialport.metadata import DatasetMetadata, VariableMetadata
from trialport.rules.core.guide import Guide
from trialport.rules.core.run import NOT_THERE, run_core
from trialport.rules.core.shipped import core_rules
from trialport.rules.core.study import CoreStudy
from trialport.standard.load import load_standard
from trialport.templates import shipped

HERE = Path(__file__).parent
DIFFERENCES = HERE / "data" / "differences.yaml"
EQUAL, DIFFERENT, NOT_RUNNABLE = "equal", "different", "not runnable"

Flagged = frozenset[tuple[str, str, str]]
"""Dataset, record (empty for a dataset as a whole) and variable."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One case: how our findings compare, and what differs or why it cannot be run."""

    rule: str
    case: str
    standard: str
    outcome: str
    missing: Flagged = frozenset()
    extra: Flagged = frozenset()
    reason: str = ""


def read_cases(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the cases of a file of JSON lines."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def judge(case: Mapping[str, Any]) -> Verdict:
    """Return how our findings compare with those expected.

    Compared are dataset, record and variable of each finding; a variable that the dataset does not
    have is left out on both sides, for the baselines name it or not without any rule.
    """
    product = str(case["env"]["PRODUCT"]).upper()
    version = str(case["env"].get("VERSION", "")).replace("-", ".")
    name = f"{case['kind']}/{case['case']}"
    standard = f"{product} {version}".strip()

    same = partial(Verdict, case["core_id"], name, standard)
    if product != "SDTMIG":
        return same(NOT_RUNNABLE, reason="another standard")
    if case["expected_results"] is None:
        return same(NOT_RUNNABLE, reason="no expected results")
    with duckdb.connect() as connection:
        try:
            datasets = _load(case["files"], connection)
        except ValueError as error:
            reason = f"a file contradicts its stated types: {error}"
            return same(NOT_RUNNABLE, reason=reason)
        rules = [each for each in core_rules() if each.id == case["core_id"]]
        define = _define(case["files"].get(case["env"].get("DEFINE_XML", "")))
        study = CoreStudy(datasets, connection, _guide(version), define)
        result = run_core(rules, study, most=None)
    found = frozenset(
        (each.dataset.upper(), str(each.row or ""), variable)
        for each in result.findings
        for variable, value in each.values
        if value != NOT_THERE
    )
    rows = list(csv.DictReader(io.StringIO(case["expected_results"])))
    expected = frozenset(
        (row["Dataset"].upper(), row["Record"], row["Variable"])
        for row in rows
        if row["Value"] != NOT_THERE
    )
    outcome = EQUAL if found == expected else DIFFERENT
    return same(outcome, missing=expected - found, extra=found - expected)


def explained() -> dict[tuple[str, str], str]:
    """Return the reason of every known difference, by rule and case."""
    stored = yaml.safe_load(DIFFERENCES.read_text(encoding="utf-8"))
    return {(each["rule"], case): each["reason"] for each in stored for case in each["cases"]}


@cache
def _guide(version: str) -> Guide:
    return Guide(load_standard(shipped() / "standard", "SDTMIG", version))


def _define(text: str | None) -> DefineDocument | None:
    return None if text is None else read_define(text.encode())[0]


def _load(files: Mapping[str, str], connection: duckdb.DuckDBPyConnection) -> list[DatasetMetadata]:
    """Put the datasets of a case into a database; return their metadata."""
    stated: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for row in csv.DictReader(io.StringIO(files["_variables.csv"])):
        stated[_stem(row["dataset"])][row["variable"]] = row
    found: list[DatasetMetadata] = []
    for row in csv.DictReader(io.StringIO(files["_datasets.csv"])):
        stem = _stem(row["Filename"])
        text = next((files[each] for each in files if _stem(each) == stem), None)
        if text is None:
            continue
        table = _table(text, stated[stem])
        connection.register(stem.upper(), table)
        variables = tuple(
            VariableMetadata(name, each["label"], each["type"], int(float(each["length"] or 0)))
            for name, each in stated[stem].items()
        )
        found.append(
            DatasetMetadata(
                *(stem.upper(), row["Label"], "sdtm", "", "", (), table.num_rows),
                path=f"{stem}.csv",
                variables=variables,
            )
        )
    return found


def _table(text: str, stated: Mapping[str, Mapping[str, str]]) -> pa.Table:
    head, *rows = csv.reader(io.StringIO(text))
    columns: dict[str, pa.Array] = {}
    for i, name in enumerate(head):
        cells = [(row[i] if i < len(row) else "") or None for row in rows if row]
        if _is_number(stated.get(name), cells):
            values = [None if each is None else float(each) for each in cells]
            columns[name] = pa.array(values, pa.float64())
        else:
            columns[name] = pa.array(cells, pa.string())
    return pa.table(columns)


def _is_number(stated: Mapping[str, str] | None, cells: list[str | None]) -> bool:
    if stated is not None:
        return stated["type"] in {"Num", "Number"}
    try:
        return bool([float(each) for each in cells if each is not None])
    except ValueError:
        return False


def _stem(file: str) -> str:
    return file.rpartition(".")[0].lower() if "." in file else file.lower()


def main() -> int:
    """Judge every case of a file, print the table, and fail on a difference that has no reason."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, help="the published test data, JSON lines")
    verdicts = [judge(case) for case in read_cases(parser.parse_args().file)]
    reasons = explained()
    standards = sorted({each.standard for each in verdicts})
    lines = [_row("standard", "rules", "cases", EQUAL, DIFFERENT, NOT_RUNNABLE)]
    for standard in [*standards, "all"]:
        of = [each for each in verdicts if standard in {each.standard, "all"}]
        counts = Counter(each.outcome for each in of)
        numbers = (len({each.rule for each in of}), len(of))
        lines.append(
            _row(standard, *numbers, *(counts[each] for each in (EQUAL, DIFFERENT, NOT_RUNNABLE)))
        )
    counts = Counter(each.outcome for each in verdicts)
    comparable = counts[EQUAL] + counts[DIFFERENT]
    share = 100 * counts[EQUAL] / comparable
    lines += ["", f"{counts[EQUAL]} of {comparable} comparable cases are equal: {share:.2f} %", ""]
    different = [each for each in verdicts if each.outcome == DIFFERENT]
    for each in different:
        reason = reasons.get((each.rule, each.case), "NOT EXPLAINED")
        sizes = f"{len(each.missing)} missing, {len(each.extra)} extra"
        lines.append(f"{each.rule} {each.case}: {sizes}: {reason}")
    not_run = Counter(each.reason for each in verdicts if each.reason)
    lines += [f"not runnable, {count}: {reason}" for reason, count in sorted(not_run.items())]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if all((each.rule, each.case) in reasons for each in different) else 1


def _row(standard: str, *numbers: object) -> str:
    return f"{standard:<14}" + "".join(f"{each!s:>14}" for each in numbers)


if __name__ == "__main__":
    sys.exit(main())
