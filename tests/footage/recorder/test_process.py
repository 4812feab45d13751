"""The recorder as a process: killed it loses under two seconds, it outlives a full disk, and ends with the hub."""

from __future__ import annotations

import asyncio
import contextlib
import random
import resource
import signal
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from hub.footage.coded import CodedPicture, RecordError, StreamName
from hub.footage.recorder.control import Condition, Disk
from hub.footage.relay import Relayed, open_relay
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import read_tape
from tests.devices.room import until
from tests.footage.recorder.room import CLOCK, Child, camera, recorded, segments, small_film


def on_disk(footage_dir: Path) -> int:
    """Pictures that can be read back."""
    return len(recorded(footage_dir))


async def taken_until_the_end(relayed: Relayed) -> int:
    """When the last picture was taken that the recorder handed on."""
    last_us = 0
    with contextlib.suppress(RecordError):
        async for record in relayed:
            if isinstance(record, CodedPicture):
                last_us = record.wall_us
    return last_us


@pytest.fixture
async def cameras(tmp_path: Path) -> AsyncIterator[CameraServer]:
    tape = read_tape(small_film(tmp_path / "gate.mp4"))
    async with CameraServer({"C01": tape}, CLOCK, random.Random(1)) as server:
        yield server


async def test_killed_recorder_loses_under_two_seconds_and_what_it_left_is_mended(
    cameras: CameraServer, tmp_path: Path
) -> None:
    footage_dir = tmp_path / "footage"
    async with Child(footage_dir) as first:
        first.assign(camera("C01", cameras.url("C01")))
        await until(lambda: on_disk(footage_dir) > 0, "something is on disk")
        arrived = asyncio.create_task(taken_until_the_end(await open_relay(first.relay_path, "C01", StreamName.MAIN)))
        await until(lambda: on_disk(footage_dir) > 60, "2 s are on disk")
        first.process.kill()
        await first.process.wait()
    async with Child(footage_dir) as second:
        assert all("-" in one.stem for one in segments(footage_dir))
        pictures = recorded(footage_dir)
        assert await arrived - pictures[-1].wall_us < 2_000_000
        assert all(later.wall_us - one.wall_us < 100_000 for one, later in pairwise(pictures))
        assert not Path(first.relay_path).exists()
        second.assign(camera("C01", cameras.url("C01")))
        before = on_disk(footage_dir)
        await until(lambda: on_disk(footage_dir) > before, "it records again")
        assert await second.end() == 0
    assert all("-" in one.stem for one in segments(footage_dir))
    assert not Path(second.relay_path).parent.exists()


async def test_full_disk_is_told_and_recording_goes_on_when_there_is_room_again(
    cameras: CameraServer, tmp_path: Path
) -> None:
    async with Child(tmp_path / "footage") as child:
        child.assign(camera("C01", cameras.url("C01")))
        await until(lambda: on_disk(child.footage_dir) > 0, "something is on disk")
        _, hard = resource.prlimit(child.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(child.process.pid, resource.RLIMIT_FSIZE, (256, hard))  # files end there, as on a full disk
        full = await child.until(lambda stand: stand.disk is Disk.FULL, "the disk is full")
        assert full.condition is Condition.ONLINE
        assert not full.recording
        assert full.pictures_missing > 0
        resource.prlimit(child.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        await child.until(lambda stand: stand.disk is Disk.OK and stand.recording, "it records again")
        assert await child.end() == 0
    pictures = recorded(tmp_path / "footage")
    assert pictures[0].key
    assert all("-" in one.stem for one in segments(tmp_path / "footage"))


async def test_recorder_that_is_asked_to_end_closes_its_segments(cameras: CameraServer, tmp_path: Path) -> None:
    async with Child(tmp_path / "footage") as child:
        child.assign(camera("C01", cameras.url("C01").replace("rtsp://", "rtsp://duty:hunter2@")))
        await until(lambda: on_disk(child.footage_dir) > 0, "something is on disk")
        child.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(5):
            assert await child.process.wait() == 0
    assert all("-" in one.stem for one in segments(tmp_path / "footage"))
    assert not any(b"hunter2" in said for said in child.said)


async def test_line_that_is_no_word_is_passed_over(tmp_path: Path) -> None:
    async with Child(tmp_path / "footage") as child:
        assert child.process.stdin is not None
        child.process.stdin.write(b'{"assigned": {"cameras": [{"main": "rtsp://duty:hunter2@10.0.0.5/1"}]}}\nnoise\n')
        assert await child.end() == 0
    assert sum(b"not_understood" in said for said in child.said) == 2
    assert not any(b"hunter2" in said for said in child.said)


async def test_recorder_whose_folder_cannot_be_had_says_so_and_ends(tmp_path: Path) -> None:
    (tmp_path / "footage").write_text("no folder")
    process = await asyncio.create_subprocess_exec(
        *Child(tmp_path / "footage").command, stderr=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 1
    assert b"recorder.cannot_start" in said
