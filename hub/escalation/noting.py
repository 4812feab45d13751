"""What a step did, on disk: its row and its event in one transaction, then told to the alert's machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import structlog

from hub.alerts.messages import Alert
from hub.escalation import records
from hub.escalation.machine import DueAsking, DueStep
from hub.escalation.messages import PassedOver, StepDone, Stepped
from hub.escalation.policy import Action
from hub.escalation.underway import UnderWay
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.storage.database import Database
from hub.storage.writer import Change

_log = structlog.get_logger()
Due = DueStep | DueAsking


class Noting:
    """Writes steps down."""

    def __init__(self, database: Database, events: EventLog) -> None:
        self._database = database
        self._events = events

    async def note(self, under_way: UnderWay, done: Sequence[StepDone]) -> None:
        """By themselves, where the step does nothing else on disk."""
        await self._database.write(self.within(under_way.alert, done))
        tell(under_way, done)

    def within(self, alert: Alert, done: Sequence[StepDone]) -> Callable[[Change], None]:
        """For a change of somebody else's; ``tell`` comes after it."""

        def note(change: Change) -> None:
            timed = records.insert_steps(change, alert.alert_id, done)
            stepped = Stepped(alert_id=alert.alert_id, steps=timed)
            self._events.append(change, EventKind.ESCALATION_STEPPED, alert.alert_id, stepped)

        return note


def step_done(
    under_way: UnderWay,
    action: Action,
    thing: Due,
    passed_over: PassedOver | None = None,
    *,
    asked: tuple[str | None, str | None] = (None, None),
    person_ids: tuple[str, ...] = (),
) -> StepDone:
    """As it is to be written down; ``asked`` is whom a neighbour's alert went to, and that alert."""
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


def tell(under_way: UnderWay, done: Iterable[StepDone]) -> None:
    """The machine, now that it is on disk."""
    actions = Counter(one.action for one in done)
    for action, radios in actions.items():
        _log.info("escalation.stepped", alert=under_way.alert.alert_id, action=action.value, radios=radios)
    for one in done:
        kind = DueAsking if one.action is Action.ASK_AGAIN else DueStep
        under_way.machine.done(kind(one.radio_id, one.number))
