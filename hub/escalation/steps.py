"""What each step does, with its row in the transaction of what it does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from devices.protocol.messages import Reminder
from hub.access.audit import THE_HUB
from hub.alerts.messages import Alert, NewAlert, Target, TargetKind
from hub.alerts.service import Alerts
from hub.errors import Refusal
from hub.escalation import records
from hub.escalation.choosing import Choosing
from hub.escalation.machine import DueAsking, DueStep
from hub.escalation.messages import PassedOver, StepDone, Stepped
from hub.escalation.policy import Action
from hub.escalation.underway import UnderWay
from hub.events.messages import EventKind
from hub.rooms import Rooms
from hub.storage.writer import Change

Due = DueStep | DueAsking
_ERRAND = "请去{venues}看一看，那里没有应答：{text}"
_MOST_NAMED = 5
_LONGEST_TEXT = 500


class Steps:
    """Each ends with what it did on disk, told as one event, and told to the alert's machine."""

    def __init__(self, rooms: Rooms, alerts: Alerts, choosing: Choosing) -> None:
        self._database = rooms.database
        self._events = rooms.events
        self._alerts = alerts
        self._registry = rooms.registry
        self._is_online = rooms.radios.is_online
        self._choosing = choosing
        self._clock = rooms.clock

    async def do(self, under_way: UnderWay, action: Action, things: Sequence[Due]) -> None:
        """Do this action about the radios of ``things`` that still want it."""
        things = self._wanted(under_way, things)
        if not things:
            return
        if action is Action.REPEAT_LOUDER:
            await self._remind(under_way, action, things, Reminder.LOUDER)
        elif action is Action.ASK_AGAIN:
            await self._remind(under_way, action, things, Reminder.REPORT)
        elif action is Action.NEAREST_VENUE:
            await self._send_neighbours(under_way, things)
        elif action is Action.GRID_MEMBERS:
            await self._tell_grid_members(under_way, things)
        else:
            await self._note(under_way, [_done(under_way, action, thing) for thing in things])

    def _wanted(self, under_way: UnderWay, things: Sequence[Due]) -> list[Due]:
        if not self._alerts.is_under_way(under_way.alert.alert_id):
            return []
        return [thing for thing in things if under_way.machine.is_wanted(thing)]

    async def _remind(self, under_way: UnderWay, action: Action, things: Sequence[Due], reminder: Reminder) -> None:
        reached = {thing.radio_id for thing in things if self._is_online(thing.radio_id)}
        done = [
            _done(under_way, action, thing, None if thing.radio_id in reached else PassedOver.OFF_LINE)
            for thing in things
        ]
        note = self._noting(under_way.alert, done)
        await self._alerts.remind(under_way.alert.alert_id, reached, reminder, note)
        _tell(under_way, done)

    async def _send_neighbours(self, under_way: UnderWay, things: Sequence[Due]) -> None:
        """One neighbour asked about several silent venues has one alert."""
        errands: dict[str | None, list[Due]] = defaultdict(list)
        for thing in things:
            venue_id = under_way.venues[thing.radio_id]
            errands[await self._choosing.nearest_radio(venue_id, under_way.silent, under_way.awake)].append(thing)
        for radio_id, meant in errands.items():
            about = self._wanted(under_way, meant)
            if about and (radio_id is None or not await self._ask(under_way, radio_id, about)):
                nobody = [_done(under_way, Action.NEAREST_VENUE, thing, PassedOver.NOBODY_NEAR) for thing in about]
                await self._note(under_way, nobody)

    async def _ask(self, under_way: UnderWay, radio_id: str, about: Sequence[Due]) -> bool:
        alert, done = under_way.alert, list[StepDone]()

        def also(change: Change, errand: Alert) -> None:
            done[:] = [
                _done(under_way, Action.NEAREST_VENUE, thing, asked=(radio_id, errand.alert_id)) for thing in about
            ]
            self._noting(alert, done)(change)

        new = NewAlert(
            text=self._errand(alert, {under_way.venues[thing.radio_id] for thing in about}),
            severity=alert.severity,
            status=alert.status,
            target=Target(kind=TargetKind.RADIO, id=radio_id),
            case_id=alert.case_id,
            expires_in_s=max(1.0, under_way.lifetime.left_s(self._clock)),
        )
        try:
            await self._alerts.issue(new, THE_HUB, also=also, errand_of=alert.alert_id)
        except Refusal:  # the radio was removed, or the case closed, in this moment
            return False
        _tell(under_way, done)
        return True

    def _errand(self, alert: Alert, venue_ids: Iterable[str]) -> str:
        names = sorted(self._registry.venues[venue_id].name for venue_id in venue_ids)
        named = "、".join(names[:_MOST_NAMED]) + ("等处" if len(names) > _MOST_NAMED else "")
        return _ERRAND.format(venues=named, text=alert.text)[:_LONGEST_TEXT]

    async def _tell_grid_members(self, under_way: UnderWay, things: Sequence[Due]) -> None:
        done = []
        for thing in things:
            members = self._choosing.grid_members(under_way.venues[thing.radio_id])
            why = None if members else PassedOver.NOBODY_ON_SHIFT
            done.append(_done(under_way, Action.GRID_MEMBERS, thing, why, person_ids=members))
        await self._note(under_way, done)

    async def _note(self, under_way: UnderWay, done: Sequence[StepDone]) -> None:
        await self._database.write(self._noting(under_way.alert, done))
        _tell(under_way, done)

    def _noting(self, alert: Alert, done: Sequence[StepDone]) -> Callable[[Change], None]:
        def note(change: Change) -> None:
            timed = records.insert_steps(change, alert.alert_id, done)
            self._events.append(
                change, EventKind.ESCALATION_STEPPED, alert.alert_id, Stepped(alert_id=alert.alert_id, steps=timed)
            )

        return note


def _done(
    under_way: UnderWay,
    action: Action,
    thing: Due,
    passed_over: PassedOver | None = None,
    *,
    asked: tuple[str | None, str | None] = (None, None),
    person_ids: tuple[str, ...] = (),
) -> StepDone:
    return StepDone(
        radio_id=thing.radio_id,
        venue_id=under_way.venues[thing.radio_id],
        action=action,
        number=thing.number,
        passed_over=passed_over,
        asked_radio_id=asked[0],
        asked_alert_id=asked[1],
        person_ids=person_ids,
        at_ms=0,
    )


def _tell(under_way: UnderWay, done: Iterable[StepDone]) -> None:
    """The machine, now that it is on disk."""
    for one in done:
        kind = DueAsking if one.action is Action.ASK_AGAIN else DueStep
        under_way.machine.done(kind(one.radio_id, one.number))
