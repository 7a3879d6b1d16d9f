"""Full-width digits and marks, as Chinese input methods write them."""

from __future__ import annotations

from trialport.functions.model import Form, Function, Parameter, Type

_WIDE = "０１２３４５６７８９．：－／＋＜＞"
_PLAIN = "0123456789.:-/+<>"

HALF_WIDTH = Function(
    name="half_width",
    returns=Type.TEXT,
    forms=(Form((Parameter("text", Type.TEXT),), f"translate(text, '{_WIDE}', '{_PLAIN}')"),),
    doc="The text with full-width digits and the marks . : - / + < > as the plain ones.",
    nulls="Null where the text is null.",
    source="Unicode, block Halfwidth and Fullwidth Forms (U+FF00 to U+FFEF).",
    examples=(
        ("half_width('１４：００')", "14:00"),
        ("half_width('＜０．５')", "<0.5"),
        ("half_width('阴性')", "阴性"),
    ),
)
