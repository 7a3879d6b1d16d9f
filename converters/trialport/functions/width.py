"""Full-width digits and marks, as Chinese input methods write them."""

from __future__ import annotations

from trialport.functions.model import Form, Function, Parameter, Type

_WIDE = "０１２３４５６７８９．：－／＋＜＞"
_PLAIN = "0123456789.:-/+<>"

# A text of as many bytes as signs has nothing wide, and to translate it takes ten times as long.
_HALF_WIDTH = (
    f"CASE WHEN strlen(text) = length(text) THEN text"
    f" ELSE translate(text, '{_WIDE}', '{_PLAIN}') END"
)

HALF_WIDTH = Function(
    name="half_width",
    returns=Type.TEXT,
    forms=(Form((Parameter("text", Type.TEXT),), _HALF_WIDTH),),
    doc="The text with full-width digits and the marks . : - / + < > as the plain ones.",
    nulls="Null where the text is null.",
    source="Unicode, block Halfwidth and Fullwidth Forms (U+FF00 to U+FFEF).",
    examples=(
        ("half_width('１４：００')", "14:00"),
        ("half_width('＜０．５')", "<0.5"),
        ("half_width('阴性')", "阴性"),
    ),
)
