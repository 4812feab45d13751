"""The event feed: each client has each event of its view once, in order, and can prove it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.alerts.messages import ReportMade
from hub.console import feed as feed_module
from hub.console.feed import Feed, Full, TooSlow
from hub.console.view import View
from hub.events import log as log_module
from hub.events.log import EventLog, TooFarBack
from hub.events.messages import EventKind
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.storage.writer import Change
from tests.devices.room import until
from tests.hub import open_database

KINDS = (EventKind.RADIO_ONLINE, EventKind.RADIO_OFFLINE, EventKind.REPORT_MADE)


class Empty(msgspec.Struct, frozen=True):
    pass


class Line:
    """An event log with its feed."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.log = EventLog(database)
        self.log.open()
        self.feed = Feed(self.log)
        registry = Registry(database, self.log)
        no_venues: frozenset[str] = frozenset()
        nothing = {"venue_ids": no_venues, "grid_ids": no_venues}
        self.whole = View(
            registry, whole=True, in_room=True, sees_cases=True, directs=True, sees_phones=True, **nothing
        )

    async def append(self, *kinds: EventKind) -> None:
        def change(open_change: Change) -> None:
            for kind in kinds:
                self.log.append(open_change, kind, "R01", Empty())

        await self.database.write(change)

    async def report(self, venue_id: str) -> None:
        """A guard reports from this venue."""
        body = ReportMade(radio_id="R01", venue_id=venue_id, alert_id=None, answer=None, text="好")

        def change(open_change: Change) -> None:
            self.log.append(open_change, EventKind.REPORT_MADE, "R01", body)

        await self.database.write(change)


class Follower:
    """One client: follows, and checks as a console does that each item follows its last one."""

    def __init__(self, line: Line, since: int, kinds: frozenset[str] | None = None) -> None:
        self.since = self.last = since
        self.numbers: list[int] = []
        self.kinds = kinds
        self.task = asyncio.ensure_future(self._run(line))

    async def _run(self, line: Line) -> None:
        async with contextlib.aclosing(line.feed.follow(self.last, self.kinds, line.whole)) as frames:
            async for frame in frames:
                self._read(msgspec.json.decode(frame))

    def _read(self, frame: dict[str, Any]) -> None:
        for item in frame["items"]:
            assert item["previous"] == self.last, f"{item} does not follow {self.last}"
            assert self.kinds is None or item["kind"] in self.kinds
            self.last = item["number"]
            self.numbers.append(item["number"])
        assert frame["now"] >= self.last

    def due(self, kinds: list[EventKind]) -> list[int]:
        """The numbers this client must have seen once events of ``kinds`` were appended."""
        mine = (n for n, kind in enumerate(kinds, 1) if self.kinds is None or kind in self.kinds)
        return [number for number in mine if number > self.since]

    async def leave(self) -> None:
        self.task.cancel()
        await asyncio.wait([self.task])
        if not self.task.cancelled():
            self.task.result()


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    async with open_database(tmp_path) as database:
        yield Line(database)


async def test_client_that_joins_in_the_middle_of_a_burst_has_each_event_once(line: Line) -> None:
    burst = asyncio.gather(*(line.append(KINDS[n % 3]) for n in range(400)))
    followers = []
    for _ in range(20):
        followers += [Follower(line, 0), Follower(line, 0, frozenset({"radio.online"}))]
        await asyncio.sleep(0.001)
    await burst
    await until(lambda: all(f.last >= 398 for f in followers), "all followers are up to date")
    await until(lambda: all(f.last == 400 for f in followers if f.kinds is None), "all have the last event")
    for follower in followers:
        assert follower.numbers == list(range(1, 401) if follower.kinds is None else range(1, 401, 3))
        await follower.leave()


async def test_client_resumes_at_its_last_number_without_loss(line: Line) -> None:
    await line.append(*KINDS)
    first = Follower(line, 0)
    await until(lambda: first.last == 3, "the first three arrived")
    await first.leave()
    await line.append(*KINDS)
    second = Follower(line, first.last)
    await until(lambda: second.last == 6, "the next three arrived")
    await second.leave()
    assert first.numbers + second.numbers == [1, 2, 3, 4, 5, 6]
    assert line.feed.clients == 0


async def test_event_after_a_silence_leaves_at_once_and_those_of_the_next_moment_in_one_frame(line: Line) -> None:
    frames = line.feed.follow(0, None, line.whole)
    await anext(frames)  # the word that there is nothing yet
    await line.append(*KINDS)
    assert len(msgspec.json.decode(await anext(frames))["items"]) == 3
    await asyncio.gather(line.append(*KINDS), line.append(*KINDS))
    assert len(msgspec.json.decode(await anext(frames))["items"]) == 6
    await frames.aclose()


async def test_clients_with_equal_views_share_one_coded_frame(line: Line) -> None:
    guard = replace(line.whole, whole=False, venue_ids=frozenset({"V01"}), in_room=False, sees_cases=False)
    views = (line.whole, replace(line.whole), guard, replace(guard))
    clients = [line.feed.follow(0, None, view) for view in views]
    for client in clients:
        await anext(client)
    await line.append(EventKind.HUB_STARTED)
    await line.append(EventKind.CASE_OPENED)
    first, second = [await anext(client) for client in clients[:2]]
    assert first is second
    await line.report("V01")
    third, fourth = [await anext(client) for client in clients[2:]]
    assert third is fourth
    assert [(item["previous"], item["number"]) for item in msgspec.json.decode(third)["items"]] == [(0, 3)]
    for client in clients:
        await client.aclose()


async def test_quiet_line_is_kept_known(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "KEEPALIVE_S", 0.02)
    await line.append(KINDS[0])
    frames = line.feed.follow(1, None, line.whole)
    for _ in range(3):
        assert msgspec.json.decode(await anext(frames)) == {"items": [], "now": 1}
    await frames.aclose()


async def test_stalled_client_is_closed_as_too_slow_while_another_has_everything(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "MAX_FRAMES", 3)
    monkeypatch.setattr(feed_module, "BATCH_S", 0.0)
    stalled = line.feed.follow(0, None, line.whole)
    await anext(stalled)
    good = Follower(line, 0)
    for number in range(1, 11):
        await line.append(KINDS[0])
        await until(lambda number=number: good.last == number, f"event {number} arrived")  # type: ignore[misc]
    had = []
    with pytest.raises(TooSlow):
        async for frame in stalled:
            had += [item["number"] for item in msgspec.json.decode(frame)["items"]]
    assert had == [1, 2, 3], "what it has is whole, so that it can resume"
    assert (line.feed.dropped_slow, line.feed.clients) == (1, 1)
    await good.leave()
    assert good.numbers == list(range(1, 11))


async def test_one_client_too_many_is_turned_away(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "MAX_CLIENTS", 1)
    first = line.feed.follow(0, None, line.whole)
    await anext(first)
    with pytest.raises(Full):
        await anext(line.feed.follow(0, None, line.whole))
    await first.aclose()
    again = line.feed.follow(0, None, line.whole)
    await anext(again)
    await again.aclose()


@pytest.mark.parametrize("since", [2, 99, -1, -(2**70)])
async def test_number_that_was_never_given_is_too_far(line: Line, since: int) -> None:
    await line.append(KINDS[0])
    with pytest.raises(TooFarBack):
        await anext(line.feed.follow(since, None, line.whole))


async def test_number_whose_successors_are_forgotten_is_too_far_back(line: Line) -> None:
    await line.append(*KINDS)
    await line.append(*KINDS)
    await line.log.forget_before(2**62)
    with pytest.raises(TooFarBack):
        await anext(line.feed.follow(1, None, line.whole))
    follower = Follower(line, 5)
    await until(lambda: follower.last == 6, "the newest is kept")
    await follower.leave()


STEP = st.one_of(
    st.tuples(st.just("append"), st.lists(st.sampled_from(KINDS), min_size=1, max_size=4)),
    st.tuples(st.just("join"), st.sampled_from([None, *({kind.value} for kind in KINDS)])),
    st.tuples(st.just("leave"), st.integers(0, 5)),
    st.tuples(st.just("wait"), st.sampled_from([0.0, 0.001, 0.005])),
)


@settings(deadline=None, max_examples=30)
@given(st.lists(STEP, max_size=25), st.integers(0, 3))
def test_any_joining_and_leaving_while_events_come_loses_and_repeats_nothing(
    steps: list[tuple[str, Any]], page: int
) -> None:
    """``page`` makes clients read the past, mostly from the disk, in pages so small that events come in between."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(EventLog.since, "__defaults__", (page + 1,))
        patch.setattr(log_module, "RECENT", 3)
        patch.setattr(feed_module, "BATCH_S", 0.002)
        asyncio.run(play(Path(folder), steps))


async def play(folder: Path, steps: list[tuple[str, Any]]) -> None:
    async with open_database(folder) as database:
        line = Line(database)
        kinds: list[EventKind] = []
        appending: list[asyncio.Future[None]] = []
        here: list[Follower] = []
        gone: list[Follower] = []
        for what, how in steps:
            if what == "append":
                kinds += how
                appending.append(asyncio.ensure_future(line.append(*how)))
            elif what == "join":
                wanted = None if how is None else frozenset(how)
                resumed = [f for f in gone if f.kinds == wanted]
                here.append(Follower(line, resumed[-1].last if resumed else 0, wanted))
            elif what == "leave" and here:
                gone.append(here.pop(how % len(here)))
                await gone[-1].leave()
            elif what == "wait":
                await asyncio.sleep(how)
        await asyncio.gather(*appending)
        for follower in here:
            due = follower.due(kinds)
            if due:
                await until(lambda f=follower, n=due[-1]: f.last == n or f.task.done(), "the last event")  # type: ignore[misc]
            await follower.leave()
            assert follower.numbers == due
        for follower in gone:
            assert follower.numbers == follower.due(kinds)[: len(follower.numbers)]
