"""Bursts onto the disk: a file each, what happens when the disk refuses or is too slow, and who is told."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.protocol.clock import SystemClock
from hub.events.tables import events
from hub.storage.database import Database
from hub.talk.recording import rows, writer
from hub.talk.recording.files import file_name
from hub.talk.recording.messages import BurstQuery, BurstView
from hub.talk.recording.ogg import whole_pages
from hub.talk.recording.service import ZoneInfo
from hub.talk.recording.writer import Missed, NotRecorded, VoiceWriter
from tests.devices.room import until
from tests.talk.recording.bursts import new_burst, open_recordings, record, tone, voice

SHANGHAI = ZoneInfo("Asia/Shanghai")


async def shown(database: Database) -> list[BurstView]:
    return list((await database.read(lambda c: rows.page(c, BurstQuery(), None, None))).items)


async def test_burst_is_in_a_file_that_people_find_and_in_its_row(tmp_path: Path) -> None:
    async with open_recordings(tmp_path) as (recordings, database):
        record(recordings, new_burst(), tone(0.5))
        await recordings.stop()
        (burst,) = await shown(database)
    (file,) = (tmp_path / "voice").glob("*/*.ogg")
    at_us = burst.started_at_ms * 1000
    assert file == tmp_path / "voice" / file_name(at_us, SHANGHAI, "全体场所", "王芳")
    assert (burst.duration_s, burst.packets, burst.lost) == (pytest.approx(0.4935), 25, 0)
    assert (burst.radios_reached, burst.radios_online, burst.bytes) == (3, 4, file.stat().st_size)
    assert not burst.interrupted
    assert file.stat().st_mode & 0o077 == 0


async def test_bursts_of_one_second_and_name_have_files_of_their_own(tmp_path: Path) -> None:
    class Standing(SystemClock):
        def wall_us(self) -> int:
            return 1_800_000_000_000_000

    async with open_recordings(tmp_path, Standing()) as (recordings, database):
        for _ in range(3):
            record(recordings, new_burst(), tone(0.1))
        await recordings.stop()
        assert len(await shown(database)) == 3
    names = sorted(file.name for file in (tmp_path / "voice").glob("*/*.ogg"))
    assert names == [f"160000_全体场所_王芳{end}.ogg" for end in ("-2", "-3", "")]


async def test_burst_in_which_nobody_said_anything_leaves_no_file(tmp_path: Path) -> None:
    async with open_recordings(tmp_path) as (recordings, database):
        record(recordings, new_burst(), [])
        await recordings.stop()
        (burst,) = await shown(database)
    assert (burst.duration_s, burst.packets, burst.bytes) == (0, 0, 0)
    assert list((tmp_path / "voice").glob("*/*")) == []


async def test_disk_that_refuses_is_told_and_the_next_burst_is_tried(tmp_path: Path) -> None:
    async with open_recordings(tmp_path) as (recordings, database):
        new = new_burst()
        day = tmp_path / "voice" / file_name(SystemClock().wall_us(), SHANGHAI, "", "").split("/")[0]
        day.write_bytes(b"")  # a file stands where the day's folder would be
        record(recordings, new, tone(0.1))
        await until(lambda: recordings.writer.failures == 1, "the disk refused")
        day.unlink()
        record(recordings, new_burst(), tone(0.1))
        await recordings.stop()
        good, bad = await shown(database)
        told = await database.read(lambda c: c.execute(sa.select(events.c.kind, events.c.body)).all())
    assert (bad.interrupted, bad.bytes, good.interrupted) == (True, 0, False)
    assert [(kind, msgspec.json.decode(body)) for kind, body in told] == [
        ("burst.not_recorded", {"burst_id": new.burst_id, "group_id": "all", "reason": "disk"})
    ]


async def test_disk_that_is_too_slow_costs_voice_that_is_counted_and_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "MOST_WAITING_BYTES", 1000)
    told: list[object] = []
    slow = VoiceWriter(tmp_path / "voice", SystemClock(), told.append)
    slow.begin(1, "2026-01-01/1.ogg", ())  # its thread does not run: the disk takes nothing
    for number in range(100):
        slow.packet(1, voice(1, number, b"\x48" * 10), number * 20_000)
    assert told == [Missed(1, NotRecorded.OVERLOADED)]
    assert slow.dropped == 95
    slow.end(1)
    slow.start()
    await slow.stop()
    (file,) = (tmp_path / "voice").glob("*/*.ogg")
    assert sum(len(page.sizes) for page in whole_pages(file.read_bytes())) == 2 + 5


@settings(max_examples=40)
@given(st.text(max_size=64), st.text(max_size=64), st.integers(0, 4_000_000_000_000_000))
def test_any_names_are_one_file_in_the_days_folder(group: str, talker: str, at_us: int) -> None:
    day, name = file_name(at_us, SHANGHAI, group, talker).split("/")
    assert len(day) == 10 and len(name.encode()) <= 250
    assert name.count("_") == 2 and name.isprintable()
