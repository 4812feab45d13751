"""When nobody looked through a camera is known from what was told of it, also after the hub was off."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from devices.protocol.clock import ManualClock
from devices.protocol.sightings import PictureCondition
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.storage.database import Database
from hub.vision import blind_times
from hub.vision.blind_times import BlindTimes
from tests.hub import open_database

S = 1_000_000
BEGUN_US = 1_700_000_000 * S


class Told(msgspec.Struct, frozen=True):
    looked_at: bool
    recording: bool = False
    camera_id: str = "C01"
    picture: PictureCondition = PictureCondition.CLEAR


class Site:
    """A hub's events on one disk; ``off`` seconds without the hub, ``told`` at seconds since it began."""

    def __init__(self, database: Database, clock: ManualClock, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self.clock = clock
        self.events = EventLog(database)
        self.events.open()
        self.times = self.again()

    def again(self) -> BlindTimes:
        """As the hub starts again."""
        self.times = BlindTimes(self._database, self.events, self.clock, self._folder)
        self.times.open()
        return self.times

    async def tell(self, at_s: float, told: Told, kind: EventKind = EventKind.CAMERA_CHANGED) -> None:
        self.go_on(at_s)
        await self._database.write(lambda change: self.events.append(change, kind, told.camera_id, told) and None)

    def go_on(self, until_s: float) -> None:
        self.clock.advance((BEGUN_US - self.clock.wall_us()) / S + until_s)
        self.times._keep_note(self.clock.wall_us())

    def off(self, seconds: float) -> BlindTimes:
        self.clock.advance(seconds)
        return self.again()

    def unclear(self, since_s: float, until_s: float) -> dict[PictureCondition, list[tuple[float, float]]]:
        found = self.times.unclear("C01", BEGUN_US + round(since_s * S), BEGUN_US + round(until_s * S))
        return {
            picture: [((start - BEGUN_US) / S, (end - BEGUN_US) / S) for start, end in found[picture]]
            for picture in found
        }

    def spans(self, since_s: float, until_s: float, camera_id: str = "C01") -> list[tuple[float, float]]:
        found = self.times.of(camera_id, BEGUN_US + round(since_s * S), BEGUN_US + round(until_s * S))
        return [((start - BEGUN_US) / S, (end - BEGUN_US) / S) for start, end in found]


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    clock = ManualClock(wall_us=BEGUN_US)
    async with open_database(tmp_path, clock) as database:
        yield Site(database, clock, tmp_path / "workers")


async def told_of_a_day(site: Site) -> None:
    """Enrolled at 10, seen from 20, off line from 50 to 60 and from 90 on."""
    await site.tell(10, Told(looked_at=False), EventKind.CAMERA_ADDED)
    for at_s, looked_at in ((20, True), (30, True), (50, False), (55, False), (60, True), (90, False)):
        await site.tell(at_s, Told(looked_at=looked_at))


async def test_spans_are_cut_to_the_time_asked_for(site: Site) -> None:
    await told_of_a_day(site)
    assert site.spans(0, 100) == [(10, 20), (50, 60), (90, 100)]
    assert site.spans(52, 95) == [(52, 60), (90, 95)]
    assert site.spans(60, 90) == site.spans(25, 50) == []
    assert site.times.enrolled_at_us("C01") == BEGUN_US + 10 * S


async def test_a_restart_forgets_nothing_and_adds_when_the_hub_was_off(site: Site) -> None:
    await told_of_a_day(site)
    await site.tell(95, Told(looked_at=True))
    site.go_on(100)
    site.off(seconds=20)
    assert site.spans(0, 130) == [(10, 20), (50, 60), (90, 95), (100, 130)], "nobody looks yet"
    await site.tell(125, Told(looked_at=True))
    site.go_on(130)
    site.off(seconds=10)
    await site.tell(141, Told(looked_at=True))
    assert site.spans(0, 150) == [(10, 20), (50, 60), (90, 95), (100, 125), (130, 141)]


async def test_cameras_of_which_nothing_was_told_were_never_looked_through_and_recordings_always(site: Site) -> None:
    await site.tell(10, Told(looked_at=False, recording=True, camera_id="film"), EventKind.CAMERA_ADDED)
    assert site.spans(0, 20, "never told of") == [(0, 20)]
    assert site.spans(0, 20, "film") == []
    await told_of_a_day(site)
    await site.tell(95, Told(looked_at=False), EventKind.CAMERA_REMOVED)
    assert site.spans(0, 100) == [(0, 100)]


async def test_the_path_asks_no_camera_before_it_was_enrolled_nor_while_it_is_blind(site: Site) -> None:
    await told_of_a_day(site)
    site.go_on(100)
    begun_s = BEGUN_US / S
    assert site.times.seconds_of("C01") == (
        (-math.inf, begun_s + 10),
        (begun_s + 10, begun_s + 20),
        (begun_s + 50, begun_s + 60),
        (begun_s + 90, math.inf),
    )


async def test_when_a_picture_could_not_be_seen_with_is_known_after_a_restart_and_is_not_off_line(site: Site) -> None:
    """A picture is told to be bad when it has been so for six seconds."""
    await told_of_a_day(site)
    for at_s, picture in (
        (100, PictureCondition.CLEAR),
        (130, PictureCondition.COVERED),
        (150, PictureCondition.CLEAR),
    ):
        await site.tell(at_s, Told(looked_at=True, picture=picture))
    await site.tell(200, Told(looked_at=True, picture=PictureCondition.DARK))
    for _ in range(2):
        assert site.unclear(0, 220) == {PictureCondition.COVERED: [(124, 150)], PictureCondition.DARK: [(194, 220)]}
        assert site.unclear(140, 190) == {PictureCondition.COVERED: [(140, 150)]}
        assert site.spans(0, 220) == [(10, 20), (50, 60), (90, 100)]
        site.again()
    begun_s = BEGUN_US / S
    assert site.times.seconds_of("C01")[-2:] == ((begun_s + 124, begun_s + 150), (begun_s + 194, math.inf))
    await site.tell(230, Told(looked_at=False))
    assert site.unclear(0, 240)[PictureCondition.DARK] == [(194, 230)]
    assert site.spans(100, 240) == [(230, 240)], "who does not look sees no dark picture"


async def test_a_picture_that_was_bad_at_once_was_so_no_earlier_than_somebody_looked(site: Site) -> None:
    await site.tell(10, Told(looked_at=False), EventKind.CAMERA_ADDED)
    await site.tell(20, Told(looked_at=True))
    await site.tell(23, Told(looked_at=True, picture=PictureCondition.BLURRED))
    await site.tell(40, Told(looked_at=True, picture=PictureCondition.DARK))
    assert site.unclear(0, 50) == {PictureCondition.BLURRED: [(20, 34)], PictureCondition.DARK: [(34, 50)]}


async def test_of_many_spans_the_newest_are_kept(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blind_times, "MOST_SPANS", 3)
    for number in range(10):
        await site.tell(10 * number, Told(looked_at=False))
        await site.tell(10 * number + 5, Told(looked_at=True))
    assert site.spans(0, 100) == [(70, 75), (80, 85), (90, 95)]


async def test_a_note_that_the_disk_did_not_keep_is_begun_anew(site: Site, tmp_path: Path) -> None:
    await told_of_a_day(site)
    (tmp_path / "workers" / "hub_off.json").write_bytes(b"{")
    site.off(seconds=20)
    assert site.spans(0, 100) == [(10, 20), (50, 60), (90, 100)]
