"""Emergency calls: a guard's SOS opens the microphone, is stored, told to everybody, and closed by the police room.

The microphone does not wait for the disk. A radio has one SOS at a time: its key again belongs to that one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import sqlalchemy as sa
import structlog

from devices.protocol import messages as wire
from devices.protocol import topics
from devices.protocol.sos import SosCancelAsked, SosRaised, SosState, SosTold, SosUp
from devices.protocol.topics import DeviceKind, Down, Up
from hub.access import audit
from hub.alerts.service import Alerts
from hub.bridge.refused import Refused, RefusedReason
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.rooms import Rooms
from hub.storage.writer import Change, StorageOverloaded
from hub.talk.service import Talk
from hub.talk.sos import SosEvent, next_state
from hub.talk.sos_alerts import SosAlerts
from hub.talk.sos_known import KEPT_CLOSED, KnownSos
from hub.talk.sos_records import CloseSos, Sos, SosClosed, insert_sos, load_sos, update_sos

_log = structlog.get_logger()
LOOK_EVERY_S = 1.0
MAX_WAITING_OF_RADIO = 8
"""Words of one radio heard and not yet stored; one more is not taken, and the radio says it again."""


class _Heard(NamedTuple):
    radio_id: str
    message: SosRaised | SosCancelAsked


class Emergencies:
    """Every SOS that is not closed, in memory and on disk; at most one for each radio."""

    def __init__(self, rooms: Rooms, refused: Refused, talk: Talk, alerts: Alerts) -> None:
        self._database = rooms.database
        self._events = rooms.events
        self._registry = rooms.registry
        self._radios = rooms.radios
        self._bridge = rooms.bridge
        self._refused = refused
        self._talk = talk
        self._alerts = SosAlerts(alerts)
        self._known = KnownSos()
        self._heard: list[_Heard] = []
        self._waiting: Counter[str] = Counter()
        """How many of them are of each radio."""
        self._wake = asyncio.Event()
        self._changing = asyncio.Lock()
        self._connection = 0

    def open(self) -> None:
        """Take up what an earlier run left; before the hub serves anyone. No alert is issued twice."""
        for sos in self._database.read_now(lambda connection: load_sos(connection, KEPT_CLOSED)):
            self._known.note(sos)
        self._alerts.want(sos.sos_id for sos in self.opened)
        for sos in self._known.closed:
            self._alerts.end(sos.sos_id, sos.closed_by or audit.THE_HUB)
        for sos in self.opened:
            self._talk.keep_emergency(sos.radio_id, sos.group_id)

    def listen(self) -> None:
        """Hear the radios."""
        self._bridge.on(DeviceKind.RADIO, Up.SOS, SosUp, self._take)
        self._radios.when_back(self._tell)

    @property
    def opened(self) -> list[Sos]:
        """Those that are not closed, oldest first."""
        return self._known.opened

    def is_in_danger(self, radio_id: str) -> bool:
        """Whether the radio's SOS is not closed."""
        return self._known.open_of(radio_id) is not None

    def find(self, sos_id: str) -> Sos:
        """One that is not closed, or one of the latest KEPT_CLOSED. Raises Refusal."""
        sos = self._known.find(sos_id)
        if sos is None:
            raise Refusal("unknown_sos", f"没有紧急求助 {sos_id}", f"there is no SOS {sos_id}", status=404)
        return sos

    async def settled(self) -> None:
        """Returns when memory holds every change whose event has been told."""
        async with self._changing:
            return

    def _take(self, radio_id: str, message: SosRaised | SosCancelAsked) -> None:
        known = self._known.find(message.sos_id)
        if known is not None and known.radio_id != radio_id:
            self._refused.add(radio_id, Up.SOS, RefusedReason.MALFORMED, "the SOS of another radio")
        elif isinstance(message, SosRaised) and not self._known.is_over(radio_id, message):
            self._talk.open_microphone(radio_id, self._group_of(radio_id), message.sos_id)
        if self._waiting[radio_id] >= MAX_WAITING_OF_RADIO:
            self._refused.add(radio_id, Up.SOS, RefusedReason.OVERLOADED, f"{MAX_WAITING_OF_RADIO} words on SOS wait")
            return
        self._waiting[radio_id] += 1
        self._heard.append(_Heard(radio_id, message))
        self._wake.set()

    def _group_of(self, radio_id: str) -> str:
        """Where its SOS is heard: where the open one is, if the radio still belongs there, or its grid's group."""
        sos = self._known.open_of(radio_id)
        group = self._registry.find_group(sos.group_id) if sos is not None else None
        if group is None or radio_id not in group.radio_ids:
            group = self._registry.grid_group(radio_id)
        return group.group_id

    async def run(self) -> None:
        """Store what is heard, issue alerts, and say again what the hub's own line lost, until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._wake.wait()
            self._wake.clear()
            heard, self._heard = self._heard, []
            self._waiting.clear()
            for one in heard:
                try:
                    await self._store(one)
                except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:
                    _log.error("sos.not_stored", radio=one.radio_id, error=str(error))
                    continue  # not confirmed, so the radio says it again
                self._confirm(one)
            await self._alerts.look(self.opened)
            if self._connection != self._bridge.connections:
                self._connection = self._bridge.connections
                for sos in self.opened:
                    self._tell(sos.radio_id)

    def _confirm(self, one: _Heard) -> None:
        confirm = wire.Confirm(stamp=self._bridge.stamper.stamp(), message_ids=(one.message.message_id,))
        self._bridge.say(topics.down(DeviceKind.RADIO, one.radio_id, Down.CONFIRM), confirm)

    def _tell(self, radio_id: str) -> None:
        """Say to a radio how its latest SOS stands; nothing to one that has none."""
        sos = self._known.latest_of(radio_id)
        if sos is not None:
            stamp = self._bridge.stamper.stamp()
            told = SosTold(
                stamp=stamp,
                sos_id=sos.sos_id,
                state=sos.state,
                group_id=sos.group_id,
                answers=self._known.latest_word(radio_id),
            )
            self._bridge.say(topics.down(DeviceKind.RADIO, radio_id, Down.SOS), told)

    async def _store(self, one: _Heard) -> None:
        async with self._changing:
            known, current = self._known.find(one.message.sos_id), self._known.open_of(one.radio_id)
            if known is not None and known.radio_id != one.radio_id:
                return
            if isinstance(one.message, SosRaised):
                if current is None and not self._known.is_over(one.radio_id, one.message):
                    await self._raise(one.radio_id, one.message.sos_id)
                elif current is not None and known in (None, current):
                    current = await self._regroup(current)
                    if known is None:
                        await self._move(current, SosEvent.PRESSED, EventKind.SOS_RAISED)
            elif current is not None and known in (None, current):
                await self._move(current, SosEvent.CANCEL_ASKED, EventKind.SOS_CANCEL_ASKED, _cancel_asked)
            self._known.note_word(one.radio_id, one.message.message_id)
            self._prioritise(one.radio_id)
            self._tell(one.radio_id)

    def _prioritise(self, radio_id: str) -> None:
        """Emergency priority is that of the radio's open SOS, whichever of its others was spoken of."""
        sos = self._known.open_of(radio_id)
        if sos is not None:
            self._talk.keep_emergency(radio_id, sos.group_id)
        else:
            self._talk.end_emergency(radio_id)

    async def _raise(self, radio_id: str, sos_id: str) -> None:
        view = self._radios.view(radio_id)
        venue = self._registry.venues[view.venue_id]
        values = {
            "sos_id": sos_id,
            "radio_id": radio_id,
            "radio_name": view.name,
            "holder": view.holder,
            "venue_id": venue.venue_id,
            "venue_name": venue.name,
            "group_id": self._group_of(radio_id),
            "state": next_state(SosState.RAISED, SosEvent.STORED).value,
        }

        def change(open_change: Change) -> Sos:
            sos = insert_sos(open_change.connection, values | {"raised_at_us": open_change.at_us})
            self._events.append(open_change, EventKind.SOS_RAISED, sos_id, sos)
            return sos

        self._known.note(await self._database.write(change))
        self._alerts.want((sos_id,))
        _log.warning("sos.raised", radio=radio_id, sos=sos_id)

    async def _move(
        self, sos: Sos, event: SosEvent, kind: EventKind, also: Callable[[Change], dict[str, Any]] | None = None
    ) -> Sos:
        """Change its state, if it does, with what ``also`` gives for the row; returns it as it is then."""
        state = next_state(sos.state, event)
        if state is sos.state:
            return sos

        def values(change: Change) -> dict[str, Any]:
            return {"state": state.value} | (also(change) if also is not None else {})

        return await self._change(sos, kind, values)

    async def _regroup(self, sos: Sos) -> Sos:
        """Its radio's venue may be of another grid by now: a press is heard there, and so is what follows."""
        group_id = self._group_of(sos.radio_id)
        if group_id == sos.group_id:
            return sos
        return await self._change(sos, EventKind.SOS_RAISED, lambda change: {"group_id": group_id})

    async def _change(self, sos: Sos, kind: EventKind, values: Callable[[Change], dict[str, Any]]) -> Sos:
        """Store and tell what is other about it; returns it as it is then."""

        def change(open_change: Change) -> Sos:
            changed = update_sos(open_change.connection, sos.sos_id, values(open_change))
            self._events.append(open_change, kind, sos.sos_id, changed)
            return changed

        changed = await self._database.write(change)
        self._known.note(changed)
        return changed

    async def close(self, sos_id: str, order: CloseSos, by: str) -> Sos:
        """Close one with what it was; one that is closed stays as it is. Raises Refusal for one that there is not."""
        async with self._changing:
            sos = self.find(sos_id)

            def also(change: Change) -> dict[str, Any]:
                detail = SosClosed(
                    sos_id=sos_id,
                    radio_id=sos.radio_id,
                    venue_id=sos.venue_id,
                    finding=order.finding,
                    note=order.note.strip(),
                )
                audit.record(change, by, audit.Action.CLOSE_SOS, detail=detail)
                word = {"finding": order.finding.value, "note": order.note.strip()}
                return {"closed_at_us": change.at_us, "closed_by": by} | word

            closed = await self._move(sos, SosEvent.CLOSED, EventKind.SOS_CLOSED, also)
            self._prioritise(closed.radio_id)
            self._alerts.end(sos_id, closed.closed_by or by)
            self._wake.set()
            if closed is not sos:
                self._tell(closed.radio_id)
        return closed


def _cancel_asked(change: Change) -> dict[str, Any]:
    return {"cancel_asked_at_us": change.at_us}
