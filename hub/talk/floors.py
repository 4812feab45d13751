"""The floors of all talk groups: a press, release or look goes to those it concerns, and what they decide is told."""

from __future__ import annotations

from collections.abc import Callable

from devices.protocol.clock import Clock
from devices.protocol.messages import RevokeReason
from hub.storage.identifiers import new_number
from hub.talk.barred import Barred
from hub.talk.effects import Burst, Effects, KeyStuck, Press, Revoked
from hub.talk.floor import Floor

Told = Callable[[str, Effects], None]
"""Called with a group and what its floor decided, in order."""


class Floors:
    """A floor for each group that was ever asked for; a release or cancel names no group."""

    def __init__(self, talk_limit_s: float, clock: Clock, told: Told, whose: Callable[[str], str]) -> None:
        """``whose`` is Barred's."""
        self.by_group: dict[str, Floor] = {}
        self._limit_s = talk_limit_s
        self._clock = clock
        self._told = told
        self._barred = Barred(whose)
        self._is_stopping = False

    @property
    def bursts(self) -> list[Burst]:
        """Those under way."""
        return [floor.burst for floor in self.by_group.values() if floor.burst is not None]

    def request(self, group_id: str, press: Press) -> None:
        """Push-to-talk was pressed; while the hub is being stopped a press has no answer."""
        if self._is_stopping:
            return
        floor = self.by_group.get(group_id)
        if floor is None:
            floor = self.by_group[group_id] = Floor(self._limit_s, new_number, self._barred)
        self._tell(group_id, floor.request(press, self._now_us()))

    def release(self, talker_id: str, burst_id: int) -> None:
        """Push-to-talk was let go."""
        for group_id, floor in self._concerned(talker_id):
            self._tell(group_id, floor.release(talker_id, burst_id, self._now_us()))

    def cancel(self, talker_id: str, request_id: str) -> None:
        """Push-to-talk was let go before the floor came, as far as the talker knows."""
        for group_id, floor in self._concerned(talker_id):
            self._tell(group_id, floor.cancel(talker_id, request_id, self._now_us()))

    def leave(self, talker_id: str) -> None:
        """A talker is gone."""
        for group_id, floor in self._concerned(talker_id):
            self._tell(group_id, floor.leave(talker_id, self._now_us()))

    def overrun(self, group_id: str, talker_id: str, burst_id: int, media_us: int) -> None:
        """A packet of a burst that was revoked in this group, spoken so far into it."""
        self._tell(group_id, self.by_group[group_id].overrun(talker_id, burst_id, media_us, self._now_us()))

    def look(self) -> None:
        """Have happen what has come due."""
        for group_id, floor in self.by_group.items():
            self._tell(group_id, floor.look(self._now_us()))

    def due_in_s(self, at_most_s: float) -> float:
        """How long until something happens by itself."""
        dues_us = [floor.due_us for floor in self.by_group.values() if floor.due_us is not None]
        left_s = (min(dues_us) - self._now_us()) / 1e6 if dues_us else at_most_s
        return min(max(left_s, 0.0), at_most_s)

    def stop(self) -> None:
        """Cut off whoever speaks, since the hub is being stopped."""
        self._is_stopping = True
        for group_id, floor in self.by_group.items():
            self._tell(group_id, floor.stop(self._now_us()))

    def close(self, group_id: str) -> Floor | None:
        """The group is no more; its floor as it was."""
        return self.by_group.pop(group_id, None)

    def _tell(self, group_id: str, told: Effects) -> None:
        """Tell; then who was barred in this group neither waits nor goes on in another."""
        self._told(group_id, told)
        for talker_id in _barred_by(told):
            for other_id, floor in self._concerned(talker_id):
                if other_id != group_id:
                    self._tell(other_id, floor.turn_away(talker_id, self._now_us()))

    def _concerned(self, talker_id: str) -> list[tuple[str, Floor]]:
        """The floors on which this talker speaks, waits or was revoked."""
        return [(group_id, floor) for group_id, floor in self.by_group.items() if floor.concerns(talker_id)]

    def _now_us(self) -> int:
        return self._clock.monotonic_us()


def _barred_by(told: Effects) -> list[str]:
    """Who is locked out, or has a stuck key, by what a floor decided."""
    stuck = [effect.talker_id for effect in told if isinstance(effect, KeyStuck)]
    revoked = [effect for effect in told if isinstance(effect, Revoked)]
    return stuck + [one.burst.talker_id for one in revoked if one.reason is RevokeReason.TOO_LONG]
