"""The elements of analysis results metadata: displays and the results they show.

Source: Analysis Results Metadata 1.0 for Define-XML 2.
"""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from trialport.define.elements import attributes, child, describe, element, reference_element
from trialport.define.model import DefineDisplay, DefineResult
from trialport.define.namespaces import ARM, DEF, define


def displays_element(displays: Iterable[DefineDisplay]) -> etree._Element:
    """Return arm:AnalysisResultDisplays."""
    made = element("AnalysisResultDisplays", ARM)
    for each in displays:
        display = child(made, "ResultDisplay", ARM, OID=each.oid, Name=each.name)
        describe(display, each.description)
        display.extend(map(reference_element, each.documents))
        display.extend(map(_result, each.results))
    return made


def _result(result: DefineResult) -> etree._Element:
    made = element("AnalysisResult", ARM, OID=result.oid)
    attributes(made, ParameterOID=result.parameter)
    attributes(made, AnalysisReason=result.reason, AnalysisPurpose=result.purpose)
    describe(made, result.description)
    _datasets(made, result)
    if result.documentation:
        documentation = child(made, "Documentation", ARM)
        describe(documentation, result.documentation)
        documentation.extend(map(reference_element, result.documents))
    if result.code or result.code_documents:
        code = child(made, "ProgrammingCode", ARM)
        attributes(code, Context=result.context)
        if result.code:
            child(code, "Code", ARM).text = result.code
        code.extend(map(reference_element, result.code_documents))
    return made


def _datasets(made: etree._Element, result: DefineResult) -> None:
    datasets = child(made, "AnalysisDatasets", ARM)
    if result.comment:
        datasets.set(define("CommentOID"), result.comment)
    for each in result.datasets:
        dataset = child(datasets, "AnalysisDataset", ARM, ItemGroupOID=each.dataset)
        if each.where:
            child(dataset, "WhereClauseRef", DEF, WhereClauseOID=each.where)
        for oid in each.variables:
            child(dataset, "AnalysisVariable", ARM, ItemOID=oid)
