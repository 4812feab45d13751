"""A console on the talk line of somebody of this role, without the line."""

from __future__ import annotations

from typing import TypeVar

from devices.protocol import voice
from hub.access.people import COMMUNITY, Place, Role
from hub.app import Hub
from hub.talk import messages as out
from tests.devices.room import until
from tests.hub import entrant

_M = TypeVar("_M")


class Desk:
    """Notes what it is told and what it hears. ``go`` ends it."""

    def __init__(self, hub: Hub, name: str, role: Role = Role.DISPATCHER, places: tuple[Place, ...] = (COMMUNITY,)):
        self.talker_id = f"console-{name}"
        self.entrant = entrant(hub, role, places)
        self.group_ids: frozenset[str] = frozenset()
        self.told: list[out.ToClient] = []
        self.packets: list[voice.VoicePacket] = []
        self._hub = hub
        hub.talk.join(self)

    def say(self, message: out.ToClient) -> None:
        self.told.append(message)

    def play(self, packet: bytes) -> None:
        self.packets.append(voice.decode(packet))

    def drop(self) -> None:
        raise AssertionError("it was quick enough")

    def go(self) -> None:
        self._hub.talk.leave(self)

    def of(self, kind: type[_M]) -> list[_M]:
        """What it was told of one kind."""
        return [one for one in self.told if isinstance(one, kind)]

    async def wait(self, kind: type[_M], count: int = 1) -> _M:
        """The ``count``-th word of one kind, once it has come."""
        await until(lambda: len(self.of(kind)) >= count, f"{self.talker_id} was told {kind.__name__} {count} times")
        return self.of(kind)[count - 1]

    def press(self, group_id: str) -> out.Granted:
        """Press push-to-talk where the floor is free."""
        before = len(self.of(out.Granted))
        self._hub.talk.press(self, group_id, f"r{before}")
        (grant,) = self.of(out.Granted)[before:]
        return grant

    def release(self, grant: out.Granted) -> None:
        self._hub.talk.release(self.talker_id, grant.burst_id)
