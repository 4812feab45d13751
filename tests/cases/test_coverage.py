"""What a search says that it could not see."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest

from devices.protocol.clock import ManualClock
from devices.protocol.messages import Stamp
from devices.protocol.sightings import CameraCondition, CameraState, PictureCondition
from hub.cases.coverage import (
    MOST_SPANS,
    Asked,
    completed,
    masked_share,
    off_line_between,
    shed_between,
    unclear_between,
)
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.registry.records import Camera, Mask, MaskKind, Terms
from hub.sightings.messages import Coverage
from hub.storage.database import Database
from hub.vision.blind_times import BlindTimes
from hub.vision.camera_view import CameraView, view_of
from hub.vision.shed_looks import STEP_US, ShedLooks

LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
TOP_HALF = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.0, 0.5))
TRIANGLE = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
HOUR_US = 3_600_000_000


@pytest.mark.parametrize(
    ("polygons", "share"),
    [((), 0.0), ((LEFT_HALF,), 0.5), ((LEFT_HALF, TOP_HALF), 0.75), ((LEFT_HALF, LEFT_HALF), 0.5), ((TRIANGLE,), 0.5)],
)
def test_the_share_that_is_masked_counts_each_point_once(
    polygons: tuple[tuple[tuple[float, float], ...], ...], share: float
) -> None:
    assert masked_share(polygons) == pytest.approx(share, abs=0.02)


def view(camera_id: str, *, looked_at: bool, recording: bool = False) -> CameraView:
    camera = Camera(camera_id=camera_id, name="门口", url="rtsp://127.0.0.1/1")
    bare = view_of(camera, Terms(), None, None, finished=False, taken=False, stand=None)
    return msgspec.structs.replace(bare, looked_at=looked_at, recording=recording, since_at_ms=5_000)


class Stood(msgspec.Struct):
    looked_at: bool
    picture: PictureCondition = PictureCondition.CLEAR


def of(
    blind: BlindTimes, camera_id: str, *turns: tuple[int, bool], picture: PictureCondition = PictureCondition.CLEAR
) -> None:
    for at_us, looked_at in turns:
        body = msgspec.json.encode(Stood(looked_at, picture))
        is_new = camera_id not in blind._cameras
        blind._take(camera_id, at_us, EventKind.CAMERA_ADDED if is_new else EventKind.CAMERA_CHANGED, body)


@pytest.fixture
def blind(tmp_path: Path) -> BlindTimes:
    """C01 was off line from 20 to 30 s, C02 is so since 90 s, C03 never was since it was enrolled at 50 s."""
    database = Database("sqlite://", ManualClock())
    times = BlindTimes(database, EventLog(database), ManualClock(), tmp_path)
    of(times, "C01", (0, True), (20_000_000, False), (30_000_000, True))
    of(times, "C02", (0, True), (90_000_000, False))
    of(times, "C03", (50_000_000, True))
    return times


VIEWS = [view("C01", looked_at=True), view("C02", looked_at=False), view("C03", looked_at=True)]


def test_cameras_are_told_that_were_off_line_in_the_time_asked_for(blind: BlindTimes) -> None:
    found = off_line_between(VIEWS, blind, 0, 100_000_000)
    assert [(one.camera_id, one.is_now, one.since_at_ms, one.spans_ms) for one in found] == [
        ("C01", False, None, ((20_000, 30_000),)),
        ("C02", True, 5_000, ((90_000, 100_000),)),
    ]
    assert off_line_between(VIEWS, blind, 40_000_000, 80_000_000) == ()


def test_of_many_times_off_line_so_many_are_told_that_hide_none(blind: BlindTimes) -> None:
    of(blind, "C04", (0, True))
    begun_s = [10 * number + number**2 for number in range(50)]  # longer and longer on line between
    for at_s in begun_s:
        of(blind, "C04", (at_s * 1_000_000 + 1, False), (at_s * 1_000_000 + 5_000_001, True))
    (found,) = off_line_between([view("C04", looked_at=True)], blind, 1, 10_000_000_000)
    assert len(found.spans_ms) == MOST_SPANS
    assert found.spans_ms[-1] == (begun_s[-1] * 1000, begun_s[-1] * 1000 + 5_000)
    for at_s in begun_s:
        assert any(start <= at_s * 1000 and at_s * 1000 + 5_000 <= end for start, end in found.spans_ms)


def test_asking_831_cameras_takes_milliseconds(tmp_path: Path) -> None:
    database = Database("sqlite://", ManualClock())
    blind = BlindTimes(database, EventLog(database), ManualClock(), tmp_path)
    for number in range(831):
        of(blind, f"C{number}", *((at_s * 1_000_000, at_s % 2 == 0) for at_s in range(600)))
    views = [view(f"C{number}", looked_at=True) for number in range(831)]
    began_s = time.thread_time()
    assert len(off_line_between(views, blind, 590_000_000, 600_000_000)) == 831
    assert time.thread_time() - began_s < 0.1


def test_cameras_are_told_whose_picture_could_not_be_seen_with_in_the_time_asked_for(blind: BlindTimes) -> None:
    of(blind, "C01", (60_000_000, True), picture=PictureCondition.COVERED)
    of(blind, "C01", (80_000_000, True))
    of(blind, "C03", (90_000_000, True), picture=PictureCondition.DARK)
    dark = msgspec.structs.replace(view("C03", looked_at=True), picture=PictureCondition.DARK)
    found = unclear_between([*VIEWS[:2], dark], blind, 0, 100_000_000)
    assert [(one.camera_id, one.picture, one.is_now, one.spans_ms) for one in found] == [
        ("C01", PictureCondition.COVERED, False, ((54_000, 80_000),)),
        ("C03", PictureCondition.DARK, True, ((84_000, 100_000),)),
    ]
    assert unclear_between(VIEWS, blind, 0, 50_000_000) == ()


@pytest.fixture
def shed(tmp_path: Path) -> ShedLooks:
    return ShedLooks(tmp_path / "shed_looks")


def counted(shed: ShedLooks, camera_id: str, *steps: tuple[int, int]) -> None:
    """Looks due and left out in one step after another, the first from STEP_US on."""
    due = left_out = 0
    for number, (more, shed_of_them) in enumerate(((0, 0), *steps), 1):
        due, left_out = due + more, left_out + shed_of_them
        stamp = Stamp(boot_id=1, sequence=number, monotonic_us=0, wall_us=number * STEP_US)
        shed.hear(
            CameraState(
                stamp=stamp,
                camera_id=camera_id,
                condition=CameraCondition.ONLINE,
                frames_looked_at=due - left_out,
                frames_shed=left_out,
            )
        )


STEP_MS = STEP_US // 1000


def test_the_share_left_out_is_told_of_the_time_asked_and_the_cameras_at_which_it_was_many(shed: ShedLooks) -> None:
    counted(shed, "C01", (1000, 300), (1000, 500), (1000, 50), (1000, 100))
    counted(shed, "C02", (1000, 950))
    counted(shed, "C03", (9, 9), (2000, 190))
    ids = ["C01", "C02", "C03"]
    share, cameras = shed_between(ids, shed, 0, 9 * STEP_US)
    assert share == round((950 + 950 + 199) / 7009, 3)
    assert [(one.camera_id, one.share, one.spans_ms) for one in cameras] == [
        ("C02", 0.95, ((STEP_MS, 2 * STEP_MS),)),
        ("C01", 0.3, ((STEP_MS, 3 * STEP_MS), (4 * STEP_MS, 5 * STEP_MS))),
    ]
    share, cameras = shed_between(ids, shed, 3 * STEP_US // 2, 2 * STEP_US)
    assert share == round((300 + 950 + 9) / 2009, 3)
    assert [one.spans_ms for one in cameras] == [((3 * STEP_MS // 2, 2 * STEP_MS),)] * 2
    assert shed_between(["C01"], shed, 3 * STEP_US, 4 * STEP_US) == (0.05, ())
    assert shed_between(ids, shed, 6 * STEP_US, 9 * STEP_US) == (None, ())


def test_a_disk_that_does_not_tell_what_was_left_out_spoils_no_search(shed: ShedLooks, tmp_path: Path) -> None:
    counted(shed, "C01", (1000, 300))
    (tmp_path / "shed_looks").mkdir()
    (tmp_path / "shed_looks" / "1970-01-01").mkdir()
    assert shed_between(["C01"], shed, 0, 9 * STEP_US) == (None, ())


def test_looks_of_midnight_are_told_as_one_time(shed: ShedLooks) -> None:
    steps_a_day = 24 * 6
    counted(shed, "C01", *([(100, 0)] * (steps_a_day - 2)), (100, 50), (100, 70), (100, 0))
    (camera,) = shed_between(["C01"], shed, 0, 3 * steps_a_day * STEP_US)[1]
    assert camera.spans_ms == (((steps_a_day - 1) * STEP_MS, (steps_a_day + 1) * STEP_MS),)


def test_what_is_masked_shed_and_deleted_is_said_of_the_live_cameras_asked(blind: BlindTimes, shed: ShedLooks) -> None:
    mask = Mask(kind=next(iter(MaskKind)), points=LEFT_HALF)
    cameras = (Camera(camera_id="C01", name="门口", masks=(mask,)), Camera(camera_id="film", name="录像"))
    views = (view("C01", looked_at=True), view("film", looked_at=False, recording=True))
    counted(shed, "C01", (100, 40))
    counted(shed, "film", (100, 90))
    asked = Asked(cameras, views, 0, 2 * HOUR_US)
    found = completed(
        Coverage(cameras_searched=2, sightings_considered=9), asked, blind, shed, lambda since, until: [(since, until)]
    )
    assert [(one.camera_id, one.share) for one in found.cameras_masked] == [("C01", 0.5)]
    assert [one.camera_id for one in found.cameras_off_line] == ["C01"]
    assert [one.camera_id for one in found.cameras_shed] == ["C01"]
    assert (found.looks_shed_share, found.hours_deleted, found.sightings_considered) == (0.4, 2, 9)
