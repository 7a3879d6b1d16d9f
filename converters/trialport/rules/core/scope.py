"""Whether a rule is about a dataset."""

from __future__ import annotations

from trialport.rules.core.model import CoreRule, Scope
from trialport.rules.core.study import CoreDataset, CoreStudy

ALL = "ALL"


def is_about(rule: CoreRule, dataset: CoreDataset, study: CoreStudy) -> bool:
    """Return whether domain and class of a dataset are in the scope of a rule."""
    return _is_domain(rule.domains, dataset) and _is_class(rule.classes, dataset, study)


def _is_domain(scope: Scope, dataset: CoreDataset) -> bool:
    named = {dataset.domain, dataset.name, dataset.whole, ALL}
    is_in = bool(named & set(scope.include)) or _fits(scope.include, dataset)
    if not scope.include:
        is_in = scope.include_split is not True or dataset.is_split
    is_out = bool(named & set(scope.exclude)) or _fits(scope.exclude, dataset)
    if scope.include_split is True and dataset.is_split:
        is_in = True
    if scope.include_split is False and dataset.is_split:
        is_out = True
    return is_in and not is_out


def _fits(names: tuple[str, ...], dataset: CoreDataset) -> bool:
    """Return whether a name with `--` is one of the dataset's kind: SUPP--, SQ--, AP--, APFA--."""
    if dataset.is_supplemental and {"SUPP--", "SQ--"} & set(names):
        return True
    return dataset.is_about_associated_persons and bool({"AP--", "APFA--"} & set(names))


def _is_class(scope: Scope, dataset: CoreDataset, study: CoreStudy) -> bool:
    if ALL in scope.include:
        return True
    if not scope.include and not scope.exclude:
        return True
    class_ = class_of(dataset, study)
    wider = {class_, "FINDINGS"} if class_ == "FINDINGS ABOUT" else {class_}
    is_in = not scope.include or bool(wider & set(scope.include))
    is_out = bool(class_) and bool(wider & set(scope.exclude))
    return is_in and not is_out


def class_of(dataset: CoreDataset, study: CoreStudy) -> str:
    """Return the class of a dataset in capitals; that of the domain for associated persons."""
    found = study.guide.dataset_class(dataset.whole, dataset.columns, dataset.domain)
    if found or not dataset.is_about_associated_persons:
        return found
    own = study.named(dataset.prefix)
    return class_of(own, study) if own is not None and own is not dataset else ""
