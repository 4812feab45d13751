"""On a disk that takes no byte more the hub starts and serves; what it could not store is stored when there is room."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hub.events.messages import EventKind
from hub.storage.reserve import RESERVE_BYTES, Reserve
from hub.vitals import Condition
from tests.databases import of_sqlites_file
from tests.devices.room import until
from tests.hub import Told, open_console, open_hub
from tests.small_disk import small_disk

pytestmark = of_sqlites_file


async def leave_as_killed(folder: Path) -> None:
    """What a hub leaves that is killed: its files as they are while it runs."""
    kept = folder.with_suffix(".kept")
    async with open_hub(folder, "managed"):
        shutil.copytree(folder, kept)
    for place in folder.iterdir():
        shutil.rmtree(place) if place.is_dir() else place.unlink()
    shutil.copytree(kept, folder, dirs_exist_ok=True)


async def test_hub_that_ended_in_order_starts_on_a_full_disk_with_its_reserve_and_stores(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "48m") as disk:
        async with open_hub(disk.folder, "managed") as hub:
            hub.reserve.take()
        assert (disk.folder / "reserve").stat().st_size == RESERVE_BYTES
        disk.fill()
        async with open_hub(disk.folder, "managed") as hub, open_console(hub) as console:
            assert not (disk.folder / "reserve").exists()
            assert hub.events.last > 1
            case = {"title": "走失儿童", "purpose": "寻找走失儿童"}
            assert (await console.post("/api/cases", json=case)).status_code == 201


async def test_killed_hub_without_a_reserve_starts_on_a_full_disk_and_tells_of_it_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for patience_s in ("WRITE_EVERY_S", "WRITE_WITHIN_S"):
        monkeypatch.setattr(f"hub.vitals.{patience_s}", 0.1)
    with small_disk(tmp_path / "disk", "48m") as disk:
        await leave_as_killed(disk.folder)
        disk.fill()
        async with open_hub(disk.folder, "managed") as hub:
            told = Told(hub)
            await until(
                lambda: hub.vitals.health().parts.storage is Condition.FULL, "the hub says that its disk is full"
            )
            assert hub.vitals.alive, "a new hub would store nothing either"
            assert not told.of(EventKind.HUB_STARTED)
            disk.empty()
            await told.wait(EventKind.HUB_STARTED)
            await until(lambda: hub.vitals.health().status == "ok", "the hub is well again")


def test_reserve_is_not_taken_from_a_disk_that_would_be_full_with_it(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "16m") as disk:
        Reserve(disk.folder).take()
        assert not (disk.folder / "reserve").exists()
