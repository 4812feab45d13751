"""How many websockets one person may hold, and what they share: nobody takes the room's places."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from hub.access.people import Place, PlaceKind, Role
from hub.app import Hub
from hub.console.lines import AUDITED, LINES_OF_PERSON, LINES_OF_SESSION
from hub.tasks import end_tasks
from tests.devices.room import DEADLINE_S, until
from tests.hub import client_of, sign_in, websocket

pytestmark = pytest.mark.asyncio(loop_scope="module")
VENUE_1 = Place(kind=PlaceKind.VENUE, place_id="V01")


@asynccontextmanager
async def guard_of(hub: Hub, console: httpx.AsyncClient, person_id: str) -> AsyncIterator[httpx.AsyncClient]:
    """One more browser of this guard."""
    async with client_of(console.base_url, await sign_in(hub, Role.GUARD, (VENUE_1,), person_id)) as client:
        yield client


async def opened(stack: AsyncExitStack, hub: Hub, client: httpx.AsyncClient, path: str = "") -> ClientConnection:
    """One more line, which the hub has served."""
    line = await stack.enter_async_context(websocket(client, path or f"/ws/events?since={hub.events.last}"))
    await (await line.ping())
    return line


async def end_of(line: ClientConnection) -> tuple[int | None, str | None]:
    async with asyncio.timeout(DEADLINE_S):
        with pytest.raises(websockets.ConnectionClosed):
            while True:
                await line.recv()
    return line.close_code, line.close_reason


def lines_of(hub: Hub, person_id: str) -> int:
    return sum(line.entrant.person.person_id == person_id for line in hub.lines._open)


async def test_guard_who_opens_hundreds_of_lines_with_one_session_holds_six(
    hub: Hub, console: httpx.AsyncClient
) -> None:
    async with AsyncExitStack() as stack, guard_of(hub, console, "greedy") as guard:
        room = await opened(stack, hub, console)
        lines = [await opened(stack, hub, guard) for _ in range(60)]
        for line in lines[:-LINES_OF_SESSION]:
            assert await end_of(line) == (4429, "too_many_lines")
        await until(lambda: hub.feed.clients == LINES_OF_SESSION + 1, "the places are free again")
        for line in (*lines[-LINES_OF_SESSION:], room):
            await (await line.ping())


async def test_guard_with_many_sessions_holds_twenty_lines(hub: Hub, console: httpx.AsyncClient) -> None:
    async with AsyncExitStack() as stack:
        lines = []
        for _ in range(LINES_OF_PERSON // 4 + 2):
            guard = await stack.enter_async_context(guard_of(hub, console, "busy"))
            lines += [await opened(stack, hub, guard, "/ws/talk") for _ in range(4)]
        for line in lines[:-LINES_OF_PERSON]:
            assert await end_of(line) == (4429, "too_many_lines")
        assert lines_of(hub, "busy") == LINES_OF_PERSON
        await (await lines[-LINES_OF_PERSON].ping())


async def test_guards_together_leave_places_in_the_feed_for_the_police_room(
    hub: Hub, console: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.console.feed.MAX_CLIENTS", 4)
    monkeypatch.setattr("hub.console.feed.FOR_THE_ROOM", 2)
    await until(lambda: hub.feed.clients == 0, "no client is left of earlier tests")
    async with AsyncExitStack() as stack:
        for person_id in ("first", "second"):
            guard = await stack.enter_async_context(guard_of(hub, console, person_id))
            assert (await opened(stack, hub, guard)).close_code is None
        await until(lambda: hub.feed.clients == 2, "the guards follow")
        third = await stack.enter_async_context(guard_of(hub, console, "third"))
        assert await end_of(await opened(stack, hub, third)) == (4429, "full")
        for clients in (3, 4):
            await opened(stack, hub, console)
            await until(lambda n=clients: hub.feed.clients == n, "the room follows")  # type: ignore[misc]
        assert await end_of(await opened(stack, hub, console)) == (4429, "full")


async def test_person_writes_no_more_audit_records_by_listening_on_many_lines(
    hub: Hub, console: httpx.AsyncClient
) -> None:
    async with AsyncExitStack() as stack, guard_of(hub, console, "listener") as guard:
        lines = [await opened(stack, hub, guard, "/ws/talk") for _ in range(2)]
        for number in range(AUDITED.burst + 4):
            groups = '"all"' if number % 4 < 2 else ""
            try:
                await lines[number % 2].send(f'{{"type": "listen", "group_ids": [{groups}]}}')
            except websockets.ConnectionClosed:
                break
        ends = [asyncio.create_task(end_of(line)) for line in lines]
        ended, others = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        assert [await one for one in ended] == [(4429, "too_many_messages")]
        await end_tasks(*others)
