from __future__ import annotations

from dataclasses import replace

import pytest
from sqlglot import exp
from trialport.define.methods import CONTEXT, variable_method
from trialport.diagnostics import Place
from trialport.functions.model import Type
from trialport.plan.model import BlockSource, Source, Step, VariablePlan
from trialport.spec import nodes
from trialport.spec.nodes import DataType

HERE = Place()
VARIABLE = VariablePlan("V", "Label", DataType.CHAR, Type.TEXT, HERE)
STEP = Step(
    name="CE",
    group="sdtm",
    label="Clinical Events",
    class_="EVENTS",
    structure="",
    keys=(),
    variables=(VARIABLE,),
    query=exp.select(exp.Star()),
    depends=(),
    blocks=(BlockSource("raw.relapse", HERE), BlockSource("raw.infection", HERE)),
    place=HERE,
    lineage={"V": (Source("raw.relapse", "start"), Source("", "label"))},
)


def _filled(text: str) -> nodes.Variable:
    return nodes.Variable(place=HERE, value=nodes.Expression(text, HERE))


def _records(source: str, **own: nodes.Variable) -> nodes.Records:
    return nodes.Records(place=HERE, source=nodes.Text(source, HERE), set=own)


def _dataset(*records: nodes.Records, **variables: nodes.Variable) -> nodes.Dataset:
    name = nodes.Text("CE", HERE)
    return nodes.Dataset(place=HERE, dataset=name, records=records, variables=variables)


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("a || b", "Made from raw.relapse.start."),
        (
            "sequence()",
            "Number of the record within its subject, in the order of the keys."
            " Made from raw.relapse.start.",
        ),
        ("tte.aval", "Days from STARTDT to ADT."),
        (
            "yes_no(a is not null)",
            "Y where the condition is true, else N. Made from raw.relapse.start.",
        ),
    ],
)
def test_the_sentence_is_that_of_the_function_with_the_sources(
    expression: str, sentence: str
) -> None:
    made = variable_method(STEP, replace(VARIABLE, expression=expression), None)
    assert made.description == sentence


def test_a_sentence_of_the_specification_wins() -> None:
    made = variable_method(STEP, replace(VARIABLE, method="As the protocol says."), None)
    assert made.description == "As the protocol says."


def test_each_block_has_its_expression() -> None:
    node = _dataset(
        _records("relapse"), _records("infection", V=_filled("upper(b)")), V=_filled("upper(a)")
    )
    made = variable_method(STEP, VARIABLE, node)
    assert [(each.context, each.text) for each in made.expressions] == [
        (f"{CONTEXT}, records from relapse", "upper(a)"),
        (f"{CONTEXT}, records from infection", "upper(b)"),
    ]


def test_blocks_that_agree_have_one_expression() -> None:
    node = _dataset(_records("relapse"), _records("infection"), V=_filled("upper(a)"))
    made = variable_method(STEP, VARIABLE, node)
    assert [(each.context, each.text) for each in made.expressions] == [(CONTEXT, "upper(a)")]


def test_codelists_and_windows_are_written_out() -> None:
    mapped = replace(_filled("grade"), codelist=nodes.Text("GRADE", HERE))
    made = variable_method(STEP, VARIABLE, _dataset(_records("relapse"), V=mapped))
    assert made.expressions[0].text == "codelist(grade, 'GRADE')"
    window = nodes.Window(
        place=HERE,
        flag=nodes.Pick.LAST,
        by=(nodes.Text("USUBJID", HERE),),
        where=nodes.Expression("ADT <= HCTDT", HERE),
        order=(nodes.Text("ADT desc", HERE),),
    )
    node = _dataset(_records("relapse"), V=nodes.Variable(place=HERE, window=window))
    assert variable_method(STEP, VARIABLE, node).expressions[0].text == (
        "'Y' on the last record by USUBJID where ADT <= HCTDT order by ADT desc"
    )
