"""A console on the talk line of somebody of this role, without the line."""

from __future__ import annotations

from typing import TypeVar

import msgspec
import sqlalchemy as sa

from devices.protocol import voice
from hub.access.audit import Action
from hub.access.people import COMMUNITY, Place, Role
from hub.access.tables import audit_records
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

    async def heard_calls(self) -> list[tuple[str, int]]:
        """Group and call of each audit record on a call that the person heard without listening."""
        await self._hub.talk._consoles.settle()
        a = audit_records.c
        query = sa.select(a.detail).where(a.action == Action.LISTEN, a.person_id == self.entrant.person.person_id)
        said = await self._hub.database.read(lambda connection: connection.execute(query).scalars().all())
        found = [msgspec.json.decode(one, type=out.ListenedTo) for one in said]
        return [(one.group_ids[0], one.call_id) for one in found if one.call_id is not None]
