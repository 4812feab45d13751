"""The fallback's front door: venues that do not answer are called by telephone, each try noted before it is made.

A door that is down keeps nobody waiting: its tries fail at once, and escalation goes on beside them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial

import sqlalchemy as sa
import structlog

from hub.alerts.messages import Alert, AnswerElsewhere, Via
from hub.alerts.service import Alerts
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.fallback import records
from hub.fallback.door import Door, DoorError
from hub.fallback.errand import FINISHED, ErrandState
from hub.fallback.messages import DoorKind, DoorStanding, DoorState, Outcome, Tried
from hub.fallback.queue import AGAIN_AFTER_S, ErrandKey, Queue
from hub.fallback.wording import text_of
from hub.rooms import Rooms
from hub.speech.sound import Spoken
from hub.storage.writer import Change, StorageOverloaded
from hub.tasks import end_tasks

_log = structlog.get_logger()
LOOK_EVERY_S = 1.0
INSIST_EVERY_S = 1.0
BY_PHONE = "hub/phone"
"""Stands for the person who pressed a telephone's key: who it was is not known. No person's name has a slash."""
SpeakAlert = Callable[[Alert], Awaitable[Spoken]]
"""What is said on the telephone about an alert; never fails."""


class Fallback:
    """The errands under way: in memory for the timers, in the database for everything else."""

    def __init__(
        self,
        rooms: Rooms,
        alerts: Alerts,
        door: Door | None,
        speak: SpeakAlert,
        is_silent: Callable[[str, str], bool],
    ) -> None:
        """``is_silent`` says of an alert and a radio whether somebody there is still to be reached."""
        self._database = rooms.database
        self._events = rooms.events
        self._registry = rooms.registry
        self._clock = rooms.clock
        self._alerts = alerts
        self._door = door
        self._speak = speak
        self._is_silent = is_silent
        self._queue = Queue()
        self._radio_ids: dict[ErrandKey, set[str]] = {}
        """The radios of its venue that each is about."""
        self._texted: set[ErrandKey] = set()
        self._tasks: dict[ErrandKey, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._told = self.standing

    @property
    def standing(self) -> DoorStanding:
        """How the door stands."""
        if self._door is None:
            return DoorStanding(door=DoorKind.NONE, state=DoorState.OFF, reason=None)
        return self._door.standing

    @property
    def has_door(self) -> bool:
        """Whether the settings name one."""
        return self._door is not None

    @property
    def calls_under_way(self) -> int:
        """Tries that go on now."""
        return self._queue.under_way

    def open(self) -> None:
        """Take up what an earlier run left; after the alerts, before the hub serves anyone."""
        if self._door is None:
            return
        now_s, now_us = self._now_s(), self._clock.wall_us()
        for kept in self._database.read_now(records.unfinished):
            passed_s = 0.0 if kept.last_at_us is None else (now_us - kept.last_at_us) / 1e6
            again_in_s = 0.0 if kept.last_at_us is None else min(AGAIN_AFTER_S, max(0.0, AGAIN_AFTER_S - passed_s))
            self._queue.add(kept.key, now_s, tries=kept.tries, again_in_s=again_in_s)
            self._radio_ids[kept.key] = set(kept.radio_ids)
            if kept.texted:
                self._texted.add(kept.key)

    def phone_of(self, venue_id: str) -> str | None:
        """The venue's number; None where it has none."""
        venue = self._registry.venues.get(venue_id)
        return venue.phone if venue is not None else None

    @property
    def room(self) -> int:
        """How many venues more can be gone after."""
        return self._queue.room

    def ask(self, change: Change, alert_id: str, venues: dict[str, set[str]]) -> Callable[[], None]:
        """Within ``change``: have these venues called about their silent radios; to be told when that is on disk."""
        keys = {ErrandKey(alert_id, venue_id): radio_ids for venue_id, radio_ids in venues.items()}
        wanted = {key: radio_ids for key, radio_ids in keys.items() if records.put_errand(change, key, radio_ids)}

        def begin() -> None:
            for key, radio_ids in wanted.items():
                self._queue.add(key, self._now_s())
                self._radio_ids.setdefault(key, set()).update(radio_ids)
            self._wake.set()

        return begin

    async def run(self) -> None:
        """Make each try in its time, until cancelled."""
        if self._door is None:
            await asyncio.Event().wait()
            return
        await self._note_broken_off()
        await self._door.open()
        keeper = asyncio.create_task(self._door.run(), name="fallback-door")
        try:
            while True:
                try:
                    await self.look()
                except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:  # what is due stays due
                    _log.error("fallback.not_stored", error=str(error))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await self._wake.wait()
                self._wake.clear()
                if keeper.done():
                    keeper.result()  # its failure is this room's
        finally:
            await end_tasks(keeper, *self._tasks.values())

    async def look(self) -> None:
        """Call off what nobody needs any more, begin what is due, tell where the door stands otherwise than told."""
        needless = (key for key in self._queue.keys if not self._is_wanted(key) and not self._is_being_noted(key))
        await asyncio.gather(*map(self._call_off, needless))
        for key in self._queue.due(self._now_s()):
            if self._is_being_noted(key):
                continue
            number = self._queue.begin(key)
            task = self._tasks[key] = asyncio.create_task(self._try(key, number), name="fallback-try")
            task.add_done_callback(partial(self._over, key))
        standing = self.standing
        if standing != self._told:
            _log.info("fallback.door", door=standing.door.value, state=standing.state.value, reason=standing.reason)
            await self._database.write(
                lambda change: self._events.append(change, EventKind.FALLBACK_DOOR, standing.door.value, standing)
            )
            self._told = standing

    def _over(self, key: ErrandKey, _task: asyncio.Task[None]) -> None:
        self._tasks.pop(key, None)

    def _is_being_noted(self, key: ErrandKey) -> bool:
        """Whether its try is over and that is not on disk yet: what came of it stands, the errand's end can wait."""
        return key in self._tasks and not self._queue.is_on_line(key)

    def _is_wanted(self, key: ErrandKey) -> bool:
        return any(self._is_silent(key.alert_id, radio_id) for radio_id in self._radio_ids[key])

    async def _try(self, key: ErrandKey, number: int) -> None:
        """One that cannot be written down or made is over, whatever it failed of, and the next comes in its time."""
        outcome = Outcome.FAILED
        try:
            alert = await self._alerts.find(key.alert_id)
            await self._note_begin(key, number)
            outcome = await self._reach(key, alert)
        except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:
            _log.error("fallback.not_stored", alert=key.alert_id, venue=key.venue_id, error=str(error))
        except Exception as error:  # the row must not stay open, whatever it was
            _log.error("fallback.not_tried", alert=key.alert_id, venue=key.venue_id, error=_reason(error))
        finally:  # also where it is called off; from here on it cannot be
            state = self._queue.end(key, outcome is Outcome.ACKNOWLEDGED, self._now_s())
        if outcome is Outcome.ACKNOWLEDGED:
            await self._acknowledge(key, number)
        await self._insist(partial(self._note_end, key, number, outcome, state))
        if state in FINISHED:
            self._forget(key)

    async def _insist(self, write: Callable[[], Awaitable[None]]) -> None:
        """Until it is on disk, however long the disk is full: a key that was pressed is not lost for that."""
        while True:
            try:
                return await write()
            except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:
                _log.error("fallback.not_stored", error=str(error))
                await asyncio.sleep(INSIST_EVERY_S)

    async def _reach(self, key: ErrandKey, alert: Alert) -> Outcome:
        phone, door = self.phone_of(key.venue_id), self._door
        if phone is None or door is None:
            return Outcome.FAILED  # the number was taken from the registry meanwhile
        if key not in self._texted:
            try:
                await door.send_text(phone, text_of(alert, self._registry.venues[key.venue_id].name))
                self._texted.add(key)
            except Exception as error:  # the call is made all the same
                _log.warning("fallback.not_texted", alert=key.alert_id, venue=key.venue_id, reason=_reason(error))
        try:
            return await door.call(phone, await self._speak(alert))
        except DoorError as error:
            _log.warning("fallback.not_called", alert=key.alert_id, venue=key.venue_id, reason=str(error))
            return Outcome.FAILED

    async def _acknowledge(self, key: ErrandKey, number: int) -> None:
        """On disk before the try is: should the hub end between the two, the errand is over all the same."""
        pressed = AnswerElsewhere(
            message_id=f"{key.alert_id}/{key.venue_id}/{number}",
            alert_id=key.alert_id,
            venue_ids=(key.venue_id,),
            by=BY_PHONE,
            via=Via.PHONE,
        )
        try:
            await self._insist(partial(self._alerts.answered_elsewhere, pressed))
        except Refusal as refusal:  # the alert asks for nothing any more
            _log.warning("fallback.not_acknowledged", alert=key.alert_id, venue=key.venue_id, reason=refusal.message_en)

    async def _call_off(self, key: ErrandKey) -> None:
        task, number = self._tasks.get(key), self._queue.call_off(key)
        if task is not None:
            await end_tasks(task)
            if not task.cancelled():
                return  # it was over in this moment, and said so itself
            self._queue.end(key, False, self._now_s())  # where it had not even begun to run
            await self._note_end(key, number, Outcome.NOT_NEEDED, ErrandState.OVER)
        else:
            await self._database.write(lambda change: records.set_state(change, key, ErrandState.OVER))
        self._forget(key)

    def _forget(self, key: ErrandKey) -> None:
        self._radio_ids.pop(key, None)
        self._texted.discard(key)

    async def _note_broken_off(self) -> None:
        """Tries that an earlier run ended in the middle of."""

        def change(open_change: Change) -> None:
            for key, number, texted in records.note_broken_off(open_change):
                self._tell(open_change, key, number, texted, Outcome.BROKEN_OFF)

        await self._database.write(change)

    async def _note_begin(self, key: ErrandKey, number: int) -> None:
        texted = key in self._texted

        def change(open_change: Change) -> None:
            records.begin_try(open_change, key, number)
            self._tell(open_change, key, number, texted, None)

        await self._database.write(change)

    async def _note_end(self, key: ErrandKey, number: int, outcome: Outcome, state: ErrandState) -> None:
        texted = key in self._texted

        def change(open_change: Change) -> None:
            records.end_try(open_change, key, number, texted, outcome, state)
            self._tell(open_change, key, number, texted, outcome)

        await self._database.write(change)

    def _tell(self, change: Change, key: ErrandKey, number: int, texted: bool, outcome: Outcome | None) -> None:
        tried = Tried(
            alert_id=key.alert_id,
            venue_id=key.venue_id,
            number=number,
            texted=texted,
            outcome=outcome,
            at_ms=change.at_us // 1000,
        )
        self._events.append(change, EventKind.FALLBACK_TRIED, key.alert_id, tried)

    def _now_s(self) -> float:
        return self._clock.monotonic_us() / 1e6


def _reason(error: Exception) -> str:
    """What may be written down: a door's own words have neither number nor secret, others' may have."""
    return str(error) if isinstance(error, DoorError) else type(error).__name__
