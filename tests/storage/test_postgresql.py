"""PostgreSQL away in the worst moments: nothing is lost, nothing is written twice, no two hubs work on one database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from devices.protocol.clock import SystemClock
from hub.access.people import Role
from hub.events.log import EventLog
from hub.events.messages import EventKind, Item
from hub.storage.database import Database
from hub.storage.engine import DatabaseTaken, make_engine
from hub.storage.writer import Change
from simulators.faults.database_server import USER
from tests import postgresql
from tests.devices.room import until
from tests.hub import open_console, open_hub

pytestmark = postgresql.needs_postgresql
SOCKET = ".s.PGSQL.5432"


class Line:
    """Between a hub and the server: it is cut at the first commit after ``cut_at`` was set."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cut_at: str | None = None
        """``before`` the commit reached the server, or ``after`` it took place and before that was said."""
        self.cuts = 0

    def url(self, name: str) -> str:
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(str(postgresql.server().folder / SOCKET))
        back = asyncio.create_task(self._carry(far_reader, writer))
        try:
            while data := await reader.read(65_536):
                if self.cut_at is not None and b"COMMIT" in data:
                    cut_at, self.cut_at = self.cut_at, None
                    self.cuts += 1
                    back.cancel()
                    if cut_at == "after":
                        far_writer.write(data)
                        await far_reader.read(65_536)
                    break
                far_writer.write(data)
        finally:
            back.cancel()
            far_writer.close()
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
        writer.close()


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    made = Line(tmp_path)
    postgresql.database_of(tmp_path)
    server = await asyncio.start_unix_server(made.serve, str(tmp_path / SOCKET))
    yield made
    server.close()


def name_of(folder: Path) -> str:
    return sa.make_url(postgresql.database_of(folder)).database or ""


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[tuple[Database, EventLog]]:
    database = Database(url, SystemClock(), alone=False)
    log = EventLog(database)
    await asyncio.to_thread(log.open)  # the line is served by this loop
    database.start()
    try:
        yield database, log
    finally:
        await database.stop()


def telling(log: EventLog, subject: str) -> Callable[[Change], int]:
    return lambda change: log.append(change, EventKind.HUB_STARTED, subject, Item(0, 0, "", "", b""))


def stored(folder: Path) -> list[tuple[int, str]]:
    with psycopg.connect(postgresql.database_of(folder)) as connection:
        return connection.execute("SELECT number, subject FROM events ORDER BY number").fetchall()


@pytest.mark.parametrize("cut_at", ["before", "after"])
async def test_line_cut_at_a_commit_loses_nothing_and_writes_nothing_twice(
    line: Line, tmp_path: Path, cut_at: str
) -> None:
    async with opened(line.url(name_of(tmp_path))) as (database, log):
        heard: list[str] = []
        log.follow(lambda items: heard.extend(item.subject for item in items))
        assert await database.write(telling(log, "first")) == 1
        line.cut_at = cut_at
        assert await database.write(telling(log, "second")) == 2
        assert line.cuts == 1
        assert await database.write(telling(log, "third")) == 3
        assert stored(tmp_path) == [(1, "first"), (2, "second"), (3, "third")]
        assert heard == ["first", "second", "third"]


async def test_two_writers_number_their_events_without_a_gap_and_each_follower_hears_all_in_order(
    tmp_path: Path,
) -> None:
    url = postgresql.database_of(tmp_path)
    async with opened(url) as (one, one_log), opened(url) as (other, other_log):
        heard: list[int] = []
        one_log.follow(lambda items: heard.extend(item.number for item in items))
        writing = [one.write(telling(one_log, "one")) for _ in range(50)]
        writing += [other.write(telling(other_log, "other")) for _ in range(50)]
        numbers = await asyncio.gather(*writing)
        assert sorted(numbers) == list(range(1, 101))
        assert [number for number, _ in stored(tmp_path)] == list(range(1, 101))
        last = await one.write(telling(one_log, "last"))
        await until(lambda: bool(heard) and heard[-1] == last, "it is told of the last")
        assert heard == list(range(1, last + 1))


async def test_second_hub_on_the_same_database_is_refused_and_may_take_over_from_one_that_ended(tmp_path: Path) -> None:
    url = postgresql.database_of(tmp_path)
    first = Database(url, SystemClock(), alone=True)
    first.migrate()
    second = Database(url, SystemClock(), alone=True)
    with pytest.raises((DatabaseTaken, sa.exc.OperationalError), match="another hub"):
        second.migrate()
    await first.stop()
    second.migrate()
    await second.stop()


def test_password_in_a_value_is_in_no_error(tmp_path: Path) -> None:
    engine = make_engine(postgresql.database_of(tmp_path))
    row = {"camera_id": "C01", "url": "rtsp://admin:open-sesame@10.0.0.9/1"}
    with (
        engine.connect().execution_options(write=True) as connection,
        pytest.raises(sa.exc.IntegrityError) as failed,
    ):
        connection.execute(sa.insert(sa.table("cameras", sa.column("camera_id"), sa.column("url"))), row)
    assert "cameras" in str(failed.value) and "open-sesame" not in str(failed.value) + repr(failed.value.orig)
    engine.dispose()


async def test_server_that_is_away_is_said_in_words_and_the_room_goes_on_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.storage.database.READ_FOR_S", 0.2)
    monkeypatch.setattr("hub.storage.writer.RETRY_FOR_S", 0.2)
    case = {"title": "走失儿童", "purpose": "寻找走失儿童"}
    async with (
        open_hub(tmp_path, database=postgresql.database_of(tmp_path)) as hub,
        open_console(hub, Role.CHIEF) as console,
    ):
        postgresql.server().stop()
        try:
            answers = [await console.get("/api/audit"), await console.post("/api/cases", json=case)]
        finally:
            postgresql.server().start()
        assert [(one.status_code, one.json()["error"]["code"]) for one in answers] == [(503, "storage_away")] * 2
        assert (await console.post("/api/cases", json=case)).status_code == 201
        assert (await console.get("/api/audit")).status_code == 200
