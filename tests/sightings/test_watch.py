"""A watch tells of a strong match once, again only when clearly better, and never of somebody else."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest

from devices.protocol.clock import ManualClock
from hub.sightings import watch
from hub.sightings.messages import Age, Appearance, Description, Query, Weights
from hub.sightings.service import SightingService
from hub.sightings.watch import Told, WatchMemory, is_strong
from tests.sightings.seen import CAMERAS, NOON_US, random_sightings, sighting, weights

QUERY = Query(description=Description(upper=("red",), lower=("blue",), height_m=1.1))
FITTING = [
    sighting("no descriptor", descriptor=b"", describer=""),
    sighting("of another describer", describer="another"),
    *(sighting(f"lower {share}", lower=weights(blue=share / 100)) for share in range(0, 90, 5)),
]


@pytest.fixture
def service(tmp_path: Path) -> SightingService:
    opened = SightingService(tmp_path, ManualClock(wall_us=NOON_US))
    opened.open()
    return opened


def test_whatever_is_strong_is_let_through_to_be_compared(service: SightingService) -> None:
    batch = [*random_sightings(400, np.random.default_rng(1), hours=1), *FITTING]
    told, strong_of_all = Told(batch), 0
    look = base64.b64encode(batch[0].descriptor).decode()
    for said in (
        QUERY,
        Query(description=Description(age=Age.ADULT, upper=("black", "blue"))),
        Query(description=Description(height_m=1.5, weights=Weights(height=0.05))),
        Query(like=(Appearance(describer="test-1", descriptor=look),)),
        Query(description=QUERY.description, like=(Appearance(describer="test-1", descriptor=look),)),
        Query(description=QUERY.description, like=(Appearance(describer="another", descriptor=look),)),
    ):
        question = service.question(said, service.feedback({}))
        hits = {one.sighting_id: service.match(said, one, CAMERAS) for one in batch}
        strong = {sighting_id for sighting_id, hit in hits.items() if hit is not None and is_strong(hit)}
        let_through = list(told.may_be_strong(question))
        scores = [score for _, score, _ in let_through]
        assert strong <= {one.sighting_id for one, _, _ in let_through}
        assert scores == sorted(scores, reverse=True)
        assert len(let_through) <= len(strong) + 3, "it lets through next to nothing else"
        for one, score, _ in let_through:
            hit = hits[one.sighting_id]
            assert hit is not None and score == pytest.approx(hit.score, abs=0.0001)
        strong_of_all += len(strong)
    assert strong_of_all > 50


def test_the_child_is_told_of_once_though_seen_twice(service: SightingService) -> None:
    memory = WatchMemory()
    first = memory.judge("W1", QUERY, sighting("s1", ended=False), CAMERAS, service.match)
    assert first is not None and first.sighting.sighting_id == "s1"
    assert memory.judge("W1", QUERY, sighting("s1"), CAMERAS, service.match) is None
    assert memory.judge("W2", QUERY, sighting("s1"), CAMERAS, service.match) is not None


def test_a_clearly_better_look_is_told_again(service: SightingService) -> None:
    memory = WatchMemory()
    unsure = sighting("s1", ended=False, lower=weights(blue=0.2))
    assert memory.judge("W1", QUERY, unsure, CAMERAS, service.match) is not None
    assert memory.judge("W1", QUERY, sighting("s1", lower=weights(blue=0.95)), CAMERAS, service.match) is not None


@pytest.mark.parametrize(
    "other",
    [
        sighting("adult", height_m=1.75, height_error_m=0.04),
        sighting("other trousers", lower=weights(green=0.95)),
        sighting("nothing seen", upper=(), lower=(), height_m=None),
        sighting("another camera", camera_id="C77"),
    ],
)
def test_others_are_not_told_of(service: SightingService, other: object) -> None:
    assert WatchMemory().judge("W1", QUERY, other, CAMERAS, service.match) is None  # type: ignore[arg-type]


def test_a_watch_keeps_to_its_time(service: SightingService) -> None:
    query = Query(description=QUERY.description, since_at_ms=NOON_US // 1000 + 10_000)
    memory = WatchMemory()
    assert memory.judge("W1", query, sighting("early"), CAMERAS, service.match) is None
    later = sighting("later", started_at_us=NOON_US + 20_000_000)
    assert memory.judge("W1", query, later, CAMERAS, service.match) is not None


def test_a_watch_outlives_its_camera_and_the_sighting_it_compares_with(service: SightingService) -> None:
    gone = Query(description=QUERY.description, camera_ids=("C01", "removed"))
    assert WatchMemory().judge("W1", gone, sighting("s1"), CAMERAS, service.match) is not None
    forgotten = Query(like_sighting_id="kept no more")
    assert WatchMemory().judge("W1", forgotten, sighting("s1"), CAMERAS, service.match) is None


def test_an_ended_watch_is_forgotten_and_memory_is_bounded(
    service: SightingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "MAX_TOLD", 2)
    memory = WatchMemory()
    for name in ("s1", "s2", "s3"):
        assert memory.judge("W1", QUERY, sighting(name), CAMERAS, service.match) is not None
    assert memory.judge("W1", QUERY, sighting("s3"), CAMERAS, service.match) is None
    assert memory.judge("W1", QUERY, sighting("s1"), CAMERAS, service.match) is not None
    memory.keep_only(set())
    assert memory.judge("W1", QUERY, sighting("s3"), CAMERAS, service.match) is not None
