"""From the plan and what was written to the Define-XML document of one group of datasets.

Source: Define-XML 2.1; SDTMIG 3.4, 8.4 (supplemental qualifiers are described value by value).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from trialport.define.codelists import Packages, define_codelists, package_standard
from trialport.define.methods import (
    qualifier_has_method,
    qualifier_method,
    qualifier_origin,
    variable_method,
)
from trialport.define.model import (
    DefineAlias,
    DefineCheck,
    DefineComment,
    DefineDataset,
    DefineDocument,
    DefineFile,
    DefineItem,
    DefineItemRef,
    DefineLeaf,
    DefineMethod,
    DefineOrigin,
    DefineReference,
    DefineStandard,
    DefineValueList,
    DefineWhere,
)
from trialport.define.origin import ANNOTATED_CRF, stated_origin, variable_origin
from trialport.define.results import endpoint_results
from trialport.define.types import Used, item_type
from trialport.define.value_level import Value, level_values
from trialport.diagnostics import Diagnostic, Place, Severity
from trialport.metadata import DatasetMetadata
from trialport.plan.model import Step, VariablePlan
from trialport.spec import nodes
from trialport.spec.report_nodes import EndpointAnalysis
from trialport.spec.vocabulary import Vocabulary

_GUIDES = {"sdtmig": "SDTMIG", "adamig": "ADaMIG", "adam-occds": "ADaM-OCCDSIG"}
"""Guides that Define-XML has a name for; the documents on TTE and ADAE belong to ADaMIG."""

Group = Literal["sdtm", "adam"]

_PURPOSES: Mapping[Group, str] = {"sdtm": "Tabulation", "adam": "Analysis"}
_SUBCLASSES = {"ADAE": "ADVERSE EVENT"}


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """What a define.xml says of the study itself.

    `standards` are names and versions as study.yaml has them, `packages` the pinned terminology
    with the codelists in use, `datasets` what the specification says of each by its name.
    """

    study: str
    title: str
    standards: Mapping[str, str]
    packages: Packages = field(default_factory=dict)
    datasets: Mapping[str, nodes.Dataset] = field(default_factory=dict)
    annotated_crf: str = ""
    endpoints: Mapping[str, EndpointAnalysis] = field(default_factory=dict)


def study_facts(specification: nodes.Specification, packages: Packages) -> StudyFacts:
    """Return the facts that a specification states.

    Args:
        specification: the study.
        packages: the codelists of the pinned packages, by package and NCI code.
    """
    study = specification.study
    return StudyFacts(
        study=study.study.text,
        title=study.title or study.study.text,
        standards={name: each.text for name, each in study.standards.items()},
        packages=packages,
        datasets={it.dataset.text: it for it in (*specification.sdtm, *specification.adam)},
        annotated_crf=study.annotated_crf,
        endpoints=specification.report.endpoints if specification.report else {},
    )


def define_document(
    group: Group,
    described: Sequence[DatasetMetadata],
    steps: Sequence[Step],
    vocabulary: Vocabulary,
    facts: StudyFacts,
    used: Used,
) -> DefineDocument:
    """Return the document that describes the datasets of one group, sorted by name.

    Identifiers: IG.DM a dataset, IT.DM.AGE a variable, IT.SUPPDM.QVAL.RACE1 a value, VL. a value
    list, WC. a where clause, MT. a method, COM. a comment, CL. a codelist, LF.DM a file.

    Args:
        group: sdtm or adam.
        described: what was written; datasets of the other group are passed over.
        steps: how each of them was planned.
        vocabulary: the codelists of the study.
        facts: the study.
        used: what the data hold, as `used_queries` ask it.
    """
    planned = {each.name: each for each in steps}
    written = sorted((each for each in described if each.group == group), key=lambda it: it.name)
    own = [planned[each.name] for each in written]
    codelists, oids = define_codelists(own, vocabulary, facts.packages, used)
    standards = _standards(group, facts)
    describing = _Describing(group, facts, standards, used, oids)
    parts = [describing.dataset(step, each) for step, each in zip(own, written, strict=True)]
    crf = _annotated_crf(parts, facts)
    there = {step.name: [each.name for each in step.variables] for step in own}
    results = list(endpoint_results(facts.endpoints, there)) if group == "adam" else []
    name = f"{facts.study} {'SDTM' if group == 'sdtm' else 'ADaM'} data definitions"
    return DefineDocument(
        file=DefineFile(
            oid=f"{facts.study}.{group.upper()}.DEFINE",
            study=f"STDY.{facts.study}",
            version=f"MDV.{facts.study}.{group.upper()}",
            system="trialport",
        ),
        study=facts.study,
        protocol=facts.study,
        name=name,
        description=name,
        study_description=facts.title,
        standards=standards,
        datasets=tuple(each.dataset for each in parts),
        items=tuple(item for each in parts for item in each.items),
        value_lists=tuple(item for each in parts for item in each.value_lists),
        wheres=(*(item for each in parts for item in each.wheres), *(each for _, each in results)),
        displays=tuple(display for display, _ in results),
        codelists=codelists,
        methods=tuple(item for each in parts for item in each.methods),
        comments=tuple(item for each in parts for item in each.comments),
        leaves=crf,
        crf=tuple(DefineReference(each.id) for each in crf),
    )


def _annotated_crf(parts: Iterable[_Part], facts: StudyFacts) -> tuple[DefineLeaf, ...]:
    """Return the annotated CRF, where a variable points to a page of it."""
    references = {
        reference.leaf
        for part in parts
        for item in part.items
        for origin in item.origins
        for reference in origin.documents
    }
    if ANNOTATED_CRF not in references:
        return ()
    return (DefineLeaf(ANNOTATED_CRF, facts.annotated_crf or "acrf.pdf", "Annotated CRF"),)


def unannotated(document: DefineDocument) -> list[Diagnostic]:
    """Return E4385 for each dataset with collected variables that name no page of the CRF."""
    items = {each.oid: each for each in document.items}
    lists = {each.oid: each for each in document.value_lists}
    found: list[Diagnostic] = []
    for dataset in document.datasets:
        own = [items[each.item] for each in dataset.items]
        values = [it for each in own if each.value_list for it in lists[each.value_list].items]
        every = [*own, *(items[each.item] for each in values)]
        names = ", ".join(each.name for each in every if _lacks_page(each))
        if names:
            problem = f"collected without a page of the annotated CRF: {names}"
            remedy = "add origin: {type: Collected, crf: PAGE}"
            place = Place(record=dataset.name)
            found.append(Diagnostic("E4385", place, problem, remedy, Severity.NOTE))
    return found


def _lacks_page(item: DefineItem) -> bool:
    return any(
        each.type == nodes.Origin.COLLECTED.value
        and each.source in {"Investigator", "Subject"}
        and not each.documents
        for each in item.origins
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """One dataset with all definitions that are its own."""

    dataset: DefineDataset
    items: tuple[DefineItem, ...]
    value_lists: tuple[DefineValueList, ...]
    wheres: tuple[DefineWhere, ...]
    methods: tuple[DefineMethod, ...]
    comments: tuple[DefineComment, ...]


@dataclass(frozen=True, slots=True)
class _Describing:
    """The datasets of one document, described one by one."""

    group: Group
    facts: StudyFacts
    standards: tuple[DefineStandard, ...]
    used: Used
    oids: Mapping[tuple[str, str], str]

    def dataset(self, step: Step, written: DatasetMetadata) -> _Part:
        """Return a dataset with its variables, their lengths as they were written."""
        lengths = {each.name: each.length for each in written.variables}
        qualifiers = self._qualifier_values(step, lengths.get("QVAL", 0))
        by_value = {"QVAL"} if qualifiers else set[str]()
        plain = {
            each.name: self._item(step, each, lengths[each.name], by_value)
            for each in step.variables
        }
        origins = {each.name: variable_origin(step, each) for each in step.variables}
        values = level_values(step, plain, origins, self.oids)
        values |= {"QVAL": qualifiers} if qualifiers else {}
        items = [
            replace(it, value_list=_list(step, name)) if name in values else it
            for name, it in plain.items()
        ]
        every = [each for known in values.values() for each in known]
        href = written.path.rpartition("/")[2]
        dataset = DefineDataset(
            oid=f"IG.{step.name}",
            name=step.name,
            label=step.label,
            class_=step.class_,
            subclasses=_subclasses(step),
            structure=_structure(step),
            items=tuple(self._listed(step, each, by_value) for each in step.variables),
            leaf=DefineLeaf(f"LF.{step.name}", href, href),
            domain=_domain(step) if self.group == "sdtm" else "",
            sas_name=step.name,
            purpose=_PURPOSES[self.group],
            standard=self._standard(step),
            repeating=not set(step.keys) <= {"STUDYID", "USUBJID"},
            reference_data=step.class_ == "TRIAL DESIGN",
            aliases=_aliases(step) if self.group == "sdtm" else (),
        )
        lists = [
            DefineValueList(_list(step, name), tuple(it.listed for it in known))
            for name, known in values.items()
        ]
        return _Part(
            dataset,
            items=(*items, *(each.item for each in every)),
            value_lists=tuple(lists),
            wheres=tuple(each.where for each in every),
            methods=(*self._methods(step, by_value), *(it.method for it in every if it.method)),
            comments=(*self._comments(step), *(it.comment for it in every if it.comment)),
        )

    def _methods(self, step: Step, by_value: Collection[str]) -> Iterable[DefineMethod]:
        """Yield the methods of the derived variables, and of those that state one."""
        for each in step.variables:
            if self._has_method(step, each, by_value):
                yield variable_method(step, each, self.facts.datasets.get(step.name))
        for qnam, node in self._qualifiers(step).items():
            if qualifier_has_method(node):
                yield qualifier_method(step, qnam, node)

    def _comments(self, step: Step) -> Iterable[DefineComment]:
        """Yield the comments of the variables and of the supplemental qualifiers."""
        for each in step.variables:
            if each.comment:
                yield DefineComment(f"COM.{step.name}.{each.name}", each.comment)
        for qnam, node in self._qualifiers(step).items():
            if node.comment:
                yield DefineComment(f"COM.{step.name}.QVAL.{qnam}", node.comment)

    def _listed(
        self, step: Step, variable: VariablePlan, by_value: Collection[str]
    ) -> DefineItemRef:
        place = f"{step.name}.{variable.name}"
        return DefineItemRef(
            item=f"IT.{place}",
            mandatory=self._is_mandatory(step, variable),
            key=step.keys.index(variable.name) + 1 if variable.name in step.keys else None,
            method=f"MT.{place}" if self._has_method(step, variable, by_value) else "",
            role=variable.role if self.group == "sdtm" else "",
        )

    def _is_mandatory(self, step: Step, variable: VariablePlan) -> bool:
        """Return whether each record has a value: in ADaM, Req asks for the variable alone."""
        is_required = variable.core == "Req" and self.group == "sdtm"
        return is_required or variable.name in step.keys[:2]

    def _item(
        self, step: Step, variable: VariablePlan, length: int, by_value: Collection[str]
    ) -> DefineItem:
        place = f"{step.name}.{variable.name}"
        kind = item_type(variable, length, self.used.get((step.name, variable.name), ()))
        is_valued = variable.name in by_value
        return DefineItem(
            oid=f"IT.{place}",
            name=variable.name,
            label=variable.label,
            type=kind.type,
            length=kind.length,
            significant_digits=kind.significant_digits,
            format=variable.format,
            sas_name=variable.name,
            origins=() if is_valued else (variable_origin(step, variable),),
            codelist=self.oids.get((step.name, variable.name), ""),
            comment=f"COM.{place}" if variable.comment else "",
        )

    def _qualifier_values(self, step: Step, length: int) -> list[Value]:
        """Return the qualifiers of SUPPxx that have records, each with label and origin."""
        found: list[Value] = []
        for qnam, node in self._qualifiers(step).items():
            place = f"{step.name}.QVAL.{qnam}"
            longest = self.used.get((step.name, f"QVAL.{qnam}"), ())
            item = DefineItem(
                oid=f"IT.{place}",
                name=qnam,
                label=node.label.text if node.label else qnam,
                type="text",
                length=min([length, *map(int, longest)]),
                sas_name=qnam,
                origins=(_qualifier_stated(node),),
                comment=f"COM.{place}" if node.comment else "",
            )
            method = f"MT.{place}" if qualifier_has_method(node) else ""
            check = DefineCheck(f"IT.{step.name}.QNAM", "EQ", (qnam,))
            listed = DefineItemRef(item.oid, method=method, where=(f"WC.{place}",))
            found.append(Value(item, listed, DefineWhere(f"WC.{place}", (check,))))
        return found

    def _qualifiers(self, step: Step) -> dict[str, nodes.Variable]:
        parent = self.facts.datasets.get(step.name.removeprefix("SUPP"))
        known = parent.supplemental if parent and step.name.startswith("SUPP") else {}
        there = self.used.get((step.name, "QNAM"), ())
        return {qnam: node for qnam, node in sorted(known.items()) if qnam in there}

    def _has_method(self, step: Step, variable: VariablePlan, by_value: Collection[str]) -> bool:
        if variable.name in by_value:
            return False
        derived = nodes.Origin.DERIVED.value
        return bool(variable.method) or variable_origin(step, variable).type == derived

    def _standard(self, step: Step) -> str:
        """Return the guide of a dataset: that of occurrences, or the first one."""
        guides = [each for each in self.standards if each.type == "IG"]
        fitting = [each for each in guides if each.name == "ADaM-OCCDSIG"]
        if "OCCURRENCE" in step.class_ and fitting:
            return fitting[0].oid
        rest = [each for each in guides if each.name != "ADaM-OCCDSIG"]
        return rest[0].oid if rest else ""


def _list(step: Step, variable: str) -> str:
    return f"VL.{step.name}.{variable}"


def _standards(group: str, facts: StudyFacts) -> tuple[DefineStandard, ...]:
    """Return the guides of a group, and the terminology: that of ADaM adds to that of SDTM."""
    guides = [
        DefineStandard(f"STD.{_GUIDES[name.lower()]}.{version}", _GUIDES[name.lower()], version)
        for name, version in facts.standards.items()
        if name.lower() in _GUIDES and name.lower().startswith(group)
    ]
    packages = [package_standard(each) for each in facts.packages]
    fitting = [each for each in packages if group == "adam" or each.publishing_set != "ADaM"]
    return (*guides, *fitting)


def _qualifier_stated(node: nodes.Variable) -> DefineOrigin:
    stated = node.origin
    crf, source = (stated.crf, stated.source) if stated else ((), "")
    return stated_origin(qualifier_origin(node), (), source, crf)


def _subclasses(step: Step) -> tuple[tuple[str, str], ...]:
    is_time_to_event = step.structure == "time_to_event"
    name = "TIME-TO-EVENT" if is_time_to_event else _SUBCLASSES.get(step.name, "")
    return ((name, ""),) if name else ()


def _structure(step: Step) -> str:
    """Return what one record is: as the specification words it, else by the keys."""
    if step.structure and step.structure != "time_to_event":
        return step.structure
    rest = [each for each in step.keys if each not in {"STUDYID", "USUBJID"}]
    per = [*rest, *(["subject"] if "USUBJID" in step.keys else [])]
    return f"One record per {' per '.join(per) if per else 'study'}"


def _domain(step: Step) -> str:
    """Return the domain: of the parent for supplemental qualifiers, of both parts of a split."""
    if step.name.startswith("SUPP"):
        return step.name[4:6]
    return step.name[:2] if step.name[:3] != "REL" else step.name


def _aliases(step: Step) -> tuple[DefineAlias, ...]:
    """Return the name of the domain for each part of one that is split, e.g. QSPH of QS."""
    is_part = len(step.name) == 4 and step.class_ not in {"", "RELATIONSHIP"}
    return (DefineAlias("DomainDescription", step.label),) if is_part else ()
