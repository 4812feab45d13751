"""Radios as they stand: presence from what the bridge hears, told as events, and asked about by other rooms."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from devices.protocol.clock import Clock
from devices.protocol.messages import Birth, Death, DeviceStatus
from devices.protocol.topics import DeviceKind, Up
from hub.bridge.client import Bridge
from hub.bridge.clocks import DeviceClocks
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.registry.presence import PresenceTable, Turn
from hub.registry.records import Holder, RadioView
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.storage.writer import Change

EXPIRE_EVERY_S = 1.0
RadioTurned = Callable[[str], None]


class RadioRoll:
    """Who is on line now. ``when_back`` callbacks hear of each radio that came on line or connected anew."""

    def __init__(self, registry: Registry, database: Database, events: EventLog, clock: Clock) -> None:
        self._registry = registry
        self._database = database
        self._events = events
        self._clock = clock
        self._presence = PresenceTable()
        self._clocks = DeviceClocks()
        self.ask_holder: Callable[[str], Holder | None] = lambda _radio_id: None
        """Who signed on to a radio; the shifts room knows."""
        self._back: list[RadioTurned] = []
        self._gone: list[RadioTurned] = []
        self._writing: set[asyncio.Task[None]] = set()

    def listen(self, bridge: Bridge) -> None:
        """Hear births, deaths and signs of life."""
        self._clocks = bridge.clocks
        bridge.on(DeviceKind.RADIO, Up.BIRTH, Birth, self._born)
        bridge.on(DeviceKind.RADIO, Up.DEATH, Death, self._died)
        bridge.on(DeviceKind.RADIO, Up.STATUS, DeviceStatus, self._status)

    def when_back(self, came: RadioTurned) -> None:
        """Have ``came(radio_id)`` called for each radio that comes (again)."""
        self._back.append(came)

    def when_gone(self, gone: RadioTurned) -> None:
        """Have ``gone(radio_id)`` called for each radio that went off line or lost the connection it spoke on."""
        self._gone.append(gone)

    def shut_out(self, radio_id: str) -> None:
        """The device was revoked: as a radio it is off line at once, whatever its connection still does."""
        self._tell(radio_id, self._presence.shut_out(radio_id, self._clock.wall_us()))

    @property
    def online(self) -> int:
        """How many radios are on line."""
        return self._presence.online

    def is_online(self, radio_id: str) -> bool:
        """Whether this radio was heard within 15 s and its connection lives."""
        return self._presence.of(radio_id).online

    def heard_at_ms(self, radio_id: str) -> int | None:
        """When this radio was last heard from; None: not since the hub started."""
        return _ms(self._presence.of(radio_id).heard_at_us)

    def online_in(self, group_id: str) -> int:
        """How many radios of a talk group are on line."""
        group = self._registry.find_group(group_id)
        return sum(self.is_online(radio_id) for radio_id in group.radio_ids) if group else 0

    def view(self, radio_id: str) -> RadioView:
        """One radio with how it stands. KeyError when it is not enrolled."""
        return self.view_held_by(radio_id, self.ask_holder(radio_id))

    def view_held_by(self, radio_id: str, holder: Holder | None) -> RadioView:
        """The same with this holder. KeyError when it is not enrolled."""
        radio, presence = self._registry.radios[radio_id], self._presence.of(radio_id)
        behind_us = self._clocks.wall_error_us(radio_id)
        return RadioView(
            radio_id=radio_id,
            venue_id=radio.venue_id,
            name=radio.name,
            online=presence.online,
            since_at_ms=_ms(presence.since_at_us),
            heard_at_ms=_ms(presence.heard_at_us),
            battery=presence.battery,
            signal=presence.signal,
            holder=holder.name if holder else presence.holder,
            holder_person_id=holder.person_id if holder else None,
            off_shift=holder.off_shift if holder else False,
            clock_behind_s=None if behind_us is None else round(behind_us / 1e6, 2),
        )

    async def run(self) -> None:
        """Notice who has fallen silent, until cancelled."""
        while True:
            await asyncio.sleep(EXPIRE_EVERY_S)
            for radio_id in self._presence.expire(self._clock.monotonic_us(), self._clock.wall_us()):
                self._tell(radio_id, Turn.WENT)

    def _born(self, radio_id: str, birth: Birth) -> None:
        now_us, at_us = self._clock.monotonic_us(), self._clock.wall_us()
        self._tell(radio_id, self._presence.born(radio_id, birth.birth_count, now_us, at_us))

    def _died(self, radio_id: str, death: Death) -> None:
        self._tell(radio_id, self._presence.died(radio_id, death.birth_count, self._clock.wall_us()))

    def _status(self, radio_id: str, status: DeviceStatus) -> None:
        now_us, at_us = self._clock.monotonic_us(), self._clock.wall_us()
        turn = self._presence.heard(radio_id, status.birth_count, now_us, at_us)
        presence = self._presence.of(radio_id)
        presence.battery, presence.signal, presence.holder = status.battery, status.signal, status.holder
        self._tell(radio_id, turn)

    def _tell(self, radio_id: str, turn: Turn) -> None:
        if turn in (Turn.CAME, Turn.WENT):
            kind = EventKind.RADIO_ONLINE if turn is Turn.CAME else EventKind.RADIO_OFFLINE
            view = self.view(radio_id)
            task = asyncio.ensure_future(self._store(kind, view))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)
        if turn in (Turn.WENT, Turn.CAME_AGAIN):
            for gone in self._gone:
                gone(radio_id)
        if turn in (Turn.CAME, Turn.CAME_AGAIN):
            for came in self._back:
                came(radio_id)

    async def _store(self, kind: EventKind, view: RadioView) -> None:
        def change(open_change: Change) -> None:
            self._events.append(open_change, kind, view.radio_id, view)

        await self._database.write(change)


def _ms(at_us: int | None) -> int | None:
    return None if at_us is None else at_us // 1000
