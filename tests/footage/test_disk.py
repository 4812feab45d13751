"""A footage disk that is not mounted is told, and nothing is kept elsewhere, until it is back or another is taken."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.events.messages import EventKind
from hub.footage.disk import MARKER, DiskMissing, FootageDisk, mark, take
from hub.footage.recorder.control import Condition, Disk
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import read_tape
from tests.databases import environment_of
from tests.devices.room import until
from tests.footage.recorder.room import CLOCK, Child, camera, recorded, segments, small_film
from tests.hub import Told, open_console, open_hub

BEGAN_MS = 1_700_000_000_000


async def test_recorder_keeps_nothing_while_the_disk_is_away_and_goes_on_when_it_is_back(tmp_path: Path) -> None:
    tape = read_tape(small_film(tmp_path / "gate.mp4"))
    disk, away = tmp_path / "footage", tmp_path / "away"
    disk_id = take(away)
    left_open = Path("C01", "2026-01-01", "000000000.mp4")
    (away / left_open).parent.mkdir(parents=True)
    (away / left_open).touch()
    async with CameraServer({"C01": tape}, CLOCK, random.Random(1)) as server, Child(disk, disk_id) as child:
        child.assign(camera("C01", server.url("C01")))
        gone = await child.until(lambda stand: stand.disk is Disk.MISSING, "the disk is missed")
        assert (gone.condition, gone.recording) == (Condition.ONLINE, False), "it is shown, and not kept"
        assert not disk.exists(), "nothing is written in its place"
        disk.mkdir()
        mark(disk, "another")
        assert not segments(disk)
        (disk / MARKER).unlink()
        disk.rmdir()
        away.rename(disk)
        await child.until(lambda stand: stand.recording and stand.bytes_written > 0, "it is recorded")
        assert not (disk / left_open).exists(), "what was left open there is mended first"
        assert await child.end() == 0
    assert recorded(disk)[0].key


def test_disk_without_its_mark_or_with_anothers_is_not_the_footage_disk(tmp_path: Path) -> None:
    disk = FootageDisk(tmp_path / "footage", take(tmp_path / "footage"))
    disk.check()
    mark(tmp_path / "footage", "another")
    with pytest.raises(DiskMissing, match="another footage disk"):
        disk.check()
    (tmp_path / "footage" / MARKER).unlink()
    with pytest.raises(DiskMissing, match="mount it") as missing:
        disk.check()
    assert "请挂载录像盘" in missing.value.chinese


async def test_hub_knows_its_disk_again_says_when_another_is_there_and_takes_it_when_told(tmp_path: Path) -> None:
    disk, old = tmp_path / "footage", Path("C01", "2026-01-01", "000000000-000010000.mp4")
    async with open_hub(tmp_path, footage_recorder=True) as hub:
        hub.footage.disk.check()
    away = disk.rename(tmp_path / "away")
    async with open_hub(tmp_path, footage_recorder=True) as hub, open_console(hub) as console:
        assert not disk.exists()
        (disk / old).parent.mkdir(parents=True)
        (disk / old).touch()
        mark(disk, "another")
        with pytest.raises(DiskMissing):
            await hub.keeping._sweep()
        assert (disk / old).exists(), "nothing of another's is deleted"
        case = (await console.post("/api/cases", json={"title": "走失", "purpose": "寻找走失儿童"})).json()["case_id"]
        asked = {"camera_ids": "C01", "since_ms": BEGAN_MS, "until_ms": BEGAN_MS + 60_000}
        timeline = await console.get(f"/api/cases/{case}/footage/timeline", params=asked)
        assert (timeline.status_code, timeline.json()["error"]["code"]) == (503, "footage_disk_missing")
        told = Told(hub)
        clip = {
            "camera_id": "C01",
            "from_ms": BEGAN_MS,
            "until_ms": BEGAN_MS + 1000,
            "blur": "none",
            "reason": "法院要求原始画面",
        }
        export = (await console.post(f"/api/cases/{case}/exports", json=clip)).json()["export_id"]
        await until(lambda: told.of(EventKind.EXPORT_CHANGED, export)[-1]["state"] == "failed", "it is not made")
        assert told.of(EventKind.EXPORT_CHANGED, export)[-1]["failure"]["code"] == "footage_disk_missing"
        arguments = ["footage", "adopt", "--data-dir", str(tmp_path), "--yes"]
        adopted = await asyncio.to_thread(CliRunner().invoke, app, arguments, env=environment_of(tmp_path))
        assert "footage is kept in" in adopted.output
        await hub.keeping._sweep()
        assert (await console.get(f"/api/cases/{case}/footage/timeline", params=asked)).status_code == 200
    assert (disk / MARKER).read_bytes() == (away / MARKER).read_bytes()
