"""Tells each radio its talk groups, and who speaks in them: when it comes, and whenever the groups are others."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable

from devices.protocol import messages as wire
from devices.protocol import topics
from devices.protocol.groups import GroupName, TalkGroups
from devices.protocol.topics import DeviceKind, Down
from hub.bridge.client import Bridge
from hub.registry.radios import RadioRoll
from hub.registry.service import Registry
from hub.talk.groups import TemporaryGroups

AT_ONCE = 100
PAUSE_S = 0.05
"""Where many radios are to be told: so many, then the others have the loop and the broker for a moment."""
LOOK_EVERY_S = 1.0
SUBSCRIBED_AFTER_S = 1.0
"""Who speaks is said again then: a burst may have begun before the radio had subscribed. It takes each word once."""
_Told = tuple[tuple[GroupName, ...], tuple[GroupName, ...]]


class Memberships:
    """What each radio was told last. ``under_way(radio_id)`` gives the bursts that a radio is to hear of at once."""

    def __init__(
        self,
        registry: Registry,
        radios: RadioRoll,
        temporary: TemporaryGroups,
        bridge: Bridge,
        under_way: Callable[[str], Iterable[wire.FloorTaken]],
    ) -> None:
        self._registry = registry
        self._radios = radios
        self._temporary = temporary
        self._bridge = bridge
        self._under_way = under_way
        self._told: dict[str, _Told] = {}
        self._told_on: dict[str, int] = {}
        """Which of the hub's own connections each was told on."""
        self._standing: dict[str, tuple[GroupName, ...]] | None = None
        self._due: set[str] = set()
        self._wake = asyncio.Event()

    def listen(self) -> None:
        """Hear of radios that come and of groups that change."""
        self._radios.when_back(self.tell)
        self._registry.follow(self._regrouped)
        self._temporary.follow(self._changed)

    def _regrouped(self) -> None:
        self._standing = None
        self._changed()

    def _changed(self) -> None:
        for radio_id in self._registry.radios:
            if self._radios.is_online(radio_id) and self._groups_of(radio_id) != self._told.get(radio_id):
                self._due.add(radio_id)
        self._wake.set()

    async def run(self) -> None:
        """Tell the radios whose groups changed, and all of them after the hub's own line was away, until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._wake.wait()
            self._wake.clear()
            connection = self._bridge.connections  # what was said on an earlier one may not have come out
            for radio_id in filter(self._radios.is_online, self._registry.radios):
                if self._told_on.get(radio_id) != connection:
                    self._due.add(radio_id)
            while self._due and self._bridge.connected.is_set():
                for radio_id in [self._due.pop() for _ in range(min(AT_ONCE, len(self._due)))]:
                    self.tell(radio_id)
                await asyncio.sleep(PAUSE_S)

    def tell(self, radio_id: str) -> None:
        """Say to one radio which groups it belongs to, and then who speaks in them (late entry)."""
        standing, temporary = self._told[radio_id] = self._groups_of(radio_id)
        self._told_on[radio_id] = self._bridge.connections
        self._due.discard(radio_id)
        stamp = self._bridge.stamper.stamp()
        self._bridge.say(
            topics.down(DeviceKind.RADIO, radio_id, Down.GROUPS),
            TalkGroups(stamp=stamp, standing=standing, temporary=temporary),
        )
        self._say_under_way(radio_id)
        asyncio.get_running_loop().call_later(SUBSCRIBED_AFTER_S, self._say_under_way, radio_id)

    def _say_under_way(self, radio_id: str) -> None:
        for taken in self._under_way(radio_id):
            self._bridge.say(topics.down(DeviceKind.RADIO, radio_id, Down.FLOOR_CONTROL), taken)

    def _groups_of(self, radio_id: str) -> _Told:
        if self._standing is None:
            named: dict[str, list[GroupName]] = {}
            for group in self._registry.groups.values():
                for member in group.radio_ids:
                    named.setdefault(member, []).append(GroupName(group.group_id, group.name))
            self._standing = {member: tuple(groups) for member, groups in named.items()}
        temporary = (group for group in self._temporary.opened if radio_id in group.radio_ids)
        return self._standing.get(radio_id, ()), tuple(GroupName(group.group_id, group.name) for group in temporary)
