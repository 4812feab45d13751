"""What each step does, with its row in the transaction of what it does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence

from devices.protocol.messages import Reminder
from hub.access.audit import THE_HUB
from hub.alerts.messages import Alert, NewAlert, Target, TargetKind
from hub.alerts.service import Alerts
from hub.errors import Refusal
from hub.escalation.calling import Calling
from hub.escalation.choosing import Choosing
from hub.escalation.messages import PassedOver, StepDone
from hub.escalation.noting import Due, Noting, step_done, tell
from hub.escalation.policy import Action
from hub.escalation.underway import UnderWay
from hub.fallback.service import Fallback
from hub.rooms import Rooms
from hub.storage.writer import Change

_ERRAND = "请去{venues}看一看，那里没有应答：{text}"
_MOST_NAMED = 5
_LONGEST_TEXT = 500


class Steps:
    """Each ends with what it did on disk, told as one event, and told to the alert's machine."""

    def __init__(self, rooms: Rooms, alerts: Alerts, choosing: Choosing, calling: Calling, fallback: Fallback) -> None:
        self._database = rooms.database
        self._noting = Noting(rooms.database, rooms.events)
        self._alerts = alerts
        self._registry = rooms.registry
        self._is_online = rooms.radios.is_online
        self._choosing = choosing
        self.calling = calling
        self._fallback = fallback
        self._clock = rooms.clock

    async def do(self, under_way: UnderWay, action: Action, things: Sequence[Due]) -> None:
        """Do this action about the radios of ``things`` that still want it."""
        things = self._wanted(under_way, things)
        if not things:
            return
        if action is Action.REPEAT_LOUDER:
            await self._remind(under_way, action, things, Reminder.LOUDER)
        elif action is Action.ASK_AGAIN:
            await self._ask_again(under_way, things)
        elif action is Action.NEAREST_VENUE:
            await self._send_neighbours(under_way, things)
        elif action is Action.GRID_MEMBERS:
            await self._tell_grid_members(under_way, things)
        elif action is Action.CALL_RADIO:
            self.calling.begin(under_way, things)
        elif action is Action.PHONE:
            await self._telephone(under_way, things)
        else:
            await self._noting.note(under_way, [step_done(under_way, action, thing) for thing in things])

    def _wanted(self, under_way: UnderWay, things: Sequence[Due]) -> list[Due]:
        if not self._alerts.is_under_way(under_way.alert.alert_id):
            return []
        return [thing for thing in things if under_way.machine.is_wanted(thing)]

    async def _ask_again(self, under_way: UnderWay, things: Sequence[Due]) -> None:
        """At a radio whose own key was pressed: at another one the alert waits for it still."""
        by_key = await self._alerts.acknowledged_at_radio(under_way.alert.alert_id)
        things = self._wanted(under_way, things)
        if things:
            elsewhere = {thing.radio_id for thing in things} - by_key
            await self._remind(under_way, Action.ASK_AGAIN, things, Reminder.REPORT, elsewhere)

    async def _remind(
        self,
        under_way: UnderWay,
        action: Action,
        things: Sequence[Due],
        reminder: Reminder,
        elsewhere: Collection[str] = (),
    ) -> None:
        why = {thing.radio_id: None if self._is_online(thing.radio_id) else PassedOver.OFF_LINE for thing in things}
        why |= dict.fromkeys(elsewhere, PassedOver.ELSEWHERE)
        reached = [radio_id for radio_id, reason in why.items() if reason is None]
        done = [step_done(under_way, action, thing, why[thing.radio_id]) for thing in things]
        note = self._noting.within(under_way.alert, done)
        await self._alerts.remind(under_way.alert.alert_id, reached, reminder, note)
        tell(under_way, done)

    async def _send_neighbours(self, under_way: UnderWay, things: Sequence[Due]) -> None:
        """One neighbour asked about several silent venues has one alert."""
        errands: dict[str | None, list[Due]] = defaultdict(list)
        for thing in things:
            venue_id = under_way.venues[thing.radio_id]
            errands[await self._choosing.nearest_radio(venue_id, under_way.silent, under_way.awake)].append(thing)
        for radio_id, meant in errands.items():
            about = self._wanted(under_way, meant)
            if radio_id is not None and about and await self._ask(under_way, radio_id, about):
                continue
            left = self._wanted(under_way, about)
            nobody = [step_done(under_way, Action.NEAREST_VENUE, thing, PassedOver.NOBODY_NEAR) for thing in left]
            if nobody:
                await self._noting.note(under_way, nobody)

    async def _ask(self, under_way: UnderWay, radio_id: str, about: Sequence[Due]) -> bool:
        alert, done = under_way.alert, list[StepDone]()

        def also(change: Change, errand: Alert) -> None:
            done[:] = [
                step_done(under_way, Action.NEAREST_VENUE, thing, asked=(radio_id, errand.alert_id)) for thing in about
            ]
            self._noting.within(alert, done)(change)

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
        except Refusal:  # the radio was removed, the case closed, or the alert ended in this moment
            return False
        tell(under_way, done)
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
            done.append(step_done(under_way, Action.GRID_MEMBERS, thing, why, person_ids=members))
        await self._noting.note(under_way, done)

    async def _telephone(self, under_way: UnderWay, things: Sequence[Due]) -> None:
        """A venue with several silent radios has one errand."""
        why = {thing: self._why_no_call(under_way.venues[thing.radio_id]) for thing in things}
        venues: dict[str, set[str]] = defaultdict(set)
        for thing in things:
            if why[thing] is None:
                venues[under_way.venues[thing.radio_id]].add(thing.radio_id)
        places = self._fallback.room
        turned_away = set(list(venues)[places:])
        asked = {venue_id: radio_ids for venue_id, radio_ids in venues.items() if venue_id not in turned_away}
        for thing in things:
            if under_way.venues[thing.radio_id] in turned_away:
                why[thing] = PassedOver.TOO_MANY
        done = [step_done(under_way, Action.PHONE, thing, why[thing]) for thing in things]

        def change(open_change: Change) -> Callable[[], None]:
            self._noting.within(under_way.alert, done)(open_change)
            return self._fallback.ask(open_change, under_way.alert.alert_id, asked)

        begin = await self._database.write(change)
        tell(under_way, done)
        begin()

    def _why_no_call(self, venue_id: str) -> PassedOver | None:
        if not self._fallback.has_door:
            return PassedOver.NO_DOOR
        return None if self._fallback.phone_of(venue_id) is not None else PassedOver.NO_NUMBER
