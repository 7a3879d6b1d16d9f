"""A define.xml of version 2.0 or 2.1 as values.

Version 2.0 is read as the 2.1 that says the same: its standard and its classes are elements, its
origins CRF and eDT are Collected by investigator and vendor.

Source: Define-XML 2.0 and 2.1; Analysis Results Metadata 1.0.
"""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from pathlib import Path
from typing import cast

from lxml import etree

from trialport.define.model import (
    DataType,
    DefineAlias,
    DefineCheck,
    DefineCodelist,
    DefineComment,
    DefineDataset,
    DefineDocument,
    DefineExpression,
    DefineFile,
    DefineItem,
    DefineItemRef,
    DefineLeaf,
    DefineMethod,
    DefineOrigin,
    DefineStandard,
    DefineTerm,
    DefineValueList,
    DefineWhere,
)
from trialport.define.namespaces import NCI, XLINK, define, odm
from trialport.define.read_results import read_displays
from trialport.define.read_values import (
    Reading,
    children,
    first,
    is_yes,
    ordered,
    references_of,
)
from trialport.define.schema import parsed
from trialport.define.unread import unread_parts
from trialport.define.version import as_21
from trialport.diagnostics import DataError, Diagnostic, Place

MOST_BYTES = 100_000_000
"""How large a define.xml may be."""


def read_define_file(file: Path) -> tuple[DefineDocument, list[Diagnostic]]:
    """Return what a define.xml on the disk says; see `read_define`.

    Raises:
        DataError: E4310 it cannot be read, E4380 it is larger than 100 MB; see `read_define`.
    """
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            problem = f"the file has {size} bytes, more than the {MOST_BYTES} that are read"
            raise DataError([Diagnostic("E4380", Place(str(file)), problem)])
        define = file.read_bytes()
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror or error}"
        raise DataError([Diagnostic("E4310", Place(str(file)), problem)]) from error
    return read_define(define, str(file))


def read_define(
    content: bytes, file: str = "define.xml"
) -> tuple[DefineDocument, list[Diagnostic]]:
    """Return what a define.xml says, and notes of what in it is not read.

    Nothing is fetched, entities stay unresolved, and references are not followed: what leads
    nowhere stays as it is written.

    Args:
        content: the file.
        file: its name, for places.

    Returns:
        The document, and E4384 for each kind of element or attribute that is not read.

    Raises:
        DataError: E4310 it is no XML, E4381 it is no Define-XML, E4382 a name or identifier is
            missing, E4383 a number is not one.
    """
    tree = as_21(parsed(content, file), file)
    version = _metadata_version(tree, file)
    reading = Reading(file)
    made = _document(tree.getroot(), version, reading)
    if reading.found:
        raise DataError(reading.found)
    return made, unread_parts(tree, file)


def _metadata_version(tree: etree._ElementTree, file: str) -> etree._Element:
    found = tree.getroot().find(f"{odm('Study')}/{odm('MetaDataVersion')}")
    if found is None:
        problem = "there is no Study with a MetaDataVersion"
        raise DataError([Diagnostic("E4381", Place(file, tree.getroot().sourceline), problem)])
    return found


def _document(root: etree._Element, version: etree._Element, read: Reading) -> DefineDocument:
    study = first(root, odm("Study"))
    facts = f"{odm('GlobalVariables')}/"
    every = version.iterchildren
    return DefineDocument(
        file=_file(root, study, version, read),
        study=read.content(study, f"{facts}{odm('StudyName')}"),
        protocol=read.content(study, f"{facts}{odm('ProtocolName')}"),
        name=version.get("Name", ""),
        description=version.get("Description", ""),
        study_description=read.content(study, f"{facts}{odm('StudyDescription')}"),
        standards=tuple(
            _standard(each, read) for each in version.iterfind(f"{define('Standards')}/*")
        ),
        datasets=tuple(_dataset(each, read) for each in every(odm("ItemGroupDef"))),
        items=tuple(_item(each, read) for each in every(odm("ItemDef"))),
        value_lists=tuple(_value_list(each, read) for each in every(define("ValueListDef"))),
        wheres=tuple(_where(each, read) for each in every(define("WhereClauseDef"))),
        codelists=tuple(_codelist(each, read) for each in every(odm("CodeList"))),
        methods=tuple(_method(each, read) for each in every(odm("MethodDef"))),
        comments=tuple(_comment(each, read) for each in every(define("CommentDef"))),
        leaves=tuple(_leaf(each, read) for each in every(define("leaf"))),
        crf=references_of(version.find(define("AnnotatedCRF"))),
        supplements=references_of(version.find(define("SupplementalDoc"))),
        displays=read_displays(version, read),
        comment=version.get(define("CommentOID"), ""),
    )


def _file(
    root: etree._Element, study: etree._Element, version: etree._Element, read: Reading
) -> DefineFile:
    return DefineFile(
        oid=root.get("FileOID", ""),
        study=read.required(study, "OID"),
        version=read.required(version, "OID"),
        originator=root.get("Originator", ""),
        system=root.get("SourceSystem", ""),
        system_version=root.get("SourceSystemVersion", ""),
        context=root.get(define("Context"), "Other"),
    )


def _standard(element: etree._Element, read: Reading) -> DefineStandard:
    return DefineStandard(
        oid=read.required(element, "OID"),
        name=element.get("Name", ""),
        version=element.get("Version", ""),
        type=element.get("Type", ""),
        publishing_set=element.get("PublishingSet", ""),
        status=element.get("Status", ""),
        comment=element.get(define("CommentOID"), ""),
    )


def _dataset(element: etree._Element, read: Reading) -> DefineDataset:
    leaf = element.find(define("leaf"))
    class_ = element.find(define("Class"))
    return DefineDataset(
        oid=read.required(element, "OID"),
        name=read.required(element, "Name"),
        label=read.described(element),
        class_="" if class_ is None else class_.get("Name", ""),
        structure=element.get(define("Structure"), ""),
        items=_item_refs(element, read),
        leaf=None if leaf is None else _leaf(leaf, read),
        subclasses=tuple(
            (each.get("Name", ""), each.get("ParentClass", ""))
            for each in element.iterfind(f"{define('Class')}/{define('SubClass')}")
        ),
        domain=element.get("Domain", ""),
        sas_name=element.get("SASDatasetName", ""),
        purpose=element.get("Purpose", ""),
        standard=element.get(define("StandardOID"), ""),
        non_standard=is_yes(element, define("IsNonStandard")),
        repeating=is_yes(element, "Repeating"),
        reference_data=is_yes(element, "IsReferenceData"),
        no_data=is_yes(element, define("HasNoData")),
        comment=element.get(define("CommentOID"), ""),
        aliases=_aliases(element)[1],
    )


def _item_refs(element: etree._Element, read: Reading) -> tuple[DefineItemRef, ...]:
    found = ordered(element.findall(odm("ItemRef")), read)
    return tuple(
        DefineItemRef(
            item=read.required(each, "ItemOID"),
            mandatory=is_yes(each, "Mandatory"),
            key=read.number(each, "KeySequence"),
            method=each.get("MethodOID", ""),
            role=each.get("Role", ""),
            role_codelist=each.get("RoleCodeListOID", ""),
            where=tuple(
                read.required(it, "WhereClauseOID")
                for it in each.iterchildren(define("WhereClauseRef"))
            ),
            no_data=is_yes(each, define("HasNoData")),
            non_standard=is_yes(each, define("IsNonStandard")),
        )
        for each in found
    )


def _item(element: etree._Element, read: Reading) -> DefineItem:
    codelist = element.find(odm("CodeListRef"))
    value_list = element.find(define("ValueListRef"))
    return DefineItem(
        oid=read.required(element, "OID"),
        name=read.required(element, "Name"),
        label=read.described(element),
        type=cast(DataType, read.required(element, "DataType")),
        length=read.number(element, "Length"),
        significant_digits=read.number(element, "SignificantDigits"),
        format=element.get(define("DisplayFormat"), ""),
        sas_name=element.get("SASFieldName", ""),
        origins=tuple(_origin(each, read) for each in element.iterchildren(define("Origin"))),
        codelist="" if codelist is None else read.required(codelist, "CodeListOID"),
        value_list="" if value_list is None else read.required(value_list, "ValueListOID"),
        comment=element.get(define("CommentOID"), ""),
        aliases=_aliases(element)[1],
    )


def _origin(element: etree._Element, read: Reading) -> DefineOrigin:
    return DefineOrigin(
        type=read.required(element, "Type"),
        source=element.get("Source", ""),
        description=read.described(element),
        documents=references_of(element),
    )


def _value_list(element: etree._Element, read: Reading) -> DefineValueList:
    oid = read.required(element, "OID")
    return DefineValueList(oid, _item_refs(element, read), read.described(element))


def _where(element: etree._Element, read: Reading) -> DefineWhere:
    checks = tuple(
        DefineCheck(
            item=read.required(each, define("ItemOID")),
            comparator=each.get("Comparator", ""),
            values=tuple(value.text or "" for value in each.iterchildren(odm("CheckValue"))),
            soft_hard=each.get("SoftHard", ""),
        )
        for each in element.iterchildren(odm("RangeCheck"))
    )
    return DefineWhere(read.required(element, "OID"), checks, element.get(define("CommentOID"), ""))


def _codelist(element: etree._Element, read: Reading) -> DefineCodelist:
    external = element.find(odm("ExternalCodeList"))
    dictionary = {} if external is None else dict(external.attrib)
    terms = ordered(children(element, odm("CodeListItem"), odm("EnumeratedItem")), read)
    code, aliases = _aliases(element)
    return DefineCodelist(
        oid=read.required(element, "OID"),
        name=element.get("Name", ""),
        type=element.get("DataType", ""),
        terms=tuple(_term(each, read) for each in terms),
        code=code,
        standard=element.get(define("StandardOID"), ""),
        non_standard=is_yes(element, define("IsNonStandard")),
        dictionary=dictionary.get("Dictionary", ""),
        version=dictionary.get("Version", ""),
        href=dictionary.get("href", ""),
        format=element.get("SASFormatName", ""),
        comment=element.get(define("CommentOID"), ""),
        aliases=aliases,
    )


def _term(element: etree._Element, read: Reading) -> DefineTerm:
    code, aliases = _aliases(element)
    decode = element.find(odm("Decode"))
    return DefineTerm(
        value=element.get("CodedValue", ""),
        decode="" if decode is None else read.translated(decode),
        code=code,
        extended=is_yes(element, define("ExtendedValue")),
        rank=element.get("Rank", ""),
        aliases=aliases,
    )


def _method(element: etree._Element, read: Reading) -> DefineMethod:
    return DefineMethod(
        oid=read.required(element, "OID"),
        name=element.get("Name", ""),
        description=read.described(element),
        expressions=tuple(
            DefineExpression(each.get("Context", ""), each.text or "")
            for each in element.iterchildren(odm("FormalExpression"))
        ),
        type=element.get("Type", "Computation"),
        documents=references_of(element),
    )


def _comment(element: etree._Element, read: Reading) -> DefineComment:
    oid = read.required(element, "OID")
    return DefineComment(oid, read.described(element), references_of(element))


def _leaf(element: etree._Element, read: Reading) -> DefineLeaf:
    href = element.get(f"{{{XLINK}}}href", "")
    title = read.content(element, define("title"))
    return DefineLeaf(read.required(element, "ID"), href, title)


def _aliases(element: etree._Element) -> tuple[str, tuple[DefineAlias, ...]]:
    """Return the NCI code, and the other aliases; a second code is one of those."""
    found = [
        DefineAlias(each.get("Context", ""), each.get("Name", ""))
        for each in element.iterchildren(odm("Alias"))
    ]
    coded = next((each for each in found if each.context == NCI), None)
    rest = tuple(each for each in found if each is not coded)
    return (coded.name if coded else ""), rest
