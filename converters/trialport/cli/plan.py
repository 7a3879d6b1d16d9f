"""`trialport plan`: what a study will make, decided before any record is read."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.options import (
    complete_datasets,
    complete_studies,
    example,
    json_option,
    only_option,
    quiet_option,
    study_argument,
)
from trialport.cli.untrusted import run_untrusted, untrusted_options


@click.command("plan", epilog=example("trialport plan msc_gvhd --dataset AE --lineage"))
@study_argument
@click.option(
    "--dataset",
    metavar="NAME",
    shell_complete=complete_datasets,
    help="Show this dataset or resource type alone, with its variables.",
)
@click.option("--sql", is_flag=True, help="Show the SQL (of DuckDB) that makes each dataset.")
@click.option("--lineage", is_flag=True, help="Show what each variable is made from.")
@click.option(
    "--compare",
    type=click.Path(path_type=Path),
    metavar="OTHER",
    shell_complete=complete_studies,
    help="Show what STUDY makes otherwise than OTHER, an earlier specification.",
)
@click.option("--mermaid", is_flag=True, help="Show the plan as a Mermaid graph: what reads what.")
@only_option
@untrusted_options
@json_option
@quiet_option
@click.pass_context
def command(
    ctx: click.Context,
    study: Path,
    *,
    dataset: str | None,
    sql: bool,
    lineage: bool,
    compare: Path | None,
    mermaid: bool,
    only: tuple[str, ...],
    untrusted: bool,
    limits: dict[str, int],
    as_json: bool,
) -> None:
    """Show what STUDY will make, from what, and by which SQL.

    Without options it is one line a dataset, in the order of the work. No record is read.

    With --compare it is one line a difference: what is added, removed or changed, and which
    variables may differ because they are downstream of a change.
    """
    if untrusted:
        ctx.exit(run_untrusted(ctx, limits))
    from trialport.cli import show_plan
    from trialport.cli.show import emit, json_text, note
    from trialport.pipeline import plan

    if compare is not None:
        if sql or lineage or only:
            raise click.UsageError("--compare goes with --dataset and --json alone")
        from trialport.cli.show_changes import show_changes

        show_changes(study, compare, dataset=dataset, as_json=as_json)
        return
    planned, found = plan(study, only)
    chosen = show_plan.chosen_steps(planned.plan, dataset)
    if mermaid:
        from trialport.plan.lineage import mermaid as graph

        if dataset or sql or lineage or as_json:
            raise click.UsageError("--mermaid goes with --only alone")
        emit(graph(planned.plan).rstrip())
    elif as_json:
        emit(json_text(show_plan.plan_json(planned.plan, chosen, sql=sql, lineage=lineage)))
    elif sql or lineage:
        emit(show_plan.details(chosen, sql=sql, lineage=lineage))
    elif dataset:
        emit("\n\n".join(map(show_plan.description, chosen)))
    else:
        emit(show_plan.overview(chosen))
    if found and not as_json:
        note(f"{len(found)} findings; `trialport check` lists them")
