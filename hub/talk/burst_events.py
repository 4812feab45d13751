"""What happens to bursts, as events: begun, ended with who was reached, and a key that is stuck."""

from __future__ import annotations

import sqlalchemy as sa
import structlog

from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.storage.database import Database
from hub.storage.writer import Change, StorageOverloaded
from hub.talk.messages import BurstRecord, StuckKey
from hub.talk.reach import MISSED_TOLD, Reach

_log = structlog.get_logger()


class BurstEvents:
    """Writes them; one that the disk does not take is logged, and the call goes on."""

    def __init__(self, database: Database, events: EventLog) -> None:
        self._database = database
        self._events = events

    async def started(self, reach: Reach) -> None:
        """Somebody speaks."""
        await self._write(EventKind.BURST_STARTED, reach.group.group_id, _record(reach, None))

    async def ended(self, reach: Reach, duration_s: float) -> None:
        """It is over, and summed up whom it reached."""
        await self._write(EventKind.BURST_ENDED, reach.group.group_id, _record(reach, duration_s))

    async def key_stuck(self, found: StuckKey) -> None:
        """A radio's voice goes on though the floor was revoked."""
        await self._write(EventKind.RADIO_KEY_STUCK, found.radio_id, found)

    async def _write(self, kind: EventKind, subject: str, body: BurstRecord | StuckKey) -> None:
        def change(open_change: Change) -> None:
            self._events.append(open_change, kind, subject, body)

        try:
            await self._database.write(change)
        except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:
            _log.error("talk.event_not_written", kind=kind.value, burst=body.burst_id, error=str(error))


def _record(reach: Reach, duration_s: float | None) -> BurstRecord:
    return BurstRecord(
        call_id=reach.burst.call_id,
        group_id=reach.group.group_id,
        burst_id=reach.burst.burst_id,
        talker_id=reach.burst.talker_id,
        talker_name=reach.talker_name,
        duration_s=duration_s,
        radios_reached=len(reach.hearing),
        radios_online=reach.radios_online,
        radios_missed=reach.missed[:MISSED_TOLD] if duration_s is not None else (),
    )
