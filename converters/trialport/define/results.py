"""The endpoints of a study's report as analysis results metadata.

Source: Analysis Results Metadata 1.0 for Define-XML 2.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from trialport.define.model import (
    DefineCheck,
    DefineDisplay,
    DefineResult,
    DefineResultDataset,
    DefineWhere,
)
from trialport.spec.report_nodes import EndpointAnalysis


def endpoint_results(
    endpoints: Mapping[str, EndpointAnalysis], variables: Mapping[str, Collection[str]]
) -> Iterator[tuple[DefineDisplay, DefineWhere]]:
    """Yield a display for each endpoint, and the records that its analysis takes.

    Args:
        endpoints: the analyses by their identifiers.
        variables: the variables of each dataset that is described; an endpoint that needs others
            is left out.
    """
    for name, each in endpoints.items():
        used = ["AVAL", each.status, each.treatment]
        there = variables.get(each.dataset, ())
        if {*used, "PARAMCD", each.population} <= set(there):
            yield _display(name, each, used), _where(name, each)


def _display(name: str, each: EndpointAnalysis, used: list[str]) -> DefineDisplay:
    taken = DefineResultDataset(
        dataset=f"IG.{each.dataset}",
        where=f"WC.AR.{name}",
        variables=tuple(f"IT.{each.dataset}.{variable}" for variable in used),
    )
    result = DefineResult(
        oid=f"AR.{name}",
        description=each.title,
        reason=each.reason.value,
        purpose=each.purpose.value,
        datasets=(taken,),
        parameter=f"IT.{each.dataset}.PARAMCD",
        documentation=f"Analysis by {each.method.value} of {each.paramcd} by {each.treatment}.",
    )
    return DefineDisplay(f"RD.{name}", name, each.title, (result,))


def _where(name: str, each: EndpointAnalysis) -> DefineWhere:
    return DefineWhere(
        f"WC.AR.{name}",
        (
            DefineCheck(f"IT.{each.dataset}.PARAMCD", "EQ", (each.paramcd,)),
            DefineCheck(f"IT.{each.dataset}.{each.population}", "EQ", ("Y",)),
        ),
    )
