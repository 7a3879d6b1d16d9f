"""Where a variable comes from and where a column goes, over all steps of a plan.

Join keys, filters and sort keys count as sources, not only the projected columns: a variable
depends on whatever decides that its record is there at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from trialport.plan.model import Plan, Source, Step

RECORDS = "*"
"""In place of a column: the records of a relation as such, that one is there or not."""


def direct_sources(step: Step, variable: str) -> tuple[Source, ...]:
    """Return what a variable is made from, its own values first, then what decides its record."""
    return tuple(dict.fromkeys([*step.lineage.get(variable, ()), *step.row_sources]))


def upstream(plan: Plan, dataset: str, variable: str) -> tuple[Source, ...]:
    """Return every column that a variable depends on, through all steps, nearest first.

    Args:
        plan: the plan.
        dataset: name of a dataset of the plan.
        variable: name of one of its variables.

    Returns:
        Columns of datasets and of raw tables (`raw.<table>`), each once; the role is the one of the
        first path that reached it.
    """
    steps = {each.name: each for each in plan.steps}
    found: dict[tuple[str, str], Source] = {}
    front = list(direct_sources(steps[dataset], variable)) if dataset in steps else []
    while front:
        source = front.pop(0)
        place = (source.relation, source.column)
        if place in found:
            continue
        found[place] = source
        if source.relation in steps:
            front += direct_sources(steps[source.relation], source.column)
    return tuple(found.values())


def downstream(plan: Plan, relation: str, column: str) -> tuple[tuple[str, str], ...]:
    """Return (dataset, variable) of everything that may change where a column changes.

    Args:
        plan: the plan.
        relation: a dataset, or a raw table as `raw.<table>`.
        column: one of its columns, or `RECORDS` for a record that is added or removed.

    Returns:
        Variables in the order of the plan. A column that decides whether records are there (a
        filter or key) reaches every variable of the dataset, and so does a record of which one of
        the dataset is made, even those variables that are a constant.
    """
    reached = {(relation, column)}
    for step in plan.every_step:
        grown = True
        while grown:
            more = {
                (step.name, name)
                for name in (RECORDS, *_names(step))
                if (step.name, name) not in reached and _is_reached(step, name, reached)
            }
            reached |= more
            grown = bool(more)
    order = [(step.name, each.name) for step in plan.steps for each in step.variables]
    return tuple(place for place in order if place in reached and place != (relation, column))


def _is_reached(step: Step, name: str, reached: Set[tuple[str, str]]) -> bool:
    """Return whether a variable of a step, or that a record of it is there, depends on these."""
    if (step.name, RECORDS) in reached:
        return True
    if name == RECORDS and any((each.relation, RECORDS) in reached for each in step.blocks):
        return True
    sources = step.row_sources if name == RECORDS else direct_sources(step, name)
    whole = RECORDS if name != RECORDS else ""
    return any({(each.relation, each.column), (each.relation, whole)} & reached for each in sources)


def _names(step: Step) -> list[str]:
    """Return variables and named intermediate values (tests, time to event) of a step."""
    return list(dict.fromkeys([*(each.name for each in step.variables), *step.lineage]))


def mermaid(plan: Plan) -> str:
    """Return the plan as a Mermaid graph: raw tables, datasets, resources and what reads what."""
    lines = ["graph LR"]
    steps = plan.every_step
    for table in sorted(
        {each for step in steps for each in step.depends if each.startswith("raw.")}
    ):
        lines.append(f"  {_node(table)}[({table.removeprefix('raw.')})]")
    lines += [f"  {_node(step.name)}[{step.name}]" for step in steps]
    lines += [f"  {start} --> {end}" for start, end in _edges(steps)]
    return "\n".join(lines) + "\n"


def _edges(steps: Iterable[Step]) -> Iterator[tuple[str, str]]:
    for step in steps:
        for each in step.depends:
            yield _node(each), _node(step.name)


def _node(name: str) -> str:
    return name.replace(".", "_")
