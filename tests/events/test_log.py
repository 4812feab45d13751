"""The event log: numbers without gaps whatever fails, replay from any number, what is no longer kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.protocol.clock import Clock, ManualClock
from hub.events.log import EventLog, TooFarBack
from hub.events.messages import EventKind, Item
from hub.events.tables import events
from hub.storage.database import Database
from hub.storage.writer import Change
from tests.hub import open_database


class Body(msgspec.Struct, frozen=True):
    word: str


class Broken(RuntimeError):
    pass


class Book:
    """An event log and what its followers were told."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.log = EventLog(database)
        self.log.open()
        self.told: list[Item] = []
        self.log.follow(self.told.extend)

    async def append(self, *words: str, fails: bool = False) -> list[int]:
        def change(open_change: Change) -> list[int]:
            numbers = [self.log.append(open_change, EventKind.REPORT_MADE, word, Body(word)) for word in words]
            if fails:
                raise Broken
            return numbers

        return await self.database.write(change)


@pytest.fixture
async def book(tmp_path: Path) -> AsyncIterator[Book]:
    async with open_database(tmp_path) as database:
        yield Book(database)


async def test_failing_changes_leave_no_gap_in_the_numbers(book: Book) -> None:
    changes = [book.append(f"w{n}a", f"w{n}b", fails=n % 3 == 1) for n in range(30)]
    results = await asyncio.gather(*changes, return_exceptions=True)
    assert sum(isinstance(result, Broken) for result in results) == 10
    given_numbers = [number for result in results if isinstance(result, list) for number in result]
    assert sorted(given_numbers) == list(range(1, 41))
    assert [item.number for item in book.told] == list(range(1, 41))
    assert [item.subject for item in book.told[:4]] == ["w0a", "w0b", "w2a", "w2b"]


async def test_restart_goes_on_counting_and_replays_what_was_before(tmp_path: Path) -> None:
    async with open_database(tmp_path) as database:
        before = Book(database)
        await before.append("one", "two", "three")
    async with open_database(tmp_path) as database:
        after = Book(database)
        assert after.log.last == 3
        assert await after.append("four") == [4]
        assert await after.log.since(0) == [*before.told, *after.told]
        assert [item.subject for item in await after.log.since(1, limit=2)] == ["two", "three"]


async def test_number_that_was_never_given_has_nothing_after_it(book: Book) -> None:
    await book.append("one")
    assert await book.log.since(1) == await book.log.since(99) == []


async def test_forgotten_events_are_refused_by_name_and_the_count_goes_on(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_database(tmp_path, clock) as database:
        book = Book(database)
        await book.append("old", "older")
        clock.advance(100)
        await book.append("new")
        assert await book.log.forget_before(clock.wall_us()) == 2
        with pytest.raises(TooFarBack, match="event 2 is no longer kept"):
            await book.log.since(1)
        assert [item.subject for item in await book.log.since(2)] == ["new"]
        assert await book.log.forget_before(clock.wall_us() + 1) == 0
    async with open_database(tmp_path, clock) as database:
        reopened = Book(database)
        with pytest.raises(TooFarBack):
            await reopened.log.since(0)
        assert await reopened.append("newest") == [4]


async def test_events_deleted_while_they_are_read_leave_no_hidden_gap(tmp_path: Path) -> None:
    async with open_database(tmp_path) as database:
        await Book(database).append("one", "two", "three")
    async with open_database(tmp_path) as database:
        book = Book(database)
        await database.write(lambda change: change.connection.execute(sa.delete(events).where(events.c.number < 3)))
        with pytest.raises(TooFarBack):
            await book.log.since(0)
        assert [item.subject for item in await book.log.since(2)] == ["three"]


async def test_wall_clock_set_back_forgets_nothing_that_is_new(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_database(tmp_path, clock) as database:
        book = Book(database)
        await book.append("before")
        clock.jump_wall(-1000)
        await book.append("after")
        clock.jump_wall(+900)
        await book.log.forget_before(clock.wall_us())
        assert [item.subject for item in await book.log.since(0)] == ["before", "after"]


@given(st.text(), st.text(min_size=1, alphabet="ABCDEFGHJKLMNPQRSTUVWXYZ0123456789_.-"), st.integers(0, 2**53))
def test_item_of_any_words_is_json(word: str, subject: str, previous: int) -> None:
    body = msgspec.json.encode(Body(word))
    read = msgspec.json.decode(Item(7, 1_234_567, EventKind.REPORT_MADE.value, subject, body).encode(previous))
    assert read == {
        "number": 7,
        "previous": previous,
        "at_ms": 1234,
        "kind": "report.made",
        "subject": subject,
        "body": {"word": word},
    }


STEP = st.one_of(
    st.tuples(st.just("append"), st.integers(1, 5), st.booleans()),
    st.tuples(st.just("since"), st.integers(0, 40), st.integers(1, 10)),
    st.tuples(st.just("reopen"), st.just(0), st.just(0)),
)


@settings(deadline=None, max_examples=25)
@given(st.lists(STEP, max_size=15))
def test_log_reads_like_a_plain_list(steps: list[tuple[str, int, int]]) -> None:
    """Whatever is appended, fails, is read and reopened: item n is the n-th that was kept."""
    with TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder), steps))


async def play(folder: Path, steps: list[tuple[str, int, int]], clock: Clock | None = None) -> None:
    model: list[str] = []
    for life in split(steps):
        async with open_database(folder, clock) as database:
            book = Book(database)
            assert book.log.last == len(model)
            for what, number, other in life:
                if what == "append":
                    words = [f"{len(model)}-{n}" for n in range(number)]
                    try:
                        assert await book.append(*words, fails=bool(other)) == [
                            len(model) + n + 1 for n in range(number)
                        ]
                        model += words
                    except Broken:
                        assert other
                else:
                    found = await book.log.since(number, limit=other)
                    assert [item.subject for item in found] == model[number : number + other]


def split(steps: list[tuple[str, int, int]]) -> list[list[tuple[str, int, int]]]:
    """The steps between reopenings."""
    lives: list[list[tuple[str, int, int]]] = [[]]
    for step in steps:
        if step[0] == "reopen":
            lives.append([])
        else:
            lives[-1].append(step)
    return lives
