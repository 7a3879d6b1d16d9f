"""Feed damaged transport, Dataset-JSON, define.xml and ODM files to the readers.

    python -m tests.fuzz.run --inputs 100000 [--seed 1]

Every input must be read or refused with one of our faults, within a second, and without a record
that is not in the file. An input that breaks this is kept in the folder of --keep. Same seed, same
inputs.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trialport.define.writer import define_xml

from tests.define.test_writer import DOCUMENT
from tests.exchange.small import json_object, transport_file
from tests.fuzz.judges import judge_define, judge_json, judge_odm, judge_xpt
from tests.fuzz.mutate import mutated
from tests.read.odm_files import ODM_2, SNAPSHOT, TRANSACTIONAL

DATA = Path(__file__).parents[1] / "xport" / "data"
LONGEST = 1.0
"""Seconds of processor time that one input may take."""
MOST_MEMORY = 300
"""MB that all inputs together may add to what the process held after its first inputs."""


@dataclass
class Report:
    """What became of the inputs."""

    outcomes: Counter[str] = field(default_factory=Counter[str])
    broken: list[str] = field(default_factory=list[str])
    slowest: float = 0.0
    seconds: float = 0.0
    memory: float = 0.0


@dataclass(frozen=True)
class Target:
    """A reader, what it is fed with, and its share of the inputs."""

    name: str
    kind: str
    seeds: Sequence[bytes]
    judge: Callable[[bytes], str]
    share: int
    pack: Callable[[bytes], bytes] = bytes


def fuzz(inputs: int, seed: int, keep: Path | None = None) -> Report:
    """Feed so many inputs, and return what became of them."""
    report = Report()
    with tempfile.TemporaryDirectory() as name:
        all_targets = targets(Path(name))
        shares = [each.share for each in all_targets]
        draw = random.Random(seed)
        base = 0.0
        started = time.process_time()
        for number in range(inputs):
            target = draw.choices(all_targets, shares)[0]
            content = target.pack(
                mutated(draw.choice(target.seeds), target.seeds, target.kind, draw)
            )
            _feed(target, content, number, report, keep)
            if number == min(200, inputs - 1):
                base = _memory()
        report.seconds = time.process_time() - started
        report.memory = _memory() - base
    if report.memory > MOST_MEMORY:
        report.broken.append(f"memory grew by {report.memory:.0f} MB")
    return report


def targets(folder: Path) -> list[Target]:
    """Return the readers with their seeds; `folder` takes what must lie on the disk."""
    transport_file(folder)
    small = (folder / "ae.xpt").read_bytes()
    (folder / "dm.xpt").write_bytes((DATA / "dm.xpt").read_bytes())
    transports = [small, *((DATA / f"{each}.xpt").read_bytes() for each in ("dm", "mh", "relrec"))]
    objects = [_json(json_object()), *((DATA / f"{n}.json").read_bytes() for n in ("dm", "relrec"))]
    lines = [_lines(json_object()), _lines(json_object(rows=[["S", 1]] * 200, records=200))]
    packed = [zlib.compress(each) for each in lines]

    def on_disk(extension: str) -> Callable[[bytes], str]:
        path = folder / f"fuzzed{extension}"
        return lambda content: judge_json(content, path)

    return [
        Target("transport", "xpt", transports, judge_xpt, 40),
        Target("json", "json", objects, on_disk(".json"), 15),
        Target("ndjson", "json", lines, on_disk(".ndjson"), 15),
        Target("dsjc", "json", packed, on_disk(".dsjc"), 5),
        Target("dsjc of damaged lines", "json", lines, on_disk(".dsjc"), 5, zlib.compress),
        Target(
            "odm",
            "define",
            [each.encode() for each in (SNAPSHOT, TRANSACTIONAL, ODM_2)],
            lambda content: judge_odm(content, folder / "fuzzed.xml"),
            10,
        ),
        Target(
            "define",
            "define",
            [define_xml(DOCUMENT, created=None)],
            lambda content: judge_define(content, folder),
            20,
        ),
    ]


def _json(found: object) -> bytes:
    return json.dumps(found).encode()


def _lines(found: dict[str, object]) -> bytes:
    rows = found.pop("rows")
    assert isinstance(rows, list)
    return b"\n".join([_json(found), *map(_json, rows)]) + b"\n"


def _feed(target: Target, content: bytes, number: int, report: Report, keep: Path | None) -> None:
    started = time.process_time()
    problem = ""
    try:
        report.outcomes[f"{target.name}: {target.judge(content)}"] += 1
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
    taken = time.process_time() - started
    report.slowest = max(report.slowest, taken)
    if taken > LONGEST:
        problem = problem or f"took {taken:.1f} s"
    if problem:
        report.broken.append(f"input {number}, {target.name}: {problem}")
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{number}-{target.name.replace(' ', '-')}").write_bytes(content)


def _memory() -> float:
    """Return the most memory this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Parse the options, feed the inputs, show what became of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("out/fuzz"))
    options = parser.parse_args()
    report = fuzz(options.inputs, options.seed, options.keep)
    lines = [f"{count:8} {name}" for name, count in sorted(report.outcomes.items())]
    lines.append(
        f"{options.inputs} inputs, {report.seconds:.0f} s of processor time, slowest "
        f"{report.slowest * 1000:.0f} ms, memory grew by {report.memory:.0f} MB, "
        f"{len(report.broken)} broken"
    )
    sys.stdout.write("\n".join([*report.broken[:50], *lines]) + "\n")
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
