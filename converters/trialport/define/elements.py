"""The elements of a define.xml, one function a kind of definition."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from trialport.define.model import (
    DefineAlias,
    DefineCodelist,
    DefineComment,
    DefineDataset,
    DefineItem,
    DefineItemRef,
    DefineLeaf,
    DefineMethod,
    DefineOrigin,
    DefinePages,
    DefineReference,
    DefineStandard,
    DefineTerm,
    DefineValueList,
    DefineWhere,
    Translated,
)
from trialport.define.namespaces import DEF, NCI, ODM, XLINK, XML, define


def standard_element(standard: DefineStandard) -> etree._Element:
    """Return def:Standard."""
    made = element("Standard", DEF, OID=standard.oid, Name=standard.name, Type=standard.type)
    attributes(made, PublishingSet=standard.publishing_set)
    attributes(made, Version=standard.version, Status=standard.status)
    _set(made, CommentOID=standard.comment)
    return made


def dataset_element(dataset: DefineDataset) -> etree._Element:
    """Return the ItemGroupDef of a dataset, with its variables in order and its file."""
    made = element("ItemGroupDef", OID=dataset.oid, Name=dataset.name)
    attributes(made, Domain=dataset.domain, SASDatasetName=dataset.sas_name)
    made.set("Repeating", _yes_no(dataset.repeating))
    made.set("IsReferenceData", _yes_no(dataset.reference_data))
    attributes(made, Purpose=dataset.purpose)
    _set(made, Structure=dataset.structure)
    _set(made, ArchiveLocationID=dataset.leaf.id if dataset.leaf else "")
    _set(made, StandardOID=dataset.standard, IsNonStandard=_yes(dataset.non_standard))
    _set(made, HasNoData=_yes(dataset.no_data), CommentOID=dataset.comment)
    describe(made, dataset.label, dataset.translated)
    made.extend(_item_refs(dataset.items))
    made.extend(_aliases(dataset.aliases))
    if dataset.class_:
        class_ = child(made, "Class", DEF, Name=dataset.class_)
        for name, parent in dataset.subclasses:
            attributes(child(class_, "SubClass", DEF, Name=name), ParentClass=parent)
    if dataset.leaf:
        made.append(leaf_element(dataset.leaf))
    return made


def item_element(item: DefineItem) -> etree._Element:
    """Return the ItemDef of a variable, or of some of its values."""
    made = element("ItemDef", OID=item.oid, Name=item.name)
    attributes(made, SASFieldName=item.sas_name, DataType=item.type)
    if item.length is not None:
        made.set("Length", str(item.length))
    if item.significant_digits is not None:
        made.set("SignificantDigits", str(item.significant_digits))
    _set(made, DisplayFormat=item.format, CommentOID=item.comment)
    describe(made, item.label, item.translated)
    if item.codelist:
        child(made, "CodeListRef", CodeListOID=item.codelist)
    made.extend(_aliases(item.aliases))
    made.extend(map(_origin, item.origins))
    if item.value_list:
        child(made, "ValueListRef", DEF, ValueListOID=item.value_list)
    return made


def value_list_element(value_list: DefineValueList) -> etree._Element:
    """Return def:ValueListDef."""
    made = element("ValueListDef", DEF, OID=value_list.oid)
    describe(made, value_list.description)
    made.extend(_item_refs(value_list.items))
    return made


def where_element(where: DefineWhere) -> etree._Element:
    """Return def:WhereClauseDef."""
    made = element("WhereClauseDef", DEF, OID=where.oid)
    _set(made, CommentOID=where.comment)
    for each in where.checks:
        check = child(made, "RangeCheck", Comparator=each.comparator, SoftHard=each.soft_hard)
        check.set(define("ItemOID"), each.item)
        for value in each.values:
            child(check, "CheckValue").text = value
    return made


def codelist_element(codelist: DefineCodelist) -> etree._Element:
    """Return CodeList: terms with decodes where any has one, else enumerated."""
    made = element("CodeList", OID=codelist.oid, Name=codelist.name, DataType=codelist.type)
    attributes(made, SASFormatName=codelist.format)
    _set(made, StandardOID=codelist.standard, IsNonStandard=_yes(codelist.non_standard))
    _set(made, CommentOID=codelist.comment)
    if codelist.dictionary:
        dictionary = child(made, "ExternalCodeList", Dictionary=codelist.dictionary)
        attributes(dictionary, Version=codelist.version, href=codelist.href)
    is_decoded = any(each.decode or each.translated for each in codelist.terms)
    for order, each in enumerate(codelist.terms, start=1):
        made.append(_term(each, order, is_decoded=is_decoded))
    if codelist.code:
        child(made, "Alias", Context=NCI, Name=codelist.code)
    made.extend(_aliases(codelist.aliases))
    return made


def method_element(method: DefineMethod) -> etree._Element:
    """Return MethodDef."""
    made = element("MethodDef", OID=method.oid, Name=method.name, Type=method.type)
    describe(made, method.description)
    for each in method.expressions:
        child(made, "FormalExpression", Context=each.context).text = each.text
    made.extend(map(reference_element, method.documents))
    return made


def comment_element(comment: DefineComment) -> etree._Element:
    """Return def:CommentDef."""
    made = element("CommentDef", DEF, OID=comment.oid)
    describe(made, comment.text)
    made.extend(map(reference_element, comment.documents))
    return made


def leaf_element(leaf: DefineLeaf) -> etree._Element:
    """Return def:leaf."""
    made = element("leaf", DEF, ID=leaf.id)
    made.set(f"{{{XLINK}}}href", leaf.href)
    child(made, "title", DEF).text = leaf.title
    return made


def reference_element(reference: DefineReference) -> etree._Element:
    """Return def:DocumentRef."""
    made = element("DocumentRef", DEF, leafID=reference.leaf)
    made.extend(map(_pages, reference.pages))
    return made


def element(tag: str, namespace: str = ODM, **attributes: str) -> etree._Element:
    """Return a new element."""
    return etree.Element(f"{{{namespace}}}{tag}", attributes)


def child(
    parent: etree._Element, tag: str, namespace: str = ODM, **attributes: str
) -> etree._Element:
    """Return a new last child of an element."""
    return etree.SubElement(parent, f"{{{namespace}}}{tag}", attributes)


def describe(parent: etree._Element, text: str, translated: Translated = ()) -> None:
    """Add a description where there is something to say, other languages before English.

    The stylesheet shows the first text alone, and a reader without regard to languages takes it.
    """
    if text:
        _translate(child(parent, "Description"), text, translated)


def attributes(made: etree._Element, **values: str) -> None:
    """Set attributes where there is something to say."""
    for name, value in values.items():
        if value:
            made.set(name, value)


def _set(made: etree._Element, **values: str) -> None:
    """Set attributes of the def namespace where there is something to say."""
    for name, value in values.items():
        if value:
            made.set(define(name), value)


def _item_refs(items: Iterable[DefineItemRef]) -> Iterable[etree._Element]:
    for order, each in enumerate(items, start=1):
        made = element("ItemRef", ItemOID=each.item, OrderNumber=str(order))
        made.set("Mandatory", _yes_no(each.mandatory))
        attributes(made, KeySequence="" if each.key is None else str(each.key))
        attributes(made, MethodOID=each.method, Role=each.role)
        attributes(made, RoleCodeListOID=each.role_codelist)
        _set(made, IsNonStandard=_yes(each.non_standard), HasNoData=_yes(each.no_data))
        for oid in each.where:
            child(made, "WhereClauseRef", DEF, WhereClauseOID=oid)
        yield made


def _origin(origin: DefineOrigin) -> etree._Element:
    made = element("Origin", DEF, Type=origin.type)
    attributes(made, Source=origin.source)
    describe(made, origin.description)
    made.extend(map(reference_element, origin.documents))
    return made


def _pages(pages: DefinePages) -> etree._Element:
    made = element("PDFPageRef", DEF)
    attributes(made, PageRefs=pages.refs, FirstPage=pages.first, LastPage=pages.last)
    attributes(made, Type=pages.type, Title=pages.title)
    return made


def _term(term: DefineTerm, order: int, *, is_decoded: bool) -> etree._Element:
    tag = "CodeListItem" if is_decoded else "EnumeratedItem"
    made = element(tag, CodedValue=term.value)
    attributes(made, Rank=term.rank, OrderNumber=str(order))
    _set(made, ExtendedValue=_yes(term.extended))
    if is_decoded:
        _translate(child(made, "Decode"), term.decode or term.value, term.translated)
    if term.code:
        child(made, "Alias", Context=NCI, Name=term.code)
    made.extend(_aliases(term.aliases))
    return made


def _aliases(aliases: Iterable[DefineAlias]) -> Iterable[etree._Element]:
    return (element("Alias", Context=each.context, Name=each.name) for each in aliases)


def _translate(parent: etree._Element, text: str, translated: Translated = ()) -> None:
    for language, said in (*translated, ("en", text)):
        stated = child(parent, "TranslatedText")
        stated.set(f"{{{XML}}}lang", language)
        stated.text = said


def _yes_no(claim: bool) -> str:
    return "Yes" if claim else "No"


def _yes(claim: bool) -> str:
    return "Yes" if claim else ""
