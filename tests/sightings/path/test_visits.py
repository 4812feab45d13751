"""A path is whole when every true visit is on it in order, and nobody else."""

from __future__ import annotations

from devices.protocol.sightings import Sighting
from hub.sightings.path.evaluation.scene import STARTED_S, Seen
from hub.sightings.path.evaluation.visits import Verdict, Visit, judge, visits
from hub.sightings.path.finding import Path, Step
from hub.sightings.path.glimpses import Glimpse
from simulators.community.truth import BoxRun, CameraTruth, PersonTruth, SceneTruth, Truth
from tests.sightings.seen import sighting


def seen(sighting_id: str, camera_id: str, at_s: float, person_id: str | None = "K01") -> Seen:
    started_us = round((STARTED_S + at_s) * 1e6)
    found: Sighting = sighting(
        sighting_id, camera_id=camera_id, started_at_us=started_us, ended_at_us=started_us + 5_000_000
    )
    return Seen(found, person_id)


def path(*steps: Seen) -> Path:
    glimpses = (
        Glimpse(
            s.sighting.sighting_id,
            s.sighting.camera_id,
            s.sighting.started_at_us / 1e6,
            s.sighting.ended_at_us / 1e6,
            0,
        )
        for s in steps
    )
    return Path(tuple(Step(glimpse, 1.0, 0.0) for glimpse in glimpses), 0.0)


def visit(camera_id: str, at_s: float) -> Visit:
    return Visit(camera_id, STARTED_S + at_s, STARTED_S + at_s + 5)


A, B, AGAIN, OTHER = seen("a", "C01", 0), seen("b", "C02", 60), seen("c", "C01", 120), seen("x", "C02", 61, "A01")
KNOWN = {one.sighting.sighting_id: one for one in (A, B, AGAIN, OTHER)}
TRUE = [visit("C01", 0), visit("C02", 60), visit("C01", 120)]


def test_every_visit_in_order_and_nobody_else_is_whole() -> None:
    assert judge(path(A, B, AGAIN), TRUE, KNOWN, "K01") is Verdict.WHOLE


def test_a_visit_that_is_left_out_or_somebody_else_makes_it_not_whole() -> None:
    assert judge(path(A, AGAIN), TRUE, KNOWN, "K01") is Verdict.LEFT_OUT
    assert judge(path(A, B, OTHER, AGAIN), TRUE, KNOWN, "K01") is Verdict.SOMEBODY_ELSE
    assert judge(None, TRUE, KNOWN, "K01") is Verdict.LEFT_OUT
    assert judge(path(B, A, AGAIN), TRUE, KNOWN, "K01") is Verdict.LEFT_OUT


def test_a_visit_that_vision_did_not_see_makes_it_not_whole_whatever_the_path() -> None:
    assert judge(path(A, B, AGAIN), [*TRUE, visit("C03", 180)], KNOWN, "K01") is Verdict.NOT_SEEN
    nobodys = KNOWN | {"b": Seen(B.sighting, None)}
    assert judge(path(A, AGAIN), TRUE, nobodys, "K01") is Verdict.NOT_SEEN


def test_visits_are_good_views_and_a_short_gap_is_one_visit() -> None:
    def run(first_frame: int, frames: int, height: int = 100) -> BoxRun:
        return BoxRun("K01", first_frame, [(0, 0, 40, height, 100)] * frames)

    runs = [run(0, 12), run(30, 12), run(200, 12), run(300, 40, height=40), run(400, 20)]
    person = PersonTruth("K01", "missing_child", 1.1, "red", "blue", 1.2)
    camera = CameraTruth("C01", "V001", 640, 360, runs)
    truth = Truth(SceneTruth("", 10, 600, "16:20:00", "K01", [person], [], [camera]))
    found = [(one.from_s - STARTED_S, one.to_s - STARTED_S) for one in visits(truth, "K01")]
    assert [(round(a, 1), round(b, 1)) for a, b in found] == [(0.0, 4.1), (40.0, 41.9)]
