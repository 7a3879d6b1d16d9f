"""Text as a transport file keeps it: encoded, left-aligned, filled up with blanks.

Encoded text travels in Arrow string arrays, because Arrow's ASCII kernels work on them byte by byte
and never look at characters. XPORT has no NULL for text: an empty value is stored as blanks, so
'' and NULL come back alike, and blanks at the end of a value do not come back at all.
"""

# pyarrow makes its compute functions when it is imported, out of sight of a type checker.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trialport.xport.cell_fault import CellFault, shown
from trialport.xport.encodings import Policy, encode

Cells = NDArray[np.void]
"""One fixed-width text cell a row, as raw bytes."""

_CONTROL = r"[\x00-\x1f\x7f]"
_BLANK, _LAST_PLAIN = 0x20, 0x7E


@dataclass(frozen=True, slots=True)
class EncodedText:
    """An Arrow string array of encoded bytes, the first fault, and how many values were changed."""

    array: pa.Array[Any]
    fault: CellFault | None = None
    changed: int = 0


def is_text(type_: pa.DataType) -> bool:
    """Tell whether an Arrow type holds text: a string of any kind, or a dictionary of strings."""
    if pa.types.is_dictionary(type_):
        return is_text(type_.value_type)
    return (
        pa.types.is_string(type_)
        or pa.types.is_large_string(type_)
        or pa.types.is_string_view(type_)
        or pa.types.is_null(type_)
    )


def encode_text(array: pa.Array[Any], encoding: str, on_unencodable: Policy) -> EncodedText:
    """Return the values of a text array encoded, NULL as ''.

    The fault is the first value with a control character (E4022) or with a character that does
    not fit the encoding (E4016).
    """
    plain = _plain_strings(array)
    content = _content(plain)
    if not content.size or (content.min() >= _BLANK and content.max() <= _LAST_PLAIN):
        return EncodedText(plain)
    is_control = pc.match_substring_regex(plain, _CONTROL)
    if pc.any(is_control).as_py():
        return EncodedText(plain, _control_fault(pc.index(is_control, True).as_py()))
    if encoding == "utf-8":
        return EncodedText(plain)
    return _encode_values(plain, encoding, on_unencodable)


def longest(text: EncodedText) -> int:
    """Return the bytes of the longest encoded value, 0 where there is none."""
    return pc.max(pc.binary_length(text.array)).as_py() or 0


def too_long(text: EncodedText, length: int) -> CellFault:
    """Return the fault (E4021) of the first value with more than `length` bytes; there is one."""
    sizes = pc.binary_length(text.array)
    row = pc.index(pc.greater(sizes, length), True).as_py()
    return CellFault(
        row,
        "E4021",
        f"the text has {sizes[row].as_py()} bytes, more than the {length} of the variable",
        "give a greater length, up to 200 bytes, or split the text over several variables",
    )


def fill(text: EncodedText, length: int) -> Cells:
    """Return the encoded values filled up with blanks to `length` bytes; none may be longer."""
    filled = pc.ascii_rpad(text.array, length, " ")
    cells = np.frombuffer(filled.buffers()[2], dtype=f"V{length}", count=len(filled))
    assert filled.offset == 0
    return cells


def strip(cells: Cells) -> pa.Array[Any]:
    """Return an Arrow string array of the cells' bytes without the blanks at their end."""
    length = cells.dtype.itemsize
    offsets = np.arange(len(cells) + 1, dtype=np.int32) * np.int32(length)
    stored = pa.StringArray.from_buffers(len(cells), pa.py_buffer(offsets), pa.py_buffer(cells))
    return pc.ascii_rtrim(stored, " ")


def decode_text(cells: Cells, encoding: str) -> pa.Array[Any] | CellFault:
    """Return the text of the cells, or the first cell that `encoding` cannot read (E3061)."""
    stored = strip(cells)
    content = _content(stored)
    if not content.size or content.max() < 0x80:
        return stored
    if encoding == "utf-8" and _is_utf8(stored):
        return stored
    return _decode_values(stored, encoding)


def _plain_strings(array: pa.Array[Any]) -> pa.Array[Any]:
    type_ = array.type
    if pa.types.is_dictionary(type_):
        array = array.cast(type_.value_type)
    if pa.types.is_null(array.type) or pa.types.is_string_view(array.type):
        array = array.cast(pa.string())
    return pc.fill_null(array, "") if array.null_count else array


def _content(array: pa.Array[Any]) -> NDArray[np.uint8]:
    """Return the bytes of all values of a string array, one after the other."""
    _, offsets, content = array.buffers()
    if content is None or not len(array):
        return np.empty(0, dtype=np.uint8)
    wide = np.int64 if pa.types.is_large_string(array.type) else np.int32
    bounds = np.frombuffer(offsets, dtype=wide)[array.offset : array.offset + len(array) + 1]
    return np.frombuffer(content, dtype=np.uint8)[bounds[0] : bounds[-1]]


def _control_fault(row: int) -> CellFault:
    return CellFault(
        row,
        "E4022",
        "the text holds a control character (a line break, a tab or the like)",
        "replace it in the mapping or in the raw data, e.g. by a blank",
    )


def _encode_values(array: pa.Array[Any], encoding: str, on_unencodable: Policy) -> EncodedText:
    """Encode each different value once."""
    coded = array.dictionary_encode()
    texts: list[str] = coded.dictionary.to_pylist()
    encoded: list[bytes] = []
    is_changed: list[bool] = []
    for number, text in enumerate(texts):
        try:
            encoded.append(encode(text, encoding, on_unencodable))
        except UnicodeEncodeError as error:
            row = pc.index(coded.indices, pa.scalar(number, coded.indices.type)).as_py()
            return EncodedText(array, _encoding_fault(row, text[error.start], encoding))
        is_changed.append(encoded[-1].decode(encoding) != text)
    values = pa.array(encoded, pa.binary()).take(coded.indices).view(pa.string())
    changed = int(np.asarray(is_changed)[coded.indices.to_numpy()].sum())
    return EncodedText(values, changed=changed)


def _encoding_fault(row: int, character: str, encoding: str) -> CellFault:
    return CellFault(
        row,
        "E4016",
        f"the character {shown(character)} does not fit the encoding {encoding}",
        "replace it in the mapping, choose another encoding, or allow on_unencodable="
        "'transliterate' or 'replace'",
    )


def _is_utf8(array: pa.Array[Any]) -> bool:
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _decode_values(stored: pa.Array[Any], encoding: str) -> pa.Array[Any] | CellFault:
    """Decode each different value once."""
    coded = stored.view(pa.binary()).dictionary_encode()
    texts: list[str] = []
    for number, value in enumerate(coded.dictionary.to_pylist()):
        try:
            texts.append(value.decode(encoding))
        except UnicodeDecodeError as error:
            row = pc.index(coded.indices, pa.scalar(number, coded.indices.type)).as_py()
            return CellFault(
                row,
                "E3061",
                f"the byte 0x{value[error.start]:02x} is no text in the encoding {encoding}",
                "give the encoding the file was written in, e.g. encoding='cp1252'",
            )
    return pa.array(texts, pa.string()).take(coded.indices)
