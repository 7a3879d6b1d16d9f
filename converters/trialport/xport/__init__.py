"""SAS transport files, version 5 (XPORT, TS-140): read and write without losing a byte.

`read_xpt` and `write_xpt` work with pandas, `read_xpt_arrow` with Arrow tables; `read_members` and
`write_member` stream record batches. Nothing heavy is imported before one of them is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialport.lazy import lazily

if TYPE_CHECKING:
    from trialport.xport.frames import read_xpt, read_xpt_arrow, write_xpt
    from trialport.xport.lengths import measure
    from trialport.xport.model import Member, Variable
    from trialport.xport.reader import StoredMember, read_members
    from trialport.xport.writer import Written, write_member

__all__ = [
    "Member",
    "StoredMember",
    "Variable",
    "Written",
    "measure",
    "read_members",
    "read_xpt",
    "read_xpt_arrow",
    "write_member",
    "write_xpt",
]

_HOMES = {
    "Member": "model",
    "StoredMember": "reader",
    "Variable": "model",
    "Written": "writer",
    "measure": "lengths",
    "read_members": "reader",
    "read_xpt": "frames",
    "read_xpt_arrow": "frames",
    "write_member": "writer",
    "write_xpt": "frames",
}

__getattr__ = lazily(__name__, _HOMES)
