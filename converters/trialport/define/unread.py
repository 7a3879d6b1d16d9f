"""What a define.xml has that is not read: extensions of others, and rare parts of ODM."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from lxml import etree

from trialport.define.namespaces import ARM, DEF, ODM, XLINK, XML
from trialport.diagnostics import Diagnostic, Place, Severity

_SHORT = {ODM: "", DEF: "def:", ARM: "arm:", XLINK: "xlink:", XML: "xml:"}
_READ = """
ODM FileOID FileType CreationDateTime ODMVersion Originator SourceSystem SourceSystemVersion
    def:Context
Study OID
GlobalVariables
StudyName
StudyDescription
ProtocolName
MetaDataVersion OID Name Description def:DefineVersion def:CommentOID
def:Standards
def:Standard OID Name Type PublishingSet Version Status def:CommentOID
def:AnnotatedCRF
def:SupplementalDoc
def:ValueListDef OID
def:WhereClauseDef OID def:CommentOID
def:WhereClauseRef WhereClauseOID
RangeCheck Comparator SoftHard def:ItemOID
CheckValue
ItemGroupDef OID Name Domain SASDatasetName Repeating IsReferenceData Purpose def:Structure
    def:ArchiveLocationID def:StandardOID def:IsNonStandard def:HasNoData def:CommentOID
ItemRef ItemOID OrderNumber Mandatory KeySequence MethodOID Role RoleCodeListOID def:HasNoData
    def:IsNonStandard
def:Class Name
def:SubClass Name ParentClass
ItemDef OID Name SASFieldName DataType Length SignificantDigits def:DisplayFormat def:CommentOID
CodeListRef CodeListOID
def:Origin Type Source
def:ValueListRef ValueListOID
CodeList OID Name DataType SASFormatName def:StandardOID def:IsNonStandard def:CommentOID
CodeListItem CodedValue OrderNumber Rank def:ExtendedValue
EnumeratedItem CodedValue OrderNumber Rank def:ExtendedValue
ExternalCodeList Dictionary Version href
Decode
Description
TranslatedText xml:lang
Alias Context Name
MethodDef OID Name Type
FormalExpression Context
def:CommentDef OID
def:leaf ID xlink:href
def:title
def:DocumentRef leafID
def:PDFPageRef PageRefs FirstPage LastPage Type Title
arm:AnalysisResultDisplays
arm:ResultDisplay OID Name
arm:AnalysisResult OID ParameterOID AnalysisReason AnalysisPurpose
arm:AnalysisDatasets def:CommentOID
arm:AnalysisDataset ItemGroupOID
arm:AnalysisVariable ItemOID
arm:Documentation
arm:ProgrammingCode Context
arm:Code
"""
"""Every element that is read, with its attributes."""


def unread_parts(tree: etree._ElementTree, file: str) -> list[Diagnostic]:
    """Return E4384 for each kind of element or attribute that is not read, with the first line."""
    known = _known()
    first: dict[str, int | None] = {}
    times: dict[str, int] = {}

    def note(what: str, line: int | None) -> None:
        first.setdefault(what, line)
        times[what] = times.get(what, 0) + 1

    todo = [tree.getroot()]
    while todo:
        element = todo.pop()
        name = _short(str(element.tag))
        if name not in known:
            note(f"element {name}", element.sourceline)
            continue
        for attribute in element.attrib:
            if _short(str(attribute)) not in known[name]:
                note(f"attribute {_short(str(attribute))} of {name}", element.sourceline)
        if name in {"Description", "Decode"} and len(element) > 1:
            note(f"second TranslatedText of {name}", element.sourceline)
        todo.extend(reversed(list(element.iterchildren(etree.Element))))
    return [
        Diagnostic(
            "E4384",
            Place(file, line),
            f"{what} is not read" + (f" ({times[what]} times)" if times[what] > 1 else ""),
            severity=Severity.NOTE,
        )
        for what, line in first.items()
    ]


def _known() -> dict[str, set[str]]:
    lines = _READ.replace("\n    ", " ").split("\n")
    words = [each.split() for each in lines if each]
    return {each[0]: set(each[1:]) for each in words}


def _short(name: str) -> str:
    """Return a name with the usual prefix of its namespace, or as it is."""
    if not name.startswith("{"):
        return name
    namespace, _, local = name[1:].partition("}")
    return f"{_SHORT[namespace]}{local}" if namespace in _SHORT else name
