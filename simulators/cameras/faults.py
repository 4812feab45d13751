"""What can be wrong with a simulated camera, set by hand."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    NONE = "none"
    STALL = "stall"  # the connection stays, no packet comes; when it ends the picture goes on at the present
    REFUSE = "refuse"  # every request is answered 404
    GARBAGE = "garbage"  # packets keep coming, what they carry is noise
