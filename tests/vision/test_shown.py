"""What a worker shows of its looks, while somebody asks."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np

from devices.protocol import messages
from devices.protocol.clock import ManualClock
from devices.protocol.messages import Stamp
from devices.protocol.shown_looks import SHOW_LOOKS_FOR_S, ShownLook
from hub.vision.boxes import Box
from hub.vision.detection.detections import Detections
from hub.vision.motion import Motion
from hub.vision.pipeline import LookShown, ShownTrack
from hub.vision.shown import LookShower, cells_of

STAMP = Stamp(boot_id=1, sequence=1, monotonic_us=0, wall_us=0)


def motion(columns: int = 213, rows: int = 120) -> Motion:
    mask = np.zeros((rows, columns), np.uint8)
    mask[40:80, 100:120] = 255
    return Motion(mask, mask, (columns / 640, rows / 360), 0.1, settled=True)


LOOK = LookShown(
    1_000_000,
    (Box(0, 0, 320, 360),),
    Detections(np.array([[10.0, 20.0, 30.0, 60.0]]), np.array([0.91])),
    (ShownTrack(7, Box(11, 21, 30, 60), seen_now=True),),
)


def shower() -> tuple[LookShower, ManualClock, list[int]]:
    """It, its clock, and when the pictures were taken that it showed."""
    clock, shown = ManualClock(), []

    def show_soon(build: Callable[[Stamp], ShownLook]) -> None:
        shown.append(build(STAMP).at_us)

    return LookShower(clock, show_soon), clock, shown


def test_looks_are_shown_of_the_cameras_asked_for_and_only_as_long_as_somebody_asks() -> None:
    """P-8.4."""
    showing, clock, shown = shower()
    showing.show("C01", 1_000_000, motion(), LOOK)
    showing.ask(["C01"])
    showing.show("C02", 2_000_000, motion(), LOOK)
    showing.show("C01", 3_000_000, motion(), LOOK)
    clock.advance(SHOW_LOOKS_FOR_S)
    showing.show("C01", 4_000_000, motion(), LOOK)
    clock.advance(1e-6)
    showing.show("C01", 5_000_000, motion(), LOOK)
    showing.ask(["C01"])
    showing.show("C01", 6_000_000, motion(), LOOK)
    showing.ask([])
    showing.show("C01", 7_000_000, motion(), LOOK)
    assert shown == [3_000_000, 4_000_000, 6_000_000]


def test_at_most_five_looks_a_second_are_shown_and_those_that_overtake_one_another_both() -> None:
    """P-8.5."""
    showing, _, shown = shower()
    showing.ask(["C01"])
    for at_us in range(10_000_000, 11_000_000, 40_000):
        showing.show("C01", at_us, motion(), LOOK)
    assert len(shown) == 5
    showing.show("C01", shown[-1] - 100_000, motion(), LOOK)
    assert len(shown) == 6


def test_look_says_where_it_looked_whom_it_found_and_whom_it_follows() -> None:
    """P-8.5."""
    built: list[ShownLook] = []
    showing = LookShower(ManualClock(), lambda build: built.append(build(STAMP)))
    showing.ask(["C01"])
    showing.show("C01", 1_000_000, motion(), LOOK)
    showing.show("C01", 1_200_000, motion(), LOOK)
    showing.show("C01", 1_400_000, motion(), None)
    looked, skipped, first = (messages.decode(messages.encode(one), ShownLook) for one in built)
    assert (looked.looked, skipped.looked, first.looked) == (True, False, False)
    assert (looked.frame_width_px, looked.frame_height_px) == (640, 360)
    assert [one.score for one in looked.detections] == [0.91]
    assert [(one.left, one.number, one.seen_now) for one in looked.tracks] == [(11.0, 7, True)]
    assert [(one.number, one.seen_now) for one in skipped.tracks] == [(7, False)]
    assert (skipped.regions, skipped.detections, first.tracks) == ((), (), ())


def test_mask_of_any_size_fits_and_moves_where_anything_in_a_cell_does() -> None:
    """P-8.5."""
    for columns, rows in ((160, 120), (213, 120), (1600, 90), (60, 120), (160, 90), (1, 1)):
        mask = np.zeros((rows, columns), np.uint8)
        mask[-1, -1] = 255
        cells = cells_of(mask)
        assert cells.shape[0] <= 90
        assert cells.shape[1] <= 160
        assert cells[-1, -1]
        assert cells.sum() <= 4
    noise = np.asarray(np.random.default_rng(3).integers(0, 2, (90, 160)) * 255, np.uint8)
    assert len(zlib.compress(np.packbits(cells_of(noise)).tobytes())) < 2_000
