"""The talk groups of one radio: those that the hub named are followed, and who speaks in each is told once."""

from __future__ import annotations

from collections.abc import Callable

from devices.link import Link
from devices.protocol import messages, topics
from devices.protocol.groups import GroupName, TalkGroups
from devices.protocol.messages import FloorIdle, FloorTaken, GroupFloor
from devices.protocol.topics import Down

HearVoice = Callable[[bytes], None]
HearFloor = Callable[[FloorTaken | FloorIdle], None]


class Speaking:
    """Which burst is under way in each group. Pure; one burst under way and one that is over are kept for each.

    Words come twice: on the group's topic, and to a radio that came in the middle of a call on its own.
    """

    def __init__(self) -> None:
        self._now: dict[str, int] = {}
        self._over: dict[str, int] = {}

    def take(self, message: FloorTaken | FloorIdle) -> bool:
        """Whether this is news: not said before, and not of a burst that is over."""
        group_id, burst_id = message.group_id, message.burst_id
        if self._over.get(group_id) == burst_id:
            return False
        if isinstance(message, FloorTaken):
            is_news = self._now.get(group_id) != burst_id
            self._now[group_id] = burst_id
            return is_news
        self._over[group_id] = burst_id
        if self._now.get(group_id, burst_id) != burst_id:
            return False
        self._now.pop(group_id, None)
        return True

    def line_lost(self) -> None:
        """Nobody knows any more who speaks."""
        self._now.clear()

    def forget_all_but(self, group_ids: set[str]) -> None:
        """These are all the groups there are."""
        for known in (self._now, self._over):
            for group_id in known.keys() - group_ids:
                del known[group_id]


class Groups:
    """What one radio belongs to. ``on_told`` is called with the groups whenever the hub has named them."""

    def __init__(
        self,
        link: Link,
        hear_voice: HearVoice,
        hear_floor: HearFloor,
        on_told: Callable[[tuple[GroupName, ...]], None],
    ) -> None:
        self.standing: tuple[GroupName, ...] = ()
        self.temporary: tuple[GroupName, ...] = ()
        self.private_id = topics.private_group(link.device_id)
        self.speaking = Speaking()
        self._link = link
        self._hear_voice = hear_voice
        self._hear_floor = hear_floor
        self._on_told = on_told
        link.on(Down.GROUPS, self._hear)
        link.on(Down.VOICE, hear_voice)

    @property
    def ids(self) -> set[str]:
        """Every group that the radio hears and may speak to."""
        return {self.private_id, *(one.group_id for one in (*self.standing, *self.temporary))}

    def _hear(self, payload: bytes) -> None:
        told = messages.decode(payload, TalkGroups)
        before, after = ({one.group_id for one in groups} for groups in (self.standing, told.standing))
        self.standing, self.temporary = told.standing, told.temporary
        for group_id in sorted(before - after):
            self._link.leave(topics.group_voice(group_id))
            self._link.leave(topics.group_floor(group_id))
        for group_id in sorted(after - before):
            self._link.follow(topics.group_voice(group_id), self._hear_voice)
            self._link.follow(topics.group_floor(group_id), self._hear_group_floor, qos=1)
        self.speaking.forget_all_but(self.ids)
        self._on_told((*self.standing, *self.temporary))

    def _hear_group_floor(self, payload: bytes) -> None:
        self._hear_floor(messages.decode(payload, GroupFloor))  # type: ignore[arg-type]
