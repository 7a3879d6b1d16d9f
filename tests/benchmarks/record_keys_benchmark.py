"""What it costs that every record carries the keys of the records it was made from.

`python tests/benchmarks/record_keys_benchmark.py [--rounds 3]` makes every dataset of the sample
with and without the keys, in turn, and prints the processor time of both and their ratio.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from sqlglot import exp
from trialport.pipeline import plan
from trialport.pipeline.work import Work
from trialport.plan.model import Step
from trialport.spec import sql

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Measure, and print one line a round and the ratio of the sums."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    planned, _ = plan("msc_gvhd")
    raw = ROOT / "samples" / "msc_gvhd" / "raw"
    totals = {True: 0.0, False: 0.0}
    start = time.process_time()
    with Work(planned, raw, 1, None, lambda _: None, None) as work:
        whole = time.process_time() - start
        for number in range(rounds):
            for with_keys in (True, False) if number % 2 else (False, True):
                begun = time.process_time()
                for step in planned.plan.steps:
                    work.engine.create("__measured", _query(step, with_keys=with_keys))
                    work.engine.connection.execute('DROP TABLE "__measured"')
                totals[with_keys] += time.process_time() - begun
    extra = (totals[True] - totals[False]) / rounds
    sys.stdout.write(
        f"datasets with keys {totals[True] / rounds:.2f} s, "
        f"without {totals[False] / rounds:.2f} s\n"
        f"reading and making all {whole:.2f} s, without keys {whole - extra:.2f} s: "
        f"{whole / (whole - extra):.3f} times\n"
    )


def _query(step: Step, *, with_keys: bool) -> exp.Expr:
    """Return the query of a step, or of its variables alone: the database leaves out the rest."""
    if with_keys:
        return step.query
    inner = exp.Subquery(this=step.query.copy(), alias=exp.TableAlias(this=sql.name("s")))
    return exp.select(*(sql.column(each.name) for each in step.variables)).from_(inner)


if __name__ == "__main__":
    main()
