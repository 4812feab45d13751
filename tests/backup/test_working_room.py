"""A room is backed up while it works, and goes on from there on a new machine."""

from __future__ import annotations

import asyncio
import hashlib
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import hub as product
from hub.alerts.messages import NewAlert, Target, TargetKind
from hub.alerts.tables import alerts as alerts_table
from hub.app import Hub
from hub.backup.making import backups_in
from hub.backup.records import Manifest
from hub.cases.messages import NewCase
from hub.events.tables import events
from hub.footage.holds.messages import NewHold
from hub.footage.segments.names import DAY_US
from hub.media.tables import media
from hub.talk.tables import bursts
from hub.tasks import end_tasks
from tests.backup.installation import run, start
from tests.databases import of_sqlites_file
from tests.devices.room import until
from tests.enrolment.enrolling import enrolled
from tests.footage.segments.test_keeper import lay
from tests.hub import OFFICER, open_hub, sighting
from tests.media.test_media import photo
from tests.played import HandDevice
from tests.talk.recording.bursts import new_burst, record, tone

pytestmark = of_sqlites_file
VENUE = Target(kind=TargetKind.VENUE, id="V01")
EVERY_S = 0.02
TAKEN_WITHIN_S = 30.0
DOCUMENT = Path(product.__path__[0]).parent / "docs" / "backup.md"


async def work(hub: Hub, alerts: list[str]) -> None:
    """Alerts with pictures, talk and sightings, without end; ``alerts`` are those that were answered with stored."""
    frames = tone(0.1)
    for number in count():
        picture = await hub.media.keep_picture(photo(64 + number % 500, 64 + number // 500), "duty")
        new = NewAlert(text=f"六岁男孩走失 {number}", target=VENUE, picture=picture.media_id)
        alerts.append((await hub.alerts.issue(new, "duty")).alert_id)
        record(hub.recordings, new_burst(), frames)
        hub.sightings.add(sighting(hub, f"seen-{number}", "red", "blue"))
        await asyncio.sleep(EVERY_S)


async def rows(hub: Hub, *columns: sa.Column[Any]) -> list[tuple[object, ...]]:
    """All rows, by the first column."""
    query = sa.select(*columns).order_by(columns[0])
    return await hub.database.read(lambda connection: [tuple(row) for row in connection.execute(query)])


async def told(hub: Hub, until_number: int) -> list[tuple[object, ...]]:
    """The events up to a number."""
    found = await rows(hub, events.c.number, events.c.at_us, events.c.kind, events.c.subject, events.c.body)
    return [event for event in found if int(str(event[0])) <= until_number]


async def back_up_beside(hub: Hub, into: Path) -> tuple[Manifest, list[str], list[str]]:
    """What was backed up while the room worked; alerts stored before it began, and by its end."""
    alerts: list[str] = []
    working = asyncio.create_task(work(hub, alerts))
    try:
        await until(lambda: len(alerts) >= 5, "the room works")
        before = list(alerts)
        process = await start("backup", into, "--data-dir", hub.settings.data_dir, "--footage", "held")
        said, _ = await asyncio.wait_for(process.communicate(), TAKEN_WITHIN_S)
        assert process.returncode == 0, said.decode()
        assert not working.done(), "the room stood still"
        by_its_end = len(alerts)
        await until(lambda: len(alerts) > by_its_end, "the room works on")
        return backups_in(into)[0][1], before, list(alerts)
    finally:
        await end_tasks(working)


async def test_room_that_works_on_is_backed_up_whole_and_goes_on_elsewhere(tmp_path: Path) -> None:
    async with open_hub(tmp_path / "hub", "managed") as room:
        radio = await enrolled(room, "R01")
        case = await room.cases.open_case(NewCase(title="六岁男孩走失", purpose="寻找走失儿童"), OFFICER)
        first_us = room.clock.wall_us() - DAY_US
        held = lay(room.settings.footage_folder, "C01", first_us, 5000)
        lay(room.settings.footage_folder, "C01", first_us - 2 * DAY_US, 5000)
        hold = NewHold(camera_ids=("C01",), from_ms=first_us // 1000, until_ms=first_us // 1000 + 1000)
        await room.holds.hold(case.case_id, hold, OFFICER)
        manifest, before, alerts = await back_up_beside(room, tmp_path / "backups")
        await room.recordings.stop()
        last = room.events.last
        told_then = await told(room, manifest.last_event)
    assert manifest.last_event < last, "nothing was written after the state that was copied"

    files = {file.path for file in manifest.files}
    films = [name for name in files if name.startswith("footage/") and name.endswith(".mp4")]
    assert films == [held.relative_to(tmp_path / "hub").as_posix()]
    document, there = DOCUMENT.read_text(), (path for path in (tmp_path / "hub").rglob("*") if path.is_file())
    left_out = {path.relative_to(tmp_path / "hub").as_posix() for path in there} - files
    of_rooms = ("media/", "voice/", "sightings/")  # made since
    unsaid = [name for name in left_out if not name.startswith(of_rooms) and not is_said(name, document)]
    assert unsaid == [], "docs/backup.md says of every file that a hub writes whether it is in a backup"

    now = tmp_path / "now"
    code, said = run("restore", tmp_path / "backups", "--into", now)
    assert code == 0, said
    code, said = run("audit", "verify", "--data-dir", now)
    assert code == 0, said
    async with open_hub(now, "managed") as restored:
        assert await told(restored, manifest.last_event) == told_then
        assert restored.events.last > manifest.last_event, "its own start has the next number"
        assert restored.cases.is_open(case.case_id)
        restored_alerts = {alert_id for (alert_id,) in await rows(restored, alerts_table.c.alert_id)}
        stored = [alert_id for alert_id in alerts if alert_id in restored_alerts]
        assert stored == alerts[: len(stored)]
        assert len(stored) >= len(before), "an alert that was stored before the backup is not in it"
        for (media_id,) in await rows(restored, media.c.media_id):
            content = await restored.media.read(str(media_id))
            assert content is not None
            assert hashlib.sha256(content).hexdigest() == media_id
        for file, size in await rows(restored, bursts.c.file, bursts.c.bytes):
            assert file is None or size == 0 or (now / "voice" / str(file)).stat().st_size >= int(str(size))
        for number in range(len(before)):
            assert restored.sightings.get(f"seen-{number}") is not None
        async with HandDevice.join(radio) as guard:
            await guard.be_born()
            await until(lambda: restored.radios.is_online("R01"), "the radio is on line with the password it had")


def is_said(name: str, document: str) -> bool:
    """Whether the document names the file, or the folder that it is in."""
    return f"`{name}`" in document or f"`{name.split('/')[0]}/`" in document
