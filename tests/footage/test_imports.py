"""A recording that is enrolled as a camera can be played back like any other, and is taken over once."""

from __future__ import annotations

import time
from pathlib import Path

from hub.app import Hub
from hub.footage.imports import Imports
from hub.footage.segments.catalogue import Catalogue
from hub.registry.records import Camera
from tests.devices.room import until
from tests.hub import open_hub
from tests.vision.drawn import film

DAY_US = 86_400_000_000


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("C09/*/*.mp4"))


def played(hub: Hub) -> list[tuple[int, int]]:
    found = Catalogue(hub.footage.folder).spans("C09", 0, hub.clock.wall_us())
    return [(span.start_us, span.end_us) for span in found]


async def test_recording_becomes_footage_at_its_own_time_and_only_once(tmp_path: Path) -> None:
    video = film(tmp_path / "门口.mp4", [], seconds=4)
    async with open_hub(tmp_path / "hub", footage_recorder=True) as hub:
        began_us = hub.clock.wall_us() - DAY_US
        camera = Camera(camera_id="C09", name="录像", url=str(video), recording=True, started_at_us=began_us)
        await hub.vision.put_camera(camera)
        await until(lambda: hub.footage.is_imported("C09"), "taken over", 40)
        ((start_us, end_us),) = played(hub)
        assert abs(start_us - began_us) < 1000
        assert abs(end_us - start_us - 4_000_000) < 200_000
        before = segments(hub.footage.folder)
    async with open_hub(tmp_path / "hub", footage_recorder=True) as hub:
        await until(lambda: hub.footage.is_imported("C09"), "known from before")
        assert not hub.footage.recorder.running, "nothing is left to record"
        assert segments(hub.footage.folder) == before


def test_what_a_killed_recorder_left_of_a_recording_goes_and_what_was_there_before_stays(tmp_path: Path) -> None:
    camera = Camera(camera_id="C09", name="录像", url="/films/门口.mp4", recording=True, started_at_us=DAY_US)
    day = tmp_path / "C09" / "1970-01-02"
    day.mkdir(parents=True)
    live, half = day / "000000000-000010000.mp4", day / "010000000-010010000.mp4"
    live.write_bytes(b"recorded live, earlier")
    imports = Imports(tmp_path)
    imports.begin(camera)
    time.sleep(0.02)  # a file is dated by the kernel's tick
    half.write_bytes(b"taken over in part")
    imports = Imports(tmp_path)
    imports.open()
    assert not imports.is_done(camera)
    imports.begin(camera)
    assert segments(tmp_path) == [live]
    half.write_bytes(b"taken over")
    imports.finish(camera)
    imports = Imports(tmp_path)
    imports.open()
    assert imports.is_done(camera)
    imports.begin(camera)
    assert segments(tmp_path) == [live, half], "what was taken over whole stays"
