"""Names, labels and types: the specification's word first, then the standard's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trialport.functions.model import Type
from trialport.plan.collect import Collector
from trialport.plan.model import VariablePlan
from trialport.spec.nodes import Dataset, DataType, Origin, Text, Variable
from trialport.standard.model import Standard, find_variable
from trialport.standard.model import Variable as StandardVariable
from trialport.xport.model import LONGEST_LABEL

_STRUCTURES = {"ADSL": "ADSL", "ADAE": "ADAE"}
_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")


@dataclass(frozen=True, slots=True)
class Guides:
    """The implementation guides that the study follows."""

    sdtm: Standard | None
    adam: tuple[Standard, ...]

    def variable(self, dataset: Dataset, group: str, name: str) -> StandardVariable | None:
        """Return what the guides say of a variable of a dataset."""
        if group == "fhir":
            return None
        if group == "sdtm":
            return (
                self.sdtm.variable(dataset.dataset.text, name, class_=dataset.class_.title())
                if self.sdtm
                else None
            )
        return find_variable(self.adam, _structure(dataset), name)

    def label(self, dataset: Dataset, group: str) -> str:
        """Return the label of a dataset."""
        name = dataset.dataset.text
        guides = (self.sdtm,) if group == "sdtm" else self.adam
        known = [found for each in guides if each is not None and (found := each.dataset(name))]
        label = known[0].label if known and known[0].name == name else ""
        return label.removesuffix(" Structure") if group == "adam" else label

    def class_of(self, dataset: Dataset, group: str) -> str:
        """Return the class of a dataset as Define-XML spells it."""
        if dataset.class_:
            return dataset.class_.upper()
        if group == "sdtm":
            known = self.sdtm.dataset(dataset.dataset.text) if self.sdtm else None
            return known.define_class if known else ""
        structure = _structure(dataset)
        names = {"ADSL": "SUBJECT LEVEL ANALYSIS DATASET", "ADAE": "OCCURRENCE DATA STRUCTURE"}
        return names.get(structure, "BASIC DATA STRUCTURE")

    def required(self, dataset: Dataset, group: str) -> tuple[StandardVariable, ...]:
        """Return the variables that the guides list for a dataset."""
        name = dataset.dataset.text if group == "sdtm" else _structure(dataset)
        guides = (self.sdtm,) if group == "sdtm" else self.adam
        known = [found for each in guides if each is not None and (found := each.dataset(name))]
        return known[0].variables if known else ()


def _structure(dataset: Dataset) -> str:
    """Return the ADaM structure that a dataset follows."""
    name = dataset.dataset.text
    if dataset.structure == "time_to_event":
        return "TTE"
    if name in _STRUCTURES:
        return _STRUCTURES[name]
    words = dataset.class_.upper()
    if "OCCURRENCE" in words:
        return "OCCDS"
    return "BDS" if not words or "BASIC" in words else name


def variable_plan(
    name: str,
    node: Variable,
    kind: Type,
    standard: StandardVariable | None,
    copied: VariablePlan | None,
    collector: Collector,
) -> VariablePlan:
    """Return a variable with its metadata; what neither says is a fault."""
    if not _NAME.fullmatch(name):
        problem = f"'{name}' is no variable name: at most 8 letters, digits and _, capitals"
        collector.fault("E1110", node.place, problem)
    data_type = declared_type(node, standard, copied) or _data_type(kind)
    label = _label(name, node, standard, copied, collector)
    return VariablePlan(
        name=name,
        label=label,
        type=data_type,
        kind=kind if kind is not Type.NULL else _kind(data_type),
        place=node.place,
        length=_length(node, copied, collector),
        format=_format(node, kind, copied),
        role=node.role or (standard.role if standard else "") or (copied.role if copied else ""),
        core=node.core or (standard.core if standard else ""),
        codelist=node.codelist.text if node.codelist else (copied.codelist if copied else ""),
        nci_codelists=standard.codelists if standard else (copied.nci_codelists if copied else ()),
        origin=node.origin.type if node.origin else (Origin.PREDECESSOR if copied else None),
        source=node.origin.source if node.origin else "",
        crf=node.origin.crf if node.origin else (),
        method=node.method,
        comment=node.comment,
        dictionary=node.dictionary or (copied.dictionary if copied else ""),
        expression=node.value.text.strip() if node.value else (node.text or node.number or ""),
    )


def leaf_plan(
    name: str,
    node: Variable,
    kind: Type,
    standard: StandardVariable | None,
    copied: VariablePlan | None,
    collector: Collector,
) -> VariablePlan:
    """Return a leaf of a resource's content; it has no metadata of its own."""
    del standard, copied, collector
    expression = node.value.text.strip() if node.value else ""
    return VariablePlan(name, "", _data_type(kind), kind, node.place, expression=expression)


def declared_type(
    node: Variable, standard: StandardVariable | None, copied: VariablePlan | None
) -> DataType | None:
    """Return the type that the specification, the guide or the predecessor states."""
    if node.type is not None:
        return node.type
    if copied is not None:
        return copied.type
    return DataType(standard.type) if standard is not None else None


def _data_type(kind: Type) -> DataType:
    return DataType.NUM if kind in {Type.NUMBER, Type.DATE, Type.DATETIME} else DataType.CHAR


def _kind(data_type: DataType) -> Type:
    return Type.NUMBER if data_type is DataType.NUM else Type.TEXT


def check_label(name: str, label: Text, collector: Collector) -> None:
    """Report E1230 for the label of a dataset or variable that is too long."""
    size = len(label.text.encode())
    if size > LONGEST_LABEL:
        problem = f"the label of {name} has {size} bytes, XPORT holds {LONGEST_LABEL}"
        collector.fault("E1230", label.place, problem, "shorten it")


def _label(
    name: str,
    node: Variable,
    standard: StandardVariable | None,
    copied: VariablePlan | None,
    collector: Collector,
) -> str:
    if node.label is not None:
        check_label(name, node.label, collector)
        return node.label.text
    if copied is not None and copied.label:
        return copied.label
    if standard is not None and not standard.has_open_label:
        return standard.label
    problem = f"{name} has no label: the standard does not give one"
    collector.fault("E1231", node.place, problem, "add label: ...")
    return ""


def _length(node: Variable, copied: VariablePlan | None, collector: Collector) -> int | None:
    if node.length is None:
        return copied.length if copied else None
    if not node.length.text.isdigit() or not 1 <= int(node.length.text) <= 200:
        problem = f"length '{node.length.text}' is not a whole number from 1 to 200"
        collector.fault("E1232", node.length.place, problem)
        return None
    return int(node.length.text)


def _format(node: Variable, kind: Type, copied: VariablePlan | None) -> str:
    if node.format is not None:
        return node.format
    if copied is not None and copied.format:
        return copied.format
    return {Type.DATE: "DATE9.", Type.DATETIME: "DATETIME20."}.get(kind, "")


def in_order(
    names: Sequence[str],
    standards: Mapping[str, StandardVariable | None],
    dataset: Dataset,
    group: str,
) -> list[str]:
    """Return the variables in the order of the standard; unknown ones after the rest, as written.

    A variable that only the model has stands after those of its role that the guide lists.
    Analysis datasets keep the order in which the specification writes them: ADaM prescribes none.

    Source: SDTMIG 3.4, 2.6 Creating a New Domain: identifiers, topic and qualifiers, timing.
    """
    if group != "sdtm":
        return list(names)
    known = {each: found for each in names if (found := standards[each]) is not None}
    listed = [each for each in known if known[each].order > 0]
    ordered = sorted(listed, key=lambda each: known[each].order)
    for name in (each for each in known if known[each].order == 0):
        part = _part(known[name])
        fits = [at for at, each in enumerate(ordered, 1) if _part(known[each]) <= part]
        ordered.insert(max(fits, default=0), name)
    return [*ordered, *(each for each in names if each not in known)]


def _part(variable: StandardVariable) -> int:
    """Return the part of a dataset that a variable stands in: 0 identifiers, 2 timing, 1 others."""
    return {"Identifier": 0, "Timing": 2}.get(variable.role, 1)
