"""Analysis results metadata of a define.xml as values.

Source: Analysis Results Metadata 1.0 for Define-XML 2.
"""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from lxml import etree

from trialport.define.model import DefineDisplay, DefineResult, DefineResultDataset
from trialport.define.namespaces import arm, define
from trialport.define.read_values import Reading, children, references_of


def read_displays(version: etree._Element, read: Reading) -> tuple[DefineDisplay, ...]:
    """Return the displays of a metadata version, in order."""
    return tuple(
        DefineDisplay(
            oid=read.required(each, "OID"),
            name=each.get("Name", ""),
            description=read.described(each),
            results=tuple(_result(it, read) for it in children(each, arm("AnalysisResult"))),
            documents=references_of(each),
        )
        for each in version.iterfind(f"{arm('AnalysisResultDisplays')}/{arm('ResultDisplay')}")
    )


def _result(element: etree._Element, read: Reading) -> DefineResult:
    datasets = element.find(arm("AnalysisDatasets"))
    documentation = element.find(arm("Documentation"))
    code = element.find(arm("ProgrammingCode"))
    return DefineResult(
        oid=read.required(element, "OID"),
        description=read.described(element),
        reason=element.get("AnalysisReason", ""),
        purpose=element.get("AnalysisPurpose", ""),
        datasets=() if datasets is None else _datasets(datasets, read),
        parameter=element.get("ParameterOID", ""),
        comment="" if datasets is None else datasets.get(define("CommentOID"), ""),
        documentation="" if documentation is None else read.described(documentation),
        documents=references_of(documentation),
        context="" if code is None else code.get("Context", ""),
        code="" if code is None else read.content(code, arm("Code")),
        code_documents=references_of(code),
    )


def _datasets(element: etree._Element, read: Reading) -> tuple[DefineResultDataset, ...]:
    found: list[DefineResultDataset] = []
    for each in children(element, arm("AnalysisDataset")):
        where = each.find(define("WhereClauseRef"))
        variables = children(each, arm("AnalysisVariable"))
        made = DefineResultDataset(
            dataset=read.required(each, "ItemGroupOID"),
            where="" if where is None else read.required(where, "WhereClauseOID"),
            variables=tuple(read.required(it, "ItemOID") for it in variables),
        )
        found.append(made)
    return tuple(found)
