"""The one writer: batches, savepoints, retries, bounds, the end."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from devices.protocol.clock import SystemClock
from hub.storage.engine import make_engine
from hub.storage.journal import Journal
from hub.storage.writer import Change, StorageClosed, StorageOverloaded, Writer
from tests.devices.room import turn_by_turn, until

FILE = "writer.sqlite3"


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    """A writer on a database with one table, ``notes``, that waits 20 ms for a lock before it tries again."""
    engine = make_engine(f"sqlite:///{tmp_path / FILE}")
    sa.event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA busy_timeout=20"))
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.exec_driver_sql("CREATE TABLE notes (word TEXT PRIMARY KEY)")
    writer = Writer(engine, SystemClock())
    writer.start()
    yield writer
    await writer.stop()
    engine.dispose()


def note(word: str) -> Callable[[Change], str]:
    def change(open_change: Change) -> str:
        open_change.connection.exec_driver_sql("INSERT INTO notes VALUES (?)", (word,))
        return word

    return change


def note_and_fail(word: str) -> Callable[[Change], str]:
    def change(open_change: Change) -> str:
        note(word)(open_change)
        raise LookupError(word)

    return change


def notes(folder: Path) -> set[str]:
    with sqlite3.connect(folder / FILE) as connection:
        found = {word for (word,) in connection.execute("SELECT word FROM notes")}
    connection.close()
    return found


@contextmanager
def held_up(writer: Writer, tasks: list[asyncio.Task[Any]]) -> Iterator[None]:
    """Within, the writer is busy with one change, so that what is written meanwhile becomes one batch."""
    go_on = threading.Event()
    tasks.append(asyncio.ensure_future(writer.write(lambda change: go_on.wait(10))))
    try:
        yield
    finally:
        go_on.set()


async def wait_for(writer: Writer, changes: int) -> None:
    await turn_by_turn(lambda: writer.waiting == changes, f"{changes} changes wait")


async def write_together(writer: Writer, *changes: Callable[[Change], Any]) -> list[Any]:
    tasks: list[asyncio.Task[Any]] = []
    with held_up(writer, tasks):
        await wait_for(writer, 1)
        tasks.extend(asyncio.ensure_future(writer.write(change)) for change in changes)
        await wait_for(writer, 1 + len(changes))
    return (await asyncio.gather(*tasks, return_exceptions=True))[1:]


async def test_change_that_fails_leaves_nothing_and_takes_no_other_with_it(writer: Writer, tmp_path: Path) -> None:
    before, failed, after = await write_together(writer, note("before"), note_and_fail("lost"), note("after"))
    assert (before, after) == ("before", "after")
    assert isinstance(failed, LookupError)
    assert notes(tmp_path) == {"before", "after"}
    assert writer.counts.batches <= 2, "they shared a transaction"
    assert writer.counts.failed == 1


@pytest.mark.parametrize("statement", ["INSERT INTO nothing VALUES (1)", "INSERT INTO notes VALUES (NULL), ('before')"])
async def test_change_refused_by_the_database_fails_at_once_and_alone(
    writer: Writer, tmp_path: Path, statement: str
) -> None:
    before, failed, after = await write_together(
        writer, note("before"), lambda change: change.connection.exec_driver_sql(statement), note("after")
    )
    assert (before, after) == ("before", "after")
    assert isinstance(failed, sa.exc.DBAPIError)
    assert notes(tmp_path) == {"before", "after"}
    assert writer.counts.retried_batches == 0


async def test_locked_database_is_tried_again_and_nothing_is_lost(writer: Writer, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = [asyncio.ensure_future(writer.write(note(f"n{n}"))) for n in range(5)]
    await until(lambda: writer.counts.retried_batches > 0, "the writer has tried again")
    assert not any(task.done() for task in writing)
    other.execute("COMMIT")
    other.close()
    assert await asyncio.gather(*writing) == [f"n{n}" for n in range(5)]
    assert notes(tmp_path) == {f"n{n}" for n in range(5)}


async def test_database_that_stays_away_fails_the_changes_and_the_next_one_is_written(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.storage.writer.RETRY_FOR_S", 0.2)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(sa.exc.OperationalError, match="locked"):
        await writer.write(note("lost"))
    other.execute("ROLLBACK")
    other.close()
    assert await writer.write(note("kept")) == "kept"
    assert notes(tmp_path) == {"kept"}


class Ledger(Journal[str]):
    """A journal that refuses to write the word 'poison'."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[str] = []

    def flush(self, connection: sa.Connection) -> None:
        if "poison" in self.noted:
            raise ValueError("poison")

    def committed(self) -> Callable[[], None] | None:
        words = self.noted
        return lambda: self.kept.extend(words)


async def test_journal_that_cannot_be_written_fails_its_own_change_alone(tmp_path: Path, writer: Writer) -> None:
    ledger = Ledger()
    writer.add_journal(ledger)

    def enter(word: str) -> Callable[[Change], str]:
        def change(open_change: Change) -> str:
            ledger.noted.append(word)
            return note(word)(open_change)

        return change

    before, failed, after = await write_together(writer, enter("before"), enter("poison"), enter("after"))
    assert (before, after) == ("before", "after")
    assert isinstance(failed, ValueError)
    assert notes(tmp_path) == set(ledger.kept) == {"before", "after"}


async def test_one_change_more_than_may_wait_is_refused(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.storage.writer.MAX_WAITING", 3)
    tasks: list[asyncio.Task[Any]] = []
    with held_up(writer, tasks):
        await wait_for(writer, 1)
        tasks += [asyncio.ensure_future(writer.write(note(word))) for word in ("a", "b")]
        await wait_for(writer, 3)
        with pytest.raises(StorageOverloaded):
            await writer.write(note("c"))
    assert (await asyncio.gather(*tasks))[1:] == ["a", "b"]
    assert await writer.write(note("c")) == "c"
    assert writer.waiting == 0


async def test_stopping_writes_what_waits_and_refuses_what_comes_later(writer: Writer, tmp_path: Path) -> None:
    tasks: list[asyncio.Task[Any]] = []
    with held_up(writer, tasks):
        await wait_for(writer, 1)
        tasks += [asyncio.ensure_future(writer.write(note(f"n{n}"))) for n in range(300)]
        await wait_for(writer, 301)
        stopping = asyncio.ensure_future(writer.stop())
        await turn_by_turn(lambda: writer._closed, "it is stopping")
        with pytest.raises(StorageClosed):
            await writer.write(note("late"))
    await stopping
    await asyncio.gather(*tasks)
    assert notes(tmp_path) == {f"n{n}" for n in range(300)}
    with pytest.raises(StorageClosed):
        await writer.write(note("later"))


async def test_caller_that_gives_up_does_not_undo_its_change(writer: Writer, tmp_path: Path) -> None:
    tasks: list[asyncio.Task[Any]] = []
    with held_up(writer, tasks):
        await wait_for(writer, 1)
        left = asyncio.ensure_future(writer.write(note("left")))
        await wait_for(writer, 2)
        left.cancel()
    assert await writer.write(note("next")) == "next"
    await asyncio.gather(*tasks)
    assert left.cancelled()
    assert notes(tmp_path) == {"left", "next"}
