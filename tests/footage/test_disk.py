"""A footage disk that is not mounted is told, and nothing is kept elsewhere, until it is back or another is taken."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.footage.disk import MARKER, DiskMissing, FootageDisk, mark, take
from hub.footage.recorder.control import Condition, Disk
from simulators.cameras.server import CameraServer
from simulators.cameras.tape import read_tape
from tests.footage.recorder.room import CLOCK, Child, camera, recorded, segments, small_film
from tests.hub import open_hub


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


async def test_hub_knows_its_disk_again_says_when_it_is_away_and_takes_a_new_one_when_told(tmp_path: Path) -> None:
    disk = tmp_path / "footage"
    async with open_hub(tmp_path, footage_recorder=True) as hub:
        hub.footage.disk.check()
    away = disk.rename(tmp_path / "away")
    async with open_hub(tmp_path, footage_recorder=True) as hub:
        assert not disk.exists()
        with pytest.raises(DiskMissing):
            hub.footage.disk.check()
        adopted = CliRunner().invoke(app, ["footage", "adopt", "--data-dir", str(tmp_path), "--yes"])
        assert "footage is kept in" in adopted.output
        hub.footage.disk.check()
    assert (disk / MARKER).read_bytes() == (away / MARKER).read_bytes()
