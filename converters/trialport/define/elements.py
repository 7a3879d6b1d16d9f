"""The elements of a define.xml, one function a kind of definition.

Identifiers: IG.DM a dataset, IT.DM.AGE a variable, IT.SUPPDM.QVAL.RACE1 a value, VL. a value
list, WC. a condition, LF.DM a file. Codelists, methods and comments bring their own.
"""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from typing import Literal

from lxml import etree

from trialport.define.model import (
    DefineCodelist,
    DefineComment,
    DefineDataset,
    DefineMethod,
    DefineOrigin,
    DefineStandard,
    DefineTerm,
    DefineValue,
    DefineVariable,
)

ODM = "http://www.cdisc.org/ns/odm/v1.3"
DEF = "http://www.cdisc.org/ns/def/v2.1"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
_PURPOSES = {"sdtm": "Tabulation", "adam": "Analysis"}
_NCI = "nci:ExtCodeID"


def standard_element(standard: DefineStandard) -> etree._Element:
    """Return def:Standard."""
    made = _element("Standard", DEF, OID=standard.oid, Name=standard.name, Type=standard.type)
    if standard.publishing_set:
        made.set("PublishingSet", standard.publishing_set)
    made.set("Version", standard.version)
    made.set("Status", standard.status)
    return made


def dataset_element(group: Literal["sdtm", "adam"], dataset: DefineDataset) -> etree._Element:
    """Return the ItemGroupDef of a dataset, with its variables in order and its file."""
    made = _element("ItemGroupDef", OID=f"IG.{dataset.name}", Name=dataset.name)
    if dataset.domain:
        made.set("Domain", dataset.domain)
    made.set("SASDatasetName", dataset.name)
    made.set("Repeating", _yes_no(dataset.repeating))
    made.set("IsReferenceData", _yes_no(dataset.reference_data))
    made.set("Purpose", _PURPOSES[group])
    _set(made, "Structure", dataset.structure)
    _set(made, "ArchiveLocationID", f"LF.{dataset.name}")
    _set(made, "StandardOID", dataset.standard)
    _set(made, "CommentOID", dataset.comment)
    _describe(made, dataset.label)
    for order, variable in enumerate(dataset.variables, start=1):
        made.append(_item_reference(dataset.name, order, variable))
    class_ = child(made, "Class", DEF, Name=dataset.class_)
    if dataset.subclass:
        child(class_, "SubClass", DEF, Name=dataset.subclass)
    leaf = child(made, "leaf", DEF, ID=f"LF.{dataset.name}")
    leaf.set(f"{{{XLINK}}}href", dataset.href)
    child(leaf, "title", DEF).text = dataset.href.rpartition("/")[2]
    return made


def item_element(dataset: str, variable: DefineVariable) -> etree._Element:
    """Return the ItemDef of a variable."""
    made = _item(f"IT.{dataset}.{variable.name}", variable.name, variable)
    _set(made, "DisplayFormat", variable.format)
    _set(made, "CommentOID", variable.comment)
    _finish_item(made, variable.label, variable.codelist, variable.origin)
    if variable.values:
        child(made, "ValueListRef", DEF, ValueListOID=f"VL.{dataset}.{variable.name}")
    return made


def value_item_element(dataset: str, variable: str, value: DefineValue) -> etree._Element:
    """Return the ItemDef of the values of a variable in the records of one condition."""
    made = _item(f"IT.{dataset}.{variable}.{value.name}", value.name, value)
    _set(made, "CommentOID", value.comment)
    _finish_item(made, value.label, value.codelist, value.origin)
    return made


def value_list_element(dataset: str, variable: DefineVariable) -> etree._Element:
    """Return def:ValueListDef of a variable."""
    made = _element("ValueListDef", DEF, OID=f"VL.{dataset}.{variable.name}")
    for order, each in enumerate(variable.values, start=1):
        place = f"{dataset}.{variable.name}.{each.name}"
        item = child(made, "ItemRef", ItemOID=f"IT.{place}", OrderNumber=str(order))
        item.set("Mandatory", _yes_no(each.mandatory))
        if each.method:
            item.set("MethodOID", each.method)
        child(item, "WhereClauseRef", DEF, WhereClauseOID=f"WC.{place}")
    return made


def where_element(dataset: str, variable: str, value: DefineValue) -> etree._Element:
    """Return def:WhereClauseDef: the condition under which a value is described."""
    made = _element("WhereClauseDef", DEF, OID=f"WC.{dataset}.{variable}.{value.name}")
    comparator = "EQ" if len(value.condition.values) == 1 else "IN"
    check = child(made, "RangeCheck", Comparator=comparator, SoftHard="Soft")
    check.set(f"{{{DEF}}}ItemOID", f"IT.{dataset}.{value.condition.variable}")
    for each in value.condition.values:
        child(check, "CheckValue").text = each
    return made


def codelist_element(codelist: DefineCodelist) -> etree._Element:
    """Return CodeList: terms with decodes where any has one, else enumerated."""
    made = _element("CodeList", OID=codelist.oid, Name=codelist.name, DataType=codelist.type)
    if codelist.dictionary:
        dictionary = child(made, "ExternalCodeList", Dictionary=codelist.dictionary)
        if codelist.version:
            dictionary.set("Version", codelist.version)
        return made
    if codelist.standard:
        _set(made, "StandardOID", codelist.standard)
    else:
        _set(made, "IsNonStandard", "Yes")
    decoded = any(each.decode not in {"", each.value} for each in codelist.terms)
    for order, each in enumerate(codelist.terms, start=1):
        made.append(_term(each, order, decoded=decoded))
    if codelist.code:
        child(made, "Alias", Context=_NCI, Name=codelist.code)
    return made


def method_element(method: DefineMethod) -> etree._Element:
    """Return MethodDef."""
    made = _element("MethodDef", OID=method.oid, Name=method.name, Type=method.type)
    _describe(made, method.description)
    if method.expression:
        formal = child(made, "FormalExpression", Context=method.context)
        formal.text = method.expression
    return made


def comment_element(comment: DefineComment) -> etree._Element:
    """Return def:CommentDef."""
    made = _element("CommentDef", DEF, OID=comment.oid)
    _describe(made, comment.text)
    return made


def child(
    parent: etree._Element, tag: str, namespace: str = ODM, **attributes: str
) -> etree._Element:
    """Return a new last child of an element."""
    return etree.SubElement(parent, f"{{{namespace}}}{tag}", attributes)


def _element(tag: str, namespace: str = ODM, **attributes: str) -> etree._Element:
    return etree.Element(f"{{{namespace}}}{tag}", attributes)


def _item_reference(dataset: str, order: int, variable: DefineVariable) -> etree._Element:
    made = _element("ItemRef", ItemOID=f"IT.{dataset}.{variable.name}", OrderNumber=str(order))
    made.set("Mandatory", _yes_no(variable.mandatory))
    if variable.key is not None:
        made.set("KeySequence", str(variable.key))
    if variable.method:
        made.set("MethodOID", variable.method)
    if variable.role:
        made.set("Role", variable.role)
    return made


def _item(oid: str, name: str, item: DefineVariable | DefineValue) -> etree._Element:
    made = _element("ItemDef", OID=oid, Name=name, SASFieldName=name, DataType=item.type)
    if item.length is not None:
        made.set("Length", str(item.length))
    if item.significant_digits is not None:
        made.set("SignificantDigits", str(item.significant_digits))
    return made


def _finish_item(
    made: etree._Element, label: str, codelist: str, origin: DefineOrigin | None
) -> None:
    if label:
        _describe(made, label)
    if codelist:
        child(made, "CodeListRef", CodeListOID=codelist)
    if origin is not None:
        stated = child(made, "Origin", DEF, Type=origin.type)
        if origin.source:
            stated.set("Source", origin.source)
        if origin.description:
            _describe(stated, origin.description)


def _term(term: DefineTerm, order: int, *, decoded: bool) -> etree._Element:
    tag = "CodeListItem" if decoded else "EnumeratedItem"
    made = _element(tag, CodedValue=term.value, OrderNumber=str(order))
    if term.extended:
        _set(made, "ExtendedValue", "Yes")
    if decoded:
        _translate(child(made, "Decode"), term.decode or term.value)
    if term.code:
        child(made, "Alias", Context=_NCI, Name=term.code)
    return made


def _describe(parent: etree._Element, text: str) -> None:
    _translate(child(parent, "Description"), text)


def _translate(parent: etree._Element, text: str) -> None:
    stated = child(parent, "TranslatedText")
    stated.set(f"{{{XML}}}lang", "en")
    stated.text = text


def _set(element: etree._Element, name: str, value: str) -> None:
    """Set an attribute of the def namespace where there is something to say."""
    if value:
        element.set(f"{{{DEF}}}{name}", value)


def _yes_no(claim: bool) -> str:
    return "Yes" if claim else "No"
