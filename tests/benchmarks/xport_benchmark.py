"""Report what writing and reading transport files costs, against others and a plain copy.

    make bench
    python tests/benchmarks/xport_benchmark.py [--rows 200000] [--rounds 3]

The others are pyreadstat from and to polars (of the extra `bench`) and, where R has it, haven.

The dataset has the 15 variables of a laboratory domain (11 text, 4 numbers). Every measurement is
CPU time of a process of its own, so that other work on the machine weighs little; the tools take
turns, and the median of the rounds is shown. Linux only, for the peak of memory.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather

TOOLS = (
    *("write", "read", "write_xpt", "read_xpt"),
    *("pyreadstat_write", "pyreadstat_read"),
    *("haven_write", "haven_read"),
    *("memcpy", "write_only", "read_only"),
)
_HAVEN = """
file <- commandArgs(TRUE)[2]
if (commandArgs(TRUE)[1] == "haven_write") {
  data <- haven::read_xpt(file)
  start <- proc.time()
  haven::write_xpt(data, paste0(file, ".haven"), version = 5, name = "LB")
} else {
  start <- proc.time()
  data <- haven::read_xpt(file)
}
taken <- proc.time() - start
cat(taken[["user.self"]] + taken[["sys.self"]], taken[["elapsed"]])
"""
_LABEL = "Laboratory Test Results"


def main() -> None:
    """Parse the options, measure every tool and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", nargs=2, metavar=("TOOL", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        sys.stdout.write(json.dumps(_measured(options.measure[0], Path(options.measure[1]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        feather.write_feather(_laboratory(options.rows), f"{folder}/lb.arrow", "uncompressed")
        tools = [each for each in TOOLS if _is_there(each)]
        rounds = [
            {tool: _in_process(tool, folder) for tool in tools} for _ in range(options.rounds)
        ]
        size = (Path(folder) / "lb.xpt").stat().st_size
    sys.stdout.write(_table(rounds, options.rows, size))


def _laboratory(rows: int) -> pa.Table:
    """Return laboratory records with the lengths and the repetition of real ones."""
    random = np.random.default_rng(20240301)
    subject = np.sort(random.integers(0, max(1, rows // 200), rows))
    test = random.integers(0, 40, rows)
    value = np.round(random.lognormal(3, 1, rows), 2)
    visit = random.integers(1, 13, rows)

    def texts(pattern: str, numbers: np.ndarray[Any, Any]) -> pa.Array[Any]:
        return pa.array([pattern.format(number) for number in numbers.tolist()], pa.string())

    missing = random.random(rows) < 0.05
    return pa.table(
        {
            "STUDYID": pa.array(["TP-2024-001"] * rows),
            "DOMAIN": pa.array(["LB"] * rows),
            "USUBJID": texts("TP-2024-001-{:05}", subject),
            "LBSEQ": pa.array(np.arange(rows, dtype=np.float64) % 200 + 1),
            "LBTESTCD": texts("TEST{:02}", test),
            "LBTEST": texts("Laboratory test number {:02}", test),
            "LBCAT": texts("CATEGORY {}", test % 3),
            "LBORRES": texts("{}", value),
            "LBORRESU": texts("10^{}/L", test % 9),
            "LBSTRESN": pa.array(value, mask=missing),
            "LBSTRESU": texts("10^{}/L", test % 9),
            "LBNRIND": pa.array(
                np.array(["NORMAL", "HIGH", "LOW", ""])[random.integers(0, 4, rows)]
            ),
            "VISITNUM": pa.array(visit.astype(np.float64)),
            "LBDTC": texts("2024-03-{:02}T08:30", random.integers(1, 29, rows)),
            "LBDY": pa.array(visit * 7.0 - 6),
        }
    )


def _is_there(tool: str) -> bool:
    """Tell whether a tool can be measured; haven only where R has it."""
    if not tool.startswith("haven"):
        return True
    script = "quit(status = !requireNamespace('haven', quietly = TRUE))"
    return (
        bool(shutil.which("Rscript"))
        and not subprocess.run(
            ["Rscript", "-e", script], check=False, capture_output=True
        ).returncode
    )


def _in_process(tool: str, folder: str) -> dict[str, float]:
    if tool.startswith("haven"):
        command = ["Rscript", "-e", _HAVEN, tool, f"{folder}/lb.xpt"]
        found = subprocess.run(command, check=True, capture_output=True).stdout.split()
        return {"cpu": float(found[0]), "wall": float(found[1]), "over_base_mb": float("nan")}
    command = [sys.executable, __file__, "--measure", tool, folder]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def _measured(tool: str, folder: Path) -> dict[str, float]:
    run = _prepared(tool, folder)
    base = _peak()
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {"cpu": cpu, "wall": wall, "over_base_mb": (_peak() - base) / 1024}


def _peak() -> int:
    """Return the most memory this program has held, in KiB.

    `getrusage` would count what the process held before it became this program.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0])


def _prepared(tool: str, folder: Path) -> Callable[[], object]:
    """Return the call to measure, with its imports and its input made ready."""
    target = folder / "lb.xpt"
    table = _table_in_memory(tool, folder)
    if tool.startswith("pyreadstat"):
        return _pyreadstat(tool, table, folder)
    if tool == "write_only":
        ready = target.read_bytes()
        return lambda: (folder / "again.xpt").write_bytes(ready)
    if tool == "memcpy":
        content = np.fromfile(target, dtype=np.uint8)
        return lambda: content.copy()
    if tool == "read_only":
        return target.read_bytes
    from trialport.xport.frames import read_xpt, write_xpt
    from trialport.xport.reader import read_members

    if tool == "read":
        return lambda: [None for _ in read_members(target)[0].batches()]
    if tool == "read_xpt":
        return lambda: read_xpt(target)
    assert table is not None
    if tool == "write":
        return _writing(table, target)
    frame = table.to_pandas()
    return lambda: write_xpt(frame, folder / "frame.xpt", name="LB", label=_LABEL)


def _table_in_memory(tool: str, folder: Path) -> pa.Table | None:
    """Return the input of a writer, all of it in memory, so that it does not count as its own."""
    if "write" not in tool or tool == "write_only":
        return None
    return feather.read_table(folder / "lb.arrow", memory_map=False)


def _writing(table: pa.Table, target: Path) -> Callable[[], object]:
    """Return the call that measures the lengths and writes, in batches, as a conversion does."""
    from trialport.xport.lengths import measure
    from trialport.xport.model import Member, Variable
    from trialport.xport.writer import write_member

    variables = tuple(
        Variable(field.name, "", "char" if field.type == pa.string() else "num")
        for field in table.schema
    )
    batches = table.to_batches()

    def write() -> None:
        member = measure(batches, Member("LB", _LABEL, variables))
        with target.open("wb") as stream:
            write_member(stream, member, batches)

    return write


def _pyreadstat(tool: str, table: pa.Table | None, folder: Path) -> Callable[[], object]:
    import polars  # pyright: ignore[reportMissingImports]
    import pyreadstat

    target = str(folder / "pyreadstat.xpt")
    if tool == "pyreadstat_read":
        return lambda: pyreadstat.read_xport(target, output_format="polars")
    assert table is not None
    frame: Any = polars.DataFrame(table)
    return lambda: pyreadstat.write_xport(
        frame, target, file_label="LB", table_name="LB", file_format_version=5
    )


def _table(rounds: list[dict[str, dict[str, float]]], rows: int, size: int) -> str:
    middle = {
        tool: {
            key: statistics.median(each[tool][key] for each in rounds)
            for key in ("cpu", "wall", "over_base_mb")
        }
        for tool in rounds[0]
    }
    lines = [f"{rows} rows, {size / 1e6:.1f} MB, median of {len(rounds)} rounds", ""]
    lines.append(f"{'tool':18}{'CPU s':>9}{'wall s':>9}{'MB over base':>14}")
    for tool, found in middle.items():
        lines.append(
            f"{tool:18}{found['cpu']:9.3f}{found['wall']:9.3f}{found['over_base_mb']:14.0f}"
        )
    lines.append("")
    for way in ("write", "read"):
        for theirs in (f"pyreadstat_{way}", f"haven_{way}"):
            if theirs in middle:
                ratio = middle[theirs]["cpu"] / middle[way]["cpu"]
                lines.append(f"{way} takes 1/{ratio:.1f} of the CPU of {theirs}")
        for floor in ("memcpy", f"{way}_only"):
            ratio = middle[way]["cpu"] / middle[floor]["cpu"]
            lines.append(f"{way} takes {ratio:.1f} times the CPU of {floor} of the same bytes")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
