"""Who may not have the floor in any group: locked out after speaking to the limit, or with a stuck key."""

from __future__ import annotations

from devices.protocol.messages import DenyReason
from hub.talk.effects import Denied, Press, Priority
from hub.talk.lockout import Lockouts
from hub.talk.stuck import Keys


class Barred:
    """What all floors know of each talker together, so that nobody goes on in another group. Pure."""

    def __init__(self) -> None:
        self.lockouts = Lockouts()
        self.keys = Keys()

    def why_not(self, press: Press, now_us: int) -> Denied | None:
        """Why this press may not have a floor, with the seconds left; None when it may. An emergency always may."""
        if press.priority is Priority.EMERGENCY:
            return None
        stuck_s = self.keys.left_s(press.talker_id, now_us)
        if stuck_s > 0:
            return Denied(press, DenyReason.KEY_STUCK, stuck_s)
        locked_s = self.lockouts.left_s(press.talker_id, now_us)
        return Denied(press, DenyReason.LOCKED_OUT, locked_s) if locked_s > 0 else None
