"""A recording that is enrolled as a camera can be played back like any other, and is taken over once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from hub.app import Hub
from hub.footage import service
from hub.footage.disk import DiskMissing, FootageDisk
from hub.footage.imports import Imports
from hub.footage.segments.catalogue import Catalogue
from hub.footage.segments.names import SEGMENT, closed_name
from hub.footage.segments.retention import Hold
from hub.registry.records import Camera
from tests.devices.room import until
from tests.hub import open_hub, settings
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


def kept(folder: Path, start_s: int) -> Path:
    """Ten seconds of C09 on the second day of 1970."""
    day = folder / "C09" / "1970-01-02"
    day.mkdir(parents=True, exist_ok=True)
    start_us = DAY_US + start_s * 1_000_000
    segment = day / f"{closed_name(start_us, start_us + 10_000_000)}{SEGMENT}"
    segment.write_bytes(b"footage")
    return segment


def opened(folder: Path, *cameras: Camera) -> Imports:
    """As a hub that starts finds it."""
    imports = Imports(FootageDisk(folder))
    imports.open({camera.camera_id: camera for camera in cameras})
    return imports


CAMERA = Camera(camera_id="C09", name="录像", url="/films/门口.mp4", recording=True, started_at_us=DAY_US)


def test_what_a_killed_recorder_left_of_a_recording_goes_and_what_was_there_before_stays(tmp_path: Path) -> None:
    live = kept(tmp_path, 0)
    opened(tmp_path).begin(CAMERA)
    half = kept(tmp_path, 10)
    live.touch()  # mended, later than the taking over began
    imports = opened(tmp_path, CAMERA)
    assert not imports.is_done(CAMERA)
    imports.begin(CAMERA)
    assert segments(tmp_path) == [live]
    half.write_bytes(b"taken over")
    imports.finish(CAMERA)
    imports = opened(tmp_path, CAMERA)
    assert imports.is_done(CAMERA)
    imports.begin(CAMERA)
    assert segments(tmp_path) == [live, half], "what was taken over whole stays"


def test_what_a_case_holds_of_a_recording_stays_when_it_is_taken_over_anew(tmp_path: Path) -> None:
    imports = opened(tmp_path)
    imports.begin(CAMERA)
    held, half = kept(tmp_path, 0), kept(tmp_path, 100)
    imports.hold_by(lambda: (Hold(frozenset({"C09"}), DAY_US + 5_000_000, DAY_US + 6_000_000),))
    imports.begin(CAMERA)
    assert (held.exists(), half.exists()) == (True, False)


@pytest.mark.parametrize("while_the_hub_runs", [True, False])
def test_live_footage_of_a_camera_that_was_a_half_taken_recording_stays(
    tmp_path: Path, while_the_hub_runs: bool
) -> None:
    imports = opened(tmp_path)
    imports.begin(CAMERA)
    if while_the_hub_runs:
        imports.leave("C09")
    else:
        imports = opened(tmp_path, msgspec.structs.replace(CAMERA, recording=False))
    live = kept(tmp_path, 3600)
    imports.begin(CAMERA)
    imports.begin(CAMERA)
    assert live.exists()


def test_only_an_open_file_of_the_recording_itself_is_waited_for(tmp_path: Path) -> None:
    day = kept(tmp_path, 0).parent
    (day / "003000000.mp4").write_bytes(b"its head does not read")
    imports = opened(tmp_path)
    imports.begin(CAMERA)
    assert imports.is_closed(CAMERA)
    (day / "004000000.mp4").touch()
    assert not imports.is_closed(CAMERA)


async def test_file_of_the_recording_that_is_never_closed_is_not_waited_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CLOSED_WITHIN_S", 0.1)
    footage = Hub(settings(tmp_path)).footage
    opened(footage.folder).begin(CAMERA)
    kept(footage.folder, 0).with_name("003000000.mp4").touch()
    async with asyncio.timeout(5):
        await footage._wait_until_closed(CAMERA)


def test_nothing_is_taken_over_while_the_footage_disk_is_away(tmp_path: Path) -> None:
    with pytest.raises(DiskMissing):
        Imports(FootageDisk(tmp_path / "footage", "known")).begin(CAMERA)
    assert not (tmp_path / "footage").exists()
