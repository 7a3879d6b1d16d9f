"""What the specification says of a variable value by value, as the entries of a value list.

Source: Define-XML 2.1, ValueListDef and WhereClauseDef.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from trialport.define.model import (
    DefineCheck,
    DefineComment,
    DefineItem,
    DefineItemRef,
    DefineMethod,
    DefineOrigin,
    DefineWhere,
)
from trialport.define.origin import stated_origin
from trialport.define.types import ItemType
from trialport.plan.model import Step, ValuePlan
from trialport.spec import nodes

Place = tuple[str, str]
"""Dataset and variable, or dataset and value (`AVAL.OS`)."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a variable: its definition, its entry in the list and its condition."""

    item: DefineItem
    listed: DefineItemRef
    where: DefineWhere
    method: DefineMethod | None = None
    comment: DefineComment | None = None


def level_values(
    step: Step,
    items: Mapping[str, DefineItem],
    origins: Mapping[str, DefineOrigin],
    oids: Mapping[Place, str],
) -> dict[str, list[Value]]:
    """Return the entries of each variable that a dataset describes value by value.

    Args:
        step: the dataset, with what it states of values.
        items: its variables as they are defined.
        origins: where its variables come from, for values that state no origin of their own.
        oids: the codelists, by dataset and value.
    """
    found: dict[str, list[Value]] = {}
    for name, plan in named_values(step).items():
        item = items.get(plan.variable)
        if item is not None:
            value = _value(step, name, plan, item, origins[plan.variable], oids)
            found.setdefault(plan.variable, []).append(value)
    return found


def named_values(step: Step) -> dict[str, ValuePlan]:
    """Return what a dataset states of values, by names such as `AVAL.OS` or `LBSTRESN.ALB-ALT`.

    Two entries of one variable with the same values are numbered.
    """
    seen: Counter[str] = Counter()
    found: dict[str, ValuePlan] = {}
    for plan in step.values:
        values = ".".join("-".join(each) for _, each in plan.when)
        name = f"{plan.variable}.{re.sub('[^A-Za-z0-9_.-]', '_', values)}"
        seen[name] += 1
        found[name if seen[name] == 1 else f"{name}.{seen[name]}"] = plan
    return found


def _value(
    step: Step,
    name: str,
    plan: ValuePlan,
    item: DefineItem,
    origin: DefineOrigin,
    oids: Mapping[Place, str],
) -> Value:
    place = f"{step.name}.{name}"
    kind = _type(plan, item)
    is_derived = plan.origin is nodes.Origin.DERIVED or (
        plan.origin is None and origin.type == nodes.Origin.DERIVED.value
    )
    has_method = bool(plan.method) and is_derived
    own = replace(
        item,
        oid=f"IT.{place}",
        name=name.partition(".")[2],
        label=plan.label or item.label,
        type=kind.type,
        length=kind.length,
        significant_digits=kind.significant_digits,
        origins=(stated_origin(plan.origin) if plan.origin else origin,),
        codelist=oids.get((step.name, name), ""),
        value_list="",
        comment=f"COM.{place}" if plan.comment else "",
    )
    checks = tuple(
        DefineCheck(f"IT.{step.name}.{variable}", "IN" if len(values) > 1 else "EQ", values)
        for variable, values in plan.when
    )
    method = f"MT.{place}" if has_method else ""
    return Value(
        item=own,
        listed=DefineItemRef(own.oid, method=method, where=(f"WC.{place}",)),
        where=DefineWhere(f"WC.{place}", checks),
        method=DefineMethod(method, f"Algorithm of {place}", plan.method) if has_method else None,
        comment=DefineComment(f"COM.{place}", plan.comment) if plan.comment else None,
    )


def _type(plan: ValuePlan, item: DefineItem) -> ItemType:
    """Return the type that an entry states, with a length where such a type has one."""
    stated = plan.type or item.type
    if stated == "integer":
        return ItemType("integer", plan.length or item.length)
    if stated == "float":
        return ItemType("float", plan.length or item.length, item.significant_digits or 0)
    if item.length is None:
        return ItemType(item.type)
    return ItemType("text" if stated == "text" else item.type, plan.length or item.length)
