"""What is wrong with concepts.yaml in itself: names that are not there, states without a source."""

from __future__ import annotations

from collections.abc import Iterator

from trialport.diagnostics import Diagnostic, Severity, did_you_mean
from trialport.spec.concept_nodes import Concept, ConceptCoding, Concepts, System
from trialport.spec.nodes import Text


def concept_faults(node: Concepts) -> Iterator[Diagnostic]:
    """Yield E1280 to E1285, each at the line of the coding or entry at fault."""
    for name, concept in node.concepts.items():
        yield from _concept_faults(name, concept, node)
    for codelist in node.codelists.values():
        if codelist.system is not None:
            yield from _unknown_system(codelist.system, node)
        for concept in codelist.concepts.values():
            if concept.text not in node.concepts:
                yield unknown_concept(concept, node)


def unknown_concept(name: Text, node: Concepts) -> Diagnostic:
    """Return E1280: a concept that concepts.yaml does not have."""
    problem = f"there is no concept '{name.text}'"
    remedy = did_you_mean(name.text, node.concepts) or "add it to concepts.yaml"
    return Diagnostic("E1280", name.place, problem, remedy)


def unknown_codelist(name: Text, node: Concepts) -> Diagnostic:
    """Return E1282: a codelist of concepts that concepts.yaml does not have."""
    problem = f"concepts.yaml has no codelist '{name.text}'"
    remedy = did_you_mean(name.text, node.codelists) or "add it under codelists of concepts.yaml"
    return Diagnostic("E1282", name.place, problem, remedy)


def _concept_faults(name: str, concept: Concept, node: Concepts) -> Iterator[Diagnostic]:
    for coding in concept.codings:
        yield from _unknown_system(coding.system, node)
        system = node.systems.get(coding.system.text)
        if system is not None:
            yield from _coding_faults(name, coding, system)


def _unknown_system(name: Text, node: Concepts) -> Iterator[Diagnostic]:
    if name.text not in node.systems:
        problem = f"there is no code system '{name.text}'"
        remedy = did_you_mean(name.text, node.systems) or "add it under systems of concepts.yaml"
        yield Diagnostic("E1281", name.place, problem, remedy)


def _coding_faults(name: str, coding: ConceptCoding, system: System) -> Iterator[Diagnostic]:
    place, shown = coding.place, f"code '{coding.code}' of concept '{name}'"
    if system.data_only:
        problem = f"{shown}: codes of '{coding.system.text}' come from the data alone"
        yield Diagnostic("E1283", place, problem, "remove it, and use 'concept_of'")
    elif (coding.state == "local") is not bool(system.local):
        kind = "the study's own" if system.local else "somebody else's"
        remedy = "write 'state: local'" if system.local else "write 'verified' and the source"
        problem = f"{shown} is '{coding.state}', and its system is {kind}"
        yield Diagnostic("E1284", place, problem, remedy)
    elif coding.state == "verified" and not coding.source:
        remedy = "add 'source', or write 'state: unverified'"
        yield Diagnostic("E1284", place, f"{shown} is verified by nothing", remedy)
    elif coding.state == "unverified":
        problem = f"{shown} is unverified and is not written to resources"
        remedy = "look it up and name the source"
        yield Diagnostic("E1285", place, problem, remedy, Severity.NOTE)
