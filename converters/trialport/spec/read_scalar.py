"""YAML scalars to text, expressions, whole numbers, yes or no, and words of a closed choice."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

import yaml

from trialport.spec import load_faults as faults
from trialport.spec.forms import Form
from trialport.spec.nodes import Text
from trialport.spec.reading import Reader, Reading, Spot, wrong_shape
from trialport.spec.yaml_text import line

BOOLEANS: Mapping[str, bool] = {"yes": True, "no": False, "true": True, "false": False}

_Value = Callable[[str, Spot, Reading], Any]


def is_scalar(annotation: Any) -> bool:  # noqa: ANN401 - an annotation may be anything
    """Say whether values of this type are written as one scalar."""
    return get_origin(annotation) is Literal or (
        isinstance(annotation, type) and issubclass(annotation, str | int | Text)
    )


def scalar_reader(annotation: Any, form: Form | None) -> Reader:  # noqa: ANN401
    """Return the reader of a scalar: first its form, then its value."""
    value = _value(annotation)

    def read(node: yaml.Node, spot: Spot, reading: Reading) -> Any:  # noqa: ANN401
        if not isinstance(node, yaml.ScalarNode):
            return wrong_shape(node, spot, reading, "text")
        here = spot if spot.place.line == line(node) else Spot(spot.what, reading.place(node))
        text: str = node.value
        if form is not None and not form.fits(text):
            return reading.fault(faults.other_form(here.place, text, here.what, form))
        return value(text, here, reading)

    return read


def _value(annotation: Any) -> _Value:  # noqa: ANN401
    """Return what makes a value of this type from its text."""
    if get_origin(annotation) is Literal:
        # '' is the default of a choice that need not be made, and cannot be written.
        return _choice({each: each for each in get_args(annotation) if each})
    if annotation is bool:
        return _choice(BOOLEANS)
    if annotation is int:
        return _whole
    if issubclass(annotation, StrEnum):
        return _choice({each.value: each for each in annotation})
    if issubclass(annotation, Text):
        return lambda text, spot, reading: annotation(text, spot.place)
    return lambda text, spot, reading: text


def _choice(allowed: Mapping[str, object]) -> _Value:
    def read(text: str, spot: Spot, reading: Reading) -> object:
        if text in allowed:
            return allowed[text]
        return reading.fault(faults.not_one_of(spot.place, text, spot.what, allowed))

    return read


def _whole(text: str, spot: Spot, reading: Reading) -> Any:  # noqa: ANN401
    if re.fullmatch("[+-]?[0-9]{1,9}", text):
        return int(text)
    return reading.fault(faults.not_whole(spot.place, text, spot.what))
