"""Report what writing and checking FHIR Observations costs, beside the models of fhir.resources.

    make bench-fhir ROWS=1000000
    python tests/benchmarks/fhir_benchmark.py [--rows 100000] [--models 10000] [--rounds 3]

Ours: laboratory results as Arrow batches are built into resources with identifier, two codings, a
quantity and a reference range; checked (schema, codes, references, periods, and each shape by
invariants and models); and dumped to JSON. `files` does the same and sorts them by id, finds ids
that are there twice, and writes them as NDJSON with their digest. Theirs: the same resources, as
dictionaries, through `model_validate` and `model_dump_json` of fhir.resources. Every measurement is
CPU time of a process of its own; the tools take turns, and the median of the rounds is shown. The
models take so long that they are given fewer resources.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from sqlglot import exp
from trialport.diagnostics import Place
from trialport.plan.model import ResourceStep, Step
from trialport.spec.coded import Code, CodedBy, Codes
from trialport.spec.nodes import Content, Element, Expression, Leaf, Repeated

_HERE = Place("benchmark.yaml", 1)
_CHUNK = 65_536
_TESTS = ("HGB", "WBC", "PLAT", "NEUT", "ALT", "AST", "CREAT", "BILI")
_SUBJECTS = 2000


def main() -> None:
    """Parse the options, measure both and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--models", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", nargs=2, metavar=("TOOL", "COUNT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        tool, count = options.measure
        measure = {"trialport": _dumped, "files": _trialport, "fhir.resources": _models}[tool]
        sys.stdout.write(json.dumps(measure(int(count))))
        return
    rows = options.rows
    counts = {"trialport": rows, "files": rows, "fhir.resources": options.models}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in counts}
    for _ in range(options.rounds):
        for tool, count in counts.items():
            found[tool].append(_asked(tool, count))
    _print(counts, found)


def _asked(tool: str, count: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", tool, str(count)]
    made = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(made.stdout)


def _print(counts: dict[str, int], found: dict[str, list[dict[str, float]]]) -> None:
    rates: dict[str, float] = {}
    for tool, rounds in found.items():
        cpu = statistics.median(each["cpu"] for each in rounds)
        rates[tool] = counts[tool] / cpu
        peak = max(each["peak"] for each in rounds)
        sys.stdout.write(
            f"{tool:<16}{counts[tool]:>10} resources {cpu:>9.2f} s CPU {rates[tool]:>12,.0f} /s"
            f" {peak / 1024:>8.0f} MiB peak\n"
        )
    for tool in ("trialport", "files"):
        ratio = rates[tool] / rates["fhir.resources"]
        sys.stdout.write(f"{tool} is {ratio:.1f} times as fast as fhir.resources\n")


def _dumped(rows: int) -> dict[str, float]:
    """Build, check and dump everything, imports of the checks with it; nothing is kept."""
    from trialport.fhir.check import Checker
    from trialport.fhir.findings import Findings
    from trialport.fhir.resource import build
    from trialport.fhir.schema import load_definitions
    from trialport.templates import shipped

    made: list[float] = []
    size = 0
    start = time.process_time()
    findings, types = Findings(), load_definitions(shipped() / "fhir", "R4")
    checker = Checker(types, findings)
    steps = [(_observations(), _timed(_batches(rows), made)), (_patients(), _subjects())]
    for step, batches in steps:
        for built in build(step, batches, types, findings, studyid="BENCH", offset="+08:00"):
            checker.check_built(built)
            for _, texts in built.texts():
                size += len(texts)
            if step.type == "Patient":
                for id_ in built.ids.to_pylist():
                    checker.seen("Patient", id_)
    checker.finish()
    cpu = time.process_time() - start - sum(made)
    if findings.all() or size < rows:
        raise SystemExit(f"findings: {findings.all()[:3]}")
    return {"cpu": cpu, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}


def _trialport(rows: int) -> dict[str, float]:
    """Build, check and write everything, imports of the checks with it."""
    from trialport.fhir.write import write_resources

    with tempfile.TemporaryDirectory() as folder:
        made: list[float] = []
        start = time.process_time()
        steps = [(_patients(), _subjects()), (_observations(), _timed(_batches(rows), made))]
        files, found = write_resources(steps, Path(folder), studyid="BENCH", offset="+08:00")
        cpu = time.process_time() - start - sum(made)
        written = {each.type: each.count for each in files}
    if found or written["Observation"] != rows:
        raise SystemExit(f"{written} written, findings: {found[:3]}")
    return {"cpu": cpu, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}


def _models(rows: int) -> dict[str, float]:
    """Validate and dump as many of the resources; imports and the reading of them do not count."""
    from fhir.resources.R4B.observation import Observation
    from trialport.fhir.write import write_resources

    with tempfile.TemporaryDirectory() as folder:
        steps = [(_patients(), _subjects()), (_observations(), _batches(rows))]
        write_resources(steps, Path(folder), studyid="BENCH", offset="+08:00", with_models=False)
        lines = (Path(folder) / "R4" / "Observation.ndjson").read_bytes().splitlines()
        given = [orjson.loads(line) for line in lines]
    Observation.model_validate(given[0]).model_dump_json()
    start = time.process_time()
    for each in given:
        Observation.model_validate(each).model_dump_json()
    cpu = time.process_time() - start
    return {"cpu": cpu, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}


# --- what is written ------------------------------------------------------------------------------


def _column(name: str) -> Leaf:
    return Leaf(_HERE, Expression(name, _HERE), name)


def _text(value: str) -> Leaf:
    return Leaf(_HERE, None, value)


def _element(coded: CodedBy | None = None, **children: Content) -> Element:
    return Element(_HERE, children, coded)


def _resource(name: str, type_: str, content: Element, *identity: str) -> ResourceStep:
    step = Step(
        name, "fhir", "", "", "", identity, (), exp.select("1"), depends=(), blocks=(), place=_HERE
    )
    return ResourceStep(step, type_, ("R4", "R5"), content, identity, {})


def _patients() -> ResourceStep:
    return _resource("fhir.patient", "Patient", _element(gender=_text("unknown")), "USUBJID")


def _observations() -> ResourceStep:
    """Return the content of a laboratory result, as the sample study has it."""
    unit = CodedBy(
        column="UNIT",
        codelist="ucum",
        values={"g/L": Codes("g/L", (Code("http://unitsofmeasure.org", "g/L"),))},
    )
    tests = {
        each: Codes("", (Code("http://loinc.org", "718-7", f"Test {each}"),)) for each in _TESTS
    }
    code = CodedBy(
        column="TEST",
        display="NAME",
        codelist="tests",
        values=tests,
        system="urn:trialport:BENCH:t",
    )
    category = Codes(
        "",
        (
            Code(
                "http://terminology.hl7.org/CodeSystem/observation-category",
                "laboratory",
                "Laboratory",
            ),
        ),
    )
    limits = _element(
        low=_element(unit, value=_column("LOW")), high=_element(unit, value=_column("HIGH"))
    )
    content = _element(
        meta=_element(source=_column("SOURCE")),
        status=_text("final"),
        category=Repeated(_HERE, (_element(CodedBy(concept=category)),)),
        code=_element(code, text=_column("NAME")),
        subject=_element(reference=_column("SUBJECT")),
        effectiveDateTime=_column("WHEN"),
        valueQuantity=_element(unit, value=_column("VALUE")),
        referenceRange=Repeated(_HERE, (limits,)),
    )
    return _resource("fhir.observation", "Observation", content, "USUBJID", "TEST", "WHEN")


def _subjects() -> Iterator[pa.RecordBatch]:
    yield pa.RecordBatch.from_pydict({"USUBJID": [f"BENCH-{each:05}" for each in range(_SUBJECTS)]})


def _timed(batches: Iterator[pa.RecordBatch], made: list[float]) -> Iterator[pa.RecordBatch]:
    """Yield the batches, and note the time that it takes to invent them."""
    while True:
        start = time.process_time()
        batch = next(batches, None)
        made.append(time.process_time() - start)
        if batch is None:
            return
        yield batch


def _batches(rows: int) -> Iterator[pa.RecordBatch]:
    """Yield records in the order in which a dataset has them: subject, test, time."""
    draw = np.random.default_rng(7)
    for start in range(0, rows, _CHUNK):
        number = np.arange(start, min(start + _CHUNK, rows))
        subjects = [f"BENCH-{each % _SUBJECTS:05}" for each in number]
        tests = [_TESTS[each // _SUBJECTS % len(_TESTS)] for each in number]
        visits = number // (_SUBJECTS * len(_TESTS))
        days = np.datetime_as_string(np.datetime64("2020-01-01") + visits)
        columns: dict[str, Any] = {
            "USUBJID": subjects,
            "TEST": tests,
            "NAME": [f"Test {each}" for each in tests],
            "WHEN": [f"{day}T08:30" for day in days],
            "SUBJECT": [f"\x01Patient|{each}" for each in subjects],
            "SOURCE": [
                f"urn:trialport:BENCH:LB:{subject}:{row}"
                for subject, row in zip(subjects, number.tolist(), strict=True)
            ],
            "UNIT": ["g/L"] * len(number),
            "VALUE": np.round(draw.uniform(1, 200, len(number)), 1),
            "LOW": np.full(len(number), 12.5),
            "HIGH": np.full(len(number), 160.0),
        }
        yield pa.RecordBatch.from_pydict(columns)


if __name__ == "__main__":
    main()
