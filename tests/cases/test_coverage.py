"""What a search says that it could not see."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest

from devices.protocol.clock import ManualClock
from hub.cases.coverage import MOST_SPANS, completed, masked_share, off_line_between
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.registry.records import Camera, Mask, MaskKind, Terms
from hub.sightings.messages import Coverage
from hub.storage.database import Database
from hub.vision.blind_times import BlindTimes
from hub.vision.camera_view import CameraView, view_of

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


def of(blind: BlindTimes, camera_id: str, *turns: tuple[int, bool]) -> None:
    for at_us, looked_at in turns:
        body = msgspec.json.encode(Stood(looked_at))
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
    found = off_line_between([*VIEWS, view("film", looked_at=False, recording=True)], blind, 0, 100_000_000)
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


def test_what_is_masked_shed_and_deleted_is_said_of_the_cameras_asked() -> None:
    mask = Mask(kind=next(iter(MaskKind)), points=LEFT_HALF)
    cameras = [Camera(camera_id="C01", name="门口", masks=(mask,)), Camera(camera_id="C02", name="院子")]
    forgotten = [(0, HOUR_US), (HOUR_US, 2 * HOUR_US)]
    found = completed(Coverage(cameras_searched=2, sightings_considered=9), cameras, (), 7, forgotten)
    assert [(one.camera_id, one.share) for one in found.cameras_masked] == [("C01", 0.5)]
    assert (found.frames_shed, found.hours_deleted, found.sightings_considered) == (7, 2, 9)
