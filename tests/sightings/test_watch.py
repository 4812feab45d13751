"""A watch tells of a strong match once, again only when clearly better, and never of somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.protocol.clock import ManualClock
from hub.sightings import watch
from hub.sightings.messages import Description, Query
from hub.sightings.service import SightingService
from hub.sightings.watch import WatchMemory
from tests.sightings.seen import CAMERAS, NOON_US, sighting, weights

QUERY = Query(description=Description(upper=("red",), lower=("blue",), height_m=1.1))


@pytest.fixture
def service(tmp_path: Path) -> SightingService:
    opened = SightingService(tmp_path, ManualClock(wall_us=NOON_US))
    opened.open()
    return opened


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
