"""What is old is forgotten in every room, also where one room cannot."""

from __future__ import annotations

import asyncio
from pathlib import Path

import sqlalchemy as sa

from devices.protocol.clock import ManualClock
from hub.events.log import EventLog
from hub.housekeeping import forget
from hub.registry.service import Registry
from hub.settings import Settings
from hub.sightings.service import SightingService
from hub.talk.recording.service import Recordings
from hub.talk.tables import bursts
from hub.tasks import end_tasks
from tests.access.logs import DAY_S, keep, log_of, some
from tests.hub import open_database

_AUDIT = sa.text("select count(*) from audit_records")


async def test_room_that_cannot_forget_holds_no_other_up(tmp_path: Path) -> None:
    clock = ManualClock()
    await keep(tmp_path, some(20, per_day=1), clock)
    settings = Settings()
    clock.advance(settings.audit_retention_days * DAY_S)
    async with open_database(tmp_path, clock) as database:
        events, sightings = EventLog(database), SightingService(tmp_path / "sightings", clock)
        events.open()
        sightings.open()
        recordings = Recordings(database, events, Registry(database, events), clock, tmp_path / "voice")
        await database.write(lambda change: change.connection.execute(sa.schema.DropTable(bursts)))
        audit = await log_of(database)
        forgetting = asyncio.create_task(forget(settings, clock, database, events, sightings, recordings, audit))
        async with asyncio.timeout(5):
            while await database.read(lambda connection: connection.execute(_AUDIT).scalar_one()) == 20:
                assert not forgetting.done()
                await asyncio.sleep(0.01)
        await end_tasks(forgetting)
        sightings.close()
