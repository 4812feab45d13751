"""Who may not have the floor in any group: locked out after speaking to the limit, or with a stuck key."""

from __future__ import annotations

from collections.abc import Callable

from devices.protocol.messages import DenyReason
from hub.talk.effects import Burst, Denied, Press, Priority
from hub.talk.lockout import Lockouts
from hub.talk.stuck import Keys


class Barred:
    """What all floors know of each talker together, so that nobody goes on in another group. Pure."""

    def __init__(self, whose: Callable[[str], str] = lambda talker_id: talker_id) -> None:
        """``whose(talker_id)``: under which name a talker is locked out, the same after a console came anew."""
        self.lockouts = Lockouts()
        self.keys = Keys()
        self._whose = whose

    def revoked_at_limit(self, burst: Burst, now_us: int) -> None:
        """A burst was revoked at the talk limit: its talker is locked out."""
        self.lockouts.revoked_at_limit(self._whose(burst.talker_id), burst.started_us, now_us)

    def locked_s(self, talker_id: str, now_us: int) -> float:
        """How long a talker is still locked out; 0 for who is not."""
        return self.lockouts.left_s(self._whose(talker_id), now_us)

    def why_not(self, press: Press, now_us: int) -> Denied | None:
        """Why this press may not have a floor, with the seconds left; None when it may. An emergency always may."""
        if press.priority is Priority.EMERGENCY:
            return None
        stuck_s = self.keys.left_s(press.talker_id, now_us)
        if stuck_s > 0:
            return Denied(press, DenyReason.KEY_STUCK, stuck_s)
        locked_s = self.locked_s(press.talker_id, now_us)
        return Denied(press, DenyReason.LOCKED_OUT, locked_s) if locked_s > 0 else None
