"""The step ``call_radio``: the hub itself calls each silent radio and speaks the alert, beside what else is due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import sqlalchemy as sa
import structlog

from hub.access import audit
from hub.alerts.records import note_about
from hub.escalation.messages import PassedOver, RadiosCalled
from hub.escalation.noting import Due, Noting, step_done, tell
from hub.escalation.policy import Action
from hub.escalation.speaking import Speaking
from hub.escalation.underway import UnderWay
from hub.rooms import Rooms
from hub.speech.service import NotSpoken
from hub.speech.sound import Spoken
from hub.storage.writer import Change, StorageOverloaded
from hub.talk.hub_calls import HubCall
from hub.talk.service import Talk
from hub.tasks import end_tasks

_log = structlog.get_logger()


class Calling:
    """A call's floor is taken before the step is written down, so that what stands there was so."""

    def __init__(self, rooms: Rooms, talk: Talk, speaking: Speaking, is_in_danger: Callable[[str], bool]) -> None:
        """``is_in_danger`` says whether a radio's SOS is not closed."""
        self._database = rooms.database
        self._noting = Noting(rooms.database, rooms.events)
        self._is_online = rooms.radios.is_online
        self._talk = talk
        self._speaking = speaking
        self._is_in_danger = is_in_danger
        self._in_hand: set[tuple[str, Due]] = set()
        """What is being done and not written down yet: it stays due until it is."""
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, under_way: UnderWay, things: Sequence[Due]) -> None:
        """Call the radios of ``things``; nobody waits for it."""
        alert_id = under_way.alert.alert_id
        fresh = [thing for thing in things if (alert_id, thing) not in self._in_hand]
        if not fresh:
            return
        named = {(alert_id, thing) for thing in fresh}
        self._in_hand |= named
        task = asyncio.create_task(self._call(under_way, fresh), name="escalation-call")
        self._tasks.add(task)

        def over(done: asyncio.Task[None]) -> None:
            self._in_hand -= named
            self._tasks.discard(done)

        task.add_done_callback(over)

    async def end(self) -> None:
        """Break off every call."""
        await end_tasks(*self._tasks)

    async def _call(self, under_way: UnderWay, things: Sequence[Due]) -> None:
        try:
            spoken: Spoken | None = await self._speaking.of(under_way.alert)
        except NotSpoken as error:
            _log.warning("escalation.not_spoken", alert=under_way.alert.alert_id, why=error.why.value)
            spoken = None
        frames = () if spoken is None else await asyncio.to_thread(lambda: spoken.packets)
        things = [thing for thing in things if under_way.machine.is_wanted(thing)]
        calls: dict[Due, HubCall | PassedOver] = {
            thing: self._taken(thing.radio_id) if frames else PassedOver.NO_SPEECH for thing in things
        }
        why = {thing: call if isinstance(call, PassedOver) else None for thing, call in calls.items()}
        taken = [call for call in calls.values() if isinstance(call, HubCall)]
        called = tuple(thing.radio_id for thing in things if why[thing] is None)
        done = [step_done(under_way, Action.CALL_RADIO, thing, why[thing]) for thing in things]

        def change(open_change: Change) -> None:
            self._noting.within(under_way.alert, done)(open_change)
            if called:
                detail = RadiosCalled(alert_id=under_way.alert.alert_id, radio_ids=called)
                note_about(open_change, under_way.alert, audit.THE_HUB, audit.Action.CALL_RADIO, detail)

        try:
            if done:
                await self._database.write(change)
                tell(under_way, done)
            await asyncio.gather(*(self._talk.say(call, frames) for call in taken))
        except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:  # it stays due
            _log.error("escalation.not_stored", alert=under_way.alert.alert_id, error=str(error))
        finally:
            for call in taken:
                self._talk.hub_calls.let_go(call)

    def _taken(self, radio_id: str) -> HubCall | PassedOver:
        if not self._is_online(radio_id):
            return PassedOver.OFF_LINE
        if self._is_in_danger(radio_id):
            return PassedOver.IN_DANGER
        if not self._talk.hub_calls.room:
            return PassedOver.TOO_MANY
        return self._talk.hub_calls.press(radio_id) or PassedOver.BUSY
