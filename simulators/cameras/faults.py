"""What can be wrong with a simulated camera, set by hand while it runs."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    NONE = "none"
    STALL = "stall"  # the connection stays, no packet comes; when it ends the picture goes on at the present
    REFUSE = "refuse"  # every request is answered 404
    GARBAGE = "garbage"  # packets keep coming, what they carry is noise
    CUT = "cut"  # the connection is dropped, and each new one too
    PASSWORD = "password"  # dropped, and then every password is wrong
    SLOW = "slow"  # dropped, and then answered by one byte a second for ever
    FRAMING = "framing"  # noise between the packets of the connection; over UDP datagrams of noise
    TRUNCATED = "truncated"  # every unit ends in its middle
    RESOLUTION = "resolution"  # the pictures have another size, from a key picture on, without a word
    TIME_BACK = "time_back"  # time stamps jump back by 10 s, and forward by as much at its end
    TIME_AHEAD = "time_ahead"  # time stamps jump 4 h ahead, and back at its end


ENDS_CONNECTION = frozenset({Fault.CUT, Fault.PASSWORD, Fault.SLOW})
"""Who watches when one of these begins is dropped."""
SPOILS = frozenset({Fault.GARBAGE, Fault.FRAMING, Fault.TRUNCATED})
"""What is sent meanwhile is not what the camera saw."""
STAMP_SHIFT_US = {Fault.TIME_BACK: -10_000_000, Fault.TIME_AHEAD: 4 * 3600 * 1_000_000}
