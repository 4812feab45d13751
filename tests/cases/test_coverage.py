"""What a search says that it could not see."""

from __future__ import annotations

import msgspec
import pytest

from hub.cases.coverage import completed, masked_share
from hub.registry.records import Camera, Mask, MaskKind, Terms
from hub.sightings.messages import Coverage
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


def view(camera_id: str, shed: int, *, looked_at: bool) -> CameraView:
    camera = Camera(camera_id=camera_id, name="门口", url="rtsp://127.0.0.1/1")
    bare = view_of(camera, Terms(), None, None, finished=False, taken=False, stand=None)
    return msgspec.structs.replace(bare, looked_at=looked_at, frames_shed=shed, since_at_ms=5_000)


def test_it_is_said_of_the_cameras_that_were_asked_alone() -> None:
    mask = Mask(kind=next(iter(MaskKind)), points=LEFT_HALF)
    cameras = [Camera(camera_id="C01", name="门口", masks=(mask,)), Camera(camera_id="C02", name="院子")]
    views = [view("C01", 3, looked_at=True), view("C02", 4, looked_at=False), view("C03", 50, looked_at=False)]
    forgotten = [(0, HOUR_US), (HOUR_US, 2 * HOUR_US)]
    found = completed(Coverage(cameras_searched=2, sightings_considered=9), cameras, views, forgotten)
    assert [(one.camera_id, one.since_at_ms) for one in found.cameras_off_line] == [("C02", 5_000)]
    assert [(one.camera_id, one.share) for one in found.cameras_masked] == [("C01", 0.5)]
    assert (found.frames_shed, found.hours_deleted, found.sightings_considered) == (7, 2, 9)
