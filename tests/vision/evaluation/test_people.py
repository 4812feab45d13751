"""The figures on people, of sightings as they would be told of one who truly walked so."""

from __future__ import annotations

import math

import pytest

from devices.protocol.sightings import BoxAt, Calibration, Movement
from hub.vision.evaluation.people import Known, report
from simulators.community.truth import PersonTruth, SceneTruth, Truth, WalkTruth
from tests.sightings.seen import sighting

CAMERA = Calibration(
    width_px=640, height_px=360, focal_px=650.0, center_x_px=320.0, center_y_px=180.0, camera_height_m=3.4,
    tilt_deg=19.0, heading_deg=0.0, latitude=25.1, longitude=105.47,
)  # fmt: skip
DEGREES_PER_METRE = 1 / 111_320
WHOLE = BoxAt(0, 300.0, 100.0, 40.0, 100.0)


def walk(person_id: str, east_m: float) -> WalkTruth:
    """Before the camera that looks north, from 15 m away towards it at 1.2 m/s, ``east_m`` beside its axis."""
    east = CAMERA.longitude + east_m * DEGREES_PER_METRE / math.cos(math.radians(CAMERA.latitude))
    north = [CAMERA.latitude + (15 - 0.6 * step) * DEGREES_PER_METRE for step in range(20)]
    return WalkTruth(person_id, 0.5, [(latitude, east) for latitude in north])


TRUTH = Truth(
    SceneTruth(
        fingerprint="", frame_rate_hz=10, frames=100, starts_at="16:20:00", missing_child_id="K01",
        people=[PersonTruth(name, "child", tall, "red", "blue", 1.2) for name, tall in (("K01", 1.1), ("A01", 1.7))],
        walks=[walk("K01", 0.0), walk("A01", 0.8)],
        cameras=[],
    )
)  # fmt: skip


def known(person_id: str, **said: object) -> Known:
    told = sighting(person_id, started_at_us=0, ended_at_us=4_000_000, path=(WHOLE,), **said)
    return Known(told, CAMERA, person_id)


def test_errors_are_against_the_truth_and_who_is_not_measured_is_counted_with_the_reason() -> None:
    way = {"movement": Movement.TOWARDS, "speed_mps": 1.3, "heading_deg": 179.0}
    red = (0.1, 0.0, 0.0, 0.8, *[0.0] * 7)
    child = known("K01", upper=red, lower=red, height_m=1.16, height_error_m=0.05, child=0.9, **way)
    cut = BoxAt(0, 300.0, 150.0, 60.0, 205.0)
    adult = Known(
        sighting(
            "A01",
            upper=(),
            lower=(),
            started_at_us=0,
            path=(cut,),
            height_m=None,
            height_error_m=None,
            child=0.9,
            bags=(0.1,),
        ),
        CAMERA,
        "A01",
    )
    found = report(TRUTH, [child, adult], nobody=1)
    assert found.sightings == 3
    assert found.height.error_m.mean == pytest.approx(0.06)
    assert (found.height.within_bar, found.height.within_two_bars) == (0.0, 1.0)
    assert found.height.without == {"feet_never_in_picture": 1}
    assert (found.child.said, found.child.right) == (2, 0.5), "the adult was called a child"
    assert found.speed_mps.bias == pytest.approx(0.1, abs=1e-3)
    assert found.heading_deg.bias == pytest.approx(-1.0, abs=1e-2)
    assert (found.movement.said, found.movement.right) == (1, 1.0)
    assert (found.upper.said, found.upper.right, found.lower.right) == (1, 1.0, 0.0), "she wears red over blue"
    assert (found.backpacks_on_nobody.said, found.backpacks_on_nobody.right) == (1, 1.0)


@pytest.mark.parametrize(("told", "right"), [((), 0), (("A01",), 1), (("A99",), 0)])
def test_a_pair_that_truly_went_along_counts_when_either_tells_of_the_other(told: tuple[str, ...], right: int) -> None:
    pairs = report(TRUTH, [known("K01", companions=told), known("A01")], nobody=0).companions
    assert (pairs.true, pairs.told, pairs.right) == (1, len(told), right)
